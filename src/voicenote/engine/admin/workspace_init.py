"""Creating a workspace: a commented settings file with the owner's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from voicenote.errors import BadData, Unavailable, WrongUse, room_for
from voicenote.files import make_folder, open_beside
from voicenote.intake.person import read_language
from voicenote.intake.time_zones import read_time_zone
from voicenote.options import validators
from voicenote.settings import FILE_NAME, commented_toml

#: What `init` asks: the setting, its question, and the check of an answer.
QUESTIONS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("name", "Your name, as customers know you", validators.text),
    ("business", "The name of your business", validators.text),
    ("email", "Your email address, for nudges", validators.email),
    ("time_zone", "Where you live: a city or a time zone", validators.zone),
    ("language", "Your language (en, pl, ro, …)", validators.language),
    (
        "gender",
        "Are you a woman or a man? Your language speaks in two ways (Enter: neutral)",
        validators.choice("", "woman", "man"),
    ),
)
#: What is read as people write it: a city for a time zone, "polski" for a language.
_READ = {"time_zone": read_time_zone, "language": read_language}
#: The languages in which a woman and a man say some things of themselves in other words.
_TWO_WAYS = frozenset({"he", "pl", "ro"})


def needs_answer(name: str, language: str) -> bool:
    """Return whether `init` asks for a setting when this is the owner's language."""
    return name != "gender" or language.partition("-")[0].casefold() in _TWO_WAYS


def guess_zone() -> str:
    """Return this machine's IANA time zone, or UTC when it is unknown."""
    from tzlocal import get_localzone_name

    try:
        name = str(validators.zone(get_localzone_name() or "UTC"))
    except (ValueError, LookupError, OSError):
        return "UTC"
    return "UTC" if name in ("Etc/UTC", "Etc/UCT", "Zulu") else name


def check_answer(name: str, value: str) -> str:
    """Return an answer that is valid in the settings. Raises WrongUse, which says why not."""
    kind = next(kind for setting, _, kind in QUESTIONS if setting == name)
    value = value.strip()
    if name == "name" and not value:
        raise WrongUse("your name is needed: it signs each apology", "write yours")
    try:
        return str(kind(_READ[name](value) if value and name in _READ else value))
    except BadData as error:
        raise WrongUse(error.what, error.advice) from None
    except ValueError as error:
        what, advice = (*map(str, error.args), "")[:2]
        raise WrongUse(what, advice) from None


def write_settings(home: Path, answers: Mapping[str, str]) -> Path | None:
    """Write the settings file of `home` with the owner's `answers`, by setting of [owner].

    An existing file is kept beside it; returns where. Raises Unavailable when it can't be written.
    """
    file = home / FILE_NAME
    text = commented_toml({f"owner.{name}": value for name, value in answers.items() if value})
    try:
        make_folder(home)
        kept = None
        if file.exists():
            kept = file.with_name(f"{FILE_NAME}.before")
            with open_beside(kept) as copy:
                copy.write(file.read_bytes())
        with open_beside(file) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise Unavailable(
            f"{file} cannot be written: {error.strerror or error}",
            room_for(error, home, "another --home"),
        ) from error
    return kept
