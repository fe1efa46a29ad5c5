"""What is said of a writer's words, and what is left out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.script.grounding.drafts import Draft, Told, script_of, told
from tests.script.grounding.test_judge import ATTACKS, LANGUAGES, attacked
from tests.script.grounding.unseen import drafts
from voicenote.model.sentences import Section, Sentence
from voicenote.script.grounding.leaving_out import Weighed, put_in, weigh_words
from voicenote.script.writers.answers import OWN_WORDS, make_sentence

ANNA = next(one for one in told() if one.case.customer.name == "Omar Haddad")


def weighed(one: Told, draft: Draft, *, seen: bool = True) -> tuple[list[Sentence], Weighed]:
    own = [each for each in script_of(one, draft).sentences if each.section in OWN_WORDS]
    return own, weigh_words(own, one.case, one.context, one.template, seen=seen)


def said_alone(text: str, section: Section = Section.OWN, *, seen: bool = True) -> Weighed:
    """What becomes of one sentence in a draft of Omar's case."""
    own = make_sentence(section, text, "en")
    return weigh_words([own], ANNA.case, ANNA.context, ANNA.template, seen=seen)


def sentences_of(*texts: tuple[str, str]) -> list[Sentence]:
    return [make_sentence(Section(section), text, "en") for section, text in texts]


@pytest.mark.parametrize("name", ["fourth", "third"])
def test_of_an_honest_draft_enough_is_left(name: str) -> None:
    found = [weighed(one, draft) for _, one, draft in drafts(f"{name}_honest")]
    assert sum(each.enough for _, each in found) >= 0.95 * len(found)
    own, left = (
        sum(map(len, each)) for each in zip(*[(o, w.left_out) for o, w in found], strict=True)
    )
    assert left <= 0.1 * own


def misplaced(code: str) -> Iterator[tuple[Told, str, Section]]:
    """What an adversary promises and tells, where the writer's own words stand."""
    places = (Section.OWN, Section.INVITE, Section.EMPATHISE)
    for number, (one, draft, lie) in enumerate(attacked(code, ATTACKS)):
        if lie not in draft.get("mirror", []):
            yield one, lie, places[number % 3]


@pytest.mark.parametrize("code", LANGUAGES)
def test_hardly_a_promise_stays_where_none_belongs(code: str) -> None:
    tried = list(misplaced(code))
    stayed = []
    for one, lie, section in tried:
        own = make_sentence(section, lie, code)
        if weigh_words([own], one.case, one.context, one.template, seen=False).said:
            stayed.append(lie)
    assert len(stayed) <= 0.04 * len(tried), stayed


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I'll send you a voucher for a hundred dollars.", "promise"),
        ("We have fired him, and you'll get a free ride.", "promise"),
        ("I promise you 1000 €.", "promise"),
        ("Our driver Kevin shouted at your boy.", "name"),
        ("My son was shouted at by your driver.", "person"),
        ("Please read {this}.", "markup"),
    ],
)
def test_a_sentence_in_doubt_is_left_out_with_its_reason(said: str, kind: str) -> None:
    found = said_alone(said)
    assert found.said == ()
    assert [(one.kind, one.text) for one in found.left_out] == [(kind, said)]
    assert found.left_out[0].why
    assert not found.enough


def test_what_only_the_owner_can_know_is_named_to_them_and_left_out_where_nobody_looks() -> None:
    said = "A tractor had blocked the narrow bridge."
    seen, unseen = said_alone(said), said_alone(said, seen=False)
    assert (len(seen.said), [one.kind for one in seen.named]) == (1, ["fact"])
    assert (unseen.said, [one.kind for one in unseen.left_out]) == ((), ["fact"])


def test_the_rest_of_a_draft_stays() -> None:
    lie = "I'll give you five hundred dollars on top."
    dana = next(one for one in told() if one.case.customer.name == "Dana Cole")
    first = dana.drafts[0]
    _, found = weighed(dana, {**first, "own": [*first["own"], lie]})
    assert lie in [one.text for one in found.left_out]
    assert found.enough


def test_of_a_language_without_tables_nothing_is_said() -> None:
    from dataclasses import replace

    foreign = replace(ANNA.template, language="ja")
    own = [make_sentence(Section.OWN, "It was my fault.", "en")]
    found = weigh_words(own, ANNA.case, ANNA.context, foreign, seen=True)
    assert (found.said, found.enough) == ((), False)
    assert [one.kind for one in found.left_out] == ["language"]


TEMPLATE = sentences_of(
    ("thanks", "Hi Omar."), ("mirror", "You told us."), ("own", "We did."),
    ("empathise", "It hurt."), ("amends", "You get $5."), ("invite", "Write to me."),
)  # fmt: skip


@pytest.mark.parametrize(
    ("own", "whole"),
    [
        ([("mirror", "A."), ("own", "B."), ("invite", "C?")], "Hi Omar. A. B. You get $5. C?"),
        ([("own", "B.")], "Hi Omar. You told us. B. You get $5. Write to me."),
        ([], "Hi Omar. You told us. We did. You get $5. Write to me."),
        (
            [("empathise", "D."), ("amends", "You get $900.")],
            "Hi Omar. You told us. We did. D. You get $5. Write to me.",
        ),
    ],
)
def test_the_promise_and_the_greeting_stay_the_owners(
    own: Sequence[tuple[str, str]], whole: str
) -> None:
    put = put_in(TEMPLATE, sentences_of(*own), OWN_WORDS)
    assert " ".join(one.text for one in put) == whole
