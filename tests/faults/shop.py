"""A shop for a month: its owner types, cron runs, and 200 customers read their mail and answer.

The mail goes through a real Postfix and Dovecot; the clock is the month's own.
"""

from __future__ import annotations

import csv
import email
import email.policy
import json
import smtplib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tests.faults.mail_pair import PASSWORD, MailPair
from voicenote.cli.app import voicenote

#: A Monday, ten o'clock where the owner is.
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
#: Who the customers are: kind → how many rows.
ROWS: Mapping[str, int] = {
    "silent": 59, "pleased": 42, "html": 6, "away": 6, "stop": 6, "asks": 6, "not yet": 4,
    "gone": 7, "moved": 1, "full": 1, "late bounce": 2, "no address": 20, "found": 2,
    "phone only": 12, "twin": 4, "mistyped": 1, "by phone: stop": 1, "abusive": 3, "unfounded": 3,
    "closed": 5, "praise": 4, "wrong date": 3, "no words": 2,
}  # fmt: skip
STORIES = (
    "The parcel came four days late and the candles were broken.",
    "I was charged twice for one bag of coffee.",
    "The lamp does not light, and nobody answered my letters.",
    "You sent the green scarf instead of the blue one.",
)
NAMES = (
    "Mari", "Jaan", "Anna", "Peeter", "Kati", "Tiit", "Liis", "Rein", "Eva", "Mart",
    "Piret", "Juhan", "Helen", "Toomas", "Riina", "Andres", "Silja", "Urmas", "Kadri", "Madis",
)  # fmt: skip
SURNAMES = ("Tamm", "Saar", "Sepp", "Kask", "Kukk", "Rebane", "Ilves", "Lepp", "Oja", "Vaher")
COLUMNS = (
    "Ticket ID,Created,Customer name,Email,Phone,Description,Status,Type,"
    "Promise,amends_kind,amends_value,currency,promised_by"
)
LATE_BOUNCE = """\
From: MAILER-DAEMON@far.example
To: {to}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; far.example
Original-Envelope-Id: {key}

Final-Recipient: rfc822; {who}
Action: failed
Status: 4.4.7

--b
Content-Type: text/rfc822-headers

Message-ID: {message}

--b--
"""


@dataclass(kw_only=True)
class Buyer:
    """A row of the shop's file. `got` are the letters in their mailbox, `said` what they wrote.

    `told` is what the owner heard of them or did about them beside the mail.
    """

    ref: str
    kind: str
    name: str
    email: str = ""
    phone: str = ""
    story: str = ""
    got: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    told: str = ""

    @property
    def address(self) -> str:
        """An address that works."""
        return f"mari+{self.ref.lower()}@tamm.example"

    @property
    def kinds(self) -> list[str]:
        """The kinds of the letters they got."""
        return [str(one["X-Voicenote-Key"]).split("-")[1] for one in self.got]


def buyers() -> list[Buyer]:
    """Make the people of the file; a twin has the name, address and story of the one before."""
    made: list[Buyer] = []
    for kind in (kind for kind, count in ROWS.items() for _ in range(count)):
        n = len(made)
        one = Buyer(ref=f"T{n + 1}", kind=kind, name=f"{NAMES[n % 20]} {SURNAMES[n // 20]}")
        one.story = "" if kind == "no words" else STORIES[n % 4]
        if kind in ("gone", "moved"):
            one.email = f"gone{n}@tamm.example"
        elif kind == "full":
            one.email = "full@tamm.example"
        elif kind not in ("no address", "phone only", "found"):
            one.email = one.address
        if kind == "phone only":
            one.phone = f"+372 5{1_000_000 + n}"
        if kind == "twin" and made[-1].kind == "twin" and not made[-1].told:
            one.name, one.email, one.story = made[-1].name, made[-1].email, made[-1].story
            one.told = "the same again"
        made.append(one)
    return made


def write_rows(name: str, people: Sequence[Buyer]) -> str:
    """Write the export of the shop's helpdesk."""
    with Path(name).open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS.split(","))
        for one in people:
            story = f"<p>{one.story}</p><b>Please&nbsp;help</b>" * (one.kind == "html")
            insult = "You idiots! Drop dead, all of you." * (one.kind == "abusive")
            owed = ("Your money back", "refund", "20.00", "EUR", "2026-03-12")
            rows.writerow([
                one.ref, "2026-02-31" if one.kind == "wrong date" else "2026-03-01",
                one.name, one.email, one.phone, story or insult or one.story,
                "closed" if one.kind == "closed" else "open",
                "praise" if one.kind == "praise" else "complaint",
                *(owed if one.kind not in ("abusive", "unfounded") else [""] * 5),
            ])  # fmt: skip
    return name


def write_table(name: str, head: str, rows: Sequence[Sequence[str]]) -> str:
    """Write a small file of the owner's."""
    Path(name).write_text("\n".join([head, *(",".join(row) for row in rows), ""]), "utf-8")
    return name


@dataclass(kw_only=True)
class Shop:
    """`typed` are the commands of the owner; `now` is the clock; `journal` is what was shown."""

    home: Path
    pair: MailPair
    now: datetime = START
    people: list[Buyer] = field(default_factory=buyers)
    typed: list[tuple[str, ...]] = field(default_factory=list)
    journal: list[str] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)

    def of(self, *kinds: str) -> list[Buyer]:
        """The people of these kinds."""
        return [one for one in self.people if one.kind in kinds]

    def number(self, one: Buyer) -> str:
        """The number of their case, which the owner has read off `cases`; "" without a case."""
        if one.ref not in self._numbers:
            self._numbers = {row["ref"]: row["case"] for row in self.looks("cases", "--all")}
        return str(self._numbers.get(one.ref, ""))

    @property
    def env(self) -> dict[str, str]:
        """The owner's environment."""
        return {
            "VOICENOTE_HOME": str(self.home),
            "VOICENOTE_VOICE__ENGINE": "silent",
            "PAIR_PASSWORD": PASSWORD,
            "XDG_STATE_HOME": str(self.home.parent / "state"),
        }

    def call(self, *words: str) -> Result:
        """Call the program."""
        done = CliRunner().invoke(voicenote, list(words), env=self.env)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done

    def types(self, *words: str, code: int = 0) -> str:
        """The owner types a command; return all that is shown."""
        self.typed.append(words)
        done = self.call(*words)
        self.journal.append(f"{self.now:%d %H:%M} $ {' '.join(words)} [{done.exit_code}]")
        self.journal.append(done.output)
        assert done.exit_code == code, done.output
        return done.output

    def looks(self, *words: str) -> Any:
        """The test looks; nobody types that."""
        return json.loads(self.call(*words, "--json").stdout)

    def runs(self) -> None:
        """Cron runs; then all mail is handed on, and the customers look into their mailboxes."""
        done = self.call("run")
        self.journal.append(f"{self.now:%d %H:%M} run [{done.exit_code}]: {done.output}")
        self.settle()
        for file in sorted((self.pair.base / "mail").glob("mari/Maildir/new/*")):
            if file not in self._seen:
                self._seen.add(file)
                letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                assert isinstance(letter, EmailMessage)
                to = letter["To"].addresses[0].addr_spec
                (one, *_) = [one for one in self.people if one.email == to]
                one.got.append(letter)

    def settle(self) -> None:
        """Wait until the mail server has nothing left to hand on."""
        until, pause = time.monotonic() + 60, threading.Event()
        places = [self.pair.base / "queue" / name for name in ("maildrop", "incoming", "active")]
        while any(one.is_file() for place in places for one in place.rglob("*")):
            assert time.monotonic() < until, self.pair.logs()
            pause.wait(0.05)

    def reply(self, one: Buyer, text: str, **headers: str) -> None:
        """Somebody answers the last letter that they got."""
        last, letter = one.got[-1], EmailMessage()
        letter["From"] = f"{one.name} <{one.email}>"
        letter["To"] = last["Reply-To"] or last["From"]
        letter["Subject"] = f"Re: {last['Subject']}"
        letter["In-Reply-To"] = last["Message-ID"]
        letter["Message-ID"] = f"<{one.ref}-{len(one.said)}@tamm.example>"
        for name, value in headers.items():
            letter[name.replace("_", "-")] = value
        letter.set_content(text)
        if not headers:
            one.said.append(text)
        self._post(one.email, str(letter["To"].addresses[0].addr_spec), letter.as_bytes())

    def bounce_late(self, one: Buyer) -> None:
        """A server gives up after days: whether it came in the last try, nobody knows."""
        last = one.got[-1]
        to = last["Return-Path"].strip("<>")
        report = LATE_BOUNCE.format(
            to=to, who=one.email, message=last["Message-ID"], key=last["X-Voicenote-Key"]
        )
        self._post("", to, report.encode())

    def _post(self, sender: str, to: str, letter: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.pair.smtp) as smtp:
            smtp.sendmail(sender, to, letter)
