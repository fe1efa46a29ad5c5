"""Random lives of cases on the real engine and a real ledger; the rules of the house hold always.

After each step everything that DESIGN calls an invariant is looked at from outside: in the history,
in the tables, and at the door, where each parcel is looked at just before it leaves.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from tests.engine.world import (
    FATES,
    START,
    Clock,
    Died,
    World,
    person,
    told,
    without_sound,
    workspace,
)
from voicenote.delivery.inbound import Arrival, Inbound, Polls
from voicenote.delivery.port import NotFound
from voicenote.engine.case import (
    approval,
    attention,
    case_triage,
    closing,
    consent,
    overview,
    promises,
)
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.overview import read_status
from voicenote.engine.memo import render_case
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.run import recovery, run_once
from voicenote.engine.run.inbound_handler import InboundHandler
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, WrongUse
from voicenote.followup.closing_rules import missing
from voicenote.followup.compensation import Adequacy, Bands, judge
from voicenote.ledger import case_reports, case_store, customer_store, tables, touches
from voicenote.ledger.changes import AMENDS_HISTORY, CASE_HISTORY, TOUCH_HISTORY
from voicenote.ledger.fingerprint import Fingerprint, standings
from voicenote.ledger.plain_cases import PlainCases
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.store import Transaction
from voicenote.model.address import Address
from voicenote.model.case import Customer, Finding, Lesson, Outcome, Stage
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, AmendsState, Promise
from voicenote.model.receipt import UNDELIVERED, Parcel, Receipt, ReceiptKind, Verdict
from voicenote.model.snapshot import Snapshot
from voicenote.model.touch import ARRIVED, WAITING, Touch, TouchKind, TouchState
from voicenote.model.transitions import AMENDS, CASE, TOUCH, after

LIVES = 1000
PARTS = 4

#: Two of them are one person's, so that an opt-out is of a person, not of a case.
DANA: dict[str, Any] = {
    "name": "Dana",
    "email": "dana@example.com",
    "telegram": "77",
    "time_zone": "Asia/Jerusalem",
}
PEOPLE: tuple[dict[str, Any], ...] = (
    DANA,
    {"name": "Ron", "email": "", "time_zone": "America/New_York"},
    DANA,
)
CHANNELS = {
    "VOICENOTE_CHANNELS__MAIL__KIND": "email",
    "VOICENOTE_CHANNELS__TELEGRAM__KIND": "telegram",
    "VOICENOTE_POLICY__PAUSE_SHARE": "100",
}
#: The number of Ron, whom no channel reaches before somebody gives his address.
RON = 2
CASES = st.integers(1, len(PEOPLE))
FATE = st.sampled_from([*["sent"] * len(FATES), *FATES])
OPENING = {TouchKind.MEMO, TouchKind.LAST_WORD}
WORDS: dict[str, dict[str, str]] = {
    "case": {word: name for name, word in CASE_HISTORY.items()},
    "amends": {word: name for name, word in AMENDS_HISTORY.items()},
    "touch": {word: name for name, word in TOUCH_HISTORY.items()},
}
_template: list[Path] = []


def none_plain(tx: Transaction) -> PlainCases:
    """Take no case for plain."""
    case, answered = tables.cases, select(tables.answers.c.case)
    open_ = (case.c.stage != Stage.CLOSED.value) | case.c.number.in_(answered)
    found = tx.connection.execute(select(case.c.number, case.c.stage).where(open_))
    return PlainCases({}, {row[0]: row[1] for row in found})


@dataclass
class Way(World):
    """The mailbox, or a chat: they share what happens to touches, and what has left."""

    field: str = "email"
    first: Way | None = None
    is_mailbox = True

    def address(self, customer: Customer) -> str:
        return customer.address("telegram" if self.first else "email")

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        return self.first.send(parcel, commit) if self.first else super().send(parcel, commit)

    def ask(self, key: str, message_id: str) -> Receipt | NotFound:
        return self.first.ask(key, message_id) if self.first else super().ask(key, message_id)

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        del after, since
        yield from ()


def empty_ledger(home: Path) -> None:
    """Begin each life with a copy of one empty ledger: migrating takes longer than living."""
    if not _template:
        folder = Path(tempfile.mkdtemp(prefix="voicenote-lives-"))
        workspace(folder, Clock(), World()).close()
        _template.append(folder / "ledger.db")
    shutil.copy(_template[0], home / "ledger.db")


class Life(RuleBasedStateMachine):
    """What may happen to three cases of two people."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="voicenote-life-"))
        self.sound = without_sound()
        self.sound.__enter__()
        empty_ledger(self.home)
        self.clock, self.world = Clock(), Way()
        self.wrong_at_the_door: list[AssertionError] = []
        self.world.look = self.look_at
        template = '"check-in", "status", "confirm", "acknowledge"'
        env = {"VOICENOTE_POLICY__AUTO_APPROVE": f"[{template}]", **CHANNELS}
        self.ws: Workspace = workspace(self.home, self.clock, self.world, env)
        chat = Way(field="telegram", first=self.world)
        self.ws.make_channel = lambda name: chat if name == "telegram" else self.world
        self.history: list[dict[str, Any]] = []
        self.seen: dict[str, dict[int | tuple[int, int], str]] = {
            "case": {},
            "amends": {},
            "touch": {},
        }
        self.resent: Counter[int] = Counter()
        self.said_sent: set[int] = set()
        self.days: list[tuple[date, int]] = []
        self.back: set[int] = set()
        self.reports = 0
        self.gone: set[str] = set()
        self.facts: dict[tuple[int, int], tuple[Any, ...]] = {}
        self.last_turn: run_once.Turn | None = None
        self.stood: dict[int, tuple[Fingerprint | None, Snapshot | None]] = {}

    def teardown(self) -> None:
        try:
            self.status_counts_what_next_would()
            self.next_says_what_it_would_of_each_case()
        finally:
            self.ws.close()
            self.sound.__exit__(None, None, None)
            shutil.rmtree(self.home)

    # -- what people do ---------------------------------------------------------------------------

    def may(self, deed: Callable[[], object]) -> None:
        """Do it, or be told no: a no changes nothing."""
        before = self.told()
        said = self.said_no(deed)
        assert said is None or self.told() == before, f"it said no, and yet: {said}"

    @staticmethod
    def said_no(deed: Callable[[], object]) -> str | None:
        try:
            deed()
        except (RuleSaysNo, WrongUse) as no:
            return no.what
        return None

    def told(self) -> int:
        with self.ws.ledger.read() as tx:
            return tx.connection.execute(
                select(func.count()).select_from(tables.history)
            ).scalar_one()

    @initialize(
        can_ask=st.booleans(),
        released=st.integers(1, 3),
        days=st.sampled_from([0, 0, 1, 3, 8]),
        worth=st.sampled_from(["12.30", "70.00"]),
    )
    def begin(self, can_ask: bool, released: int, days: int, worth: str) -> None:
        self.world.can_ask = can_ask
        with self.ws.ledger.write() as tx:
            for number, who in enumerate(PEOPLE, 1):
                harm = Money(Decimal("40.10"), "EUR")
                customer = person(**who)
                complaint = told(f"R-{number}", days=3 * number, harm=harm, customer=customer)
                case_store.add(tx, [complaint])
        self.said_no(lambda: promises.add(self.ws, 1, self.refund(worth, 9)))
        for number in range(1, released + 1):
            self.release(number)
        if days:
            self.one_pass([])
            self.days_pass(days)

    @rule(number=CASES)
    def release(self, number: int) -> None:
        """Compose, render and approve, as far as it goes."""
        for step in ("compose", "render", "approve"):
            self.draft(number, step, "")

    @rule(
        number=CASES,
        step=st.sampled_from(["compose", "render", "approve"]),
        template=st.sampled_from(["", "justified", "partly"]),
    )
    def draft(self, number: int, step: str, template: str) -> None:
        works = {
            "compose": compose_cases(self.ws, [number], template=template),
            "render": render_case.render_cases(self.ws, [number]),
            "approve": approval.approve_cases(self.ws, [number]),
        }
        self.may(lambda: list(works[step]))

    @rule(
        number=CASES,
        what=st.sampled_from(["make-it-right", "acknowledge", "last-word", "hold", "resume"]),
    )
    def plan(self, number: int, what: str) -> None:
        deeds = {"hold": approval.hold, "resume": approval.resume}
        deed = deeds.get(what)
        if deed is not None:
            self.may(lambda: deed(self.ws, number))
        else:
            self.may(lambda: approval.change_plan(self.ws, number, what))

    @rule(
        number=CASES,
        k=st.integers(1, 2),
        what=st.sampled_from(["add", "done", "done", "confirm", "broken", "waive", "again"]),
        days=st.integers(1, 20),
        worth=st.sampled_from(["12.30", "12.30", "70.00"]),
    )
    def amends(self, number: int, k: int, what: str, days: int, worth: str) -> None:
        new = self.refund(worth, days)
        deeds: dict[str, Callable[[], object]] = {
            "add": lambda: promises.add(self.ws, number, new),
            "done": lambda: promises.done(self.ws, number, k, "payment 7"),
            "confirm": lambda: promises.confirm(self.ws, number, k),
            "broken": lambda: promises.mark_broken(self.ws, number, k, "the oven died"),
            "waive": lambda: promises.waive(self.ws, number, k, "leave it"),
            "again": lambda: promises.promise_again(self.ws, number, k, self.day(days)),
        }
        self.may(deeds[what])

    def refund(self, worth: str, days: int) -> Promise:
        return Promise(
            kind=AmendsKind.REFUND,
            text=f"send back what it cost ({days})",
            value=Money(Decimal(worth), "EUR"),
            promised_by=self.day(days),
        )

    @rule(number=CASES, verdict=st.sampled_from(Verdict))
    def answer(self, number: int, verdict: Verdict) -> None:
        self.may(lambda: closing.answer(self.ws, number, verdict, "their words", "phone"))

    @rule(
        number=CASES,
        what=st.sampled_from(["lesson", "deeds", "all", "all", "close", "close", "reopen"]),
        wish=st.sampled_from([*Outcome, None, None, None]),
    )
    def end(self, number: int, what: str, wish: Outcome | None) -> None:
        """Lead a loop towards its end, by steps or at once; or take it up again."""
        lesson = Lesson(cause="haste", prevention="a check list", owner="Ada")
        if what in ("lesson", "all"):
            self.may(lambda: closing.write_lesson(self.ws, number, lesson))
        if what in ("deeds", "all"):
            for k in (1, 2, 3):
                self.said_no(lambda k=k: promises.done(self.ws, number, k, "receipt 7"))  # type: ignore[misc]
        if what == "all" and wish is None:
            self.said_no(lambda: closing.answer(self.ws, number, Verdict.PUT_RIGHT, "yes", ""))
        if what in ("close", "all"):
            self.said_no(lambda: closing.close(self.ws, number, wish))
        if what == "reopen":
            self.may(lambda: closing.reopen(self.ws, number, "looked again"))

    @rule(number=CASES, left=st.booleans())
    def settle(self, number: int, left: bool) -> None:
        """What is stuck is settled by a person: it left, or it shall be sent again."""

        def again() -> None:
            for sent in recovery.settle_again(self.ws, number):
                self.resent[sent.touch] += 1

        def it_left() -> None:
            self.said_sent.update(sent.touch for sent in recovery.settle_sent(self.ws, number))

        self.may(it_left if left else again)

    @rule(kind=st.sampled_from(ReceiptKind), pick=st.integers(0, 5))
    def receipt(self, kind: ReceiptKind, pick: int) -> None:
        with self.ws.ledger.read() as tx:
            out = (TouchState.ACCEPTED, TouchState.DELIVERED, TouchState.HEARD)
            found = touches.in_state(tx, (*out, TouchState.BOUNCED, TouchState.ANSWERED))
        found = [one for one in found if one.kind is not TouchKind.NUDGE]
        if not found:
            return
        with self.ws.ledger.write() as tx:
            receipt = Receipt(kind=kind, at=tx.now)
            touches.receive(tx, found[pick % len(found)].number, receipt)

    @rule(pick=st.integers(0, 5), sure=st.sampled_from([True, True, False]))
    def comes_back(self, pick: int, sure: bool) -> None:
        """A server says that one copy of those that left has reached nobody; perhaps once more."""
        if not self.world.left:
            return
        copy = pick % len(self.world.left)
        parcel, self.reports = self.world.left[copy], self.reports + 1
        detail = {UNDELIVERED: parcel.to} if sure else {}
        receipt = Receipt(kind=ReceiptKind.BOUNCED, at=self.clock.now, detail=detail)
        told_ = Inbound(sender="mx", subject="", keys=(parcel.key,), receipt=receipt)
        arrival = Arrival(mark=str(self.reports), at=self.clock.now, inbound=told_)
        by = "telegram" if parcel.to == DANA["telegram"] else "mail"
        channel = self.ws.channel(by)
        assert isinstance(channel, Polls)
        InboundHandler.of(self.ws, by, channel).take(arrival)
        if sure:
            self.back.add(copy)

    @rule(
        number=CASES,
        what=st.sampled_from(
            ["import", "triage", "unfounded", "abusive", "opt-out", "address", "address"]
        ),
    )
    def seldom(self, number: int, what: str) -> None:
        if what == "import":
            with self.ws.ledger.write() as tx:
                customer = person(**PEOPLE[number - 1])
                [added] = case_store.add(tx, [told(f"R-{number}", customer=customer)])
            assert not added.new
            assert self.told() == len(self.history)
        elif what == "opt-out":
            self.may(lambda: consent.opt_out(self.ws, str(number)))
            self.gone.add(PEOPLE[number - 1]["email"])
            self.gone.discard("")
        elif what == "address":
            with self.ws.ledger.write() as tx:
                customer_store.give_addresses(tx, RON, [Address("email", "ron@example.com")])
        else:
            finding = {"triage": Finding.PARTLY, "unfounded": Finding.UNFOUNDED}.get(what)
            found = case_triage.Triage(
                finding=finding.value if finding else None,
                reason="looked",
                abusive=True if what == "abusive" else None,
            )
            self.may(lambda: case_triage.apply_triage(self.ws, number, found))

    # -- time, and the crank ----------------------------------------------------------------------

    @rule(hours=st.sampled_from([0.1, 5, 12, 24 * 8]))
    def wait(self, hours: float) -> None:
        self.clock.move(hours=hours)

    @rule(fates=st.lists(FATE, max_size=4))
    def one_pass(self, fates: list[str]) -> None:
        self.world.fates = fates
        self.last_turn = None
        try:
            self.last_turn = run_once.one_pass(self.ws)
        except (Died, KeyboardInterrupt):
            pass
        finally:
            self.world.fates = []

    @rule(hours=st.sampled_from([0.2, 3, 24, 26, 72]), fate=FATE)
    def pass_later(self, hours: float, fate: str) -> None:
        self.clock.move(hours=hours)
        self.one_pass([fate])

    @rule(days=st.integers(1, 8))
    def days_pass(self, days: int) -> None:
        """Cron, twice a day."""
        for _ in range(days):
            for hours in (19, 5):
                self.clock.move(hours=hours)
                self.one_pass([])

    def day(self, days: int) -> date:
        return self.clock.now.date() + timedelta(days=days)

    # -- what must be so --------------------------------------------------------------------------

    def look_at(self, parcel: Parcel) -> None:
        """Keep what is wrong: raised here, the engine would take it for a slip of the channel."""
        try:
            self.at_the_door(parcel)
        except AssertionError as wrong:
            self.wrong_at_the_door.append(wrong)

    def at_the_door(self, parcel: Parcel) -> None:
        """Look at what is just about to leave."""
        with self.ws.ledger.read() as tx:
            case = case_store.get(tx, parcel.case)
            [touch] = [t for t in touches.of_cases(tx, [parcel.case]) if t.key == parcel.key]
            answers = touches.answers_of(tx, [parcel.case]).get(parcel.case, [])
            table = tables.approvals
            mine = select(table).where(table.c.case == parcel.case)
            approved = {row.memo_sha256 for row in tx.connection.execute(mine)}
            others = touches.of_cases(tx, [parcel.case])
        self._never_twice(parcel, touch, others)
        self._decent(ZoneInfo(PEOPLE[parcel.case - 1]["time_zone"]))
        sound = Path(parcel.files["ogg"])
        assert hashlib.sha256(sound.read_bytes()).hexdigest() in approved, "not approved"
        said = sound.read_text(encoding="utf-8")  # with the line on the voice behind it
        assert said.startswith(parcel.text), "another text than the sound"
        assert touch.state is TouchState.COMMITTING
        assert touch.round == case.round
        released = case.stage in (Stage.APPROVED, Stage.FOLLOWING)
        assert released or touch.kind not in OPENING, "its case is not released"
        if touch.kind in OPENING:
            judged = judge(case, Bands())
            assert judged.level is not Adequacy.REFUSE, (
                f"money that the rules refuse: {judged.what}"
            )
        assert case.customer.address("email") not in self.gone, "they opted out"
        assert parcel.to in case.customer.marks, "no address of theirs"
        self._once_a_day(case.number)
        booked = touch.planned.booked_at
        assert booked is not None
        since = [a for round_, a in answers if round_ == touch.round and a.at >= booked]
        assert not since, "a person has answered"

    def _once_a_day(self, number: int) -> None:
        """Dana has two cases, and hears of one of them on one day."""
        today = self.clock.now.astimezone(ZoneInfo(PEOPLE[number - 1]["time_zone"])).date()
        if PEOPLE[number - 1] is DANA:
            others = [case for day, case in self.days if day == today and case != number]
            assert not others, "two messages to one person on one day"
            self.days.append((today, number))

    def _never_twice(self, parcel: Parcel, touch: Touch, others: list[Touch]) -> None:
        again = self.resent[touch.number] + self._back({parcel.key})
        assert self.world.keys.count(parcel.key) <= again, "twice"
        if touch.kind in OPENING:
            same = {t.key for t in others if t.round == touch.round and t.kind in OPENING}
            resent = sum(self.resent[t.number] for t in others if t.key in same)
            before = sum(key in same for key in self.world.keys)
            assert before <= resent + self._back(same), "two apologies in one round"

    def _back(self, keys: set[str]) -> int:
        """How many copies with these keys surely came back."""
        return sum(self.world.left[copy].key in keys for copy in self.back)

    def _decent(self, zone: ZoneInfo) -> None:
        here = self.clock.now.astimezone(zone)
        assert 9 <= here.hour < 20, f"at {here}"
        assert here.weekday() < 5, f"on a {here:%A}"

    @invariant()
    def the_rules_hold(self) -> None:
        for wrong in self.wrong_at_the_door:
            raise wrong
        with self.ws.ledger.read() as tx:
            stood = standings(tx, [1, 2, 3])
            found = snapshots(tx, [1, 2, 3], self.ws.zone_of)
        stands = {n: stood[n]._replace(gone=one.opted_out) for n, one in found.items()}
        self.who_stands_as_before_is_as_before(stands, found)
        self.history_tells_every_status()
        self.cases_are_whole(found)
        self.nothing_is_missing_when_a_loop_closes(found)
        self.only_a_person_sends_again()
        self.nothing_is_sent_that_has_not_left(found)
        if self.last_turn is not None:
            self.after_a_pass_what_is_due_is_shown(self.last_turn)
            self.last_turn = None

    def status_counts_what_next_would(self) -> None:
        """What `status` takes for plain by its rows alone is judged as `next` judges all cases."""
        counted = read_status(self.ws)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(overview, "sort_out_plain", none_plain)
            judged = read_status(self.ws)
        assert counted == judged

    def next_says_what_it_would_of_each_case(self) -> None:
        """What it takes from rows alone is what it says of the whole cases."""
        told_ = what_needs_me(self.ws)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(attention, "list_unmade", lambda _tx: [])
            patch.setattr(attention, "find_idle", lambda _tx, _before: set())
            assert told_ == what_needs_me(self.ws)

    def who_stands_as_before_is_as_before(
        self, stands: Mapping[int, Fingerprint], found: Mapping[int, Snapshot]
    ) -> None:
        for number, one in found.items():
            # why a touch waits is a remark for people: nothing is decided on it, nor told of it
            plain = [replace(touch, reason="") for touch in one.touches]
            seen = replace(one, touches=tuple(plain))
            stood, was = self.stood.get(number, (None, None))
            assert stood != stands[number] or was == seen, "it changed, and nobody can see it"
            self.stood[number] = (stands[number], seen)

    def history_tells_every_status(self) -> None:
        with self.ws.ledger.read() as tx:
            told_ = case_reports.history(tx)
            table = tables.history
            columns = select(table.c.case, table.c.facts).order_by(table.c.number)
            where = [(row.case, row.facts) for row in tx.connection.execute(columns)]
        assert told_[: len(self.history)] == self.history, "history was rewritten"
        for event, (case, facts) in list(zip(told_, where, strict=True))[len(self.history) :]:
            self._follow(event["event"], case, facts)
        moments: list[datetime] = [event["at"] for event in told_]
        assert moments == sorted(moments)
        self.history = told_
        self._compare()

    def _follow(self, event: str, case: int, facts: dict[str, Any]) -> None:
        """Take one line of the history through the transition tables."""
        seen = self.seen
        if event == "case_opened":
            seen["case"][case] = Stage.OPENED
            seen["amends"][case, 1] = AmendsState.PROMISED
        elif event == "plan_booked":
            seen["touch"] |= dict.fromkeys(facts["touches"], TouchState.DUE)
        elif event in WORDS["touch"]:
            number = facts["touch"]
            seen["touch"][number] = after(
                TOUCH,
                TouchState(seen["touch"][number]),
                WORDS["touch"][event],
            )
        elif event in WORDS["amends"]:
            key = (case, facts["amends"])
            if "text" in facts:
                assert key not in seen["amends"]
                seen["amends"][key] = AmendsState.PROMISED
            else:
                state = AmendsState(seen["amends"][key])
                seen["amends"][key] = after(AMENDS, state, WORDS["amends"][event])
        elif event in WORDS["case"] and "slot" not in facts:
            seen["case"][case] = after(CASE, Stage(seen["case"][case]), WORDS["case"][event])

    def _compare(self) -> None:
        with self.ws.ledger.read() as tx:
            run = tx.connection.execute
            case, amends, touch = tables.cases, tables.amends, tables.touches
            stages = {row[0]: row[1] for row in run(select(case.c.number, case.c.stage))}
            assert stages == self.seen["case"]
            rows = run(select(amends.c.case, amends.c.k, amends.c.state))
            assert {(row[0], row[1]): row[2] for row in rows} == self.seen["amends"]
            found = {row[0]: row[1] for row in run(select(touch.c.number, touch.c.state))}
            assert found == self.seen["touch"]

    def cases_are_whole(self, found: Mapping[int, Snapshot]) -> None:
        for seen in found.values():
            case = seen.case
            assert (case.closed_at is None) == (case.stage is not Stage.CLOSED)
            assert (case.outcome is None) == (case.stage is not Stage.CLOSED)
            assert case.round <= self.ws.settings.policy.rounds
            waiting = [touch for touch in seen.touches if touch.state in WAITING]
            if case.stage is Stage.CLOSED:
                assert not waiting, "a closed case has waiting touches"
            for touch in waiting:
                assert touch.round == case.round, "a touch of an earlier round waits"
            for touch in seen.touches:
                if touch.state in (TouchState.SKIPPED, TouchState.CANCELLED, TouchState.REFUSED):
                    assert touch.reason, f"{touch.kind} was {touch.state} without a reason"
            for one in case.amends:
                value = one.promise.value
                facts = (one.promise.kind, one.promise.text, value, one.round)
                assert self.facts.setdefault((case.number, one.k), facts) == facts
                if one.state in (AmendsState.DONE, AmendsState.CONFIRMED):
                    assert one.evidence
                    assert one.done_at
            harm = Money(Decimal("40.10"), "EUR")
            assert case.complaint.harm == harm

    def nothing_is_missing_when_a_loop_closes(self, found: Mapping[int, Snapshot]) -> None:
        """Looked at in the step in which it closes; what is said later may change what is true."""
        for seen in found.values():
            if seen.case.closed_at == self.clock.now and seen.case.stage is Stage.CLOSED:
                last = self.history_of(seen.case.number)[-1]
                if last["event"] == "case_closed":
                    assert missing(seen, seen.case.outcome) == ()

    def nothing_is_sent_that_has_not_left(self, found: Mapping[int, Snapshot]) -> None:
        """Whoever has no address is never written to, nor found silent."""
        for seen in found.values():
            for touch in seen.touches:
                if touch.state in ARRIVED and touch.kind is not TouchKind.NUDGE:
                    known = touch.key in self.world.keys or touch.number in self.said_sent
                    assert known, f"the {touch.kind.value} is {touch.state.value}, and never left"
                    assert seen.case.customer.addresses, "it is sent to somebody without an address"
            if seen.case.outcome is Outcome.NO_ANSWER:
                asked = [touch for touch in seen.touches if touch.state in ARRIVED]
                assert asked, "silence of somebody who was never asked"

    def history_of(self, number: int) -> list[dict[str, Any]]:
        with self.ws.ledger.read() as tx:
            return case_reports.history(tx, number)

    def only_a_person_sends_again(self) -> None:
        again = Counter(e["touch"] for e in self.history if e["event"] == "touch_booked_again")
        assert again == +self.resent

    def after_a_pass_what_is_due_is_shown(self, made: run_once.Turn) -> None:
        shown = {case for case, _ in (*made.waiting, *made.reasons)}
        with self.ws.ledger.read() as tx:
            left = touches.due_numbers(tx)
            flying = touches.in_state(tx, (TouchState.SENDING, TouchState.COMMITTING))
        assert {case for _, case in left} <= shown, "due, not sent and not shown"
        assert flying == []


@pytest.mark.parametrize("part", range(PARTS))
def test_a_thousand_lives(part: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    class Part(Life):
        pass

    Part.__name__ = Part.__qualname__ = f"Life{part}"
    run_state_machine_as_test(
        Part,
        settings=settings(
            max_examples=LIVES // PARTS,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_start_is_a_decent_hour_for_everybody() -> None:
    assert {START.astimezone(ZoneInfo(p["time_zone"])).weekday() for p in PEOPLE} == {0}
