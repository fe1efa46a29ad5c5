"""Who listens back to a memo, and for what: the ears of the settings, and the names in a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from voicenote.engine.memo.take_hearing import why_deaf
from voicenote.engine.memo.voice_choice import Chosen
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings
from voicenote.model.case import Case
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.sound.piece_cache import key_of
from voicenote.voice.silent import Silent
from voicenote.voice.writing_system import readable


def listens_back(ws: Workspace, chosen: Chosen) -> str:
    """Return which ears listen back to a voice; "" where nobody does, or need.

    What the owner recorded says its words already, and what leaves as a letter isn't heard.
    """
    silent = chosen.synthetic is Synthetic.NO or chosen.unheard or chosen.name == Silent.name
    if silent or ws.settings.ears.listen_back == "off" or why_deaf(ws):
        return ""
    try:
        return f"{ws.ears.name} {ws.ears.model}".strip()
    except BadSettings:  # `doctor` says what is wrong with them
        return ""


def names_of(ws: Workspace, case: Case, language: str) -> dict[str, str]:
    """Return the names that a memo of a case may say, each with how a voice says it."""
    who, owner = case.customer, ws.settings.owner
    named = {who.name: who.say_as or who.name, who.greet_as: who.greet_as}
    named |= {name: name for name in (ws.owner_of(case), owner.business)} | owner.said_as
    return {name: _as_read(said, language) for name, said in named.items() if name.strip()}


def said_in(ws: Workspace, script: Script) -> Mapping[str, str]:
    """Return those names of the settings that a script says, each with how it is said."""
    said_as = ws.settings.owner.said_as
    said = [one.said for one in script.sentences] if said_as else []
    return {name: way for name, way in said_as.items() if any(name in one for one in said)}


def why_unlistened(ws: Workspace, memos: Iterable[Memo], *, seen: bool) -> str:
    """Return why nobody listens back to some new memos; "" if somebody does, or needn't.

    It is said once to an owner who sees it (`seen`); with ``listen_back = "on"``, every time.
    """
    wish, why = ws.settings.ears.listen_back, why_deaf(ws)
    spoken = any(one.synthetic is not Synthetic.NO and not one.unheard for one in memos)
    if wish == "off" or not why or not spoken:
        return ""
    key = key_of("told that nobody listens")
    if wish == "auto":
        if not seen or ws.cache.load(key, bool):
            return ""
        ws.cache.keep(key, b"1", value=True)
    return (
        f"nobody listened to the names, sums and days in it: {why}. "
        "See docs/ears.md, or listen yourself"
    )


@lru_cache(maxsize=4096)
def _as_read(name: str, language: str) -> str:
    return readable(Sentence(Section.THANKS, name, personal=True), language).said
