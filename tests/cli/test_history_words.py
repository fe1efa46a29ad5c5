"""The history of a case is told in words."""

from __future__ import annotations

import pytest

from voicenote.cli.terminal.history_words import WORDS, tell_event
from voicenote.ledger.changes import AMENDS_HISTORY, CASE_HISTORY, TOUCH_HISTORY


@pytest.mark.parametrize("table", [CASE_HISTORY, AMENDS_HISTORY, TOUCH_HISTORY])
def test_every_change_of_state_has_its_words(table: dict[str, str]) -> None:
    assert {name.replace("touch_", "message_") for name in table.values()} <= set(WORDS)


@pytest.mark.parametrize("event", [*WORDS, "something_nobody_knows"])
def test_no_line_shows_a_name_of_the_program(event: str) -> None:
    said = tell_event({"event": event, "message": 3, "amends": 1, "command": "edit"})
    assert not set("_{}") & set(said)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"event": "message_bounced", "message": 3}, "message 3 came back"),
        (
            {"event": "amends_edited", "amends": 2, "field": "text", "was": "", "now": "cake"},
            "promise 2 was changed: text (not known) → “cake”",
        ),
        ({"event": "case_withdrawn", "reason": "solved"}, "the case was withdrawn (“solved”)"),
        ({"event": "command_undone", "command": "edit"}, "a command was undone (edit)"),
    ],
)
def test_what_was_changed_or_why_stands_behind_it(row: dict[str, object], told: str) -> None:
    assert tell_event(row) == told
