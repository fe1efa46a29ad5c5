"""`doctor`: show every problem of this set-up, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadSettings, VoicenoteError

if TYPE_CHECKING:
    from voicenote.engine.admin.health import CheckResult


@command()
def doctor(session: Session, /) -> int:
    """Find every problem of this set-up, each with what to do.

    Exit code 1 when there is one, 78 when a setting is wrong. With --json: a list of {"about",
    "ok", "what", "cure"}.
    """
    found = _examine(session)
    problems = [one for one in found if not one.ok]
    code = 78 if any(one.about == "settings" for one in problems) else 1 if problems else 0
    if session.json:
        session.screen.data(found)
        return code
    for one in found:
        if one.ok:
            session.screen.note(f"  ok  {one.about}: {one.what}")
    for one in problems:
        session.screen.out(f"  !!  {one.about}: {one.what}\n      {one.cure}")
    if not problems:
        session.screen.out("Everything is fine.")
    return code


def _examine(session: Session) -> list[CheckResult]:
    from voicenote.engine.admin import health as examining
    from voicenote.engine.admin.writer_health import check_writer
    from voicenote.engine.missing_ledger import refuse_missing
    from voicenote.engine.writer_choice import describe_writers
    from voicenote.plugins import CHANNELS, VOICES, WRITERS, load
    from voicenote.wiring import check, now, open_workspace, whereabouts

    broken = {
        name: why
        for group in (VOICES, CHANNELS, WRITERS)
        for name, why in load(group).tried().broken.items()
    }
    found = list(examining.look_around(session.home, now(), broken))
    try:
        settings = session.draft
    except BadSettings as error:
        return [*found, *examining.settings_problems(error)]
    try:
        check(settings)
    except BadSettings as error:
        found += examining.settings_problems(error)
    found += check_writer(settings, describe_writers(settings))
    file = session.home / "ledger.db"
    try:
        if not settings.ledger.url and not file.is_file():
            refuse_missing(whereabouts, settings.ledger.address(session.home))
            return [
                *found,
                examining.fault("ledger", f"{file} doesn't exist yet", "voicenote init"),
            ]
        ws = open_workspace(settings)
    except BadSettings as error:
        return list(dict.fromkeys([*found, *examining.settings_problems(error)]))
    except VoicenoteError as error:
        return [*found, examining.fault("ledger", error.what, error.advice)]
    try:
        return list(dict.fromkeys([*found, *examining.look_inside(ws, session.env)]))
    finally:
        ws.close()
