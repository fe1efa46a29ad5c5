"""Choose the name of a new channel, and write it into the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voicenote.cli.terminal.session import Session
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.plugins import FALLBACK

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def choose_name(session: Session, given: str | None, usual: str, *, replace: bool) -> str:
    """Return the name for a new channel; ask before one of that name is written over.

    Raises WrongUse for a name that can't be one, and RuleSaysNo when it is taken and nobody can be
    asked.
    """
    name = given or usual
    if not _NAME.fullmatch(name) or name == FALLBACK:
        raise WrongUse(
            f"{name!r} can't be the name of a channel", "use small letters, digits and dashes"
        )
    taken = session.draft.channels
    if name not in taken or replace:
        return name
    kind = taken[name].kind or name
    if not session.screen.interactive:
        raise RuleSaysNo(
            f"there is already a channel {name!r} ({kind})",
            "add --replace to write over it, or --name for another one",
        )
    if session.screen.confirm(
        f"There is already a channel {name} ({kind}). Replace it?", default=False
    ):
        return name
    number = next(n for n in range(2, 1000) if f"{usual}{n}" not in taken)
    session.screen.note(f"The new one is called {usual}{number}.")
    return f"{usual}{number}"


def write_channel(
    session: Session, name: str, table: Mapping[str, object], address: str = ""
) -> None:
    """Write ``[channels.NAME]``; `address` becomes the owner's when there is none.

    The workspace is made if there is none. Raises BadSettings and Unavailable.
    """
    from voicenote.engine.admin.workspace_init import guess_zone, write_settings
    from voicenote.options import describe
    from voicenote.settings import save_setting, save_table
    from voicenote.settings.schema import ChannelTable

    file, owner = session.draft.file, session.draft.owner
    if not file.exists():
        write_settings(session.home, {"time_zone": guess_zone()})
    keep = {one.key for one in describe(ChannelTable)} - {"kind", "options"}
    save_table(file, "channels", name, table, keep)
    if address and _is_sender(session, owner.email, address):
        save_setting(file, "owner", "email", address)
    session.read_settings_again()


def _is_sender(session: Session, before: str, address: str) -> bool:
    """Return whether `address` becomes the address of the owner, from which letters come."""
    if not before or before.casefold() == address.casefold():
        return not before
    screen = session.screen
    question = f"Letters come from {before} ([owner] email). Shall they come from {address}?"
    if screen.interactive:
        return screen.confirm(question)
    screen.warn(f"Letters still come from {before}: [owner] email says so.")
    return False
