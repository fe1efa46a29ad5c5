"""The .rejected file goes back in as it is, once it is corrected."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from voicenote.errors import Unavailable
from voicenote.intake.rejected import Rejected


def write(read: Any, *contents: Any, **options: Any) -> Any:
    source, good, bad = read(*contents, **options)
    with Rejected(source) as rejected:
        for item in bad:
            rejected.add(item)
    return source, good, bad, rejected.paths


def test_without_bad_rows_there_is_no_file(read: Any, tmp_path: Path) -> None:
    assert write(read, "customer,what_happened\nAnn,late\n")[3] == ()
    assert [path.name for path in tmp_path.iterdir()] == ["in0.csv"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1250"])
def test_a_table_keeps_delimiter_line_ends_and_encoding(read: Any, encoding: Any) -> None:
    text = 'Imię;Opis;E-mail\r\n" Żaneta";"raz\r\ndwa; trzy";nie mam\r\n' + "Łucja;źle;ł@ż.pl\r\n"
    _, good, bad, (path,) = write(read, text.encode(encoding), language="pl")
    assert (len(good), len(bad), path.name) == (1, 1, "in0.csv.rejected")
    rows = list(
        csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=";")
    )
    assert rows[0] == ["voicenote_reason", "voicenote_line", "Imię", "Opis", "E-mail"]
    assert rows[1][1:] == ["2", " Żaneta", "raz\r\ndwa; trzy", "nie mam"]
    assert b"\r\n" in path.read_bytes() or encoding.startswith("utf-16")
    fixed = path.read_bytes().decode(encoding).replace("nie mam", "z@b.pl").encode(encoding)
    source, good, bad, paths = write(read, ("in0.csv.rejected", fixed), language="pl")
    assert (len(good), bad, paths) == (1, [], ())
    assert (
        source.first.source_name == read(text.encode(encoding), language="pl")[0].first.source_name
    )


@pytest.mark.parametrize("kind", ["list", "object", "lines", "zendesk"])
def test_json_comes_back_in_its_own_shape(read: Any, kind: Any) -> None:
    rows = [{"id": i, "Name": "Ann", "Text": "late", "E-mail": "x" if i == 2 else "a@b.ee",
             "n": 1.50} for i in (1, 2)]  # fmt: skip
    content = {
        "list": json.dumps(rows),
        "object": json.dumps({"data": rows}),
        "lines": "\n".join(map(json.dumps, rows)),
        "zendesk": json.dumps({
            "tickets": [
                {"id": i, "requester_id": 5, "subject": "a", "description": "b"} for i in (1, 2)
            ],
            "users": [{"id": 5, "name": "Ann", "email": "x", "n": "½"}],
        }),
    }[kind]  # fmt: skip
    source, _, bad, (path,) = write(read, (f"{kind}.json", content))
    assert bad
    text = path.read_text().replace('"x"', '"a@b.ee"')
    again, good, bad, _ = write(read, (path.name, text))
    assert (len(bad), len(good)) == (0, 2 if kind == "zendesk" else 1)
    assert again.first.source_name == source.first.source_name
    assert again.first.format == ("json" if kind == "object" else source.first.format)


def test_nothing_that_is_there_is_overwritten(read: Any, tmp_path: Path) -> None:
    (tmp_path / "in0.csv.rejected").write_text("mine")
    text = "customer,what_happened\nAnn,\n"
    (first,) = write(read, text)[3]
    (second,) = write(read, text)[3]
    assert first == second == tmp_path / "in0.csv.2.rejected"
    assert (tmp_path / "in0.csv.rejected").read_text() == "mine"
    (third,) = write(read, ("in0.csv.rejected", text + "Bo,\n"))[3]
    assert third.name == "in0.csv.3.rejected"
    assert {path.name for path in tmp_path.iterdir()} == {
        "in0.csv", "in0.csv.rejected", "in0.csv.2.rejected", "in0.csv.3.rejected"
    }  # fmt: skip


def test_a_row_rejected_again_has_its_new_reason_only(read: Any) -> None:
    text = "voicenote_reason,voicenote_line,customer,what_happened\nstale,7,Ann,\n"
    _, _, _, (path,) = write(read, text)
    rows = list(csv.reader(io.StringIO(path.read_text())))
    assert rows[0] == ["voicenote_reason", "voicenote_line", "customer", "what_happened"]
    assert rows[1][1:] == ["2", "Ann", ""]
    assert "stale" not in rows[1][0]


def test_our_columns_do_not_change_a_records_ref(read: Any) -> None:
    plain = read("customer,what_happened\nAnn,late\n")[1][0].complaint
    again = read("voicenote_reason,customer,what_happened\nold,Ann,late\n")[1][0].complaint
    assert again == plain


def test_two_files_of_one_name_have_a_file_each(read: Any, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    text = "customer,what_happened\n{},\n"
    files = [(name, text.format(name)) for name in ("a.csv", "more/a.csv")]
    paths = write(read, *files)[3]
    assert [path.parent.name for path in paths] == [tmp_path.name, "more"]
    assert "more/a.csv" in paths[1].read_text()


def test_an_error_on_the_way_leaves_no_file(read: Any, tmp_path: Path) -> None:
    source, _, bad = read("customer,what_happened\nAnn,\n")
    rejected = Rejected(source)
    rejected.add(bad[0])
    rejected.__exit__(RuntimeError, RuntimeError(), None)
    assert [path.name for path in tmp_path.iterdir()] == ["in0.csv"]


def test_a_fallback_folder_is_used_when_the_own_one_is_gone(read: Any, tmp_path: Path) -> None:
    source, _, bad = read("customer,what_happened\nAnn,\n")
    fallback = tmp_path / "elsewhere"
    fallback.mkdir()
    moved = tmp_path.with_name("moved")
    tmp_path.rename(moved)
    with Rejected(source, moved / "elsewhere") as rejected:
        rejected.add(bad[0])
    assert rejected.paths[0].parent == moved / "elsewhere"
    with pytest.raises(Unavailable), Rejected(source) as rejected:
        rejected.add(bad[0])
    moved.rename(tmp_path)


def test_a_reason_never_begins_a_formula(read: Any) -> None:
    _, _, _, (path,) = write(
        read, "customer,what_happened,=1+1\n=2+2,,\n", mapping={"email": "=1+1"}
    )
    reason = list(csv.reader(io.StringIO(path.read_text())))[1][0]
    assert reason[0].isalpha()


def test_broken_rows_keep_their_place(read: Any) -> None:
    _, _, bad, (path,) = write(read, 'customer,what_happened\nBo,"oops\nAnn,a,b\n')
    rows = list(csv.reader(io.StringIO(path.read_text())))
    assert [row[1] for row in rows[1:]] == ["2", "3"]
    assert rows[2][2:] == ["Ann", "a", "b"]
    assert len(bad) == 2
    assert isinstance(path, Path)
