"""Names that a voice says in another spelling than they are written. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from voicenote.model.sentences import Sentence


def say_names(sentence: Sentence, said_as: Mapping[str, str]) -> Sentence:
    """Return a sentence in which each name of `said_as` is said in its own spelling.

    What is written stays. The longest name counts, so "Ada's Cakes" isn't "Ada" and a rest.
    """
    said = sentence.said
    named = [name for name in said_as if name in said]
    if not named:
        return sentence
    longest = sorted(map(re.escape, named), key=len, reverse=True)
    spoken = re.sub(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", lambda one: said_as[one[0]], said)
    return sentence if spoken == said else replace(sentence, spoken=spoken)
