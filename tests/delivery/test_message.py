"""A parcel as a message: what a mail program reads is what was meant, whatever the names hold."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest
from babel import Locale
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.parcels import PARCEL
from voicenote.delivery.message import (
    build_message,
    direction,
    wire,
    write_letter,
)
from voicenote.delivery.parcel_checks import check_address, check_key, validate_parcel
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    for part in message.walk():
        assert not part.defects
        for value in part.values():
            assert not getattr(value, "defects", ())
    return message


def with_field(parcel: Parcel, field: str, value: Any) -> Parcel:
    return replace(parcel, **{field: value})


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


def test_the_headers_say_who_what_and_when() -> None:
    thread = ("<first@bakery.example>", "<second@bakery.example>")
    message = read(wire(build_message(replace(PARCEL, thread=thread), {})))
    assert message["From"] == "Anna of the bakery <anna@bakery.example>"
    assert message["To"] == "Mari Tamm <mari@tamm.example>"
    assert message["Subject"] == PARCEL.subject
    assert message["Date"].datetime == PARCEL.made_at
    assert message["Message-ID"] == PARCEL.message_id
    assert message["X-Voicenote-Key"] == PARCEL.key
    assert message["In-Reply-To"] == thread[-1]
    assert message["References"] == " ".join(thread)


def test_the_same_parcel_gives_the_same_bytes() -> None:
    sound = {"mp3": bytes(range(256)) * 40}
    assert wire(build_message(PARCEL, sound)) == wire(build_message(PARCEL, sound))


def test_sound_comes_out_as_it_went_in() -> None:
    sound = {"mp3": bytes(range(256)) * 400, "ogg": b"\r\n.\r\n--=_\x00" * 99, "m4a": b"\x00"}
    message = read(wire(build_message(PARCEL, sound)))
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert attached == {f"voice-memo.{kind}": content for kind, content in sound.items()}


def test_long_identifiers_are_never_encoded() -> None:
    thread = tuple(f"<{letter * 150}@bakery.example>" for letter in "abc")
    raw = wire(build_message(replace(PARCEL, thread=thread), {}))
    assert all(each.encode() in raw for each in thread)
    assert read(raw)["References"].split() == list(thread)


@pytest.mark.parametrize(
    ("language", "way"),
    [("he", "rtl"), ("fa-IR", "rtl"), ("ar", "rtl"), ("et", "ltr"), ("", "ltr"), ("zz-??", "ltr")],
)
def test_a_language_has_its_direction(language: str, way: str) -> None:
    assert direction(language) == way
    assert f'dir="{way}"' in body(build_message(replace(PARCEL, language=language), {}), "html")


@pytest.mark.parametrize("language", ["en", "et", "fa", "he", "pl", "ro"])
def test_our_own_languages_have_the_direction_that_the_library_gives_them(language: str) -> None:
    assert direction(language) == Locale.parse(language).text_direction


@pytest.mark.parametrize("language", ["en", "he-IL", "ro", "pl", "fa", "et", "ja"])
def test_a_machine_voice_is_said_to_be_one(language: str) -> None:
    own = replace(PARCEL, language=language)
    machine = replace(own, synthetic=True)
    for kind in ("plain", "html"):
        said = body(build_message(machine, {"mp3": b"x"}), kind)
        assert len(said) > len(body(build_message(own, {"mp3": b"x"}), kind))
        assert "0:33" in said


def test_a_customer_without_an_address_is_still_named() -> None:
    for to in ("", "+37255512345", "@mari", "Mari Õun"):
        message = read(wire(build_message(replace(PARCEL, to=to, customer="Mari Õun"), {})))
        assert message["To"].groups[0].display_name == "Mari Õun"
        assert message["To"].addresses == ()


def test_an_owner_without_an_address_is_still_named() -> None:
    message = read(wire(build_message(replace(PARCEL, sender=""), {})))
    assert message["From"].groups[0].display_name == PARCEL.sender_name


def test_a_foreign_domain_travels_in_ascii() -> None:
    message = read(wire(build_message(replace(PARCEL, to="mari@õunapuu.ee"), {})))
    assert message["To"].addresses[0].addr_spec == "mari@xn--unapuu-oxa.ee"


@pytest.mark.parametrize(
    "bad", ["\r\nBcc: all@x.example", "a\nb", "a\x00b", "a\rb", "a\x85b", "\ud800"]
)
@pytest.mark.parametrize("field", ["customer", "to", "sender", "sender_name", "subject"])
def test_nothing_slips_a_line_into_a_header(field: str, bad: str) -> None:
    with pytest.raises(Refused):
        build_message(with_field(PARCEL, field, bad), {})


@pytest.mark.parametrize(
    "to", ["mari@", "@tamm.example", "mari tamm@x.example", "a@b@c.example", "", "mari@-x-.example"]
)
def test_an_impossible_address_is_refused_where_one_is_needed(to: str) -> None:
    with pytest.raises(Refused, match="cannot be right"):
        check_address("the customer", to)


@pytest.mark.parametrize(
    "key", ["", ".", "..", "a/b", "../a", ".a", "a ", "a\n", "a.", "é", "a" * 121, "a~b"]
)
def test_a_key_that_is_no_name_of_a_folder_is_refused(key: str) -> None:
    with pytest.raises(Refused, match="key"):
        check_key(key)


@pytest.mark.parametrize("wrong", ["", "a@b", "<a b@c>", "<a>", "<a@b>\r\nX: y", "<é@b>"])
def test_a_message_id_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(Refused, match="Message-ID"):
        build_message(replace(PARCEL, message_id=wrong), {})


def test_words_are_words_in_html() -> None:
    text = "<script>alert(1)</script> & <img src=x onerror=y> \"'"
    html = body(read(wire(build_message(replace(PARCEL, text=text), {}))), "html")
    tags = Tags()
    tags.feed(html)
    assert tags.seen == {"html", "head", "meta", "body", "p"}


@given(customer=names, sender=names, subject=names)
def test_any_name_leaves_exactly_one_customer_and_one_sender(
    customer: str, sender: str, subject: str
) -> None:
    parcel = replace(PARCEL, customer=customer, sender_name=sender, subject=subject)
    raw = wire(build_message(parcel, {"mp3": b"sound"}))
    raw.decode("ascii")
    message = read(raw)
    assert [each.addr_spec for each in message["To"].addresses] == [PARCEL.to]
    assert [each.addr_spec for each in message["From"].addresses] == [PARCEL.sender]
    assert message["Bcc"] is None
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert {*map(str.lower, message.keys())} == {
        "from", "to", "subject", "date", "message-id", "x-voicenote-key", "content-type",
        "mime-version",
    }  # fmt: skip


@given(customer=names)
@example(customer="\u00a0")
def test_any_name_without_an_address_leaves_no_address(customer: str) -> None:
    message = read(wire(build_message(replace(PARCEL, customer=customer, to=""), {})))
    assert message["To"].addresses == ()


@given(text=words)
def test_any_words_come_out_as_words(text: str) -> None:
    controls = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
    wanted = text.translate(controls).split()
    message = read(wire(build_message(replace(PARCEL, text=text), {})))
    assert body(message, "plain").split() == wanted


@given(
    customer=names,
    text=words,
    sounds=st.dictionaries(st.sampled_from(["mp3", "ogg", "m4a"]), st.binary(max_size=400)),
)
@example(customer="Mari", text="", sounds={"mp3": b"x" * 57, "ogg": b"x" * 58, "m4a": b""})
def test_a_letter_is_written_as_the_library_writes_it(
    customer: str, text: str, sounds: dict[str, bytes]
) -> None:
    parcel = replace(PARCEL, customer=customer, text=text)
    assert bytes(write_letter(parcel, sounds)) == wire(build_message(parcel, sounds))


def test_words_that_forge_the_mark_of_a_sound_stay_words() -> None:
    mark = base64.b64encode(hashlib.sha256(f"{PARCEL.key} mp3".encode()).digest()).decode()
    parcel = replace(PARCEL, subject=mark, text=f"{mark}\n{mark}")
    letter = write_letter(parcel, {"mp3": b"sound"})
    assert bytes(letter) == wire(build_message(parcel, {"mp3": b"sound"}))


def test_headers_that_are_remembered_are_those_that_were_asked_for() -> None:
    """Each letter's own, in any order, although most of them are parsed once a pass."""
    made = [
        replace(PARCEL, subject=f"About {n % 3}", sender_name=f"Anna {n % 2}") for n in range(9)
    ]
    letters = [read(bytes(write_letter(parcel, {}))) for parcel in made]
    assert [letter["Subject"] for letter in letters] == [parcel.subject for parcel in made]
    assert [letter["From"].addresses[0].display_name for letter in letters] == [
        parcel.sender_name for parcel in made
    ]


ENCODED = "=?utf-8?q?Mari=0D=0ABcc=3A_all=40evil=2Eee?="


@pytest.mark.parametrize("field", ["customer", "sender_name", "subject"])
@pytest.mark.parametrize("word", [ENCODED, "=?utf-8?b?TWFyaQ0KQmNjOiBhbGxAZXZpbC5lZQ==?="])
def test_an_encoded_word_in_a_name_adds_no_header(letter: Parcel, field: str, word: str) -> None:
    raw = wire(build_message(with_field(letter, field, word), {}))
    assert b"\nBcc" not in raw
    message = message_from_bytes(raw, policy=default)
    assert "Bcc" not in message
    shown = {"customer": "To", "sender_name": "From", "subject": "Subject"}[field]
    assert word.replace("=?", "= ?").partition("?")[2][:20] in str(message[shown])


anything = st.text(max_size=40) | st.sampled_from(["a@b.ee", "a@b..ee", "=?utf-8?q?=0D=0Aa?=", ""])


@given(
    changes=st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["customer", "to", "sender", "sender_name", "subject"], anything),
            "text": anything,
            "key": anything | st.just("vn-1"),
            "message_id": anything | st.just("<a@b>"),
            "thread": st.lists(anything | st.just("<a@b>"), max_size=2).map(tuple),
        },
    )
)
def test_what_is_checked_for_all_channels_is_what_a_letter_refuses(
    changes: dict[str, object],
) -> None:
    parcel = replace(PARCEL, **changes)  # type: ignore[arg-type]  # of all fields at once
    refused = []
    for carry in (validate_parcel, lambda parcel: build_message(parcel, {})):
        try:
            carry(parcel)
            refused.append("")
        except Refused as error:
            refused.append(error.what)
    assert refused[0] == refused[1]
