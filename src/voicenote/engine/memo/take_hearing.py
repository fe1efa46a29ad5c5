"""What the ears say of a take: whether it says the words of its script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicenote.ears.speech import halve
from voicenote.engine.workspace import Workspace
from voicenote.errors import VoicenoteError
from voicenote.model.case import Case
from voicenote.model.memo import Clip
from voicenote.model.sentences import Sentence
from voicenote.script.take_check import judge_take

#: A take of so many seconds may be heard in two parts, in which at most so much more is said than
#: the sentences have: in a longer text their words are found by chance.
_LONG_S, _MORE = 10.0, 1.3


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
        return TakeHearing(_find_doubts(ws, sentences, language, clip, names))
    except VoicenoteError as error:
        return TakeHearing(unchecked=error.in_one_line)
    except Exception as error:  # noqa: BLE001  ears are plug-ins, and a take is worth more than them
        kind = type(error).__name__
        return TakeHearing(unchecked=f"the ears {ws.settings.ears.kind} failed: {kind}: {error}")


def _find_doubts(
    ws: Workspace, sentences: Sequence[Sentence], language: str, clip: Clip, names: Sequence[str]
) -> tuple[str, ...]:
    """Return what of the sentences wasn't heard.

    A recogniser may skip half of a long take, so a doubtful one is heard again in two parts, and
    counts as said when nothing is missing then.
    """
    heard = ws.ears.hear(clip, language).text
    if not heard:
        return ("not a word could be understood",)
    doubts = judge_take(sentences, heard, language, names)
    if doubts and clip.duration_s >= _LONG_S:
        again = " ".join(ws.ears.hear(part, language).text for part in halve(clip))
        longest = _MORE * sum(len(one.said) for one in sentences)
        if 0 < len(again) <= longest and not judge_take(sentences, again, language, names):
            return ()
    return doubts


def why_deaf(ws: Workspace) -> str:
    """Return why no take is listened to; "" if the ears are ready."""
    return ws.deaf_because
