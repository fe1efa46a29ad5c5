"""Names of the owner's settings are said in their own spelling, and written as before."""

from __future__ import annotations

import pytest

from voicenote.model.sentences import Section, Sentence
from voicenote.script.said_names import say_names

SAID_AS = {"Ada Founder": "Ayda Founder", "Ada's Cakes": "Ayda's Cakes", "Ada": "Ayda"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It's Ada Founder from Ada's Cakes.", "It's Ayda Founder from Ayda's Cakes."),
        ("I'm Ada.", "I'm Ayda."),
        ("Adam wrote to Canada.", "Adam wrote to Canada."),
        ("Nobody is named.", "Nobody is named."),
    ],
)
def test_a_whole_name_is_said_otherwise_and_stays_as_it_is_written(text: str, said: str) -> None:
    one = say_names(Sentence(Section.THANKS, text, personal=False), SAID_AS)
    assert (one.text, one.said) == (text, said)


def test_what_is_spoken_already_counts_and_not_what_is_written() -> None:
    one = Sentence(Section.AMENDS, "Ada pays $5.", personal=True, spoken="Ada pays five dollars.")
    assert say_names(one, SAID_AS).said == "Ayda pays five dollars."
