"""A letter of the owner's own as a script: sentences in sections, and not a word changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import BadData
from voicenote.model.sentences import Script, Section
from voicenote.script.own_letter import LONGEST, is_letter, read_letter

LATE = """\
Hi Dana, it's Anna Saar. You paid us for overnight delivery of a pump, for your mother's
dialysis room, and it took nine days. You rang four times and got four different answers.

I'm sorry. The parcel lay in the wrong depot, and that was our mistake.

We refunded your thirty-eight dollars this morning. From now on every medical order
has one named person from start to finish. Did this cost you anything I don't know about?
Just answer this; it comes to me.
"""


def taken(text: str, language: str = "en") -> list[tuple[str, str]]:
    script = read_letter(text, Script(language=language, template="justified", sentences=()))
    return [(one.section.value, one.text) for one in script.sentences]


def test_a_letter_is_put_into_the_sections_of_the_method() -> None:
    assert [section for section, _ in taken(LATE)] == [
        "thanks", "mirror", "mirror", "own", "own", "amends", "prevent", "invite", "invite",
    ]  # fmt: skip


def test_lines_that_an_editor_broke_are_one_sentence() -> None:
    assert taken(LATE)[1][1].startswith("You paid us for overnight delivery of a pump, for your ")


LETTERS = {
    "pl": """\
Dzień dobry, Pani Marto. Nasz kurier nakrzyczał na Pani syna. Przepraszam, to moja
wina. Oddajemy Pani pieniądze do piątku. Czy mogę coś jeszcze zrobić?""",
    "et": """\
Tere, Mari. Te ootasite meid terve päeva ja keegi ei tulnud. Palun vabandust, see oli
meie viga. Maksame teile raha tagasi reedeks. Kas on veel midagi?""",
    "ro": """\
Bună ziua, doamnă Pop. Ați așteptat comanda trei săptămâni. Îmi pare rău, este
greșeala noastră. Vă dăm banii înapoi până vineri. Mai pot face ceva?""",
    "he": """\
שלום דנה. חיכית לנו יום שלם ואף אחד לא בא. אני מצטער, זו טעות שלנו.
נחזיר לך את הכסף עד יום שישי. יש עוד משהו?""",
    "fa": """\
سلام خانم رضایی. شما سه هفته منتظر ماندید. متأسفم، این اشتباه ما بود.
پول شما را تا جمعه برمی‌گردانیم. کار دیگری هم هست؟""",
}


@pytest.mark.parametrize("language", LETTERS)
def test_a_letter_in_each_language_is_put_into_sections(language: str) -> None:
    sections = [section for section, _ in taken(LETTERS[language], language)]
    assert sections == ["thanks", "mirror", "own", "amends", "invite"]


def test_an_offer_before_the_apology_stays_where_it_is_for_the_check() -> None:
    letter = (
        "Dear Dana, this is Ada. I will send you a new cake. I'm sorry that the first one fell."
    )
    assert [section for section, _ in taken(letter)] == ["thanks", "amends", "own"]


def test_a_second_sorry_does_not_go_back() -> None:
    letter = "It fell over. I'm sorry. I will send you a new cake. Once more, I'm sorry."
    assert [section for section, _ in taken(letter)] == ["mirror", "own", "amends", "amends"]


def test_items_of_a_list_are_sentences_without_their_signs() -> None:
    assert [
        text for _, text in taken("I'm sorry.\n- It was late\n- It was cold\n2. It was wet")
    ] == [
        "I'm sorry.",
        "It was late",
        "It was cold",
        "It was wet",
    ]


def test_every_sentence_is_personal_and_sums_are_spelt_for_the_voice() -> None:
    letter = "I'm sorry. You'll have €40 by Friday."
    script = read_letter(letter, Script(language="en", template="justified", sentences=()))
    assert all(one.personal for one in script.sentences)
    assert script.sentences[1].spoken == "You'll have forty euros by Friday."


@pytest.mark.parametrize("text", ["", " \n", "- \n...\n"])
def test_a_letter_without_words_is_refused(text: str) -> None:
    with pytest.raises(BadData, match="no words"):
        taken(text)


def test_a_far_too_long_letter_is_refused() -> None:
    with pytest.raises(BadData, match="the most is 20,000"):
        taken("word " * (LONGEST // 5 + 1))


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("Hi Dana.", True),
        ("[see below] Hi Dana.", True),
        ("[thanks]\nHi Dana.", False),
        ("Hi Dana.\n [ Own ] \r\nIt was me.", False),
        ("[nonsense]\nHm.", False),
        ("", False),
    ],
)
def test_headings_tell_an_edited_script_from_a_letter(text: str, letter: bool) -> None:
    assert is_letter(text) is letter


_SENTENCES = st.sampled_from(
    [
        "Hi Dana.", "Thank you for writing.", "You waited nine days.", "I'm sorry.",
        "It was our mistake.", "The parcel lay in the wrong depot.", "I will send you a new one.",
        "You'll have it by Friday.", "From now on one person answers.", "Is it all right now?",
        "That is all.", "I made a mistake when I wrote the address.",
    ]
)  # fmt: skip


@given(st.lists(_SENTENCES, min_size=1, max_size=10))
def test_no_word_is_changed_and_only_early_offers_are_out_of_order(sentences: list[str]) -> None:
    found = taken(" ".join(sentences))
    assert [text for _, text in found] == sentences
    order = list(Section)
    sorry = [n for n, text in enumerate(sentences) if re.search("sorry|mistake", text)]
    places = [
        order.index(Section(section))
        for n, (section, _) in enumerate(found)
        if not (section == "amends" and sorry and n < sorry[0])
    ]
    assert places == sorted(places)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert taken(text)
    except BadData:
        assert not any(map(str.isalnum, text))
