"""What the ears say of a take: whether it says the words of its script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError
from voicenote.model.case import Case
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.script.take_check import judge_take


@dataclass(frozen=True, slots=True)
class TakeHearing:
    """What a take lacks, one line each; or why nobody could check that."""

    doubts: tuple[str, ...] = ()
    unchecked: str = ""


def hear_take(
    ws: Workspace, case: Case, sentences: Sequence[Sentence], language: str, clip: Clip
) -> TakeHearing:
    """Return whether `clip` says these sentences of a case; see `hear_sentences`."""
    names = (case.customer.name, case.customer.say_as)
    return hear_sentences(ws, sentences, language, clip, names)


def hear_sentences(
    ws: Workspace, sentences: Sequence[Sentence], language: str, clip: Clip, names: Sequence[str]
) -> TakeHearing:
    """Return whether `clip` says these sentences, as far as the ears can tell.

    Where there are none, or they fail, it is unchecked: they inform, and are never needed.
    """
    if why := why_deaf(ws):
        return TakeHearing(unchecked=why)
    try:
        heard = ws.ears.hear(clip, language)
    except VoicenoteError as error:
        return TakeHearing(unchecked=error.in_one_line)
    except Exception as error:  # noqa: BLE001  ears are plug-ins, and a take is worth more than them
        kind = type(error).__name__
        return TakeHearing(unchecked=f"the ears {ws.settings.ears.kind} failed: {kind}: {error}")
    if not heard.text:
        return TakeHearing(("not a word could be understood",))
    return TakeHearing(judge_take(sentences, heard.text, language, names))


def why_deaf(ws: Workspace) -> str:
    """Return why no take is listened to; "" if the ears are ready."""
    return ws.deaf_because
