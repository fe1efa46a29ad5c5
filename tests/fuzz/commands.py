"""The real commands, each on a workspace of its own: odd words, odd files, odd surroundings."""

from __future__ import annotations

import io
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import click
from click.testing import CliRunner

from tests.fuzz.mutate import TOKENS, mutated, some
from tests.fuzz.parsers import PARSERS, ROW, SETTING_WORDS
from voicenote.cli.app import voicenote
from voicenote.cli.commands import COMMANDS

#: They wait for ever, or take long whatever they are told.
LEFT_OUT = {"daemon", "completion", "demo"}
ROWS = """\
ref,customer,language,time_zone,what_happened,bothered_most,amends,amends_kind,promised_by,email
a,Ada Lovelace,en,Europe/London,The cake fell over.,Nobody called me.,A new cake,redo,2027-06-04,ada@example.com
b,Bo Diddley,pl,America/Chicago,The amp was late.,It cost me a gig.,Half the rent,refund,2027-06-04,bo@example.com
c,Cy Young,en,UTC,The ball was flat.,I lost a game.,A new ball,exchange,2027-06-04,
"""
WORDS = (
    "1", "2", "3", "1.1", "2.1", "9", "0", "01", "+1", "1e3", "٣", "1_0", "EUR", "40 EUR", "€40", "-5",
    "1,5,5", "2026-12-01", "2027-02-29", "0000-01-01", "9999-12-31", "en", "pl", "en-GB", "Europe/Paris",
    "UTC", "silent", "system:de", "kokoro", "ada@example.com", "<ada@example.com>", "mailto:a@b.cc",
    "Ada Lovelace", "rows", "june", "make-it-right", "check-in", "R18", "S9", "R99.x", "PT0S", "outbox",
    "mail", "mail=on", "customer=there", "what_happened=Words", "utf-8", ";", "\\t", "~nobody/x", "~",
    "-", "--", "voicenote.toml", "ledger.db", "in.dat", "out.ogg", "out.mp3", "out.wav", "out.png",
    "copy.tar.gz", "copy.zip", "empty", "a/b/c", "rows.csv", "memos", "http://x/", "\\\\server\\x", "'",
)  # fmt: skip


@dataclass(slots=True)
class Case:
    """One call: words, standard input, environment, and what is done to the workspace before."""

    words: list[str]
    given: bytes = b""
    env: dict[str, str] = field(default_factory=dict)


def template(folder: Path) -> Path:
    """Make the workspace that every call gets a copy of: cases at every step, and a backup."""
    home = folder / "home"
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    env = _env(home, folder / "state")
    for words in (
        ("import", "rows.csv", "--batch", "june"), ("triage", "1", "--accept"),
        ("triage", "2", "--accept"), ("script", "1"), ("script", "2"), ("render", "1"), ("render", "2"),
        ("approve", "1", "--yes"), ("run",), ("backup", "copy.tar.gz"), ("backup", "copy.zip"),
    ):  # fmt: skip
        with _inside(folder):
            done = CliRunner().invoke(voicenote, list(words), env=env)
        if done.exit_code == 70:
            raise AssertionError(done.stderr)
    shutil.rmtree(folder / "state")
    return home


def _env(home: Path, state: Path) -> dict[str, str | None]:
    """The environment of a call: it finds no editor, player or microphone, and nobody's keys."""
    return {
        "VOICENOTE_HOME": str(home),
        "VOICENOTE_OWNER__NAME": "Grace Hopper",
        "VOICENOTE_VOICE__ENGINE": "silent",
        "XDG_STATE_HOME": str(state),
        "HOME": str(home.parent),
        "PATH": "",
        "EDITOR": None,
        "VISUAL": None,
    }


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


# -- words --------------------------------------------------------------------------------------


def leaves() -> list[tuple[tuple[str, ...], click.Command]]:
    """Return every command with the words that call it."""
    context = click.Context(voicenote)
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name in COMMANDS:
        one = voicenote.get_command(context, name)
        assert one is not None
        if isinstance(one, click.Group):
            found += [((name, sub), command) for sub, command in one.commands.items()]
        elif name not in LEFT_OUT:
            found.append(((name,), one))
    return found


def word(chance: random.Random) -> str:
    """Return a word that a shell can hand over: no NUL, and bytes that are no UTF-8 as Python has them."""
    pool = chance.choice((WORDS, WORDS, WORDS, TOKENS, SETTING_WORDS, tuple(ROW.values())))
    text = chance.choice(pool)
    if chance.random() < 0.2:
        text = mutated(text.encode("utf-8", "replace"), [b"x"], WORDS, chance).decode(
            "utf-8", "replace"
        )
    kept = "".join(sign for sign in text if sign != "\0" and not "\ud800" <= sign <= "\udc7f")
    return kept[:100_000]


def arguments(command: click.Command, chance: random.Random) -> Iterator[str]:
    """Give words for the parameters of a command: mostly such as fit their types."""
    for one in command.params:
        if isinstance(one, click.Argument):
            if one.required or chance.random() < 0.6:
                yield _value(one, chance)
                if one.nargs == -1 and chance.random() < 0.3:
                    yield _value(one, chance)
        elif isinstance(one, click.Option) and "--help" not in one.opts:
            if {"--install", "--systemd"} & set(one.opts):
                continue
            if chance.random() < (0.9 if one.required else 0.25):
                yield one.opts[0]
                if not one.is_flag:
                    yield _value(one, chance)


def _value(one: click.Parameter, chance: random.Random) -> str:
    if chance.random() < 0.35:
        return word(chance)
    if isinstance(one.type, click.Choice):
        return str(chance.choice(list(one.type.choices)))
    if isinstance(one.type, click.IntRange):
        return chance.choice(("1", "2", "3", "1", "2", "40", "4"))
    if isinstance(one.type, click.DateTime):
        return chance.choice(("2027-01-02", "2026-12-01", "1999-01-01", "2200-12-31", "1990-01-01"))
    return chance.choice(WORDS) if chance.random() < 0.7 else word(chance)


def odd_words(home: Path, chance: random.Random) -> Case:
    """Any command with any words."""
    (home.parent / "in.dat").write_bytes(_file(chance)[1])
    path, command = chance.choice(_leaves())
    words = [*path, *arguments(command, chance)]
    if chance.random() < 0.1:
        words.insert(chance.randrange(len(words) + 1), word(chance))
    case = Case(words, given=word(chance).encode("utf-8", "surrogateescape"))
    if chance.random() < 0.15:
        case.env[f"VOICENOTE_{chance.choice(_NAMES)}"] = word(chance).replace("\udcff", "")
    return case


_NAMES = ("OWNER__NAME", "OWNER__TIME_ZONE", "OWNER__LANGUAGE", "VOICE__ENGINE", "VOICE__RATE",
          "SCHEDULE__QUIET_HOURS", "SCHEDULE__WORKING_DAYS", "SCHEDULE__HOLIDAYS", "SCHEDULE__PLAN",
          "SCHEDULE__TOO_LATE", "POLICY__ROUNDS", "CHECK__LEVELS", "SOUND__BITRATE", "CHANNELS",
          "LEDGER__URL", "SOUND__LOUDNESS", "POLICY__AUTO_APPROVE", "CHANNELS__MAIL__KIND")  # fmt: skip


@cache
def _leaves() -> list[tuple[tuple[str, ...], click.Command]]:
    return leaves()


# -- files --------------------------------------------------------------------------------------


def _file(chance: random.Random) -> tuple[str, bytes]:
    name = chance.choice(("intake", "documents", "single", "script", "mail", "whatsapp", "sound"))
    return name, PARSERS[name].input(chance)


_FILES: Mapping[str, Sequence[Sequence[str]]] = {
    "intake": (("import", "in.dat"), ("import", "in.dat", "--dry-run", "--json"), ("import", "rows.csv", "in.dat")),
    "documents": (("import", "in.dat"), ("import", "in.dat", "in.dat", "--json")),
    "single": (("new", "--from", "in.dat"), ("new", "--from", "in.dat", "--json")),
    "script": (("script", "1", "--from", "in.dat"), ("check", "in.dat"), ("check", "in.dat", "--json"),
               ("say", "--file", "in.dat", "-o", "out.ogg"), ("say", "--file", "in.dat", "-o", "-"),
               ("say", "-", "-o", "out.mp3", "--language", "pl")),
    "mail": (("receive", "--from", "in.dat", "--channel", "mail"), ("receive", "--from", "in.dat")),
    "whatsapp": (("receive", "--from", "in.dat", "--signature", "sha256=0"), ("receive", "--from", "-", "--channel", "wa")),
    "sound": (("record", "1", "--from", "in.dat"), ("record", "2", "--from", "in.dat", "--anyway"),
              ("play", "in.dat", "--picture", "out.png"), ("record", "2", "--from", "takes")),
}  # fmt: skip


def odd_file(home: Path, chance: random.Random) -> Case:
    """A command that reads a file, and a file that was changed."""
    name, data = _file(chance)
    words = list(chance.choice(_FILES[name]))
    if words[0] == "say":  # what is spoken takes as long as it is
        data = data[:1500]
    (home.parent / "in.dat").write_bytes(data)
    (home.parent / "takes").mkdir()
    (home.parent / "takes" / "1.wav").write_bytes(data)
    (home / "voicenote.toml").write_text(CHANNELS, encoding="utf-8")
    return Case(words, given=data)


CHANNELS = """
[channels.mail]
kind = "email"
host = "127.0.0.1"
port = 9
from = "ada@example.com"
imap_host = "127.0.0.1"
password = {env = "NONE"}
"""


def odd_settings(home: Path, chance: random.Random) -> Case:
    """A settings file that was changed, or a template, and commands that read it."""
    if chance.random() < 0.7:
        (home / "voicenote.toml").write_bytes(PARSERS["settings"].input(chance))
    else:
        place = home / "templates" / chance.choice(("en", "pl", "xx", ".."))
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{chance.choice(('justified', 'mine', '_hello', 'A B'))}.jinja").write_bytes(
            PARSERS["template"].input(chance)
        )
    return Case(list(chance.choice(_LOOKS)))


_LOOKS: Sequence[Sequence[str]] = (
    ("doctor",), ("next",), ("status",), ("status", "--json"),
    ("next", "--all", "--json"), ("cases",), ("cases", "--json"), ("show", "1"),
    ("show", "2", "--json"), ("run",), ("rehearse", "--days", "30"), ("plan", "1"), ("plan", "2", "--plan", "thirty-days"),
    ("channels",), ("voices", "--json"), ("templates",), ("templates", "test"), ("script", "3"), ("render", "2"),
    ("lessons",), ("amends", "list"), ("backup", "new.zip"), ("init",), ("receive",), ("play", "1", "--json"),
    ("cache", "show"), ("cache", "prune"), ("pause",), ("adopt",), ("schedule",), ("proof", "1"), ("approve", "2", "--yes"),
    ("check", "1"), ("record", "2", "--list"), ("resend", "1"), ("mark-sent", "1"), ("import", "rows.csv"),
)  # fmt: skip


def odd_ledger(home: Path, chance: random.Random) -> Case:
    """A ledger that is damaged, another database, a text, a folder, or nothing."""
    ledger = home / "ledger.db"
    data = ledger.read_bytes()
    kind = chance.randrange(8)
    for left in home.glob("ledger.db-*"):
        left.unlink()
    if kind == 0:
        ledger.unlink()
        ledger.mkdir()
    elif kind == 1:
        ledger.write_bytes(chance.choice((b"", b"hello\n" * 500, data[:100], b"SQLite format 3\0")))
    elif kind == 2:
        ledger.unlink()
        with closing(sqlite3.connect(ledger)) as other:
            other.execute(
                chance.choice(
                    (
                        "create table cases (a)",
                        "create table meta (key, value)",
                        "pragma user_version=99",
                    )
                )
            )
            other.commit()
    elif kind == 3:
        ledger.write_bytes(data[: chance.randrange(len(data))])
    elif kind == 4:
        (home / "ledger.db-wal").write_bytes(mutated(data[:4096], [data], (), chance))
    else:
        out = bytearray(data)
        for _ in range(some(chance, 3000)):
            out[chance.randrange(len(out))] = chance.randrange(256)
        ledger.write_bytes(bytes(out))
    return Case(list(chance.choice(_LOOKS)))


def odd_rows(home: Path, chance: random.Random) -> Case:
    """A ledger in which somebody has changed one value by hand."""
    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        ledger.execute("pragma ignore_check_constraints=on")
        tables = [
            row[0] for row in ledger.execute("select name from sqlite_master where type='table'")
        ]
        table = chance.choice(tables)
        columns = [row[1] for row in ledger.execute(f'pragma table_info("{table}")')]
        value = chance.choice(
            (
                None,
                -1,
                1.5,
                10**18,
                b"\xff\0",
                "",
                "x",
                "2026-13-01",
                "{",
                "null",
                "[]",
                chance.choice(SETTING_WORDS),
            )
        )
        try:
            ledger.execute(f'update "{table}" set "{chance.choice(columns)}" = ?', (value,))  # noqa: S608
            ledger.commit()
        except sqlite3.Error:
            ledger.rollback()
    return Case(list(chance.choice(_LOOKS)))


def odd_files_of_ours(home: Path, chance: random.Random) -> Case:
    """A file of the workspace that was damaged: a memo, the cache, the outbox, a lock."""
    files = sorted(path for path in home.rglob("*") if path.is_file() and "ledger" not in path.name)
    for _ in range(some(chance, 4)):
        path = chance.choice(files)
        if chance.random() < 0.3:
            path.unlink(missing_ok=True)
            path.mkdir(exist_ok=True)
        elif path.is_file():
            path.write_bytes(mutated(path.read_bytes(), [b"\0" * 99, b"x"], (), chance))
    return Case(list(chance.choice(_LOOKS)))


def odd_backup(home: Path, chance: random.Random) -> Case:
    """A backup that is broken."""
    name = chance.choice(("copy.tar.gz", "copy.zip"))
    data = (home.parent / name).read_bytes()
    if chance.random() < 0.3:
        import gzip

        data = gzip.decompress((home.parent / "copy.tar.gz").read_bytes())
        data = mutated(data, [data], ("../x", "ledger.db", "memos/../../x"), chance)
        data = gzip.compress(data, 1) if chance.random() < 0.7 else data
    else:
        data = mutated(data, [data], ("../x", "ledger.db"), chance)
    (home.parent / name).write_bytes(data)
    return Case(["--home", "new", "restore", name])


KINDS: Mapping[str, tuple[Callable[[Path, random.Random], Case], int]] = {
    "words": (odd_words, 40), "file": (odd_file, 25), "settings": (odd_settings, 12),
    "ledger": (odd_ledger, 8), "rows": (odd_rows, 5), "ours": (odd_files_of_ours, 5), "backup": (odd_backup, 5),
}  # fmt: skip


def call(kind: str, made: Path, folder: Path, chance: random.Random) -> tuple[Case, int, str]:
    """Make a workspace, call a command there; return the call, its exit code, what it said wrong."""
    place = folder / "w"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(made, place / "a" / "b", symlinks=True)
    home = place / "a" / "b" / "home"
    case = KINDS[kind][0](home, chance)
    env = {**_env(home, place / "state"), **case.env}
    with _inside(place / "a" / "b"):
        done = CliRunner().invoke(
            voicenote, ["--debug", *case.words], env=env, input=io.BytesIO(case.given)
        )
    return case, done.exit_code, done.stderr
