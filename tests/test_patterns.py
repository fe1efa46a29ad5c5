"""No pattern of the source takes long, whatever a stranger writes: each is tried on its own words.

Every pattern is found in the source itself, by how it is used; a new one is tried without a word
here. The strings are made of what the pattern consists of: its letters, its parts, and what it
repeats, over and over, with an end that does not fit.
"""

from __future__ import annotations

import ast
import importlib
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from voicenote import errors
from voicenote.cli.terminal.batch_report import _list_missing, _without_number, named_once
from voicenote.delivery.email.mail_parser import read_mail
from voicenote.delivery.email.reply import own_words
from voicenote.delivery.opt_out_phrases import is_opt_out, may_be_opt_out
from voicenote.delivery.tokens import is_token, tokens_in
from voicenote.engine.admin import find_schedule
from voicenote.engine.memo.plain_speech import sentences_of
from voicenote.engine.singly import Failed
from voicenote.errors import BadData, RuleSaysNo, VoicenoteError
from voicenote.intake.cell_text import clean
from voicenote.model.address import twins
from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.model.sentences import Section, Sentence
from voicenote.model.sums import sum_unread, sums_in
from voicenote.plain_text import read_person
from voicenote.script import deed_conflicts, failure, outdating
from voicenote.script.amount_text import find_sums
from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_tables import table
from voicenote.script.check.rules import check
from voicenote.script.context import ScriptContext
from voicenote.script.day_text import find_days
from voicenote.script.grounding.claim_tables import claim_tables
from voicenote.script.grounding.claimed_figures import times_in
from voicenote.script.habits import split_clauses, weigh
from voicenote.script.languages import language
from voicenote.script.promise_state import names_day
from voicenote.script.quoting import (
    calm_shouting,
    clean_quote,
    cut_excerpt,
    shorten,
    trim_punctuation,
)
from voicenote.script.respelling import respell
from voicenote.script.said_facts import Fact
from voicenote.script.said_names import say_names
from voicenote.script.said_numbers import written_numbers
from voicenote.script.spoken import names_amount, spell_out
from voicenote.script.writers.redact import redaction_of
from voicenote.voice.kokoro_letters import clauses
from voicenote.word_language import detect_language

SOURCE = Path(errors.__file__).parent
#: Signs of a text → the seconds that a pattern may take over it: a linear one takes a hundredth.
BARS_S = {1_000: 0.1, 100_000: 1.0}
#: What a whole text may take on a busy machine; the square of its length takes minutes.
READING_S = 2.5
#: What does not end by itself is ended after so many seconds of work.
PATIENCE_S = 5.0
#: What is tried of one pattern.
MOST = 40

WALKING = {"sub", "subn", "split", "findall", "finditer"}
ALL = {"search", "match", "fullmatch", "finditer"}

# Patterns that are handed on by their names: file → how they are used there.
HANDED_ON = {"options/validators.py": {"fullmatch"}}
HIDDEN = redaction_of(
    Case(
        number=1,
        stage=Stage.OPENED,
        complaint=Complaint(
            source="test",
            ref="1",
            opened_at=datetime(2026, 3, 1, tzinfo=UTC),
            customer=Customer(name="Ann Marie Tamm-Lepik"),
            what_happened="It was late.",
        ),
    ),
    ScriptContext(owner="Will Berg", today=date(2026, 3, 3)),
    "Ann",
)

# Patterns that are made while the program runs: file and function → what does all with a text.
MADE: dict[str, Callable[[str], object]] = {
    "cli/terminal/batch_report.py:_without_number": lambda text: _without_number(
        Failed(7, VoicenoteError(text))
    ),
    "cli/terminal/batch_report.py:_list_missing": lambda text: _list_missing(
        [Failed(7, RuleSaysNo("No.", missing=(text,)))] * 2
    ),
    "cli/terminal/batch_report.py:named_once": lambda text: named_once(7, text),
    "delivery/tokens.py:is_token": is_token,
    "delivery/tokens.py:tokens_in": lambda text: tokens_in("voice+r-{token}@bakery.example", text),
    "engine/admin/find_schedule.py:_is_run": lambda text: find_schedule._is_run(
        f"voicenote run {text}", Path("/home/me/shop")
    ),
    "model/address.py:": lambda text: twins(f"+{text}"),
    "model/sums.py:_patterns": lambda text: (sums_in(text), sum_unread(text)),
    "plain_text.py:_greeting": read_person,
    "script/amount_text.py:_patterns": lambda text: list(find_sums(text, language("en"))),
    "script/day_text.py:_find_named": lambda text: list(find_days(text, language("et"))),
    "script/deed_conflicts.py:_day_beside": lambda text: deed_conflicts._day_beside(
        text, "may", "en"
    ),
    "script/failure.py:any_of": lambda text: failure._count(text, "he"),
    "script/grounding/claim_phrases.py:_any": claim_tables("en").phrases.find,
    "script/grounding/claimed_figures.py:_has_day": lambda text: times_in(f"{text} may", "en"),
    "script/habits.py:_pattern": lambda text: (weigh(text, "en"), split_clauses(text, "en")),
    "script/outdating.py:_any": lambda text: [
        pattern.search(text) for pattern in outdating._patterns_of("he")[:3]
    ],
    "script/phrase_lists.py:__init__": failure._lists("he").find,
    "script/phrase_lists.py:_first_words": failure._lists("en").find,
    "script/promise_state.py:names_day": lambda text: names_day(
        f"{text} may", date(2026, 5, 1), "en"
    ),
    "script/said_numbers.py:written_numbers": lambda text: list(written_numbers(text, "en")),
    "script/spoken.py:names_amount": lambda text: names_amount(text, Decimal(7)),
    "script/writers/redact.py:redaction_of": HIDDEN.hide,
    "script/respelling.py:_name_ways": lambda text: respell(
        f"Hi {text}.", Fact(text, text), text, "en"
    ),
    "script/respelling.py:_pause_before": lambda text: respell(
        f"Hi {text}.", Fact(text, text), text, "pl"
    ),
    "script/respelling.py:_other_days": lambda text: respell(
        f"By the fourth of December {text}.", Fact("four", "four", ("four",)), text, "en"
    ),
    "script/said_names.py:say_names": lambda text: say_names(
        Sentence(Section.OWN, f"{text} Ada {text}", personal=True), {"Ada": "Ayda", text: "b"}
    ),
}


class TooSlowError(Exception):
    """What was tried did not end."""


@dataclass(frozen=True)
class Site:
    """A pattern in the source: where it stands, what it is, and how it is used."""

    place: str
    pattern: re.Pattern[Any] = field(repr=False)
    ways: frozenset[str]


def _constant(node: ast.expr) -> str | bytes | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, str | bytes) else None


def _flags(call: ast.Call, at: int) -> int:
    given = [*call.args[at:], *(word.value for word in call.keywords if word.arg == "flags")]
    found = 0
    for node in given:
        text = ast.unparse(node)
        if re.fullmatch(r"re\.[A-Z]+( \| re\.[A-Z]+)*", text):
            for name in re.findall(r"re\.([A-Z]+)", text):
                found |= getattr(re, name)
    return found


@cache
def sites() -> tuple[list[Site], list[str]]:
    """Return every pattern of the source, and the places of those that cannot be told."""
    found: list[Site] = []
    unknown: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        named = _named(tree)
        inside = {
            id(node): each.name
            for each in ast.walk(tree)
            if isinstance(each, ast.FunctionDef)
            for node in ast.walk(each)
        }
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in {*WALKING, *ALL, "compile"}
            ):
                continue
            place, way = f"{name}:{node.lineno}", node.func.attr
            function = inside.get(id(node), "")
            own = named.get(id(node), "")
            pattern = _constant(node.args[0])
            if own:
                made = getattr(_module(path), own)
                ways = HANDED_ON.get(name) or _ways(tree, own)
                found.append(Site(place, made, frozenset(ways)))
            elif pattern is not None:
                after = {"sub": 3, "subn": 3, "compile": 1}.get(way, 2)
                made = re.compile(pattern, _flags(node, after))
                found.append(Site(place, made, frozenset({way} if way != "compile" else ALL)))
            else:
                unknown.append(f"{name}:{function}")
    return found, unknown


def _named(tree: ast.Module) -> dict[int, str]:
    """Return the names of the patterns that a module keeps, by their calls."""
    return {
        id(one.value): target.id
        for one in tree.body
        if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None
        for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
        if isinstance(target, ast.Name)
    }


def _module(path: Path) -> Any:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return importlib.import_module(".".join(part for part in parts if part != "__init__"))


def _ways(tree: ast.Module, name: str) -> frozenset[str]:
    """Return how a module uses its pattern; where that is not to be seen, every way."""
    ways = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }
    ways &= {*WALKING, *ALL}
    return frozenset(ways or ALL)


# -- strings that are made of a pattern's own parts -------------------------------------------

_RANDOM = random.Random(9)  # noqa: S311  the same strings each time
_ENDS = ("\x00", "!", "a", " ")
_OTHERS = "a1 .-!\x00\n@(<É"


class _Parts:
    """Samples of a parsed pattern, and what it repeats: (what leads there, what is repeated)."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        text = pattern.pattern
        source = text if isinstance(text, str) else text.decode("latin-1")
        self.tree = re._parser.parse(source, pattern.flags & ~re.UNICODE)  # type: ignore[attr-defined]
        self.signs: set[str] = set()

    def sample(self, tree: Any) -> str:
        return "".join(self._one(str(kind), value) for kind, value in tree)

    def _one(self, kind: str, value: Any) -> str:  # noqa: PLR0911  one line a kind
        match kind:
            case "LITERAL":
                return self._noted(chr(value))
            case "NOT_LITERAL":
                return self._noted(next(one for one in _OTHERS if ord(one) != value))
            case "ANY":
                return self._noted("a")
            case "IN":
                return self._noted(_RANDOM.choice(_members(value)))
            case "BRANCH":
                return self.sample(_RANDOM.choice(value[1]))
            case "SUBPATTERN":
                return self.sample(value[-1])
            case "ATOMIC_GROUP":
                return self.sample(value)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = value
                return "".join(self.sample(inner) for _ in range(min(max(least, 1), int(most))))
            case "ASSERT":
                return self.sample(value[1]) if value[0] > 0 else ""
            case _:
                return ""

    def _noted(self, sign: str) -> str:
        self.signs.add(sign)
        return sign

    def repeats(self, tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
        for kind, value in tree:
            name = str(kind)
            inner: list[Any] = []
            if name.endswith("_REPEAT"):
                inner = [value[2]]
                if int(value[1]) > 3:
                    for _ in range(3):
                        yield before, self.sample(value[2])
                    yield before, self.sample(value[2]) + self.sample(value[2])
            elif name == "BRANCH":
                inner = list(value[1])
            elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
                inner = [value[-1] if name == "SUBPATTERN" else value]
            for each in inner:
                yield from self.repeats(each, before)
            before += self._one(name, value)


def _members(items: Any) -> list[str]:
    found: list[str] = []
    for kind, value in items:
        match str(kind):
            case "LITERAL":
                found.append(chr(value))
            case "RANGE":
                found.append(chr(value[0]))
            case "CATEGORY":
                found += {"CATEGORY_SPACE": [" ", "\n"], "CATEGORY_DIGIT": ["1"]}.get(
                    str(value), [] if "NOT" in str(value) else ["a"]
                )
                found += ["a", "!"] if "NOT" in str(value) else []
    if str(items[0][0]) == "NEGATE":
        return [one for one in _OTHERS if one not in found] or ["\u4e2d"]
    return found or ["a"]


def attacks(pattern: re.Pattern[Any], size: int) -> list[str]:
    """Return strings of about `size` signs that are hard for a pattern of its kind."""
    parts = _Parts(pattern)
    samples = [parts.sample(parts.tree) for _ in range(4)]
    pumps = list(parts.repeats(parts.tree))
    pumps += [("", sample[:cut]) for sample in samples[:2] for cut in range(1, min(len(sample), 8))]
    pumps += [("", sample) for sample in samples] + [("", f"{sample} ") for sample in samples[:2]]
    signs = sorted(parts.signs)
    pumps += [("", sign) for sign in signs[:12]]
    pumps += [("", first + second) for first in signs[:4] for second in signs[:4]]
    made: dict[str, None] = {}
    for number, (before, pump) in enumerate(pumps):
        if pump:
            end = _ENDS[number % len(_ENDS)]
            made.setdefault(f"{before}{pump * (size // len(pump))}{end}")
    return list(made)[:MOST]


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def took(act: Callable[[], object]) -> float:
    """Return how long `act` takes, in seconds of work; ended where it does not end by itself."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGVTALRM, _too_slow)
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE_S)
    began = time.process_time()
    try:
        act()
    except TooSlowError:
        return float("inf")
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - began


def _tried(pattern: re.Pattern[Any], way: str, text: str) -> object:
    given: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8")
    if way in WALKING:
        return sum(1 for _ in pattern.finditer(given))
    return getattr(pattern, way)(given)


def slow_ways(site: Site) -> Iterator[str]:
    for size, bar in BARS_S.items():
        for text in attacks(site.pattern, size):
            for way in sorted({"finditer" if way in WALKING else way for way in site.ways}):
                seconds = took(lambda way=way, text=text: _tried(site.pattern, way, text))  # type: ignore[misc]
                if seconds > bar:
                    yield f"{way} {seconds:.2f} s over {len(text)} of {text[:20]!r}…{text[-9:]!r}"
                    return


@pytest.mark.parametrize("site", sites()[0], ids=lambda site: site.place)
def test_no_pattern_takes_long(site: Site) -> None:
    assert not list(slow_ways(site))


@pytest.mark.parametrize("site", sites()[0], ids=lambda site: site.place)
def test_no_pattern_is_possessive(site: Site) -> None:
    """Python 3.11.0 to 3.11.2 find less with those than there is (CPython's issue 101955)."""
    source = site.pattern.pattern
    told = source if isinstance(source, str) else source.decode("latin-1")
    assert not re.search(r"(?<!\\)[*+?}]\+(?![^\[]*\])|\(\?>", told)


def test_every_pattern_can_be_told() -> None:
    """What is made of other words while the program runs is tried by who makes it, in MADE."""
    assert sorted(set(sites()[1])) == sorted(MADE)


# -- what reads a stranger's words, whole: loops may take the square as well as patterns ----------


def _letter(text: str, kind: str = "plain", header: str = "Subject") -> bytes:
    return f"From: a@b.example\r\n{header}: x\r\nContent-Type: text/{kind}\r\n\r\n{text}".encode()


def _header(name: str) -> Callable[[str], object]:
    def read(text: str) -> object:
        line = " ".join(text.split("\n"))
        return read_mail(f"{name}: {line}\r\n\r\nhello".encode(), NOW, (REPLY,))

    return read


NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
REPLY = "voice+r-{token}@bakery.example"
HEADERS = (
    *("From", "Subject", "To", "References", "Content-Type", "Content-Disposition"),
    *("X-Failed-Recipients", "Auto-Submitted", "Precedence", "Return-Path", "Message-ID"),
)
#: Who reads what strangers write → how.
READERS: dict[str, Callable[[str], object]] = {
    **MADE,
    "is_opt_out": is_opt_out,
    "may_be_opt_out": may_be_opt_out,
    "own_words": own_words,
    "a letter": lambda text: read_mail(_letter(text), NOW, (REPLY,)),
    "a letter in html": lambda text: read_mail(_letter(text, "html"), NOW),
    "bytes": lambda text: read_mail(text.encode(), NOW),
    **{name: _header(name) for name in HEADERS},
    "clean_quote": clean_quote,
    "calm_shouting": calm_shouting,
    "trim_punctuation": trim_punctuation,
    "excerpt": lambda text: cut_excerpt(text, 25, "en"),
    "shorten": lambda text: shorten(text, 25, "en"),
    "speakable": lambda text: spell_out(text, language("en")),
    "check": lambda text: check(text, "en"),
    "phrases": lambda text: table("he").phrases.find(fold(text)[0]),
    "detect_language": detect_language,
    "sentences_of": lambda text: sentences_of(text, "en"),
    "clauses": clauses,
    "clean": lambda text: clean("what_happened", text),
}
PUMPS = [
    *(
        "1.",
        "-",
        " ",
        "\n",
        "\t\n",
        "stop ",
        "please ",
        "X",
        "XX ",
        "X/",
        "a.",
        "a@",
        "@",
        "<",
        "<br",
    ),
    *(
        "<!--",
        "&",
        "&amp",
        "(",
        "( ",
        '"',
        "\u201c",
        "!",
        "?!",
        "1,111,",
        "1 111 ",
        "$1",
        "1-",
        "a:\n",
    ),
    *("a: b\n", "> \n", "1\n>a:\n", "--\n", "-" * 299 + "\n", "a:" * 149 + "\n", "\u0301\u0316"),
    *(
        "\ufdfa",
        "\u05f4",
        "\u2026",
        "e.g. ",
        "a b. ",
        "sorry ",
        "I AM ",
        "http://",
        "İ",
        "=?utf-8?q?",
    ),
    *("=?utf-8?q?a?= ", "a=b;", ";a*0*=''", "a,", "a, ", "\\", "x" * 90 + " ", "\u200c", "{1", "'"),
]
#: So many letters of each: a longer text takes longer to make than to read.
SIGNS = 100_000
#: Tried first, and alone if it is read soon: what takes the square of its length, and too long over
#: all of the letters, takes a sixteenth of that over a fourth of them, or more.
FEW = SIGNS // 4
SOON_S = READING_S / 16


@pytest.mark.parametrize("name", READERS)
def test_nobody_reads_long(name: str) -> None:
    slow = []
    _read(READERS[name], "hello")  # what is made once
    for number, pump in enumerate(PUMPS):
        few, whole = (
            partial(_read, READERS[name], pump * (size // len(pump)) + _ENDS[number % len(_ENDS)])
            for size in (FEW, SIGNS)
        )
        if name not in HEADERS and took(few) <= SOON_S:
            continue  # a long header is cut, and a fourth of it may not be
        if (seconds := took(whole)) > READING_S and (seconds := took(whole)) > READING_S:
            slow.append((pump, round(seconds, 2)))
    assert not slow


def _read(reader: Callable[[str], object], text: str) -> None:
    with suppress(BadData, LookupError, RecursionError):  # a broken letter is set apart
        reader(text)
