"""Generated letters: of customers, groups, strangers, autoresponders and mail servers."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from tests.inbound.items import Item, Knowledge, answer_words, language_of, mark_of, stop_words
from tests.inbound.mime import Coding, as_html, coding, encoded_word, leaf, multipart, text_part
from tests.inbound.people import PEOPLE
from tests.inbound.quoting import Sent, in_html, in_plain
from tests.inbound.words import AWAY, CIRCULAR, GROUP_FOOTER, SIGNATURES

OURS = "ada@saar.example"
#: The first bytes of files that people attach.
FILES = (
    ("image/jpeg", "photo.jpg", b"\xff\xd8\xff\xe0" + bytes(40)),
    ("application/pdf", "bill.pdf", b"%PDF-1.4\n" + bytes(30)),
    ("audio/mp4", "memo.m4a", b"\0\0\0\x20ftypM4A " + bytes(20)),
    ("application/octet-stream", "winmail.dat", bytes(50)),
)
PREFIXES = ("Re: ", "RE: ", "Odp: ", "Vs: ", "AW: ", "Re: Re: ", "Răsp: ", "השב: ", "Fwd: ", "")


class Writer:
    """Writes one letter; what is drawn is noted in `how`."""

    def __init__(self, chance: random.Random, number: int, known: Knowledge, at: datetime) -> None:
        self.chance, self.number, self.known, self.at = chance, number, known, at
        self.mark = mark_of(number)
        self.how: list[str] = []

    def draw(self, *ways: str) -> str:
        way = self.chance.choice(ways)
        self.how.append(way)
        return way

    def head(self, *fields: tuple[str, str]) -> bytes:
        day = format_datetime(self.at)
        own = [
            ("Date", day), ("Message-ID", f"<{self.mark}.{self.chance.getrandbits(40):x}@mta.example>"),
            ("MIME-Version", "1.0"),
        ]  # fmt: skip
        lines = [*fields, *own]
        self.chance.shuffle(lines)
        received = ("Received", f"from mta.example by mx.saar.example; {day}")
        return "".join(f"{name}: {value}\r\n" for name, value in [received, *lines]).encode()

    def item(self, raw: bytes, what: str, **more: object) -> Item:
        if self.chance.random() < 0.1:
            raw = raw.replace(b"\r\n", b"\n")
        return Item(
            number=self.number, channel="mail", raw=raw, what=what, mark=self.mark,
            how=" ".join(self.how), **more,  # type: ignore[arg-type]  # each is checked by its reader
        )  # fmt: skip


def letter(chance: random.Random, number: int, known: Knowledge, at: datetime) -> Item:
    """Write one letter to us."""
    writer = Writer(chance, number, known, at)
    kinds: tuple[Callable[[Writer], Item], ...] = (
        *[of_a_customer] * 11, of_a_stranger, of_an_unknown_address, of_another_customer,
        *[of_a_machine] * 2, *[of_a_server] * 2,
    )  # fmt: skip
    return chance.choice(kinds)(writer)


def of_a_customer(w: Writer) -> Item:
    """An answer or a stop of a customer, who can be known by the address or the thread."""
    chance, known = w.chance, w.known
    who = chance.choice([one for one, person in enumerate(PEOPLE) if person.mail])
    person = PEOPLE[who]
    mine = [case for case in known.cases[who] if case in known.letters]
    case = chance.choice(mine) if mine else None
    sent = known.letters[case] if case else None
    threaded = bool(sent) and w.draw("threaded", "threaded", "unthreaded") == "threaded"
    ways = ["own", "own", "own", "own upper", "reply-to", "group", "group via", "list"]
    fields = _identity(w, person.mail, person.name, w.draw(*ways, *["other"] * threaded))
    if threaded and sent:
        fields += _thread(w, sent)
    elif chance.random() < 0.2:
        fields.append(("In-Reply-To", f"<{chance.getrandbits(60):x}@elsewhere.example>"))
    fields += _of_persons(w)
    what = w.draw("answer", "answer", "stop")
    if what == "stop" and who in known.gone:
        what = "answer"
    place = case if threaded else known.only_case(who)
    if what == "stop":
        known.gone.add(who)
        return w.item(_stop(w, fields, person.language, sent), "stop", who=who, case=place)
    raw, words, exact = _answer(w, fields, person.language, sent)
    return w.item(raw, "answer", who=who, case=place, words=words, exact=exact)


def of_another_customer(w: Writer) -> Item:
    """A customer who answers what another was sent: their words belong to neither case."""
    chance, known = w.chance, w.known
    case = chance.choice(sorted(known.letters))
    sent = known.letters[case]
    others = [
        one for one, person in enumerate(PEOPLE)
        if person.mail and person.mail != sent.to and case not in known.cases[one]
    ]  # fmt: skip
    who = chance.choice(others)
    person = PEOPLE[who]
    w.how.append("another's thread")
    fields = [*_identity(w, person.mail, person.name, "own"), *_thread(w, sent)]
    if w.draw("answer", "stop") == "stop" and who not in known.gone:
        known.gone.add(who)
        return w.item(_stop(w, fields, person.language, sent), "stop", who=who)
    raw, words, exact = _answer(w, fields, person.language, sent)
    return w.item(raw, "answer", who=who, words=words, exact=exact)


def of_an_unknown_address(w: Writer) -> Item:
    """A stop of a customer from an address that nobody knows: only the name tells."""
    chance = w.chance
    who = chance.choice([one for one, person in enumerate(PEOPLE) if person.mail])
    person = PEOPLE[who]
    address = f"{w.mark.lower()}@new.example"
    fields = _identity(w, address, person.name, "named")
    w.how.append("unknown address")
    raw = _stop(w, fields, person.language, None, marked=True)
    maybe = frozenset(n for n, one in enumerate(PEOPLE) if one.name == person.name)
    w.known.refused.add(address)
    return w.item(raw, "stop", maybe=maybe)


def of_a_stranger(w: Writer) -> Item:
    """A letter of nobody's: a circular, a private letter, a stop for somebody else."""
    chance = w.chance
    way = w.draw("circular", "private", "stop")
    name, address = "Zed Quark", f"zed{w.number}@planet.example"
    words = CIRCULAR.format(m=w.mark) if way == "circular" else answer_words(chance, "en", w.mark)
    if way == "stop":
        words = f"{stop_words(chance, 'en')}\n{w.mark}"
    more = [("List-Unsubscribe", "<https://lamps.example/u>"), ("Precedence", "bulk")]
    fields = [*_identity(w, address, name, "own"), ("Subject", "Spring")]
    fields += more if way == "circular" else []
    raw = w.head(*fields) + text_part(chance, "text/plain", words, Coding("utf-8", "utf-8"))
    return w.item(raw, "nobody")


def of_a_machine(w: Writer) -> Item:
    """An automatic reply of a customer's mailbox."""
    chance, known = w.chance, w.known
    case = chance.choice(sorted(known.letters))
    sent = known.letters[case]
    who = next(one for one, cases in known.cases.items() if case in cases)
    person = PEOPLE[who]
    subject, words = AWAY[person.language]
    words = words.format(m=w.mark)
    way = w.draw("submitted", "null path", "x-autoreply", "subject", "precedence", "exchange")
    told = (
        subject.format(s=sent.subject) if way in ("subject", "exchange") else f"Re: {sent.subject}"
    )
    marks: dict[str, list[tuple[str, str]]] = {
        "submitted": [
            (
                "Auto-Submitted",
                chance.choice(["auto-replied", "auto-replied (vacation)", "Auto-Replied; x=y"]),
            )
        ],
        "null path": [("Return-Path", "<>")],
        "x-autoreply": [(chance.choice(["X-Autoreply", "X-Autorespond"]), "yes")],
        "precedence": [("Precedence", "auto_reply")],
        "exchange": [("X-Auto-Response-Suppress", "All"), ("Auto-Submitted", "auto-generated")],
        "subject": [],
    }
    fields = [*_identity(w, person.mail, person.name, "own"), *_thread(w, sent)]
    fields = [one for one in fields if one[0] != "Subject"]
    fields += [("Subject", encoded_word(chance, told, person.language)), *marks[way]]
    if chance.random() < 0.4:
        words, _ = in_plain(chance, words, person.language, sent)
    how = coding(chance, person.language, words, wrong=0)
    return w.item(w.head(*fields) + text_part(chance, "text/plain", words, how), "machine", who=who)


def of_a_server(w: Writer) -> Item:
    """A delivery report about a letter of ours, in one of several packings."""
    chance, known = w.chance, w.known
    sent = known.letters[chance.choice(sorted(known.letters))]
    action, status = chance.choice([
        ("failed", "5.1.1"), ("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0"),
    ])  # fmt: skip
    w.how += ["report", action]
    kind = w.draw("message/delivery-status", "message/global-delivery-status")
    fields = (
        f"Reporting-MTA: dns; mx.isp.example\r\n\r\nFinal-Recipient: rfc822; {sent.to}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {status} {w.mark}\r\n"
    ).encode()
    told = text_part(
        chance, "text/plain", f"This is the mail system at isp.example. {w.mark}\nAction: {action}.",
        Coding("utf-8", "utf-8"),
    )  # fmt: skip
    if kind.endswith("global-delivery-status") and chance.random() < 0.5:
        report = leaf(chance, kind, fields)
    else:
        report = f"Content-Type: {kind}\r\n\r\n".encode() + fields
    original = (
        f"From: {sent.sender}\r\nTo: {sent.to}\r\nMessage-ID: {sent.message_id}\r\n"
        f"X-Voicenote-Key: {sent.key}\r\nSubject: x\r\n\r\n"
    ).encode()
    returned = b"Content-Type: text/rfc822-headers\r\n\r\n" + original
    if w.draw("headers", "letter") == "letter":
        returned = (
            b"Content-Type: message/rfc822\r\n\r\n"
            + original
            + sent.plain[:200].encode("ascii", "replace")
        )
    body = multipart(chance, "report", [told, report, returned], "; report-type=delivery-status")
    head = w.head(
        ("From", "Mail Delivery System <MAILER-DAEMON@mx.isp.example>"), ("To", OURS),
        ("Return-Path", "<>"), ("Auto-Submitted", "auto-replied"), ("Subject", "Delivery Status Notification"),
    )  # fmt: skip
    return w.item(head + body, "machine")


def _identity(w: Writer, mail: str, name: str, way: str) -> list[tuple[str, str]]:
    """Say who writes: their own address, another one, a group's with theirs elsewhere."""
    chance = w.chance

    def box(address: str, called: str) -> str:
        word = encoded_word(chance, called, "et")
        if called.isascii() and ("," in called or chance.random() < 0.3):
            word = f'"{called}"'
        return chance.choice([f"{word} <{address}>", f"{word}\r\n <{address}>"])

    to = ("To", OURS)
    if way == "own" and chance.random() < 0.15:
        return [("From", chance.choice([mail, f"<{mail}>", f"{mail} (at home)"])), to]
    if way == "own upper":
        return [("From", box(mail.upper(), name)), to]
    if way == "reply-to":
        return [
            ("From", box(f"{w.mark.lower()}@phone.example", name)),
            ("Reply-To", box(mail, name)),
            to,
        ]
    if way == "other":
        return [
            ("From", box(f"{w.mark.lower()}@work.example", chance.choice([name, "Home", "M."]))),
            to,
        ]
    if way.startswith("group"):
        shown = f"'{name}' via Support"
        fields = [("From", f'"{shown}" <support@group.example>'), ("To", "support@group.example")]
        fields += [("List-Id", "<support.group.example>"), ("Precedence", "list")]
        fields.append(("List-Post", "<mailto:support@group.example>"))
        if way == "group":
            fields += [("X-Original-From", box(mail, name)), ("X-Original-Sender", mail)]
        return [*fields, ("Reply-To", box(mail, name))]
    fields = [("From", box(mail, name)), to]
    if way == "list":
        fields += [("List-Id", "<list.example>"), ("Precedence", chance.choice(["bulk", "list"]))]
    return fields


def _thread(w: Writer, sent: Sent) -> list[tuple[str, str]]:
    other = f"<{w.chance.getrandbits(60):x}@elsewhere.example>"
    subject = (
        "Subject",
        encoded_word(w.chance, f"{w.chance.choice(PREFIXES)}{sent.subject}", "he"),
    )
    return w.chance.choice([
        [("In-Reply-To", sent.message_id), ("References", f"{other} {sent.message_id}"), subject],
        [("In-Reply-To", sent.message_id), subject],
        [("References", f"{sent.message_id}\r\n {other}"), ("In-Reply-To", other), subject],
        [("references", sent.message_id), subject],
    ])  # fmt: skip


def _of_persons(w: Writer) -> list[tuple[str, str]]:
    """Headers that say nothing of who wrote."""
    return w.chance.choice([
        [], [], [("Auto-Submitted", "no")], [("Auto-Submitted", "no (written by hand)")],
        [("X-Auto-Response-Suppress", "All")], [("Precedence", "bulk")], [("X-Mailer", "Webmail 1.2")],
        [("Return-Path", "<bounce@mta.example>")], [("Feedback-ID", "1:2:3")],
    ])  # fmt: skip


def _stop(
    w: Writer,
    fields: list[tuple[str, str]],
    language: str,
    sent: Sent | None,
    *,
    marked: bool = False,
) -> bytes:
    chance = w.chance
    words = stop_words(chance, language)
    w.how.append(f"«{words}»")
    if w.draw("in the body", "in the body", "in the subject") == "in the subject":
        fields = [one for one in fields if one[0] != "Subject"]
        fields.append(("Subject", encoded_word(chance, words, language_of(words, language))))
        return _letter(
            w, fields, chance.choice(["", w.mark]) if not marked else w.mark, language, sent
        )[0]
    if marked:
        words = f"{words}\n{w.mark}"
    return _letter(w, fields, words, language, sent)[0]


def _answer(
    w: Writer, fields: list[tuple[str, str]], language: str, sent: Sent | None
) -> tuple[bytes, str, bool]:
    words = answer_words(w.chance, language, w.mark)
    raw, exact = _letter(w, fields, words, language, sent)
    return raw, words, exact


def _letter(
    w: Writer, fields: list[tuple[str, str]], words: str, language: str, sent: Sent | None
) -> tuple[bytes, bool]:
    """Return a letter with these words, and whether nothing else can be read in it."""
    chance = w.chance
    language = language_of(words, language)
    if not any(name == "Subject" for name, _ in fields):
        fields = [*fields, ("Subject", chance.choice(["Hello", "Tere", ""]))]
    shape = w.draw(
        "plain", "html", "alternative", "alternative", "mixed", "related", "signed", "footer"
    )
    quotes = sent is not None and w.draw("quoting", "quoting", "not quoting") == "quoting"
    end = chance.choice(SIGNATURES)
    plain = html = style = ""
    if quotes and sent:
        plain, style = in_plain(chance, words + end, language, sent)
        w.how.append(style)
        html = in_html(chance, as_html(chance, words), language, sent)
    else:
        plain, html = words + end, as_html(chance, words)
    whole = f"<html><head><meta name=x></head><body>{html}</body></html>"
    how, rich = coding(chance, language, plain), coding(chance, language, whole)
    w.how.append(
        f"{how.label or 'no charset'}({how.codec}) {rich.label or 'no charset'}({rich.codec})"
    )
    text = text_part(chance, "text/plain", plain, how, chance.choice(["", "; format=flowed"]))
    page = text_part(chance, "text/html", whole, rich)
    both = multipart(chance, "alternative", [text, page])
    kind, name, raw = chance.choice(FILES)
    file = leaf(chance, kind, raw, f'Content-Disposition: attachment; filename="{name}"\r\n')
    picture = leaf(
        chance,
        "image/png",
        b"\x89PNG\r\n" + bytes(20),
        "Content-ID: <logo@1>\r\nContent-Disposition: inline\r\n",
    )
    sign = leaf(chance, "application/pkcs7-signature; name=smime.p7s", bytes(40))
    foot = text_part(chance, "text/plain", GROUP_FOOTER, Coding("utf-8", "us-ascii"))
    body = {
        "plain": lambda: text,
        "html": lambda: page,
        "alternative": lambda: both,
        "mixed": lambda: multipart(chance, "mixed", [both, file]),
        "related": lambda: multipart(
            chance, "alternative", [text, multipart(chance, "related", [page, picture])]
        ),
        "signed": lambda: multipart(
            chance, "signed", [both, sign], '; protocol="application/pkcs7-signature"'
        ),
        "footer": lambda: multipart(chance, "mixed", [text, foot]),
    }[shape]()
    head = w.head(*fields)
    exact = how.right and rich.right and shape != "footer" and style != "notes"
    return head + body, exact
