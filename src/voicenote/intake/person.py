"""Checks of a customer's name, language, channels and form of address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial

from voicenote.errors import BadData, short
from voicenote.intake.fields import read_choice
from voicenote.intake.time_zones import read_time_zone
from voicenote.model.greeting import NOBODY, turn_name
from voicenote.options.reading import closest


def read_name(text: str) -> str:
    """Return a name as it is said (``Lepik, Kai`` is Kai Lepik), `NOBODY` for a mere sign."""
    name = turn_name(text)
    return name if any(sign.isalnum() for sign in name) else NOBODY


@lru_cache(maxsize=4096)
def read_language(text: str) -> str:
    """Return the BCP 47 tag of a tag (``pl_PL``, ``iw``) or of a name (Hebrew, עברית, polski).

    Raises BadData when there is no such language.
    """
    import langcodes

    try:
        tag = langcodes.standardize_tag(text)
        if langcodes.tag_is_valid(tag) and not tag.startswith("und"):
            return tag
    except (ValueError, AttributeError):
        pass
    name = text.partition("(")[0].strip().casefold()
    if tag := {"farsi": "fa", "ivrit": "he", "estonian": "et", "moldovan": "ro"}.get(name, ""):
        return tag
    try:
        found = langcodes.find(name) if len(name) > 2 else None
    except (LookupError, ValueError):
        found = None
    # the search is generous ("Klingonx" finds Klingon): only the language's real name counts, in
    # that language itself or in one of ours
    if found is not None:
        speakers = ("en", "he", "ro", "pl", "fa", "et", found.to_tag())
        if name in {found.language_name(speaker).casefold() for speaker in speakers}:
            return str(found.to_tag())
    raise BadData(f"{short(text)} isn't a language", _advise(name[:60]))


@lru_cache(maxsize=1024)
def _advise(name: str) -> str:
    """Return what to write in place of a language's name that nobody knows."""
    close = closest(name, _language_names())
    hint = f"did you mean {close[0].title()} ({_language_names()[close[0]]})? Or " if close else ""
    return f"{hint}write a tag such as en, he or pl-PL"


@cache
def _language_names() -> Mapping[str, str]:
    """Return the English names of the languages that have a code of two letters, and the code."""
    from babel import Locale

    names = Locale("en").languages.items()
    return {str(name).casefold(): str(code) for code, name in names if len(str(code)) == 2}


def read_channels(text: str) -> str:
    """Return the names of channels in lower case, in their order, with ", " between them.

    Whether such a channel exists isn't checked here. Raises BadData when it isn't a name.
    """
    names = [name for name in re.split(r"[\s,;>]+", text.casefold()) if name]
    if names and all(re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", name) for name in names):
        return ", ".join(dict.fromkeys(names))
    raise BadData(
        f"isn't the name of a channel: {short(text)}", "write a name such as email or telegram"
    )


def read_list(text: str) -> tuple[str, ...]:
    """Return the names in a list separated by semicolons, or else by commas."""
    parts = text.split(";") if ";" in text else text.split(",")
    return tuple(part.strip() for part in parts if part.strip())


#: The texts that are checked, or written in one way.
READERS: Mapping[str, Callable[[str], str]] = {
    "customer": read_name,
    "language": read_language,
    "time_zone": read_time_zone,
    "channel": read_channels,
    **{name: partial(read_choice, name) for name in ("gender", "how_many", "formality")},
}
