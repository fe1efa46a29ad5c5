"""No words take long to tell, and whoever says stop among them is heard."""

from __future__ import annotations

import random
import re
import time
import tomllib
from datetime import UTC, datetime
from email.message import EmailMessage
from importlib.resources import files

import pytest

from voicenote.delivery.email.mail_parser import read_mail
from voicenote.delivery.opt_out_phrases import is_opt_out, may_be_opt_out, says_more

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
#: Of one letter, in seconds of work; the letter of 15 "stop" once took years.
BAR_S = 0.2

LISTS = tomllib.loads(files("voicenote.delivery").joinpath("opt_out.toml").read_text("utf-8"))
ENTRIES = [entry for lists in LISTS.values() for entries in lists.values() for entry in entries]
WORDS = sorted({word for entry in ENTRIES for word in re.findall(r"[^\W\d_]+", entry)})
BARE = ["stop", "unsubscribe", "הסר", "renunț", "wypisz mnie", "بس کنید", "loobun", "opt out"]
WHOLE = [
    *("please stop emailing me", "Unsubscribe me now", "אל תפנו אליי", "nie piszcie więcej"),
    *("nu mă mai contactați", "دیگر پیام ندهید", "ärge mulle enam kirjutage", "leave me alone"),
]


def letter(text: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Mari <mari@tamm.example>"
    message.set_content(text)
    return message.as_bytes()


def mutant(chance: random.Random) -> str:
    """Return up to 20 kB of the detector's own words, repeated, cut, and joined in odd ways."""
    parts: list[str] = []
    for _ in range(chance.randint(1, 6)):
        few = chance.choices([*WORDS, *BARE, *WHOLE], k=chance.randint(1, 4))
        join = chance.choice([" ", " ", " ", ", ", ". ", "\n", "-", " - ", ": ", "'", "\u200c", ""])
        many = join.join(few * chance.choice([1, 2, 15, 30, 300]))
        parts.append(many[: chance.choice([30, 3000, 6000])])
    return chance.choice([" ", "\n", ", "]).join(parts)[:20_000] + chance.choice(["", " x", "!"])


@pytest.mark.parametrize("many", [15, 30, 1000, 40_000])
@pytest.mark.parametrize(("end", "asks"), [("", True), (" this nonsense", False)])
def test_any_number_of_stops_is_heard_at_once(many: int, end: str, asks: bool) -> None:
    """Where more is said behind them, a person has to read it."""
    text = "stop " * many + end
    assert (is_opt_out(text), may_be_opt_out(text)) == (asks, True)


@pytest.mark.parametrize("many", [15, 30, 1000])
def test_a_letter_of_stops_is_read_at_once(many: int) -> None:
    read_mail(letter("hello"), NOW)
    began = time.process_time()
    assert read_mail(letter("stop " * many + "this nonsense"), NOW).may_opt_out
    assert time.process_time() - began < BAR_S


@pytest.mark.slow
def test_five_hundred_letters_of_its_own_words_are_each_read_at_once() -> None:
    chance = random.Random(9)  # noqa: S311  the same letters each time
    read_mail(letter("hello"), NOW)
    slow = []
    for number in range(500):
        raw = letter(mutant(chance))
        began = time.process_time()
        read_mail(raw, NOW)
        if time.process_time() - began > BAR_S:
            slow.append((number, time.process_time() - began))
    assert not slow


def test_a_real_stop_among_them_is_heard() -> None:
    """A whole sentence counts wherever it stands."""
    chance = random.Random(10)  # noqa: S311  the same
    for _ in range(200):
        before, stop, behind = mutant(chance), chance.choice(WHOLE), mutant(chance)
        assert is_opt_out(f"{before}\n{stop}\n{behind}"), (before, stop)


@pytest.mark.parametrize("bare", BARE)
@pytest.mark.parametrize("form", ["{0} {0}", "please {0} {0}", "{0} please {0}", "hi,\n{0}\nbye"])
def test_a_bare_word_is_heard_as_often_as_it_comes(bare: str, form: str) -> None:
    assert is_opt_out(form.format(bare))


@pytest.mark.parametrize(
    "text", ["It does not stop. Stop it please, the machine.", "No more, no less, and no more."]
)
def test_a_word_that_comes_twice_by_chance_holds_nothing(text: str) -> None:
    assert not may_be_opt_out(text)


def test_half_a_character_hides_no_stop() -> None:
    """JSON can hold one, which is no valid text for RE2."""
    assert is_opt_out("\ud83d hello. stop emailing me")
    assert may_be_opt_out("\ud83d please do not contact me, or else")


@pytest.mark.parametrize(
    "text",
    [
        "Forget my address and do not contact me again.",
        "One more thing: please don't send me any more of these.",
        "I withdraw my consent.",
        "Tänan, aga rohkem pole vaja mulle helistada.",
        "Usuńcie mój numer i nie dzwońcie do mnie więcej.",
        "Mulțumesc, dar nu-mi mai trimiteți emailuri.",
        "תודה, אבל אל תשלחו לי יותר הודעות",
        "ممنون، دیگه به من ایمیل ندید",
        "Bitte keine weiteren E-Mails.",
        "Больше не пишите мне",
    ],
)
def test_an_opt_out_beside_other_clauses_and_in_other_tongues_is_heard(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "If you cannot fix it, do not contact me again.",
        "They said: do not contact me again, and then they called.",
        "Do not send me the cake and the ribbon.",
        "Delete my old number and use the new one.",
        "The oven stops, and nobody writes.",
    ],
)
def test_a_condition_or_a_report_of_others_stops_nothing(text: str) -> None:
    assert not is_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "Stop please sending me mails", "Lõpetage palun kirjutamine.",
        "Lõpetage palun kirjade saatmine",
        "Nu mai doresc să fiu contactat.", "Nu vreau să mai fiu deranjată de voi",
        "Nie chcę być więcej nękany", "אני לא רוצה שתכתבו לי יותר", "אני לא רוצה שיתקשרו אליי",
        "Ma ei soovi, et minuga enam ühendust võetakse.",
        "Palun ei taha et mulle enam kirjutatakse",
    ],
)  # fmt: skip
def test_a_courtesy_in_the_middle_and_the_passive_are_heard(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please don't stop",
        "Stop please the machine",
        "Nu mai doresc să fie albastru",
        "Lõpetage palun töö",
    ],
)
def test_a_courtesy_makes_no_other_sentence_a_stop(text: str) -> None:
    assert not is_opt_out(text)


@pytest.mark.parametrize("text", ["No thanks", "Not interested.", "🛑", "Pole vaja.", "Gata"])
def test_what_may_mean_stop_and_is_all_that_is_said_is_asked_about(text: str) -> None:
    assert is_opt_out(text) or may_be_opt_out(text)
    assert not may_be_opt_out("No thanks to you the ribbon is red now.")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Stop", False),
        ("Please stop writing to me. Thank you!\n\nDana Levi", False),
        ("Hello, unsubscribe me please", False),
        ("[an empty message]", False),
        ("[a picture] Proszę mnie wypisać.", False),
        ("The new cake is blue again. Stop writing to me.", True),
        ("Unsubscribe.\nYou still owe me 40 euros", True),
    ],
)
def test_what_an_opt_out_says_beside_itself_is_seen(text: str, *, more: bool) -> None:
    assert says_more(text) is more
