"""What runs the pages notices when a page is wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.docs import running

PAGE = """\
<!-- clock: 2026-12-03T10:00Z -->
```console
$ voicenote --version
…
$ echo one; false
one
$ echo $?
1
```
"""


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        (["1 sent"], ["1 sent"], True),
        (["1 sent"], ["2 sent"], False),
        ([], ["1 sent"], False),
        (["1 sent"], [], False),
        (["…", "b"], ["a", "b"], True),
        (["a", "…"], ["a"], True),
        (["a", "…", "c"], ["a", "c"], True),
        (["a", "…", "c"], ["a", "b"], False),
        (["x.ogg: 3 s by espeak 1, why"], ["x.ogg: 4.1 s by another, why"], True),
        (["x.ogg: 3 s by espeak 1, why"], ["x.ogg: 4.1 s by another, no"], False),
    ],
)
def test_what_is_shown_is_held_against_what_is_printed(
    shown: list[str], printed: list[str], fits: bool
) -> None:
    assert running.fits(shown, printed) is fits


def test_a_page_is_run_in_order_at_its_own_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = running.Desk(tmp_path / "desk", monkeypatch)
    version, failing, code = desk.play(PAGE)
    assert desk.moment.isoformat() == "2026-12-03T10:00:00+00:00"
    assert version.printed[0].startswith("voicenote")
    assert (failing.printed, failing.code) == (["one"], 1)
    assert (code.printed, code.code) == (["1"], 0)


def test_renewing_writes_what_is_printed_and_never_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.replace("\none\n", "\ntwo\n") + "\n```console\n$ voicenote show 9\nfine\n```\n"
    ran = list(running.Desk(tmp_path / "desk", monkeypatch).play(page))
    renewed = running.renewed(page, ran)
    assert renewed.startswith(PAGE)
    assert "\nfine\n" in renewed


@pytest.mark.parametrize(
    ("start", "then"),
    [
        ("2026-11-23T08:00+00:00", "2026-11-27T10:00:00+00:00"),  # Monday, to Friday
        ("2026-11-24T23:30+00:00", "2026-11-30T10:00:00+00:00"),  # Tuesday, past Saturday
        ("2026-11-25T01:00+00:00", "2026-11-30T10:00:00+00:00"),  # Wednesday, past Sunday
    ],
)
def test_later_is_a_weekday_by_day(
    start: str, then: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = running.Desk(tmp_path / "desk", monkeypatch)
    desk.moment = datetime.fromisoformat(start)
    list(desk.play("<!-- later: 4 -->\n```sh\n```\n"))
    assert desk.moment.isoformat() == then
