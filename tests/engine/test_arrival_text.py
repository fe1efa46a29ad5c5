"""Of what comes back, only the writer's words are theirs: what we sent is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.delivery.email.mail_parser import read_mail
from voicenote.delivery.inbound import EMPTY, Arrival, Inbound
from voicenote.delivery.opt_out_phrases import add_answer
from voicenote.engine.run.arrival_text import Correspondence, without_ours

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HERS = "The ribbon of my cake was blue, and we had asked for a red one."
OURS = [
    "Hello Mari.", "This is Anna Saar, from Saar Bakery.", "Thank you for telling us.",
    f"You wrote: “{HERS}”", "It was our mistake, and I am sorry.", "I refund you 12 €.",
    "If you wish, just tell me: please stop emailing me.", "Thank you.", "A voice message for you",
]  # fmt: skip
SENT = Correspondence(OURS, (HERS,), ("Voice memo attached,",))
LETTER = " ".join(OURS[:-1]) + "\n\n-- \nVoice memo attached, 0:31."


def wrapped(text: str, mark: str = "", width: int = 38) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "\n".join(mark + one for one in "\n".join([*lines, line]).split("\n"))


BELOW = [
    LETTER,
    wrapped(LETTER),
    wrapped(LETTER, "> "),
    wrapped(LETTER, "    "),
    LETTER.upper(),
    LETTER.replace(".", "").replace("“", '"').replace("”", '"'),
    f"On Monday, March 2, 2026, Anna wrote:\n\n{LETTER}",
    f"From: Anna\nSent: Monday\nTo: Mari\nSubject: A voice message for you\n\n{LETTER}",
    f"Lähettäjä: Anna\nLähetetty: maanantaina\n\n{LETTER}",
    f"Anna, 2.3.2026 09:31:\n{LETTER}",
    "You wrote: “The ribbon of my cake was blue, and we had asked",
]


@pytest.mark.parametrize("below", BELOW)
@pytest.mark.parametrize("said", ["No, still blue.", "Thank you.", "Hello Mari is my name."])
def test_a_run_of_our_own_sentences_is_a_quotation(below: str, said: str) -> None:
    found = SENT.remove_from(f"{said}\n\n{below}")
    assert found.split("\n")[0] == said
    assert len(found.replace("0:31", "").strip(" \n-.")) <= len(said)


def test_words_above_below_and_between_are_all_kept() -> None:
    text = f"First of all:\n{OURS[1]}\nNobody called.\n{OURS[4]}\n\nMari"
    assert SENT.remove_from(text) == "First of all:\nNobody called.\n\nMari"


@pytest.mark.parametrize(
    "text", [HERS, "Thank you!", "Hello Mari", "I said: we had asked for a red one.", "I am sorry."]
)
def test_what_they_may_say_themselves_stays(text: str) -> None:
    """We say a complaint back, so its own words are in our letter too."""
    assert SENT.remove_from(text) == text


@pytest.mark.parametrize("width", [30, 34, 41, 52])
def test_lines_that_were_wrapped_after_they_were_marked_are_ours(width: int) -> None:
    """A mail program took what begins with a mark; the other halves of the lines are left."""
    marked = "\n".join(wrapped(f"> {one}", width=width) for one in (*OURS[:6], OURS[7]))
    left = "\n".join(line for line in marked.split("\n") if not line.startswith(">"))
    said = "No, 5 is still blue."
    assert SENT.remove_from(f"{said}\n\n{left}", left.split("\n")).strip() == said
    half = "The ribbon. Thank you for telling us. It was our mistake and"
    assert SENT.remove_from(f"{said}\n{half}", (half,)).strip() == said
    assert "please stop emailing me" in SENT.remove_from(f"please stop emailing me\n{left}")


def test_signs_before_their_next_word_stay() -> None:
    assert SENT.remove_from(f"No.\n{OURS[4]}\n[a sound: memo.m4a, 9 s]").endswith(
        "\n[a sound: memo.m4a, 9 s]"
    )
    assert SENT.remove_from(f"No.\n{OURS[4]}\n\n+37255512345").endswith("\n+37255512345")


def test_accents_that_a_charset_has_changed_make_no_other_words() -> None:
    sent = Correspondence(
        ["Teil on täielik põhjus pahane olla.", "Îmi pare rău, așa este și țin minte."]
    )
    text = "Ei.\n\nTeil on taielik pőhjus pahane olla.\nImi pare rau, aşa este şi ţin minte."
    assert sent.remove_from(text) == "Ei."


def came(text: str, *more: str, whole: str = "") -> Inbound:
    inbound = Inbound(sender="m", subject="", texts=more, whole=whole, address="m@t.example")
    arrival = Arrival(mark="a", at=NOW, inbound=add_answer(inbound, text, NOW, "email"))
    found = without_ours(arrival, SENT).inbound
    assert found is not None
    return found


def test_a_stop_in_our_own_words_stops_nothing_and_theirs_does() -> None:
    quoted = came(f"It is good now.\n\n{OURS[6]}")
    assert (quoted.opt_out, quoted.may_opt_out) == (False, False)
    assert came(f"Please stop emailing me.\n\n{LETTER}").opt_out
    assert came(f"{LETTER}\n\nstop emailing me").opt_out
    assert came(f"{LETTER}", "unsubscribe").opt_out


def test_our_letter_alone_is_an_empty_answer() -> None:
    answer = came("\n".join(OURS)).answer
    assert answer is not None
    assert answer.text == EMPTY


def test_an_answer_within_our_letter_is_found_where_nothing_marks_it() -> None:
    above = "From: Anna\nSent: Monday\n\n"
    whole = f"See below.\n{above}{OURS[1]}\n{OURS[4]}\n\nIt was eight.\n\n{OURS[5]}\n{OURS[6]}"
    found = came("See below.", whole=whole).answer
    assert found is not None
    assert found.text == "See below.\nIt was eight."
    assert came("See below.", whole=whole.replace("It was eight", "stop mailing me")).opt_out


@pytest.mark.parametrize("top", ["", "See below.\n\n"])
@pytest.mark.parametrize(
    "end", ["", "\n\n-- \nMari Tamm", "\n\nFrom: Jo <j@t.example>\nSent: Monday"]
)
def test_an_answer_below_our_letter_is_found_where_nothing_marks_it(top: str, end: str) -> None:
    letter = f"{top}On 2 Mar 2026, 09:31, Anna <a@saar.example> wrote:\n\n{LETTER}"
    found = as_mail(f"{letter}\n\nIt was eight.{end}")
    assert found.answer is not None
    assert found.answer.text == top.replace("\n\n", "\n") + "It was eight."
    assert as_mail(f"{letter}\n\nStop emailing me.{end}").opt_out


def as_mail(text: str) -> Inbound:
    raw = f"From: m@t.example\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()
    found = without_ours(Arrival(mark="a", at=NOW, inbound=read_mail(raw, NOW)), SENT).inbound
    assert found is not None
    return found


WROTE = "On 2 Mar 2026 at 09:31, Anna <a@saar.example> wrote:"
IN_HTML = f"""<p>{WROTE}</p><blockquote type=cite><div>{OURS[1]} {OURS[4]}</div>
<div><font color=red>It was eight.</font></div><div>{OURS[5]}</div></blockquote>"""
HEADERS = "From: Anna <a@saar.example>\nSent: Monday"
TYPED = {
    "marked lines": ("plain", f"{WROTE}\n> {OURS[4]}\n> It was eight.\n> {OURS[5]}\n"),
    "the quotation of HTML": ("html", IN_HTML),
    "between marked lines": ("plain", f"{WROTE}\n> {OURS[4]}\nIt was eight.\n> {OURS[5]}\n"),
    "behind a name": ("plain", f"{HEADERS}\n\n{OURS[4]}\n[Mari] It was eight.\n{OURS[5]}"),
}


@pytest.mark.parametrize("where", TYPED)
def test_answers_typed_into_our_letter_are_found(where: str) -> None:
    kind, text = TYPED[where]
    raw = f"From: m@t.example\nContent-Type: text/{kind}; charset=utf-8\n\n{text}"
    arrival = Arrival(mark="a", at=NOW, inbound=read_mail(raw.encode(), NOW))
    found = without_ours(arrival, SENT).inbound
    assert found is not None
    assert found.answer is not None
    assert found.answer.text.removeprefix("[Mari] ") == "It was eight."


def test_a_marked_copy_of_our_letter_holds_no_answer() -> None:
    older = "> > On 1 Mar 2026, Mari <m@t.example> wrote:\n> > Please stop.\n"
    text = f"No.\n\n{WROTE}\n{wrapped(LETTER, '> ')}\n> On 1 Mar 2026:\n{older}"
    arrival = Arrival(
        mark="a", at=NOW, inbound=read_mail(f"From: m@t.example\n\n{text}".encode(), NOW)
    )
    found = without_ours(arrival, SENT).inbound
    assert found is not None
    assert found.answer is not None
    assert (found.answer.text, found.opt_out) == ("No.", False)


@given(st.text(max_size=80), st.integers(10, 90))
def test_no_word_of_theirs_is_lost(said: str, width: int) -> None:
    said = " ".join(one for one in said.split() if one.isalnum())
    found = SENT.remove_from(f"{said}\n\n{wrapped(LETTER, '> ', width)}\n\n{said}")
    assert sum(word in found for word in said.split()) == len(said.split())


def test_a_letter_of_our_words_over_and_over_is_read_at_once() -> None:
    assert not SENT.remove_from(" ".join(OURS[1:7]) * 500).strip()
