"""A workspace with real channels, from which every customer has got one memo; copied for each try.

Only the line to the mailbox is replaced: what comes out of it are the letters of a try.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import create_engine, text

from tests.benches.bench import SECRET, settings_table
from tests.benches.email import MailBench
from tests.benches.telegram import TelegramBench
from tests.benches.whatsapp import WhatsAppBench
from tests.engine.world import ENV, Clock, quick, release, take, tiny_memo, told
from tests.inbound.items import Knowledge
from tests.inbound.people import PEOPLE
from tests.inbound.quoting import Sent
from voicenote.delivery.email.mailbox import MailboxPosition
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.ledger.store import open_ledger
from voicenote.schedule.plans import builtin_plans
from voicenote.settings import load
from voicenote.wiring import describe_voices, make_channel, make_voice

ENVIRONMENT = {
    **ENV, "VOICENOTE_OWNER__EMAIL": "ada@saar.example", "VOICENOTE_OWNER__BUSINESS": "Saar Bakery",
}  # fmt: skip
STORIES = (
    "The cake came a day late and the ribbon was blue.", "The tap drips since the plumber was here.",
    "My parcel was left in the rain and the books are wet.", "The driver shouted at my daughter.",
)  # fmt: skip


def ogg_memo(*positional: Any, **named: Any) -> Any:
    """A stand-in for sound that messengers take: its file begins as Ogg does."""
    memo = tiny_memo(*positional, **named)
    file = Path(named["root"]) / memo.files["ogg"]
    file.write_bytes(b"OggS" + file.read_bytes())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return replace(memo, sha256=digest, digests={**memo.digests, "ogg": digest})


@dataclass
class Post:
    """The mailbox: letters in the order in which they came."""

    letters: list[tuple[datetime, bytes]] = field(default_factory=list)

    def new_mail(
        self, _server: object, after: MailboxPosition | None, _since: date
    ) -> Iterator[tuple[MailboxPosition, datetime, bytes]]:
        for uid, (at, raw) in enumerate(self.letters, start=1):
            if uid > (after.uid if after else 0):
                yield MailboxPosition(7, uid), at, raw


class Ground:
    """What every try begins with. Use as a context manager."""

    def __init__(self, postgres: str = "") -> None:
        self.clock, self.post = Clock(), Post()
        self.postgres = postgres
        self._open = ExitStack()
        self._tries = itertools.count(1)
        self._secrets: dict[str, str] = {}
        self.cases: dict[int, list[int]] = {}

    def __enter__(self) -> Self:
        patch = self._open.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("voicenote.engine.memo.render_job.make_memo", ogg_memo)
        self.folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="inbound-")))
        self.mail = MailBench(self.folder)
        self.telegram = TelegramBench(self.folder)
        self.whatsapp = WhatsAppBench(self.folder)
        for bench in (self.mail, self.telegram, self.whatsapp):
            self._open.callback(bench.stop)
        self.mail.settings |= {"imap_host": "127.0.0.1", "imap_security": "none"}
        self.home = self.folder / "home"
        self._write_settings()
        with pytest.MonkeyPatch.context() as quiet:
            quiet.setattr("voicenote.delivery.email.mailbox.new_mail", self.post.new_mail)
            self._fill()
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    def knowledge(self) -> Knowledge:
        """Return what the ledger knows before anything has come in."""
        return Knowledge(self.cases, self.letters, self.sent_ids, self.buttons)

    @contextmanager
    def copy(self) -> Iterator[Workspace]:
        """Open a copy of the ledger as it was when all memos had left."""
        home = self.folder / f"try-{next(self._tries)}"
        shutil.copytree(self.home, home)
        self.post.letters.clear()
        self.telegram.api.updates.clear()
        self.clock.now = self.began
        ledger = f"sqlite:///{home / 'ledger.db'}"
        if self.postgres:
            ledger = _copy_database(self.postgres, home.name)
        opened = self._workspace(home, ledger)
        try:
            with pytest.MonkeyPatch.context() as patch:  # for this ground: others may be open
                patch.setattr("voicenote.delivery.email.mailbox.new_mail", self.post.new_mail)
                yield opened
        finally:
            opened.close()
            shutil.rmtree(home)
            if self.postgres:
                _drop_database(self.postgres, home.name)

    def sent_since(self, counts: tuple[int, int, int]) -> list[tuple[str, str]]:
        """Return (way, key or case) of what has reached a far end since these counts."""
        letters, voices, calls = counts
        found = [("mail", _key(raw)) for raw in self.mail.kept[letters:]]
        found += [
            ("telegram", self.telegram.seen(one).key) for _, one in self.telegram.api.sent[voices:]
        ]
        cloud = self.whatsapp.api.sent[calls:]
        return found + [("whatsapp", one["biz_opaque_callback_data"]) for one in cloud]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How much has reached each far end."""
        return len(self.mail.kept), len(self.telegram.api.sent), len(self.whatsapp.api.sent)

    def _write_settings(self) -> None:
        self.home.mkdir()
        kinds: dict[str, Any] = {
            "mail": self.mail,
            "telegram": self.telegram,
            "whatsapp": self.whatsapp,
        }
        kind_of = {"mail": "email"}
        tables = []
        for name, bench in kinds.items():
            kind = kind_of.get(name, name)
            settings = settings_table(bench, self._secret)
            tables.append(f'[channels.{name}]\nkind = "{kind}"\n{settings}')
        (self.home / "voicenote.toml").write_text("\n".join(tables), encoding="utf-8")

    def _secret(self, setting: str, value: str) -> str:
        name = f"VN_{setting}_{len(value)}".upper()
        self._secrets[name] = value
        return f'{{ env = "{name}" }}'

    def _workspace(self, home: Path, ledger: str) -> Workspace:
        ids = itertools.count(1)
        opened = open_ledger(
            ledger, clock=self.clock, actor="tester", new_id=lambda: f"{next(ids):08x}{0:024x}"
        )
        if ledger.startswith("sqlite"):
            quick(opened)
        settings = load(home, {**ENVIRONMENT, **self._secrets})
        return Workspace(
            home=home,
            settings=settings,
            ledger=opened,
            clock=self.clock,
            new_id=lambda: f"{next(ids):08x}{0:024x}",
            chance=random.Random(1),
            who="here:1",
            plans=builtin_plans(),
            make_voice=make_voice,
            describe_voices=describe_voices,
            make_channel=lambda name: make_channel(settings, name, self.clock),
        )

    def _fill(self) -> None:
        """Send everybody's memos, and note what left."""
        ledger = self.postgres or f"sqlite:///{self.home / 'ledger.db'}"
        ws = self._workspace(self.home, ledger)
        number = itertools.count(1)
        for who, person in enumerate(PEOPLE):
            told_ = [
                told(
                    f"A-{next(number)}",
                    customer=person.customer,
                    what_happened=STORIES[(who + at) % 4],
                )
                for at in range(person.cases)
            ]
            self.cases[who] = take(ws, *told_)
        every = [case for cases in self.cases.values() for case in cases]
        release(ws, *every)
        for _ in range(max(person.cases for person in PEOPLE)):  # one message a day to each
            for _ in range(40):
                one_pass(ws)
                self.clock.move(minutes=20)
            self.clock.move(hours=11)
        ws.close()
        self.began = self.clock.now
        self._note_sent()
        missing = {*every} - {*self.letters, *self.sent_ids}
        assert not missing, f"nothing was sent for the cases {missing}"

    def _note_sent(self) -> None:
        self.letters: dict[int, Sent] = {}
        self.sent_ids: dict[int, str] = {}
        self.buttons: dict[int, list[str]] = {}
        for raw in self.mail.kept:
            sent = read_sent(raw)
            self.letters[sent.case] = sent
        for place, (_, fields) in enumerate(self.telegram.api.sent, start=1):
            case = case_of(self.telegram.seen(fields).key)
            self.sent_ids[case] = f"{fields['chat_id']}:{place}"
            rows = json.loads(fields["reply_markup"])["inline_keyboard"]
            self.buttons[case] = [one["callback_data"] for row in rows for one in row]
        for place, one in enumerate(self.whatsapp.api.sent, start=1):
            self.sent_ids[case_of(one["biz_opaque_callback_data"])] = f"wamid.{place}"


def webhook(body: dict[str, Any]) -> tuple[bytes, str]:
    """Return the bytes of a call of WhatsApp's webhook, and its signature."""
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", **body}}
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    raw = json.dumps(whole).encode()
    return raw, f"sha256={hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}"


def case_of(key: str) -> int:
    """Return the case in the key of a message."""
    found = re.match(r"c(\d+)r", key)
    assert found, key
    return int(found[1])


def read_sent(raw: bytes) -> Sent:
    """Return a letter of ours as its customer's program has it."""
    letter = message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    plain, rich = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert rich is not None
    page = re.search(r"<body>(.*)</body>", rich.get_content(), re.DOTALL)
    key, sender = str(letter["X-Voicenote-Key"]), letter["From"].addresses[0]
    return Sent(
        case=case_of(key), key=key, message_id=str(letter["Message-ID"]),
        subject=str(letter["Subject"]), sender=sender.addr_spec, name=sender.display_name,
        to=letter["To"].addresses[0].addr_spec, plain=plain.get_content().replace("\r", "").rstrip("\n"),
        html=page[1].replace("\r", "") if page else "",
    )  # fmt: skip


def _key(raw: bytes) -> str:
    return str(message_from_bytes(raw)["X-Voicenote-Key"])


def _copy_database(url: str, name: str) -> str:
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    template, base = admin.url.database, admin.url.set(database="postgres")
    admin.dispose()
    other = create_engine(base, isolation_level="AUTOCOMMIT")
    copied = f"{template}_{name}".replace("-", "_")
    with other.connect() as connection:
        connection.execute(text(f'create database "{copied}" template "{template}"'))
    other.dispose()
    return base.set(database=copied).render_as_string(hide_password=False)


def _drop_database(url: str, name: str) -> None:
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    template, base = admin.url.database, admin.url.set(database="postgres")
    admin.dispose()
    other = create_engine(base, isolation_level="AUTOCOMMIT")
    copied = f"{template}_{name}".replace("-", "_")
    with other.connect() as connection:
        connection.execute(text(f'drop database "{copied}" with (force)'))
    other.dispose()
