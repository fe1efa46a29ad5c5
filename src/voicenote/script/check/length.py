"""R15: how long it takes to say, at the voice's pace, and each sentence in one breath (S16)."""

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

#: From here on it is an error, in seconds.
ENDLESS_S = 120.0
#: Nobody says all words this many times faster than a calm reader: it is twice what is easy to
#: follow. Fewer words than these tell nothing.
HASTY, FEW_WORDS = 2.34, 5
#: A memo that is shorter sounds like going through the motions, in seconds.
SHORTEST_S = 20.0


def least_seconds(script: Script) -> float:
    """Return the seconds below which nobody can have said all of a script's words; 0: any do."""
    spoken = " ".join(sentence.said for sentence in script.sentences)
    if len(spoken.split()) < FEW_WORDS:
        return 0.0
    return total_weight(spoken) / (language(script.language).pace * HASTY) * 60


def check_length(read: CheckInput) -> Iterator[Violation]:
    """Yield what is too long to be said, or too short, at the pace of the voice.

    A person's recording that cannot say all of a script is cut short.
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
    spoken = [spell_out(read.text[one.start : one.end], tongue) for one in read.sentences]
    return sayable_seconds(spoken, read.context.wpm or tongue.pace)
