"""The change of person in English: what is proposed, and what is better left to the owner."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.script.second_person import MOST_WORDS, propose_account, to_second_person

SHIFTED = [
    ("I called four times.", "You called four times."),
    ("i called and nobody came", "You called and nobody came."),
    ("I told you twice about the nuts.", "You told us twice about the nuts."),
    (
        "I told your waiter twice about the nuts, and my daughter spent the night in hospital.",
        "You told our waiter twice about the nuts, and your daughter spent the night in hospital.",
    ),
    ("We waited.", "You waited."),
    ("We were sent home with our cake.", "You were sent home with your cake."),
    ("I waited two hours and was then sent home.", "You waited two hours and were then sent home."),
    ("My wife was crying.", "Your wife was crying."),
    ("My wife and I booked a table.", "You and your wife booked a table."),
    ("Dana and I booked a table.", "You and Dana booked a table."),
    ("Yesterday my wife and I were there.", "Yesterday your wife and you were there."),
    ("I am still waiting.", "You are still waiting."),
    ("I'm upset and am still waiting!", "You're upset and are still waiting."),
    ("I’ve paid, and it wasn’t sent.", "You've paid, and it wasn’t sent."),
    ("I was not told, nor was I asked.", "You were not told, nor were you asked."),
    ("I really wasn't rude.", "You really weren't rude."),
    ("The staff told me I wasn't on the list.", "The staff told you you weren't on the list."),
    ("What I wanted was simple.", "What you wanted was simple."),
    ("The problem was I had no key.", "The problem was you had no key."),
    ("I ordered a cake and it was late.", "You ordered a cake and it was late."),
    ("You promised me a refund by Friday.", "We promised you a refund by Friday."),
    ("You never answered me.", "We never answered you."),
    ("You were closed.", "We were closed."),
    ("I paid with you and was treated badly.", "You paid with us and were treated badly."),
    ("The room you gave us smelled of smoke.", "The room we gave you smelled of smoke."),
    ("My card was charged £40 by you.", "Your card was charged £40 by us."),
    ("Because of you I lost my job.", "Because of us you lost your job."),
    ("I told you that you owed me 40 euros.", "You told us that we owed you 40 euros."),
    ("I gave it to you guys on Monday.", "You gave it to us on Monday."),
    ("I paid for a cake of yours myself.", "You paid for a cake of ours yourself."),
    ("It's not my fault that you've lost it.", "It's not your fault that we've lost it."),
    ("The staff wouldn't let me in.", "The staff wouldn't let you in."),
    ("I flew to the US at 9 am with my son.", "You flew to the US at 9 am with your son."),
    ('He said "I will call you back" and hung up.', 'He said "I will call you back" and hung up.'),
    ("“My fault,” she told me.", "“My fault,” she told you."),
    ("My children were cold, and they cried.", "Your children were cold, and they cried."),
    ("I saw two drivers. They laughed at me.", "You saw two drivers. They laughed at you."),
    ("The cake fell over. I cried.", "The cake fell over. You cried."),
    ("The lid was broken and was wet.", "The lid was broken and was wet."),
]


@pytest.mark.parametrize(("theirs", "ours"), SHIFTED)
def test_what_is_plain_is_turned(theirs: str, ours: str) -> None:
    assert to_second_person(theirs) == ours


@pytest.mark.parametrize(
    "text",
    [
        "Why did nobody call me?",  # asks
        "Please refund me.",  # orders
        "Fix my door.",
        "Thank you for nothing.",
        "Hi there, I waited.",
        "Was told to wait.",  # who?
        "Called four times.",
        "Have been waiting for my refund.",
        "You'd think that somebody would answer me.",  # people in general
        "When you pay for a ticket you expect a seat.",
        "We agreed on Friday.",  # both of us
        "Let's say I was unlucky.",
        "He said I was lying and was very rude.",  # who was rude?
        "When I opened the box the lid was broken and was wet.",
        "They said: I will call you.",  # somebody else's words
        "They told me, I will be there.",
        'He said "I will call.',
        "I, who never complain, was ignored.",
        "I live at 3 Our Lady Street.",  # a name
        "I bought it at Toys R Us.",
        "We met at Part I of the fair.",
        "I WAITED FOR TWO HOURS AND NOBODY CAME.",
        "It came from a mine near the river.",
        "Both of you were rude to me.",
        "I hate you.",
        "You are liars.",
        "You're the worst.",
        "You should have told me.",
        "I'll never come back.",  # no account of what happened
        "I will sue.",
        "I'd like my money back.",
        "They never called me back.",  # we, most likely
        "I rang the shop and they laughed at me.",
        "It came late.I waited.",
        "I demand that you pay me back.",  # no account of what happened
        "",
    ],
)
def test_what_is_not_sure_is_left_to_the_owner(text: str) -> None:
    assert to_second_person(text) == ""


def test_one_unsure_sentence_leaves_all_to_the_owner() -> None:
    assert to_second_person("I waited. Why did nobody call me?") == ""


def test_of_a_long_complaint_the_sentences_that_complain_are_proposed() -> None:
    padding = "The shop is on the corner of the old square near the market hall. " * 4
    text = f"{padding}I called you four times and nobody ever answered me. Why is that? {padding}"
    proposed = propose_account(text)
    assert "You called us four times and nobody ever answered you." in proposed
    assert len(proposed.split()) <= MOST_WORDS


def test_of_a_short_complaint_all_is_proposed() -> None:
    assert propose_account("It was late.\nWe cried!") == "It was late. You cried."


_NOUNS = st.sampled_from(["cake", "driver", "order", "wife", "son", "room 12", "refund of €40"])
_CLAUSES = st.sampled_from(
    [
        "I told {you} about my {a}",
        "your {a} lost my {b}",
        "you never sent me the {a}",
        "we waited with our {a} and were sent home",
        "nobody showed us the {a}",
        'he said "I have your {a}"',
        "I was left alone with the {a}",
        "the {a} was mine",
        "my {a} was late",
    ]
)


@st.composite
def accounts(draw: st.DrawFn) -> str:
    """A sentence of one to three clauses."""
    clauses = draw(st.lists(_CLAUSES, min_size=1, max_size=3))
    text = ", and ".join(clauses)
    return text.format(a=draw(_NOUNS), b=draw(_NOUNS), you="you") + "."


def bare(text: str) -> list[str]:
    """The words of a text that nobody's person changes."""
    persons = r"(?:i|me|my|mine|we|us|our|ours|you|your|yours|was|were)"
    words = re.findall(r"[\w€]+", text.casefold())
    return [word for word in words if not re.fullmatch(persons, word)]


@given(accounts())
def test_only_persons_change_and_none_of_theirs_is_left(text: str) -> None:
    shifted = to_second_person(text)
    if not shifted:
        return
    assert bare(shifted) == bare(text)
    outside = re.sub(r'"[^"]*"', "", shifted)
    assert not re.search(r"\b(?:I|me|my|mine|myself)\b", outside)
    assert re.findall(r'"[^"]*"', shifted) == re.findall(r'"[^"]*"', text)


@given(st.text(max_size=200))
def test_any_text_is_turned_or_left(text: str) -> None:
    assert isinstance(to_second_person(text), str)
    assert len(propose_account(text).split()) <= MOST_WORDS
