"""A script in the owner's editor, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import BadData
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.compose import compose
from voicenote.script.quoting import to_one_line
from voicenote.script.script_file import from_text, to_text

SENTENCES = st.builds(
    Sentence,
    st.sampled_from(Section),
    st.text(min_size=1).map(to_one_line).filter(bool),
    personal=st.booleans(),
)


def test_what_is_not_changed_comes_back_equal(case: Any, facts: Any, refund: Any) -> None:
    script = compose(case(promises=(refund,)), facts(synthetic=True))
    assert from_text(to_text(script), script) == script


@given(st.lists(SENTENCES, min_size=1, max_size=8, unique_by=lambda s: (s.section, s.text)))
def test_any_sentences_come_back(sentences: Any) -> None:
    script = Script(language="en", template="x", sentences=tuple(sentences))
    assert from_text(to_text(script), script) == script


def test_a_changed_sentence_is_personal_and_said_anew(case: Any, facts: Any, refund: Any) -> None:
    script = compose(case(promises=(refund,)), facts())
    text = to_text(script).replace(
        "The full price of the cake, $240.", "It comes to $250, at once."
    )
    changed = [s for s in from_text(text, script).sentences if s not in script.sentences]
    assert [(s.said, s.personal) for s in changed] == [
        ("It comes to two hundred fifty dollars, at once.", True)
    ]


def test_the_owner_can_say_how_a_sentence_is_said(case: Any, facts: Any) -> None:
    script = compose(case(), facts())
    text = to_text(script).replace("Hi Dana.", "Hi Dana.\n~ Hi Dahna.")
    assert from_text(text, script).sentences[0].said == "Hi Dahna."


def test_every_wrong_line_is_named_with_its_number(case: Any, facts: Any) -> None:
    script = compose(case(), facts())
    with pytest.raises(BadData) as caught:
        from_text("~ hm\nWords too early.\n[sorry]\nHello.\n", script, "script.txt")
    assert [(p.file, p.line) for p in caught.value.problems] == [
        ("script.txt", 1),
        ("script.txt", 2),
        ("script.txt", 3),
    ]


def test_an_empty_file_changes_nothing(case: Any, facts: Any) -> None:
    script = compose(case(), facts())
    assert from_text("# all gone\n", script) == script
