"""The language of a letter, when it isn't the one in which the customer is spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicenote.cli.terminal.session import Session
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace


def choose_letter_language(
    session: Session, ws: Workspace, number: int, text: str, wish: str
) -> str:
    """Return the language of a letter as a BCP 47 tag; `wish` is what the user said, or "".

    A letter in another language than the customer's is asked about. Raises WrongUse where nobody
    can be asked, or it isn't meant so.
    """
    from voicenote.engine.memo.letters import letter_languages
    from voicenote.voice.port import primary

    wanted, found = letter_languages(ws, number, text)
    if wish:
        warn_of_language(session, text, wish)
        return wish
    if not found or found == primary(wanted):
        return wanted
    what = f"the letter is in {_name(found)}, and the customer's language is {_name(wanted)}"
    if session.screen.interactive:
        session.screen.warn(f"{what[0].upper()}{what[1:]}.")
        if session.screen.confirm(f"Say it to them in {_name(found)}?", default=False):
            return found
    raise WrongUse(what, f"if it is meant so, add --language {found}")


def warn_of_language(session: Session, text: str, language: str) -> None:
    """Say so when a text is surely in another language than it is taken for."""
    from voicenote.voice.port import primary
    from voicenote.word_language import detect_language

    found = detect_language(text)
    if found and found != primary(language):
        session.screen.warn(f"The words are in {_name(found)}, and are read as {_name(language)}.")


def _name(tag: str) -> str:
    """Return the English name of a language, with its code."""
    from babel import Locale

    from voicenote.voice.port import primary

    name = Locale("en").languages.get(primary(tag))
    return f"{name} ({tag})" if name else tag
