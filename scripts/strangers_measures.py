"""The `strangers` part of `scripts/bench`: a message that fits nobody, among 100,000 open cases."""

import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.engine.run.correlate import Finder, Source
from voicenote.ledger import case_store, tables
from voicenote.ledger.store import Ledger, open_ledger
from voicenote.model.address import Address
from voicenote.model.case import Complaint, Customer
from voicenote.model.receipt import Answer, Receipt, ReceiptKind, Verdict

CASES, AT_ONCE = 100_000, 5000
NOW = datetime(2026, 11, 1, 10, tzinfo=UTC)
PARTS = [first + last for first in "kmtrnsvphjl" for last in "aeio"]


def people() -> Iterator[Customer]:
    """Yield customers with 400 first and 4,000 last names; half of them have a number."""
    chance = random.Random(3)  # noqa: S311 - people that can be had again
    first, last = (
        ["".join(chance.choices(PARTS, k=3)).capitalize() for _ in range(count)]
        for count in (400, 4000)
    )
    for n in range(CASES):
        name = f"{chance.choice(first)} {chance.choice(last)}"
        email = Address("email", f"{name.replace(' ', '.').lower()}{n}@example.com")
        number = [Address("whatsapp", f"+3725{n:07}")] * (n % 2)
        yield Customer(name=name, addresses=(email, *number))


def fill(ledger: Ledger) -> str:
    """Add the cases, every second of which was written to; return the name of one customer."""
    everybody = list(people())
    with ledger.write() as tx:
        for start in range(0, CASES, AT_ONCE):
            told = [
                Complaint(source="x", ref=str(n), opened_at=NOW, customer=everybody[n],
                          what_happened=f"The cake {n} fell over.")
                for n in range(start, start + AT_ONCE)
            ]  # fmt: skip
            sent = [
                {"key": f"c{one.case}r1-memo-000000000000", "case": one.case, "round": 1,
                 "plan": "standard", "step": 1, "kind": "memo", "channel": "whatsapp",
                 "wanted_at": NOW, "due_at": NOW, "state": "accepted", "sent_at": NOW}
                for one in case_store.add(tx, told)[::2]
            ]  # fmt: skip
            tx.connection.execute(insert(tables.touches), sent)
    return everybody[CASES // 2].name


def strangers(folder: Path) -> str:
    """Return how long it takes to find whom messages of several kinds may be from."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    ledger = open_ledger(url, clock=lambda: NOW, actor="bench", new_id=lambda: "0" * 32)
    name = fill(ledger)
    finder = Finder(Source(name="whatsapp", field="whatsapp", is_mailbox=False))
    receipt = Receipt(kind=ReceiptKind.ANSWERED, at=NOW)
    answer = Answer(verdict=Verdict.UNCLEAR, at=NOW, text="It is still blue.")
    lines = []
    for what, sender, address, stop in (
        ("a whole name", name, "EE.12345", False),
        ("a first name", name.split()[0], "EE.12345", False),
        ("a first name that says stop", name.split()[0], "EE.12345", True),
        ("the end of a number", "", "+440050001", False),
        ("a name in a handle", "", f"@{name.replace(' ', '').lower()}", False),
        ("nobody's name and number", "Zzyx", "+4412340000", False),
        ("an id alone", "", "EE.12345", False),
        ("an id alone that says stop", "", "EE.12345", True),
    ):
        inbound = Inbound(
            sender=sender, subject="", receipt=receipt, answer=answer, opt_out=stop, address=address
        )
        took = []
        for _ in range(5):
            with ledger.read() as tx:
                began = time.process_time()
                found = finder.find(tx, inbound)
                took.append(time.process_time() - began)
        count = len(found.likely)
        lines.append(f"{what}: {statistics.median(took) * 1000:.1f} ms, {count} likely")
    ledger.close()
    return "\n  ".join([f"{CASES:,} open cases", *lines, *holding(folder)])


def holding(folder: Path) -> Iterator[str]:
    """Yield what it takes to take in a stop of an id alone, which holds 50,000, and to let go."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tests.engine.listening import FILE, Listening
    from tests.engine.world import Clock, workspace
    from voicenote.engine.case.consent import let_go
    from voicenote.engine.run.inbound_handler import InboundHandler

    (folder / "voicenote.toml").write_text(FILE, encoding="utf-8")
    clock = Clock()
    clock.now = NOW
    with closing(workspace(folder, clock, Listening())) as ws:
        with ws.ledger.write() as tx:
            written = tx.connection.exec_driver_sql(
                "select distinct \"case\" from touches where channel = 'whatsapp'"
            ).scalars()
            due = [
                {"key": f"c{case}r1-check-in-000000000000", "case": case, "round": 1,
                 "plan": "standard", "step": 2, "kind": "check-in", "channel": "whatsapp",
                 "wanted_at": NOW, "due_at": NOW + timedelta(days=3), "state": "due"}
                for case in written
            ]  # fmt: skip
            tx.connection.execute(insert(tables.touches), due)
        count = len(due)
        source = Source(name="whatsapp", field="whatsapp", is_mailbox=False)
        inbound = Inbound(
            sender="", subject="", receipt=Receipt(kind=ReceiptKind.ANSWERED, at=NOW),
            answer=Answer(verdict=Verdict.UNCLEAR, at=NOW, text="stop"), opt_out=True,
            address="EE.12345", texts=("stop",),
        )  # fmt: skip
        arrival = Arrival(mark="1", at=NOW, inbound=inbound, address="EE.12345")
        del due
        before, began = _peak_mb(), time.process_time()
        InboundHandler(ws, source, Finder(source)).take(arrival)
        took = time.process_time() - began
        more = _peak_mb() - before
        yield f"such a stop taken in: {count:,} held in {took:.1f} s, {more} MB more"
        began = time.process_time()
        count = len(let_go(ws, 1))
        yield f"and put away: {count:,} go on in {time.process_time() - began:.1f} s"


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
