"""R15: how long it takes to say, at the voice's pace, and each sentence in one breath (S16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from voicenote.model.sentences import Script
from voicenote.script.check.findings import Broken
from voicenote.script.check.passage import CheckedSentence
from voicenote.script.compose import LONGEST_S, PAUSE_S
from voicenote.script.disclosing import drop_disclosure
from voicenote.script.languages import language
from voicenote.script.spoken import speakable, weight

#: From here on it is an error, in seconds.
ENDLESS_S = 120.0
#: Who says words so many times as fast as a calm reader does not say them all: twice what is easy
#: to follow. It is not read out of fewer words than these.
HASTY, FEW_WORDS = 2.34, 5
#: A memo that is shorter sounds like a duty done, in seconds.
SHORTEST_S = 20.0


def least_seconds(script: Script) -> float:
    """Return the seconds below which nobody can have said all of a script's words; 0: any do."""
    spoken = " ".join(sentence.said for sentence in script.sentences)
    if len(spoken.split()) < FEW_WORDS:
        return 0.0
    return _weight(spoken) / (language(script.language).pace * HASTY) * 60


def cut_short(script: Script | None, taken: float | None) -> Iterator[Broken]:
    """A recording of `taken` seconds that cannot say all of the script; None: there is none."""
    if script and taken is not None and taken < least_seconds(drop_disclosure(script)):
        yield "R15", "cut", 0, 0


def length(
    text: str,
    script: Script | None,
    said: Sequence[CheckedSentence],
    code: str,
    wpm: float | None,
    breath: int,
    memo: bool,  # noqa: FBT001  of the text
) -> Iterator[Broken]:
    """What is too long to be said, or too short. `breath` is in words, `wpm` words a minute."""
    taken = seconds_of(text, script, said, code, wpm)
    if taken > ENDLESS_S:
        yield "R15", "endless", 0, 0
    elif taken > LONGEST_S:
        yield "R15", "long", 0, 0
    elif taken < SHORTEST_S and (memo or script is None):
        yield "R15", "short", 0, 0
    for one in said:
        if one.own > breath:
            yield "R15", "breath", one.start, one.end


def seconds_of(
    text: str, script: Script | None, said: Sequence[CheckedSentence], code: str, wpm: float | None
) -> float:
    """Seconds that it takes to say, pauses included, as the composer counts them."""
    if script:
        spoken = [sentence.said for sentence in script.sentences]
    else:
        tongue = language(code)
        spoken = [speakable(text[one.start : one.end], tongue) for one in said]
    pace = wpm or language(code).pace
    return sum(_weight(one) for one in spoken) / pace * 60 + PAUSE_S * len(spoken)


@lru_cache(maxsize=8192)
def _weight(spoken: str) -> float:
    return sum(weight(word) for word in spoken.split())
