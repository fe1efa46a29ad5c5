"""R15 and S16: how long a text takes to say, and whether each sentence fits in one breath."""

from __future__ import annotations

from collections.abc import Iterator

from voicenote.model.sentences import Script
from voicenote.script.check.findings import Violation
from voicenote.script.check.passage import CheckInput
from voicenote.script.check.phrase_tables import table
from voicenote.script.compose import APOLOGIES, LONGEST_S, seconds
from voicenote.script.disclosing import drop_disclosure
from voicenote.script.languages import language
from voicenote.script.spoken import sayable_seconds, spell_out, total_weight

#: A longer text is an error, in seconds.
ENDLESS_S = 120.0
#: No one speaks this many times faster than a calm reader: it is twice what is easy to follow.
#: Texts with fewer words than `FEW_WORDS` aren't judged.
HASTY, FEW_WORDS = 2.34, 5
#: A shorter memo sounds like going through the motions, in seconds.
SHORTEST_S = 20.0


def least_seconds(script: Script) -> float:
    """Return the least seconds in which anyone can say a script; 0.0 for very few words."""
    spoken = " ".join(sentence.said for sentence in script.sentences)
    if len(spoken.split()) < FEW_WORDS:
        return 0.0
    return total_weight(spoken) / (language(script.language).pace * HASTY) * 60


def check_length(read: CheckInput) -> Iterator[Violation]:
    """Yield what is too long or too short at the voice's pace, and recordings that are cut short.

    A recording is cut short if it can't contain the whole script.
    """
    script, recorded = read.script, read.context.taken
    if script and recorded is not None and recorded < least_seconds(drop_disclosure(script)):
        yield "R15", "cut", 0, 0
    length = _seconds_of(read)
    if length > ENDLESS_S:
        yield "R15", "endless", 0, 0
    elif length > LONGEST_S:
        yield "R15", "long", 0, 0
    elif length < SHORTEST_S and (script is None or read.template in APOLOGIES):
        yield "R15", "short", 0, 0
    breath = table(read.language).breath
    for one in read.sentences:
        if one.own > breath:
            yield "R15", "breath", one.start, one.end


def _seconds_of(read: CheckInput) -> float:
    if read.script:
        return seconds(read.script, read.context.wpm)
    tongue = language(read.language)
    spoken = [spell_out(one.text, tongue) for one in read.sentences]
    return sayable_seconds(spoken, read.context.wpm or tongue.pace)
