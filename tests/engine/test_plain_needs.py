"""`next` takes most cases from their rows alone, and says of them what it says of whole ones."""

from __future__ import annotations

import pytest

from tests.engine.world import Clock, take, told
from voicenote.engine.case import attention
from voicenote.engine.case.attention import Attention, what_needs_me
from voicenote.engine.case.closing import lesson_done, write_lesson
from voicenote.engine.workspace import Workspace
from voicenote.model.case import Lesson, Severity


def judged_whole(ws: Workspace) -> Attention:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attention, "list_unmade", lambda _tx: [])
        patch.setattr(attention, "find_idle", lambda _tx, _before: set())
        return what_needs_me(ws)


@pytest.mark.parametrize("hours", [1, 47, 48, 49])
def test_rows_say_what_whole_cases_say(ws: Workspace, clock: Clock, hours: int) -> None:
    """Serious ones, two of one person, a cause that came back, past the clock and before it."""
    take(
        ws,
        told(days=None, name="Bo", email="bo@example.com", cause="late parcels"),
        told("A-2", days=None, severity=Severity.SERIOUS),
        told("A-3", days=None),
        told("A-4", days=30, name="Cy", email="", finding_reason="x"),
        told("A-5", days=2, name="Di", email="di@example.com"),
    )
    write_lesson(ws, 1, Lesson(cause="late parcels", prevention="a second courier", owner="Ana"))
    lesson_done(ws, 1)
    clock.move(hours=hours)
    take(
        ws,
        told(
            "A-6",
            days=None,
            name="Ed",
            email="ed@example.com",
            cause="late parcels",
            opened_at=clock.now,
        ),
    )
    found = what_needs_me(ws)
    assert found == judged_whole(ws)
    assert len(found.needs) >= 6
    assert any("came back" in one.sentence for one in found.needs)
