"""A take says its script when all that matters was heard, however a recogniser writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.model.sentences import Section, Sentence
from voicenote.script.heard_words import sound_of
from voicenote.script.take_check import judge_take

NAMES = ("Dana Levi",)
SCRIPT = (
    Sentence(Section.THANKS, "Hi Dana.", personal=True),
    Sentence(Section.THANKS, "It's Ada Founder.", personal=False),
    Sentence(Section.MIRROR, "The washing machine leaked over our kitchen floor.", personal=True),
    Sentence(Section.VALIDATE, "You're right about that.", personal=False),
    Sentence(Section.OWN, "What you got from us didn't work, and that's on us.", personal=False),
    Sentence(Section.OWN, "I'm sorry for that.", personal=False),
    Sentence(Section.AMENDS, "Here's what I promise you.", personal=False),
    Sentence(
        Section.AMENDS, "A full refund, $240.", True, "A full refund, two hundred forty dollars."
    ),
    Sentence(Section.AMENDS, "By Friday, 4 December.", True, "By Friday, the fourth of December."),
    Sentence(Section.INVITE, "Is there anything you need from us in the meantime?", personal=False),
)
HEARD = (
    "Hi, Donna. It's Ada founder. The washing machine leaked over our kitchen floor. You're right "
    "about that. What you got from us didn't work and that's on us. I'm sorry for that. Here's "
    "what I promise you. A full refund $240. By Friday, the 4th of December, is there anything you "
    "need from us in the meantime?"
)
OTHER = (
    "Our grandmother's blue teapot stood for years upon that old wooden shelf beside some broken "
    "porcelain plates."
)


def doubts(*changes: tuple[str, str], of: str = HEARD) -> tuple[str, ...]:
    for old, new in changes:
        assert old in of
        of = of.replace(old, new)
    return judge_take(SCRIPT, of, "en", NAMES)


@pytest.mark.parametrize(
    "change",
    [
        ("Donna", "Dana"),
        ("Ada founder", "eight of founder"),
        ("Donna", "Danas"),
        ("Hi, Donna", "High Dane"),
        ("$240", "two hundred and forty dollars"),
        ("$240", "240 dollars"),
        ("the 4th of December", "December 4th"),
        ("the 4th of December", "4 December"),
        ("the 4th of December", "December the fourth"),
        ("By Friday, the 4th", "I fry the 4th"),
        ("the meantime", "the mean time"),
        ("You're right", "Your right"),
        ("leaked over", "leaked all over"),
        ("kitchen floor", "kitchen flour"),
        ("I'm sorry", "Um, I am sorry"),
        ("didn't work", "did not work"),
        ("refund $240", "refund, two forty"),
    ],
)
def test_what_sounds_alike_or_is_written_otherwise_is_said(change: tuple[str, str]) -> None:
    assert doubts(change) == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("Donna", "Peter"), "missing: the name Dana"),
        (("Donna", "Anna"), "missing: the name Dana"),
        (("Donna", "Maria"), "missing: the name Dana"),
        (("Hi, Donna. ", "Hi. "), "missing: the name Dana"),
        (("$240", "$214"), "missing: “A full refund, $240.”"),
        (("$240", "$40"), "missing: “A full refund, $240.”"),
        ((" $240", ""), "missing: “A full refund, $240.”"),
        (("the 4th", "the 14th"), "missing: “By Friday, 4 December.”"),
        (("December", "November"), "missing: “By Friday, 4 December.”"),
        (("Friday", "Monday"), "missing: “By Friday, 4 December.”"),
        (("$240", "€240"), "another currency is heard: “A full refund, $240.”"),
        (("didn't work", "did work"), "a “not” is missing: “What you got from us"),
        (("I'm sorry", "I'm not sorry"), "a “not” is added: “I'm sorry for that.”"),
        (("what I promise", "what I don't promise"), "a “not” is added: “Here's what"),
        (("A full refund $240. ", ""), "missing: “A full refund, $240.”"),
        (("Here's what I promise you. ", ""), "missing: “Here's what I promise you.”"),
        (("I'm sorry for that. ", ""), "missing: “I'm sorry for that.”"),
        ((" in the meantime?", ""), "it breaks off: the end of “Is there"),
        ((" you need from us in the meantime?", ""), "it breaks off: the end of “Is there"),
        (
            ("about that.", f"about that. {OTHER}"),
            "more is said than the script has",
        ),
    ],
)
def test_what_matters_and_is_missing_is_named(change: tuple[str, str], told: str) -> None:
    assert any(told in line for line in doubts(change))


@pytest.mark.parametrize("heard", ["By Friday, 4 December.", "By Friday, December 4th."])
def test_a_day_may_end_a_take_in_either_order(heard: str) -> None:
    assert judge_take([SCRIPT[8]], heard, "en", NAMES) == ()


def test_can_and_cannot_are_too_close_to_be_asked_about() -> None:
    said = (Sentence(Section.AMENDS, "You can call me on my own telephone.", personal=True),)
    assert judge_take(said, "You can't call me on my own telephone.", "en", ()) == ()


def test_a_recogniser_that_repeats_itself_adds_nothing() -> None:
    assert doubts(of=HEARD + " I'm sorry." * 50) == ()


def test_another_text_is_told_with_what_was_heard() -> None:
    share, heard = doubts(of="The teapot that my grandmother left me stands on the shelf.")
    assert "% of the words were heard" in share
    assert heard == "heard: “The teapot that my grandmother left me stands on the shelf.”"


@pytest.mark.parametrize(
    ("heard", "good"),
    [
        ("Zwracamy Pani całą sumę, 240 złotych, do piątku, i przepraszamy.", True),
        ("Zwracamy Pani całą sumę, 250 złotych, do piątku, i przepraszamy.", False),
        ("Zfracami pani calo sumem, 250 słotych, do pionku, i psepraszame.", True),
        ("Dzień dobry, chciałbym zamówić nowy czajnik dla babci.", False),
    ],
)
def test_where_much_is_misheard_a_missing_detail_shows_nothing(heard: str, good: bool) -> None:
    """Ears that know a language badly refuse no take for a name or a sum."""
    text = "Zwracamy Pani całą sumę, 240 zł, do piątku, i przepraszamy."
    said = (Sentence(Section.AMENDS, text, personal=True),)
    assert (judge_take(said, heard, "pl") == ()) is good


@pytest.mark.parametrize(
    ("one", "other"),
    [("Dana", "Donna"), ("colour", "color"), ("Catherine", "Katherine"), ("Philip", "Filip")],
)
def test_words_that_sound_alike(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("I'm sorry for that.", "A full refund, $240."),
        ("You have it back by Friday.", "You have it back by Monday."),
    ],
)
def test_a_sentence_alone_is_told_from_another(text: str, heard: str) -> None:
    said = (Sentence(Section.AMENDS, text, personal=True),)
    assert judge_take(said, heard, "en", ())


@given(st.text(max_size=200), st.sampled_from(["en", "pl", "ro", "et", "fa", "he"]))
def test_any_text_is_judged(heard: str, code: str) -> None:
    judge_take(SCRIPT, heard, code, NAMES)


@pytest.mark.parametrize("sentence", SCRIPT)
def test_a_sentence_alone_is_said_by_itself(sentence: Sentence) -> None:
    assert judge_take([sentence], sentence.text, "en", NAMES) == ()
    assert judge_take([sentence], sentence.said, "en", NAMES) == ()
