"""A name is heard when it is spelt so that it sounds the same, and not when it is another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.script.name_likeness import closest, is_heard

SAME = [
    ("Karl", "Hi Carl."), ("Kristen", "Hi, christen."), ("Niamh", "Hi, Neve."),
    ("Sarah", "Hi Sara."),
    ("Rhys", "Hi Rys."), ("Dana", "Hi, Dayna."), ("Dana", "Hi, Dahna!"), ("Amélie", "Hi Amelie"),
    ("Kwame", "Hi, Quame."), ("Agnieszka", "Hi Agneska!"),
    ("Philip", "Hi Filip"), ("Jakub", "Hi Yakub."),
    ("Xiaoming", "Hi Xiao Ming."), ("Marc", "Hi, Mark."), ("Thomas", "Hi Tomas."),
    ("Min-jun", "Hi Min Jun"), ("Siobhan", "Hi Shivon."), ("Chloé", "Hi, Chloe."),
    ("José", "Hi Jose."),
]  # fmt: skip
OTHER = [
    ("Dana", "Hi, Donna."), ("Marie", "Hi, Maria."), ("Ellen", "Hi Helen"), ("Tim", "Hi Jim."),
    ("Joan", "Hi, John."), ("Martin", "Hi Marvin."), ("Andrei", "Hi Andrea"), ("Mart", "Hi Mark"),
    ("Pekka", "Hi, Becca."), ("Noa", "Hi Nora."),
    ("Siobhan", "High siapin"), ("José", "Hi Joseph."), ("Fatima", "Hi Fatma!"),
    ("Piotr", "Hi, Peter."), ("Dana", ""), ("Kate", "Hi K."), ("Kaja", "Hi Katya"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "heard"), SAME)
def test_another_spelling_of_the_same_sound_is_the_name(name: str, heard: str) -> None:
    assert is_heard(name, heard.strip(".!").replace(",", "").split())


@pytest.mark.parametrize(("name", "heard"), OTHER)
def test_another_name_is_not(name: str, heard: str) -> None:
    assert not is_heard(name, heard.strip(".!").replace(",", "").split())


def test_a_name_that_is_written_together_with_the_word_before_it_is_heard() -> None:
    assert is_heard("Noa", ["Hinoa"], "Hi")
    assert not is_heard("Nora", ["Hinoa"], "Hi")


def test_what_was_heard_in_its_place_is_told() -> None:
    assert closest("Dana", ["Hi", "Donna", "and", "thank", "you"]) == "Donna"
    assert closest("Dana", []) == ""


@given(st.text(max_size=30), st.lists(st.text(max_size=12), max_size=4))
def test_any_name_is_heard_in_itself_and_nothing_raises(name: str, heard: list[str]) -> None:
    assert is_heard(name, [*heard, name])
    closest(name, heard)
