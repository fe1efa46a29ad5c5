"""What must be so of everything that has arrived: looked at where it arrives, not where it left.

Each takes (walk, ledger before, ledger after, command) and yields what is not so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.walks.far_ends import Arrived
from tests.walks.people import marks
from tests.walks.seen import ARRIVED, FLYING, KEPT, OPENING, Row, Seen, moment

if TYPE_CHECKING:
    from tests.walks.walk import Done, Walk

#: What may have left, as the ledger says.
MAY_HAVE_LEFT = ARRIVED | FLYING | {"uncertain", "bounced"}
#: So many letters of a caption are compared: it is cut where it is long.
CAPTION = 600


def new(w: Walk, after: Seen, done: Done) -> Iterator[tuple[Arrived, Row]]:
    """Give what has arrived by this command, with its touch; not proofs."""
    for one in w.world.arrived[done.began :]:
        if not one.proof and one.key in after.by_key:
            yield one, after.by_key[one.key]


def never_twice(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """A key once, and one apology a round; but for what a person asked for."""
    beside = w.beside
    came = Counter(one.key for one in w.world.arrived if not one.proof)
    rounds: Counter[tuple[int, int]] = Counter()
    spare: Counter[tuple[int, int]] = Counter()
    for key, times in came.items():
        touch = after.by_key.get(key)
        if touch is None:
            yield f"{key} has arrived, and the ledger does not know it"
            continue
        again = beside.resent[touch["number"]] + beside.back[key]
        if times > 1 + again:
            yield f"{key} has arrived {times} times"
        if touch["kind"] in OPENING:
            where = (touch["case"], touch["round"])
            rounds[where] += times
            spare[where] += again
    for where, times in rounds.items():
        if times > 1 + spare[where]:
            yield f"case {where[0]} had {times} apologies in round {where[1]}"


def one_story_one_apology(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """Who tells the same story twice is not apologised to twice."""
    stories: dict[int, set[int]] = {}
    for one in w.world.arrived:
        touch = after.by_key.get(one.key)
        if touch is not None and touch["kind"] in OPENING:
            story = w.beside.story_of(after, touch["case"])
            stories.setdefault(story, set()).add(touch["case"])
    for story, cases in stories.items():
        if story >= 0 and len(cases) > 1:
            yield f"story {story} had an apology for each of cases {sorted(cases)}"


def the_ledger_knows_what_arrived(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    known = {one.key for one in w.world.arrived}
    for one in w.world.arrived[done.began :]:
        touch = after.by_key.get(one.key)
        if touch is None or one.proof or touch["state"] in MAY_HAVE_LEFT:
            continue
        # the receiver of a webhook does nothing the second time: it may be tried again
        if not (one.way == "hook" and touch["state"] in ("due", "refused", "cancelled", "skipped")):
            yield f"{one.key} has arrived by {one.way}, and the ledger says {touch['state']}"
    for key, touch in after.by_key.items():
        said = touch["state"] in ARRIVED and touch["kind"] != "nudge"
        if said and key not in known and touch["number"] not in w.beside.marked:
            yield f"{key} is {touch['state']}, and has not arrived"


def the_words_are_those_approved(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """What is heard and read is what was released, as it was at that moment (invariant 5)."""
    for one, touch in new(w, after, done):
        found = after.memo_of(touch)
        if found is None:
            yield f"{one.key} has no memo"
            continue
        memo, script = found
        released = w.beside.approved.get((touch["case"], script["sha256"]))
        if released is None:
            yield f"{one.key} was never approved"
            continue
        words, sounds = released
        whole = " ".join(words)
        cut = one.way == "telegram" and len(whole) > CAPTION
        if one.words and (whole[:CAPTION] if cut else whole) not in one.words:
            yield f"{one.key} says other words than were approved: {one.words[:300]!r}"
        if not set(one.sounds) <= sounds:
            yield f"{one.key} carries another sound than was approved"
        if memo["sha256"] not in sounds:
            yield f"{one.key} carries a memo that was not approved with its words"


def nobody_hears_more_who_has_said_enough(
    w: Walk, before: Seen, after: Seen, done: Done
) -> Iterator[str]:
    """Nothing after a person's answer, nor after an opt-out in any spelling (invariants 6, 9)."""
    for one, touch in new(w, after, done):
        number = touch["case"]
        person = w.beside.person_of(after, number)
        known = marks(after.customer(number)) | marks(before.customer(number))
        known |= person.addresses if person else set()
        if known & w.beside.gone or (person and person.name in w.beside.gone_people):
            yield f"{one.key} went to {one.to or known}, who opted out"
        booked = moment(touch["booked_at"])
        for answer in before.of_case("answers", number):
            if answer["round"] == touch["round"] and moment(answer["at"]) >= booked:
                yield f"{one.key} left after an answer of {answer['at']}"
        if before.cases[number]["stage"] == "closed":
            yield f"{one.key} left from a closed case"


def it_goes_to_its_customer(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    for one, touch in new(w, after, done):
        if one.way not in ("mail", "telegram", "whatsapp"):
            continue
        here = marks({**dict.fromkeys(("email", "phone", "telegram", "whatsapp"), ""),
                      {"mail": "email"}.get(one.way, one.way): one.to})  # fmt: skip
        known = marks(after.customer(touch["case"])) | marks(before.customer(touch["case"]))
        if not here & known:
            yield f"{one.key} went to {one.to}, which is no address of case {touch['case']}"
    people = set().union(*(marks(row) for row in before.rows["customers"]))
    for one in w.world.arrived[done.began :]:
        if one.proof and one.to.casefold() in people:
            yield f"a proof went to {one.to}, who is a customer"
        if done.words[0] != "run" and not one.proof:
            yield f"{done.words[0]} let {one.key} leave"


def nobody_is_woken(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    for one, touch in new(w, after, done):
        person = w.beside.person_of(after, touch["case"])
        if person is None or w.beside.quiet == "off":
            continue
        here = one.at.astimezone(ZoneInfo(person.decent))
        if not 9 <= here.hour < 20:
            yield f"{one.key} came to {person.name} at {here:%H:%M} ({person.decent})"
        if w.beside.days == "mon-fri" and here.weekday() > 4:
            yield f"{one.key} came to {person.name} on a {here:%A}"


def apologies(w: Walk, after: Seen, done: Done) -> Iterator[tuple[Arrived, Row, Row, list[Row]]]:
    """Give each new message that says sorry: its touch, its case, the promises it speaks of."""
    for one, touch in new(w, after, done):
        if touch["kind"] in OPENING:
            case = after.cases[touch["case"]]
            promised = after.of_case("amends", case["number"])
            yield one, touch, case, [a for a in promised if a["text"] and a["text"] in one.words]


def allowed(after: Seen, case: Row) -> bool:
    """Whether the owner has said why it is more money than the rule allows."""
    return any(
        line["case"] == case["number"] and line["event"] == "compensation_overridden"
        for line in after.history
    )


def nothing_is_paid_for_nothing(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """S9: an unfounded claim gets no sorry, and no money."""
    for one, touch, case, spoken in apologies(w, after, done):
        found = after.memo_of(touch)
        if case["finding"] != "unfounded" or found is None:
            continue
        if found[1]["template"] in ("justified", "partly"):
            yield f"{one.key} says sorry for an unfounded claim (S9)"
        if any(a["value_amount"] for a in spoken) and not allowed(after, case):
            yield f"{one.key} promises money for an unfounded claim (S9)"


def money_stays_within_the_band(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """R8: not more than one and a half times the harm."""
    for one, _, case, spoken in apologies(w, after, done):
        harm = case["harm_amount"]
        for amends in spoken if harm and not allowed(after, case) else ():
            value, same = amends["value_amount"], amends["value_currency"] == case["harm_currency"]
            live = value and same and amends["state"] != "waived"
            if live and Decimal(value) > Decimal(harm) * Decimal("1.5"):
                yield f"{one.key} promises {value} for a harm of {harm} (R8)"


def what_is_promised_can_be_kept(w: Walk, before: Seen, after: Seen, done: Done) -> Iterator[str]:
    """Nothing leaves that promises something for a day that has passed, or that was waived.

    Words that are written when the day has passed already do not name it.
    """
    for one, touch, case, spoken in apologies(w, after, done):
        person = w.beside.person_of(after, case["number"])
        zones = {person.time_zone or "Europe/Tallinn", person.decent} if person else {"UTC"}
        today = min(str(one.at.astimezone(ZoneInfo(zone)).date()) for zone in zones)
        found = after.memo_of(touch)
        written = found[1]["made_at"][:10] if found else ""
        for amends in spoken:
            by = amends["promised_by"]
            if by and written <= by < today and amends["state"] in ("promised", "broken"):
                yield f"{one.key} promises something for {by}, and it is {today}"
            if amends["state"] == "waived":
                yield f"{one.key} promises what was waived: {amends['text']}"


def a_second_sorry_brings_something(
    w: Walk, before: Seen, after: Seen, done: Done
) -> Iterator[str]:
    """R6: one apology a failure; a second has a new promise in it, or reports a kept one."""
    for one, touch, case, _ in apologies(w, after, done):
        said = [
            moment(t["sent_at"] or t["due_at"])
            for t in after.of_case("touches", case["number"])
            if t["kind"] == "memo" and t["round"] < touch["round"] and t["state"] in MAY_HAVE_LEFT
        ]
        if not said or case["finding"] == "unfounded" or case["abusive"]:
            continue
        promised = after.of_case("amends", case["number"])
        brings = [a for a in promised if a["round"] == touch["round"] and a["state"] != "waived"]
        kept = [a for a in promised if a["state"] in KEPT and moment(a["done_at"]) >= max(said)]
        if not (brings or kept):
            yield f"{one.key} is a second apology with nothing in it (R6)"


AT_THE_DOOR = (
    never_twice,
    one_story_one_apology,
    the_ledger_knows_what_arrived,
    the_words_are_those_approved,
    nobody_hears_more_who_has_said_enough,
    it_goes_to_its_customer,
    nobody_is_woken,
    nothing_is_paid_for_nothing,
    money_stays_within_the_band,
    what_is_promised_can_be_kept,
    a_second_sorry_brings_something,
)
