"""`doctor`: show every problem of this set-up, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadSettings, VoicenoteError

if TYPE_CHECKING:
    from voicenote.engine.admin.check_result import CheckResult


@command()
@click.option("--offline", is_flag=True, help="Connect to no server: don't try the channels.")
def doctor(session: Session, /, *, offline: bool) -> int:
    """Find every problem of this set-up, each with what to do.

    It connects to the servers of every channel and logs in, but sends nothing. Exit code 1 when
    there is a problem, 78 when a setting is wrong. With --json: a list of {"about", "ok", "what",
    "cure"}.
    """
    found = _examine(session, offline=offline)
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
        tried = "No problem was found; the channels were not tried (--offline)."
        session.screen.out(tried if offline else "Everything is fine.")
    return code


def _examine(session: Session, *, offline: bool) -> list[CheckResult]:
    from voicenote.engine.admin.check_result import fault, settings_problems
    from voicenote.engine.admin.dial_channels import dial_channels
    from voicenote.engine.admin.health import look_around, look_inside
    from voicenote.engine.admin.writer_health import check_ears, check_writer
    from voicenote.engine.missing_ledger import refuse_missing
    from voicenote.engine.tabled_plugins import ears_plugins, writer_plugins
    from voicenote.plugins import CHANNELS, EARS, VOICES, WRITERS, load
    from voicenote.wiring import check, now, open_workspace, whereabouts

    broken = {
        name: why
        for group in (VOICES, CHANNELS, WRITERS, EARS)
        for name, why in load(group).tried().broken.items()
    }
    found = list(look_around(session.home, now(), broken))
    try:
        settings = session.draft
    except BadSettings as error:
        return [*found, *settings_problems(error)]
    try:
        check(settings)
    except BadSettings as error:
        found += settings_problems(error)
    found += check_writer(settings, writer_plugins.describe(settings))
    found += check_ears(settings, ears_plugins.describe(settings))
    file = session.home / "ledger.db"
    try:
        if not settings.ledger.url and not file.is_file():
            refuse_missing(whereabouts, settings.ledger.address(session.home))
            return [
                *found,
                fault("ledger", f"{file} doesn't exist yet", "voicenote init"),
            ]
        ws = open_workspace(settings)
    except BadSettings as error:
        return list(dict.fromkeys([*found, *settings_problems(error)]))
    except VoicenoteError as error:
        return [*found, fault("ledger", error.what, error.advice)]
    try:
        found += look_inside(ws, session.env)
        found += () if offline else dial_channels(ws)
        return list(dict.fromkeys(found))
    finally:
        ws.close()
