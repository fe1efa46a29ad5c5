"""Ask for the secret of a channel, and where to keep it. It is never shown, and never an option.

A log-in in the browser (`browser_login`) returns a `Credential` too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voicenote.cli.terminal.session import Session
from voicenote.errors import BadSettings, VoicenoteError, WrongUse
from voicenote.files import expand_home
from voicenote.options import Secret
from voicenote.options.secret import WAYS
from voicenote.options.secret_storage import keep_in_file, keep_in_keyring, why_no_keyring

SERVICE = "voicenote"
#: Where a channel's second secret is kept like its first, without being asked again.
_TOGETHER = ("file", "keyring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a channel logs in with: `secret` now, and `keep` to store it for later.

    `key` is the setting that it goes into. `keep` is called once the servers have taken it, and
    returns the reference that is written. `settings`, called after it, returns further ones.
    """

    key: str
    secret: Secret
    keep: Callable[[], dict[str, str]]
    settings: Callable[[], Mapping[str, object]] = dict


def refer_to(session: Session, key: str, reference: str) -> Credential:
    """Return the secret at a place such as ``env:MAIL_PASSWORD``. Raises WrongUse."""
    way, _, name = reference.partition(":")
    if way not in WAYS or not name.strip():
        raise WrongUse(
            f"{way!r} is not where a secret can be kept" if name else "a secret isn't an option",
            "give a reference to it, such as env:MAIL_PASSWORD, keyring:voicenote/me,"
            " file:secrets/mail or 'command:pass show mail'",
        )
    place = str(session.home / expand_home(name)) if way == "file" else name
    return Credential(key=key, secret=Secret(way, place, session.env), keep=lambda: {way: name})


def ask_secret(session: Session, key: str, name: str, user: str, what: str) -> Credential:
    """Ask for a secret and, once it works, for its place; `what` it is, and `user` whose."""
    value = session.screen.ask_hidden(f"{what[:1].upper()}{what[1:]} (it is not shown)")
    return hold_secret(session, key, name, user, value)


def hold_secret(session: Session, key: str, name: str, user: str, value: str) -> Credential:
    """Return a secret that was typed, for the setting `key` of the channel `name`."""
    place = name if key in ("password", "token") else f"{name}-{key.replace('_', '-')}"
    variable = f"{name}_{key}".upper().replace("-", "_")

    def keep() -> dict[str, str]:
        return _keep(session, place, user, value, variable)

    return Credential(key=key, secret=Secret("given", value, {}), keep=keep)


def _keep(session: Session, name: str, user: str, value: str, variable: str) -> dict[str, str]:
    """Ask where to keep a secret until a place takes it; return the reference."""
    screen = session.screen
    without = why_no_keyring()
    places = {
        "file": "a private file in the workspace, which cron can read too",
        "variable": "an environment variable that you set yourself",
        "command": "a password manager's command, such as pass show mail",
    }
    if not without:
        locked = "; cron may find it locked" if sys.platform == "linux" else ""
        places = {"keyring": f"the keyring of this account{locked}", **places}
    usual = "file" if without or sys.platform == "linux" else "keyring"
    while True:
        place = session.secrets_in
        if not place:
            screen.warn("Where is it kept? Never in voicenote.toml.")
            place = screen.choose("Where", places, usual)
        session.secrets_in = place if place in _TOGETHER else ""
        try:
            if place == "keyring":
                return keep_in_keyring(SERVICE, f"{name}-{user}", value)
            if place == "file":
                return keep_in_file(session.home, name, value)
            if place == "variable":
                return _variable(session, variable, value)
            return _command(session, value)
        except VoicenoteError as error:
            session.secrets_in = ""
            screen.warn(error.in_one_line)


def keep_written(session: Session, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Ask where to keep what is written again later; return name → reference, as in `values`."""
    screen = session.screen
    without = why_no_keyring()
    if without:
        return {name: keep_in_file(session.home, name, value) for name, value in values.items()}
    places = {
        "file": "a private file in the workspace, which cron can read too",
        "keyring": "the keyring of this account, which has to be open for cron",
    }
    while True:
        screen.warn("Where is the log-in kept? Never in voicenote.toml.")
        place = screen.choose("Where", places, "file")
        try:
            if place == "keyring":
                return {key: keep_in_keyring(SERVICE, key, text) for key, text in values.items()}
            return {key: keep_in_file(session.home, key, text) for key, text in values.items()}
        except VoicenoteError as error:
            screen.warn(error.in_one_line)


def _variable(session: Session, usual: str, value: str) -> dict[str, str]:
    screen = session.screen
    while True:
        name = screen.ask("Name of the variable", usual)
        if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and not name.startswith("VOICENOTE_"):
            break
        screen.warn("A variable has letters, digits and _ only, and doesn't begin with VOICENOTE_.")
    if session.env.get(name) != value:
        screen.warn(f"Set it before the next command, and for cron: export {name}=…")
    return {"env": name}


def _command(session: Session, value: str) -> dict[str, str]:
    command = session.screen.ask("The command that prints it", needed=True)
    if Secret("command", command, session.env).reveal() != value:
        raise BadSettings(
            "the command prints something else than the password you typed",
            "store it there first, or choose another place",
        )
    return {"command": command}
