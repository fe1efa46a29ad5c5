"""One try: some generated messages come in by the real ways, and the ledger is held against them."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from tests.inbound.calls import call
from tests.inbound.ground import Ground, case_of, webhook
from tests.inbound.items import Item, Knowledge
from tests.inbound.letters import letter
from tests.inbound.people import PEOPLE
from tests.inbound.updates import update
from tests.inbound.words import SIGNATURES
from voicenote.engine.case.case_view import case_view
from voicenote.engine.run.poll import receive, take_over
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.ledger import arrivals, doubts, optouts, tables
from voicenote.ledger.arrivals import UnmatchedArrival

#: In how many rounds the messages of a try come in.
ROUNDS = 3
#: After the last one, there are runs about noon, so many days apart: what is planned would leave.
DAYS = (1, 2, 2, 3, 3)
_WORD = re.compile(r"[^\W_]+")
_LABEL = re.compile(r"\[[^\[\]]*\]")
#: So many words of ours in a row are a quotation.
RUN = 5


@dataclass(frozen=True)
class Fault:
    """What is not as it must be. `kind` is counted; `detail` says what was seen."""

    kind: str
    detail: str
    item: Item | None = None

    def __str__(self) -> str:
        of = (
            f" [{self.item.number} {self.item.channel} {self.item.what}: {self.item.how}]"
            if self.item
            else ""
        )
        return f"{self.kind}: {self.detail}{of}"


@dataclass
class Outcome:
    """What a try has shown: its messages, by channel and kind, and its faults."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


def run_try(ground: Ground, chance: random.Random, size: int, first: int = 1) -> Outcome:
    """Let `size` new messages, numbered from `first`, come in; return what has come of them."""
    known, outcome = ground.knowledge(), Outcome()
    with ground.copy() as ws:
        delivery = Delivery(ground, ws, chance, outcome)
        items: list[Item] = []
        for number in range(ROUNDS):
            share = size * (number + 1) // ROUNDS - len(items)
            start = first + len(items)
            items += delivery.one_round(known, range(start, start + share))
        outcome.counts.update(f"{one.channel} {one.what}" for one in items)
        seen = Seen.of(ws, known)
        for check in (no_trouble, opt_outs, unknown_writers, answers, machines):
            outcome.faults.extend(check(seen, known, items, delivery.troubles))
        outcome.faults.extend(silence(ground, ws, known, items, seen))
    return outcome


class Delivery:
    """Brings messages in by the ways that a run and a webhook's program use."""

    def __init__(
        self, ground: Ground, ws: Workspace, chance: random.Random, outcome: Outcome
    ) -> None:
        self.ground, self.ws, self.chance, self.outcome = ground, ws, chance, outcome
        self.troubles: list[str] = []
        self._updates: list[dict[str, Any]] = []
        self._calls: list[tuple[bytes, str]] = []
        self._messages: list[dict[str, Any]] = []

    def one_round(self, known: Knowledge, numbers: range) -> list[Item]:
        """Make messages with these numbers, and bring them in; some come twice, or late again."""
        makers: dict[str, Callable[..., Item]] = {
            "mail": letter,
            "telegram": update,
            "whatsapp": call,
        }
        self.ground.clock.move(minutes=50)
        now = self.ground.clock()
        ways = [self.chance.choice(["mail", "mail", "telegram", "whatsapp"]) for _ in numbers]
        items = [
            makers[way](self.chance, number, known, now)
            for way, number in zip(ways, numbers, strict=True)
        ]
        for item in items:
            if item.channel == "mail":
                self.ground.post.letters.append((now, item.raw))
        self._repeat_letters()
        self._bring_updates([one.raw for one in items if one.channel == "telegram"])
        received = receive(self.ws)
        self.troubles += [f"{name}: {error}" for name, error in received.troubles]
        self._bring_calls([one.raw for one in items if one.channel == "whatsapp"])
        return items

    def _repeat_letters(self) -> None:
        letters = self.ground.post.letters
        for at, raw in [one for one in letters if self.chance.random() < 0.06]:
            letters.append((at, raw))
            self.outcome.counts["twice"] += 1

    def _bring_updates(self, new: list[dict[str, Any]]) -> None:
        again = [one for one in self._updates if self.chance.random() < 0.3]
        if again and self.chance.random() < 0.3:  # a ledger that has lost its place reads anew
            with self.ws.ledger.write() as tx:
                tx.connection.execute(
                    delete(tables.places).where(tables.places.c.channel == "telegram")
                )
            self.outcome.counts["twice"] += len(again)
            self.ground.telegram.api.updates = [*again, *new]
        else:
            self.ground.telegram.api.updates = [*new, *new[-1:]]
        self._updates += new

    def _bring_calls(self, new: Sequence[dict[str, Any]]) -> None:
        """Bring messages of WhatsApp, one to three in a call; and some of them again."""
        waiting = list(new)
        while waiting:
            size = self.chance.choice([1, 1, 2, 3])
            packed, waiting = waiting[:size], waiting[size:]
            self._call(packed)
            if self.chance.random() < 0.08:
                again = self.chance.sample(self._messages, min(2, len(self._messages)))
                self._call(again)
                self.outcome.counts["twice"] += len(again)
        self._messages += [one for one in new if "messages" in one]

    def _call(self, packed: Sequence[dict[str, Any]]) -> None:
        body: dict[str, Any] = defaultdict(list)
        for one in packed:
            for name, values in one.items():
                body[name] += [value for value in values if value not in body[name]]
        raw, proof = webhook(dict(body))
        received = take_over(self.ws, raw, proof, "whatsapp")
        self.troubles += [f"{name}: {error}" for name, error in received.troubles]


@dataclass
class Seen:
    """What the ledger holds after a try."""

    answers: dict[int, list[str]]
    gone: set[int]
    apart: list[UnmatchedArrival]
    doubted: dict[int, set[str]]
    asked: set[int]
    stopped: dict[str, int]

    @classmethod
    def of(cls, ws: Workspace, known: Knowledge) -> Seen:
        every = [case for cases in known.cases.values() for case in cases]
        table = tables.touches.c
        with ws.ledger.read() as tx:
            gone = optouts.find_gone(tx, every)
            apart = arrivals.unmatched(tx)
            waits = tx.connection.execute(
                select(tables.doubts.c.case, tables.doubts.c.channel)
            ).all()
            notes = select(table.case).where(
                table.kind == "nudge", table.key.like("nudge:%:held:%")
            )
            asked = set(tx.connection.execute(notes).scalars())
            came = tables.arrivals.c
            stops = select(came.mark, came.case).where(came.kind == "opt-out")
            stopped = {one.mark: one.case for one in tx.connection.execute(stops)}
            assert doubts.cases_by_arrival(tx).keys() <= {one.number for one in apart}
        doubted: dict[int, set[str]] = defaultdict(set)
        for case, channel in waits:
            doubted[case].add(channel)
        texts = {case: [one.text for one in case_view(ws, case).answers] for case in every}
        people = {who for who, cases in known.cases.items() if gone.intersection(cases)}
        return cls(texts, people, apart, doubted, asked, stopped)


def no_trouble(
    _seen: Seen, _known: Knowledge, _items: Sequence[Item], troubles: list[str]
) -> Iterator[Fault]:
    """Every channel could be read."""
    for one in troubles:
        yield Fault("trouble", one)


def opt_outs(seen: Seen, known: Knowledge, items: Sequence[Item], _: object) -> Iterator[Fault]:
    """Who said stop is opted out, and nobody else."""
    for who in known.gone - seen.gone:
        mine = [one for one in items if one.what == "stop" and one.who == who]
        asked = seen.asked.intersection(known.cases[who])
        kind = "opt-out only asked about" if asked else "opt-out lost"
        yield Fault(kind, f"{PEOPLE[who].name}", mine[0] if mine else None)
    for who in seen.gone - known.gone:
        mine = [one for one in items if one.who == who]
        yield Fault("opt-out crossed", f"{PEOPLE[who].name}: {[one.how for one in mine]}")


def _was_told(seen: Seen, known: Knowledge, item: Item) -> bool:
    """Return whether a stop counts as that of its writer: another message of its call had both ids."""
    if item.channel != "whatsapp" or item.what != "stop" or len(item.maybe) != 1:
        return False
    (who,) = item.maybe
    (said,) = item.raw["messages"]
    case = seen.stopped.get(arrivals.digest(said["id"]))
    return said.get("from_user_id") in known.addresses[who] and case in known.cases[who]


def unknown_writers(
    seen: Seen, known: Knowledge, items: Sequence[Item], _: object
) -> Iterator[Fault]:
    """A message that fits nobody is kept as nobody's, and holds whom it may be from."""
    for item in items:
        if item.what == "nobody" or not item.maybe:
            continue
        kept = [one for one in seen.apart if item.mark in f"{one.text} {one.subject} {one.sender}"]
        if not kept and _was_told(seen, known, item):
            continue
        if len(kept) != 1:
            yield Fault(f"{item.what} lost", f"of an unknown writer, kept {len(kept)} times", item)
            continue
        for who in item.maybe - seen.gone:
            if not set(kept[0].held).intersection(known.cases[who]):
                yield Fault("likely one not held", PEOPLE[who].name, item)


def answers(seen: Seen, known: Knowledge, items: Sequence[Item], _: object) -> Iterator[Fault]:
    """Each answer is kept once, with its case alone, in its writer's words."""
    wanted: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.what != "answer" or item.maybe:
            continue
        if item.case is None:
            yield from _kept_apart(seen, item)
        else:
            wanted[item.case].append(item)
    for case, texts in seen.answers.items():
        mine = wanted[case]
        # the words around a stop may be kept as an answer, too
        stops = sum(one.what == "stop" and one.case == case for one in items)
        if not len(mine) <= len(texts) <= len(mine) + stops:
            yield Fault(
                "answers miscounted",
                f"case {case} has {len(texts)}, not {len(mine)}: {texts} {[i.how for i in mine]}",
            )
        for item in filter(lambda one: one.words, mine):
            found = [text for text in texts if item.mark in text]
            if len(found) == 1:
                yield from _words_are_theirs(known, item, found[0])
            else:
                yield Fault("answer lost", f"case {case} has it {len(found)} times", item)
        for item in items:
            if item.case != case and any(item.mark in text for text in texts):
                yield Fault("answer crossed", f"it is with case {case}", item)


def _kept_apart(seen: Seen, item: Item) -> Iterator[Fault]:
    """An answer that may be about several cases, or is about another customer's."""
    if not item.words:
        return
    kept = [one for one in seen.apart if item.mark in one.text]
    if len(kept) != 1:
        yield Fault("answer lost", f"it fits no case, and is kept {len(kept)} times", item)


def _words_are_theirs(known: Knowledge, item: Item, text: str) -> Iterator[Fault]:
    got = _words(_LABEL.sub(" ", text))
    if item.case in known.letters:
        sent = known.letters[item.case]
        runs = set(_runs(_words(sent.plain)))
        if runs.intersection(_runs(got)):
            yield Fault("our words kept", repr(text), item)
    if not item.exact:
        return
    wanted = _words(item.words)
    allowed = [[*wanted, *_words(end)] for end in SIGNATURES]
    if got not in allowed:
        yield Fault("words changed", f"{text!r}, not {item.words!r}", item)


def machines(seen: Seen, _known: Knowledge, items: Sequence[Item], _: object) -> Iterator[Fault]:
    """What no customer has said is nobody's answer."""
    every = [text for texts in seen.answers.values() for text in texts]
    for item in items:
        if item.what in ("machine", "nobody") and any(item.mark in text for text in every):
            yield Fault("machine's answer", "it is kept as an answer", item)


def silence(
    ground: Ground, ws: Workspace, known: Knowledge, items: Sequence[Item], seen: Seen
) -> Iterator[Fault]:
    """Nobody hears more who has answered or said stop, nor who may have."""
    before = ground.counts
    for days in DAYS:
        ground.clock.move(days=days, hours=10 - ground.clock().hour)
        one_pass(ws)
    answered = {one.case for one in items if one.what == "answer" and one.case is not None}
    for way, key in ground.sent_since(before):
        case = case_of(key)
        who = next(one for one, cases in known.cases.items() if case in cases)
        if who in known.gone:
            yield Fault("message after a stop", f"{PEOPLE[who].name} by {way}")
        if case in answered:
            yield Fault("message after an answer", f"{PEOPLE[who].name} by {way}, case {case}")
        if seen.doubted[case] & {"", way}:
            yield Fault("message in doubt", f"{PEOPLE[who].name} by {way}")


def _words(text: str) -> list[str]:
    return [one.casefold() for one in _WORD.findall(text)]


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
