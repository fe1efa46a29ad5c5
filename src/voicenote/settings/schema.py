"""Every setting, declared once: its default, what it accepts, and its description.

These are plain dataclasses, because every command that reads the ledger imports them. The check of
a value is beside its default, in the field's metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voicenote.options import Secret, option, validators
from voicenote.settings.ears_table import EarsTable
from voicenote.settings.marks_table import MarksTable
from voicenote.settings.policy import LIMIT, Check, Policy
from voicenote.settings.source import SettingsSource
from voicenote.settings.voice_table import VoiceTable
from voicenote.settings.writer_table import WriterTable

#: The value of ``[schedule] outbox`` for an owner who sends what is in it.
BY_HAND = "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The person who answers for what happened: speaks, signs, is nudged."""

    name: str = option("", validators.line, "Your name, as customers know you.", "Ada Founder")
    business: str = option("", validators.line, "The name of your business.", "Ada's Cakes")
    say_as: str = option(
        "",
        validators.line,
        "How a synthetic voice says your name, spelt as it sounds; empty: as it is written.",
        "Ayda Founder",
    )
    business_say_as: str = option(
        "",
        validators.line,
        "How it says the name of your business, likewise.",
        "Ayda's Cakes",
    )
    language: str = option(
        "en",
        validators.language,
        "Your language, and a customer's when nothing says otherwise. BCP 47.",
    )
    time_zone: str = option(
        "UTC",
        validators.zone,
        "Your time zone, and a customer's when nothing says otherwise. IANA name.",
    )
    email: str = option("", validators.email, "Where nudges and proofs go.", "ada@example.com")
    gender: str = option(
        "",
        validators.choice("", "woman", "man"),
        'woman or man, for languages in which "I" has two forms; empty: neutral words.',
        "woman",
    )
    iranian_money: str = option(
        "toman",
        validators.choice("toman", "rial"),
        "toman or rial: how Iranian money is said. People count in tomans, of ten rials each.",
        "rial",
    )

    @property
    def said_as(self) -> dict[str, str]:
        """The names that a voice says in another spelling, each with that."""
        pairs = {self.name: self.say_as, self.business: self.business_say_as}
        return {name: said for name, said in pairs.items() if name and said and name != said}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What the finished memo sounds like, and in which files."""

    renditions: tuple[str, ...] = option(
        ("ogg", "mp3"), validators.word_list(("ogg", "m4a", "mp3")), "The files to make of a memo."
    )
    bitrate: int = option(
        40,
        validators.number(12, 128, whole=True),
        "kbit/s of the Ogg/Opus file (a bubble holds 512 KB).",
    )
    loudness: float = option(-16.0, validators.number(-30, -9), "Loudness of a memo, in LUFS.")
    watermark: bool = option(
        True,
        validators.switch,
        "Whether a synthetic voice carries a watermark that `voicenote verify` finds. Your own "
        "recordings never do.",
    )
    cache_mb: int = option(
        1000,
        validators.number(0, 1_000_000, whole=True),
        "Megabytes that sentences made before may take; see `voicenote cache`.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a message may leave, in the customer's local time."""

    quiet_hours: str = option(
        "20:00-09:00",
        validators.text,
        'When nothing is sent, in the customer\'s local time; or "off".',
    )
    working_days: str = option(
        "mon-fri", validators.text, 'The days on which things are sent; or "all".'
    )
    holidays: str = option(
        "off", validators.country, 'The country whose public holidays are kept; or "off".', "DE"
    )
    too_late: str = option(
        "P3D",
        validators.duration,
        "A message later than this is shown instead of sent, if its plan says nothing else.",
    )
    plan: str = option("make-it-right", validators.text, "The plan of a case that names none.")
    channels: tuple[str, ...] = option(
        (),
        validators.word_list(),
        "The ways to a customer, in this order: the first with an address is taken, and when it "
        "refuses, the next. Empty: all of [channels], in their order.",
        ["mail", "telegram"],
    )
    outbox: str = option(
        "",
        validators.choice("", BY_HAND),
        'What becomes of messages that no channel can carry, when there are channels. "by hand": '
        "they are put into the outbox, you send them, and say so with mark-sent. Empty: they wait "
        "until there is an address.",
        BY_HAND,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive:
    """What is kept of what customers send."""

    attachment_mb: int = option(
        25,
        validators.number(0, 2000, whole=True),
        "The largest file of a customer that is fetched and kept, in megabytes; 0: none is.",
    )

    @property
    def most_bytes(self) -> int:
        """The limit in bytes."""
        return self.attachment_mb * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTable:
    """One channel. `kind` is its name in `voicenote channels`; the rest depends on the kind.

    Values in `options` are as in TOML, except secrets, which are `Secret`. A limit of None is that
    of ``[policy]``, or no limit for the outbox.
    """

    kind: str = option("", validators.text, "What it is, if not what its table is called.", "email")
    options: Mapping[str, Any] = field(default_factory=dict)
    per_run: int | None = option(None, LIMIT, "As in [policy], for this channel.")
    per_hour: int | None = option(None, LIMIT, "As in [policy], for this channel.")
    per_domain: int | None = option(None, LIMIT, "As in [policy], for this channel.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A saved way to read one kind of file: `voicenote import --profile NAME`."""

    map: Mapping[str, str] = option(
        {},
        validators.texts_by_name,
        "Our field, and the column of the file that holds it.",
        {"what_happened": "Complaint"},
    )
    default: Mapping[str, str] = option(
        {},
        validators.texts_by_name,
        "Our field, and what it is where the file has nothing.",
        {"language": "en"},
    )
    source: str = option("", validators.text, "The name of where these come from.", "helpdesk")
    where: str = option("", validators.text, "Take only these rows.", "rating <= 2")
    encoding: str = option("", validators.text, "Its encoding, if the guess is wrong.", "cp1250")
    delimiter: str = option("", validators.text, "Its delimiter, if the guess is wrong.", ";")
    sheet: str = option("", validators.text, "The sheet of a workbook.", "Open")
    keep_all: bool = option(
        False, validators.switch, "Also what is closed, spam, your team's or praise."
    )
    lines: bool = option(False, validators.switch, "Each line is what one customer said.")
    no_header: bool = option(False, validators.switch, "The columns have no names.")
    no_quotes: bool = option(False, validators.switch, "A quote is a sign like any other.")
    day_first: bool = option(False, validators.switch, "03/04 is the third of April.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTable:
    """Where everything is kept."""

    url: str | Secret = option(
        "",
        validators.database_url,
        "A database URL, or a secret reference to one; empty: SQLite in ledger.db of this folder.",
        "postgresql+psycopg://localhost/voicenote",
    )

    def address(self, home: Path) -> str:
        """Return the database URL to connect to; it may hold a password, so do not show it."""
        url = self.url.reveal() if isinstance(self.url, Secret) else self.url
        return url or f"sqlite:///{(home / 'ledger.db').as_posix()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All checked settings; `home` is the workspace, `file` its `voicenote.toml`.

    `source` knows the line of each setting, and the problems found while reading.
    """

    home: Path
    file: Path
    owner: Owner = field(default_factory=Owner)
    writer: WriterTable = field(default_factory=WriterTable)
    voice: VoiceTable = field(default_factory=VoiceTable)
    sound: Sound = field(default_factory=Sound)
    ears: EarsTable = field(default_factory=EarsTable)
    marks: MarksTable = field(default_factory=MarksTable)
    schedule: Schedule = field(default_factory=Schedule)
    plans: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    check: Check = field(default_factory=Check)
    channels: Mapping[str, ChannelTable] = field(default_factory=dict)
    receive: Receive = field(default_factory=Receive)
    intake: Mapping[str, Profile] = field(default_factory=dict)
    ledger: LedgerTable = field(default_factory=LedgerTable)
    source: SettingsSource = field(default=SettingsSource(Path()), compare=False, repr=False)


#: The tables with fixed keys, in the order of the pipeline.
TABLES: dict[str, type] = {
    "owner": Owner,
    "writer": WriterTable,
    "voice": VoiceTable,
    "sound": Sound,
    "ears": EarsTable,
    "marks": MarksTable,
    "schedule": Schedule,
    "policy": Policy,
    "check": Check,
    "receive": Receive,
    "ledger": LedgerTable,
}

#: The tables that hold named tables, such as [plans.NAME], and their descriptions.
NAMED: dict[str, str] = {
    "plans": "A follow-up schedule of your own: steps with kind, after, unless and channel.",
    "channels": "One way out: kind, and that channel's own keys. Secrets only by reference.",
    "intake": "A saved way to read one kind of file; `import --save NAME` writes it.",
}
