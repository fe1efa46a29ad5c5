"""A shop's month at the command line, with a real mail pair: 200 rows of mess, one owner.

Only what the owner types counts as a command; cron's runs and the looks of the test don't. What is
true of each customer in the end is reckoned from what they got and said, never from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from tests.engine.world import touches_of, without_sound
from tests.faults.mail_pair import MailPair
from tests.faults.shop import START, Buyer, Shop, write_rows, write_table
from voicenote import wiring
from voicenote.engine.case.case_view import case_view
from voicenote.engine.workspace import Workspace
from voicenote.model.case import Outcome
from voicenote.model.touch import OPENING, TouchState
from voicenote.settings import load

#: The three questions go out two, three and four weeks and two days after the memo; then there is
#: a week to answer the last.
DAYS = 38
COMMANDS = 25


@pytest.fixture
def shop(tmp_path: Path, pair: MailPair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    made = Shop(home=tmp_path / "home", pair=pair)

    class Calendar(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return made.now.astimezone(tz)

    monkeypatch.setattr(wiring, "datetime", Calendar)
    monkeypatch.chdir(tmp_path)
    with without_sound():
        yield made


def test_at_the_end_of_the_month_each_customer_is_in_one_true_state(shop: Shop) -> None:
    assert len(shop.people) == 200
    first_evening(shop)
    for day in range(DAYS):
        shop.now = START + timedelta(days=day)
        owner_works(shop, day)
        shop.runs()
        if day == 0:  # no more than so many an hour to one domain
            shop.now += timedelta(hours=6)
            shop.runs()
        customers_write(shop, day)
    with closing(wiring.open_workspace(load(shop.home, shop.env))) as ws:
        found = {one.ref: shown(shop, ws, one) for one in shop.people}
    wrong = {
        f"{one.ref}, {one.kind}": (found[one.ref], reckoned(one))
        for one in shop.people
        if found[one.ref] != reckoned(one)
    }
    assert not wrong, "\n".join(shop.journal)
    assert {found[one.ref] for one in shop.people if not one.email} == {"waits for an address"}
    assert not [one for one in shop.people if not got_what_is_decent(one)]
    assert len(shop.typed) <= COMMANDS, shop.typed


def got_what_is_decent(one: Buyer) -> bool:
    """One letter a day, one apology unless the owner sent it again, none after a stop or words."""
    days = [letter["Date"].datetime.date() for letter in one.got]
    memos = one.kinds.count("memo") + one.kinds.count("last")
    once = len(days) == len(set(days)) and memos <= 1 + (one.told == "sent again")
    return once and not (one.said and len(one.got) > 1)


def first_evening(shop: Shop) -> None:
    """The owner sets the shop up, and takes all complaints to where cron can send."""
    port, imap = f"127.0.0.1:{shop.pair.smtp}", f"127.0.0.1:{shop.pair.imap}"
    shop.types(
        "init", "--name", "Anna", "--email", "anna@bakery.example", "--time-zone", "Europe/Tallinn"
    )
    shop.types(
        "channels", "add", "email", "--smtp", port, "--imap", imap, "--user", "anna",
        "--address", "anna@bakery.example", "--password", "env:PAIR_PASSWORD",
        "--ca-file", str(shop.pair.ca_file),
    )  # fmt: skip
    allow_reserved_names(shop.home / "voicenote.toml")
    shop.types("import", write_rows("march.csv", shop.people), "--batch", "march")
    found = [(one.ref, "yes", "they only insult us") for one in shop.of("abusive")]
    found += [(one.ref, "", "it came on the day we said") for one in shop.of("unfounded")]
    rows = [(ref, abusive, "unfounded", why) for ref, abusive, why in found]
    shop.types("triage", "--from", write_table("found.csv", "ref,abusive,finding,reason", rows))
    shop.types(
        "lesson", "--batch", "march", "--cause", "a late parcel", "--prevention", "another courier"
    )
    first, again, other, other_again = (shop.number(one) for one in shop.of("twin"))
    shop.types("merge", first, again)
    shop.types("merge", other, other_again)
    shop.types("withdraw", shop.number(shop.of("silent")[0]), "--why", "mistyped")
    shop.types("undo")
    shop.types("withdraw", shop.number(shop.of("mistyped")[0]), "--why", "mistyped")
    for step in (("script",), ("render",), ("approve", "--yes")):
        shop.types(*step, "--batch", "march")


def allow_reserved_names(file: Path) -> None:
    """Names such as tamm.example are refused elsewhere; here there are no others."""
    text = file.read_text("utf-8")
    assert text.rindex("\n[") == text.index("\n[channels.mail]")
    file.write_text(f"{text}allow_reserved = true\n", "utf-8")


def owner_works(shop: Shop, day: int) -> None:
    """What the owner does in the morning of a day, beside what cron does."""
    of = shop.of
    if day == 2:
        (out,), (moved,), late = of("by phone: stop"), of("moved"), of("late bounce")[0]
        shop.types("opt-out", shop.number(out))
        out.told = "stop"
        for one in of("found"):
            one.email = one.address
        shop.types("import", write_rows("march.csv", shop.people), "--batch", "march")
        moved.email = moved.address
        shop.types("edit", shop.number(moved), "--set", f"email={moved.email}")
        shop.types("resend", shop.number(moved))
        shop.types("resend", shop.number(late))
        late.told = "sent again"
        shop.types("pause", "--resume", "mail")
        calls = [(one.ref, "put-right") for one in of("pleased", "html")]
        calls += [(one.ref, "not-yet") for one in of("not yet")]
        shop.types("answer", "--from", write_table("calls.csv", "ref,answer", calls))
        for one in of("pleased", "html", "not yet"):
            one.told = "not yet" if one.kind == "not yet" else "put right"
    if day == 3:
        shop.pair.postfix("stop")
    if day == 4:
        shop.pair.postfix("start")
    if day == 8:
        owed = [one for one in shop.people if one.got and one not in of("abusive", "unfounded")]
        paid = [(one.ref, "payment 4711") for one in owed]
        shop.types("amends", "done", "--from", write_table("done.csv", "ref,evidence", paid))
        shop.types("close", "--batch", "march", code=1)
    if day == DAYS - 1:
        shop.types("next", "--all")


def customers_write(shop: Shop, day: int) -> None:
    if day:
        return
    words = {
        "pleased": "Thank you, it is fine now.",
        "html": "Thank you!",
        "stop": "Please do not write to me any more.",
        "asks": "When does the money come?",
        "not yet": "It is still broken.",
    }
    for kind, text in words.items():
        for one in shop.of(kind):
            shop.reply(one, text)
    for one in shop.of("away"):
        shop.reply(one, "I am at the sea until Monday.", Auto_Submitted="auto-replied")
    for one in shop.of("late bounce"):
        shop.bounce_late(one)
    shop.settle()


def reckoned(one: Buyer) -> str:
    """What is true of a customer, by what they got and said and what the owner was told."""
    by_mail = "closed: no-answer" if one.kinds.count("confirm") == 3 else "is still asked"
    rules = (
        (one.kind in ("closed", "praise", "no words"), "no case"),
        (one.told == "the same again", "merged"),
        (one.kind == "mistyped", "withdrawn"),
        (one.told == "stop" or any("not write" in text for text in one.said), "wants no more"),
        (not one.email, "waits for an address"),
        (not one.got, "came back"),
        (one.kind in ("abusive", "unfounded"), "closed: neutral"),
        (one.told == "put right", "closed: satisfied"),
        (one.told == "not yet", "has a new round"),
        (bool(one.said), "waits for our answer"),
        (one.kind == "late bounce" and not one.told, "came back"),
        (True, by_mail),
    )
    return next(state for so, state in rules if so)


def shown(shop: Shop, ws: Workspace, one: Buyer) -> str:
    """What the ledger says of a customer, as `show` tells it."""
    number = shop.number(one)
    if not number:
        return "no case"
    view = case_view(ws, int(number))
    if view.opted_out:
        return "wants no more"
    if view.case.outcome:
        apart = view.case.outcome in (Outcome.MERGED, Outcome.WITHDRAWN)
        return f"{'' if apart else 'closed: '}{view.case.outcome.value}"
    if view.case.round > 1:
        return "has a new round"
    (*_, memo) = [touch for touch in touches_of(ws, int(number)) if touch.kind in OPENING]
    told = {
        TouchState.HELD: "waits for an address",
        TouchState.BOUNCED: "came back",
        TouchState.ANSWERED: "waits for our answer",
    }
    return told.get(memo.state, f"{view.case.stage.value}: memo {memo.state.value}")
