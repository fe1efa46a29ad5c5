"""The model beside a walk: what whoever walks knows, and the program has to live up to."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.walks.far_ends import PHONE, TIMEOUT
from tests.walks.people import STORY, Person, Row, marks, people
from tests.walks.seen import Row as LedgerRow
from tests.walks.seen import Seen, sentences

if TYPE_CHECKING:
    from tests.walks.walk import Done

OWNER = "grace@bakery.example"
SETTINGS = """\
[owner]
name = "Grace Hopper"
email = "{owner}"
time_zone = "Europe/Tallinn"

[voice]
engine = "silent"

[schedule]
quiet_hours = "{quiet}"
working_days = "{days}"

[policy]
auto_approve = ["check-in", "status", "confirm", "acknowledge"]
pause_after = {brake}
cooling_off_hours = 0

[channels.{mail}]
kind = "email"
host = "127.0.0.1"
port = {port}
security = "none"
allow_reserved = true
timeout = {timeout}

[channels.telegram]
kind = "telegram"
url = "{url}"
token = {{env = "BOT"}}
timeout = {timeout}

[channels.whatsapp]
kind = "whatsapp"
url = "{url}"
phone_id = "{phone}"
token = {{env = "CLOUD"}}
app_secret = {{env = "APP"}}
template = "a_memo"
listen_url = "https://bakery.example/l/{{token}}"
timeout = {timeout}

[channels.hook]
kind = "webhook"
url = "{url}/touches"
secret = {{env = "HOOK"}}
allow_reserved = true
idempotent = true
timeout = {timeout}
"""


@dataclass
class Beside:
    """What is known without the ledger.

    `resent` counts by touch how often a person has booked it again, `back` by key how often a copy
    surely came back; `marked` are touches that a person says have left; `stood` is the ledger
    before each command that undo knows. `approved` keeps the words and the sounds of each approval
    as they were at that moment.
    """

    chance: random.Random
    rows: list[Row] = field(default_factory=list)
    files: list[tuple[list[Row], str]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    gone_people: set[str] = field(default_factory=set)
    resent: Counter[int] = field(default_factory=Counter)
    back: Counter[str] = field(default_factory=Counter)
    marked: set[int] = field(default_factory=set)
    stood: dict[int, Seen] = field(default_factory=dict)
    approved: dict[tuple[int, str], tuple[list[str], set[str]]] = field(default_factory=dict)
    stories: int = 0
    letters: int = 0
    quiet: str = "20:00-09:00"
    days: str = "mon-fri"
    mail: str = "mail"
    statuses: dict[str, dict[Any, str]] = field(
        default_factory=lambda: {"case": {}, "amends": {}, "touch": {}}
    )

    def __post_init__(self) -> None:
        self.people = people(self.chance)
        self.brake = self.chance.choice([5, 1000])

    def settings(self, port: int, url: str) -> str:
        """Return voicenote.toml as it is now."""
        return SETTINGS.format(
            owner=OWNER, quiet=self.quiet, days=self.days, mail=self.mail, port=port, url=url,
            phone=PHONE, timeout=TIMEOUT, brake=self.brake,
        )  # fmt: skip

    def person_of(self, seen: Seen, case: int) -> Person | None:
        """Return who complained in a case; None for a case that came another way."""
        story = self.story_of(seen, case)
        return next((row.person for row in self.rows if row.story == story), None)

    @staticmethod
    def story_of(seen: Seen, case: int) -> int:
        found = STORY.search(seen.cases[case]["what_happened"])
        return int(found[1]) if found else -1

    def opt_out(self, seen: Seen, addresses: set[str]) -> None:
        """Whoever has one of these addresses wants to hear nothing more, on any channel."""
        self.gone |= addresses
        for person in self.people:
            if person.addresses & addresses:
                self.gone_people.add(person.name)

    def opt_out_case(self, seen: Seen, case: int) -> None:
        self.opt_out(seen, marks(seen.customer(case)))
        self.gone_people.add(seen.customer(case)["name"])

    def watch(self, before: Seen, after: Seen, done: Done) -> None:
        """Keep what each new approval released, what a person has settled, what undo may need."""
        if done.exit_code == 0 and done.words[0] in ("resend", "mark-sent"):
            touches = done.data["messages"]
            if done.words[0] == "resend":
                self.resent.update(touches)
                self.marked -= set(touches)
            else:
                self.marked |= set(touches)
        had = {row["number"] for row in before.rows["commands"]}
        new = (row["number"] for row in after.rows["commands"] if row["number"] not in had)
        self.stood.update(dict.fromkeys(new, before))
        known = {row["number"] for row in before.rows["approvals"]}
        for row in after.rows["approvals"]:
            if row["number"] not in known:
                words, sounds = released(after, row)
                name = (row["case"], row["script_sha256"])
                self.approved.setdefault(name, (words, set()))[1].update(sounds)


def released(seen: Seen, approval: LedgerRow) -> tuple[list[str], set[str]]:
    """Return the sentences and the sounds that an approval has released."""
    case, sha = approval["case"], approval["script_sha256"]
    script = next(s for s in seen.of_case("scripts", case) if s["sha256"] == sha)
    memos = [m for m in seen.of_case("memos", case) if m["sha256"] == approval["memo_sha256"]]
    sounds = {digest for memo in memos for digest in json.loads(memo["digests"]).values()}
    return sentences(script), sounds | {approval["memo_sha256"]}
