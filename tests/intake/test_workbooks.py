"""Workbooks, and tables without the marks of a table: each record at its row."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from voicenote.errors import BadData, Unavailable
from voicenote.intake import workbooks
from voicenote.intake.rejected import Rejected
from voicenote.worker import Worker

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["cases.xlsx", "cases.xls", "cases.ods"])
def test_a_workbook_is_read(read: Any, name: str) -> None:
    """Of the first sheet that is a table: texts with their lines, numbers and dates as they are."""
    source, good, bad = read((name, (DATA / name).read_bytes()), region="EE")
    one, other = (item.complaint for item in good)
    assert (one.ref, one.what_happened) == ("101", "The box arrived open.\nIt was wet.")
    assert one.customer.address("phone") == "+3725551234"
    assert one.opened_at.isoformat() == "2026-11-02T10:30:00+00:00"
    assert (other.customer.name, bad) == ("דנה לוי", [])
    assert [item.line for item in good] == [item.line for item in list(source)]
    assert good[1].line == good[0].line + 1


def test_a_sheet_is_chosen_by_its_name(read: Any) -> None:
    """--sheet takes another one; one that isn't there is answered with those that are."""
    content = (DATA / "cases.xlsx").read_bytes()
    _, good, _ = read(("a.xlsx", content), sheet="Old")
    assert [item.complaint.customer.name for item in good] == ["Bo"]
    with pytest.raises(BadData, match="no sheet 'New'") as caught:
        read(("a.xlsx", content), sheet="New")
    assert "Notes, Cases, Old" in caught.value.advice


def test_what_a_workbook_rejects_is_a_table(read: Any, tmp_path: Path) -> None:
    """It is written beside the workbook, and goes back in as it is."""
    content = (DATA / "cases.xlsx").read_bytes()
    source, _, bad = read(("a.xlsx", content), mapping={"email": "Phone"})
    with Rejected(source) as rejected:
        for item in bad:
            rejected.add(item)
    assert rejected.paths == (tmp_path / "a.xlsx.rejected",)
    _, good, _ = read(("a.csv", rejected.paths[0].read_bytes()))
    assert good[0].complaint.what_happened == "The box arrived open.\nIt was wet."


def test_a_broken_workbook_is_named(read: Any) -> None:
    """Half of a file is refused in words."""
    with pytest.raises(BadData, match="can't be read as a workbook"):
        read(("a.xlsx", (DATA / "cases.xlsx").read_bytes()[:2000]))


def test_damage_that_ends_the_library_is_told_in_words(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads in a process of its own, which may end; ours goes on."""

    def run(worker: Worker, *_words: object) -> None:
        Worker.run(worker, os.abort)

    monkeypatch.setattr(workbooks, "Worker", type("Ending", (Worker,), {"run": run}))
    with pytest.raises(BadData, match="it is damaged"):
        read(("a.xls", (DATA / "cases.xls").read_bytes()))


def test_without_the_library_it_says_what_to_install(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra: who has no workbooks doesn't need it."""
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(Unavailable) as caught:
        read(("a.xlsx", (DATA / "cases.xlsx").read_bytes()))
    assert "voicenote[sheets]" in caught.value.advice


def test_each_line_is_a_complaint(read: Any) -> None:
    """With --lines nothing in a line separates: no comma, no quote, no header."""
    text = 'Late, cold; and "wet\n\nThe box | was open\n{"a": 1}, she said\n'
    _, good, bad = read(text, lines=True, defaults={"customer": "there"})
    assert [item.complaint.what_happened for item in good] == [
        'Late, cold; and "wet', "The box | was open", '{"a": 1}, she said',
    ]  # fmt: skip
    assert ([item.line for item in good], bad) == ([1, 3, 4], [])


def test_columns_without_a_header_are_numbered(read: Any) -> None:
    """With --no-header the first row is a record like the others."""
    _, good, _ = read(
        "Ann,a@b.ee,late\nBo,b@b.ee,cold\n",
        header=False,
        mapping={"customer": "column 1", "email": "column 2", "what_happened": "column 3"},
    )
    assert [item.complaint.customer.name for item in good] == ["Ann", "Bo"]


def test_quotes_can_be_signs_like_any_other(read: Any) -> None:
    """With --no-quotes an inch is an inch."""
    text = 'customer\twhat_happened\nAnn\t"12" pan came, not 14"\nBo\t"late\n'
    _, good, bad = read(text, quotes=False)
    assert [item.complaint.what_happened for item in good] == ['"12" pan came, not 14"', '"late']
    assert bad == []


def test_the_day_comes_first_where_it_is_said(read: Any) -> None:
    """With --day-first no column needs to show it."""
    text = "customer,what_happened,opened_at\nAnn,late,03/04/2026\n"
    _, good, _ = read(text, language="en", day_first=True)
    assert good[0].complaint.opened_at.date().isoformat() == "2026-04-03"
