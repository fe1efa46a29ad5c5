"""The samples hold together: files, fields, dates, and the story that the demo plays."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voicenote.errors import Problem
from voicenote.intake.fields import FIELDS
from voicenote.intake.options import Options
from voicenote.intake.raw_record import Bad, Good, LeftOut
from voicenote.intake.reader import open_source
from voicenote.model.case import Case, Complaint, Finding, Outcome, Stage
from voicenote.model.promise import AmendsKind
from voicenote.model.receipt import Verdict
from voicenote.schedule.plans import builtin_plans, read_plan
from voicenote.script.compose import draft
from voicenote.script.context import ScriptContext
from voicenote.script.templating import Templates
from voicenote.settings.loading import load

SAMPLES = Path(__file__).parent.parent / "samples"
TEXTS = sorted(path for path in SAMPLES.rglob("*") if path.suffix != ".ogg" and path.is_file())

#: Domains that nobody can own (RFC 2606, RFC 6761).
RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|invalid|test)$")
#: Telephone ranges kept for fiction: 555-01xx of North America, Ofcom's drama numbers.
FICTION = re.compile(r"\+1\d{3}55501\d\d|\+447700900\d{3}|\+441632960\d{3}")
#: What a story may do: verb → the keys it needs, and those it may have besides.
VERBS: dict[str, tuple[set[str], set[str]]] = {
    "lesson": ({"cause", "prevention", "owner", "due"}, set()),
    "lesson-done": (set(), set()),
    "add-amends": ({"kind", "text", "promised_by"}, {"value", "currency"}),
    "amends-done": ({"amends", "evidence"}, set()),
    "amends-confirm": ({"amends"}, set()),
    "answer": ({"verdict", "text"}, set()),
    "script": (set(), set()),
    "close": ({"outcome"}, set()),
}


def rows() -> list[dict[str, str]]:
    """The complaints as the standard library reads them."""
    with (SAMPLES / "complaints.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tickets() -> dict[str, Any]:
    """The helpdesk's page."""
    page: dict[str, Any] = json.loads((SAMPLES / "tickets.zendesk.json").read_text("utf-8"))
    return page


def story() -> dict[str, Any]:
    """The demo's days."""
    return tomllib.loads((SAMPLES / "story.toml").read_text("utf-8"))


def events(do: str = "") -> list[dict[str, Any]]:
    """The events of the story, in order; of one kind."""
    return [event for event in story()["event"] if do in ("", event["do"])]


def imported(name: str) -> list[Good | Bad | LeftOut]:
    """What intake makes of a file on the day of the story."""
    options = Options(now=story()["start"], language="en", time_zone="Europe/Tallinn")
    return list(open_source([SAMPLES / name], options))


def complaints(name: str) -> list[Complaint]:
    """The good ones among them."""
    return [one.complaint for one in imported(name) if isinstance(one, Good)]


def day_of(event: dict[str, Any]) -> date:
    """The calendar day of an event."""
    start: datetime = story()["start"]
    return start.date() + timedelta(days=event["day"])


# -- the complaints ---------------------------------------------------------------------------


def test_every_column_is_a_field_of_intake() -> None:
    assert set(rows()[0]) <= set(FIELDS)


def test_every_complaint_goes_in() -> None:
    assert [one for one in imported("complaints.csv") if isinstance(one, Bad)] == []


def test_english_comes_first_and_then_the_five_languages_of_the_articles() -> None:
    first, *others = (row["language"] for row in rows())
    assert first == "en"
    assert set(others) == {"he", "ro", "pl", "fa", "et"}


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row["ref"]))
def test_a_zone_exists_and_its_complaint_came_before_the_story(row: dict[str, str]) -> None:
    opened = datetime.fromisoformat(row["opened_at"])
    assert opened.utcoffset() == opened.astimezone(ZoneInfo(row["time_zone"])).utcoffset()
    assert timedelta() < story()["start"] - opened < timedelta(days=2)


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row["ref"]))
def test_a_promise_falls_within_thirty_days(row: dict[str, str]) -> None:
    if row["promised_by"]:
        start = story()["start"].date()
        assert start < date.fromisoformat(row["promised_by"]) <= start + timedelta(days=30)


@pytest.mark.parametrize("one", complaints("complaints.csv"), ids=lambda one: str(one.ref))
def test_unfounded_is_answered_with_a_reason_and_no_amends(one: Complaint) -> None:
    if one.finding is Finding.UNFOUNDED:
        assert one.finding_reason
        assert not one.promises
    else:
        assert one.promises


@pytest.mark.parametrize("one", complaints("complaints.csv"), ids=lambda one: str(one.ref))
def test_compensation_is_the_harm_or_slightly_more(one: Complaint) -> None:
    later = [event for event in events("add-amends") if event["case"] == one.ref]
    given = sum((p.value.amount for p in one.promises if p.value), Decimal())
    given += sum((Decimal(event.get("value", "0")) for event in later), Decimal())
    if one.harm:
        assert one.harm.amount <= given <= one.harm.amount * Decimal("1.2")


# -- the helpdesk -----------------------------------------------------------------------------


def test_the_helpdesk_has_one_deleted_ticket() -> None:
    items = imported("tickets.zendesk.json")
    assert [one.reason for one in items if isinstance(one, LeftOut)] == ["deleted"]
    assert not [one for one in items if isinstance(one, Bad)]


def test_the_other_tickets_go_in_with_their_requesters() -> None:
    good = complaints("tickets.zendesk.json")
    assert len(good) == len(tickets()["tickets"]) - 1 == tickets()["count"] - 1
    known = [one.customer for one in good if one.customer.addresses]
    assert len(known) == len(good) - 1, "one has no requester any more"
    assert all(customer.time_zone and customer.language for customer in known)


# -- settings and template --------------------------------------------------------------------


def test_the_settings_load_and_their_plan_can_be_read() -> None:
    settings = load(SAMPLES, {})
    assert settings.owner.name == "Ada Linden"
    for name, table in settings.plans.items():
        problems: list[Problem] = []
        assert read_plan(name, table, problems).steps
        assert not problems


def test_an_import_profile_names_fields_of_intake() -> None:
    for profile in load(SAMPLES, {}).intake.values():
        assert {*profile.map, *profile.default} <= set(FIELDS)


@pytest.mark.parametrize("promised", [True, False])
def test_the_own_template_speaks_for_a_case(promised: bool) -> None:
    one = complaints("complaints.csv")[0]
    case = Case(number=1, complaint=one, stage=Stage.OPENED)
    facts = ScriptContext(
        owner="Ada Linden",
        today=date(2026, 3, 2),
        template="small-slip",
        language="en",
        promises=one.promises if promised else (),
    )
    text = draft(case, facts, Templates((SAMPLES / "templates",))).script.text
    assert ("put this right" in text) is not promised
    assert "I answer for it" in text


def test_the_recording_is_small_and_says_that_a_machine_made_it() -> None:
    import av

    file = SAMPLES / "recording.ogg"
    assert file.stat().st_size < 150_000
    with av.open(str(file)) as sound:
        seconds = sum(frame.samples / frame.sample_rate for frame in sound.decode(audio=0))
        tags = {**sound.metadata, **sound.streams.audio[0].metadata}
    assert 20 < seconds < 60
    assert any("synthetic" in name.lower() or "synthetic" in tags[name].lower() for name in tags)


# -- the story --------------------------------------------------------------------------------


def test_every_event_is_about_a_case_that_exists() -> None:
    refs = {row["ref"] for row in rows()}
    assert {event["case"] for event in events()} | set(story()["plans"]) <= refs


def test_every_case_is_in_the_story() -> None:
    assert {event["case"] for event in events()} == {row["ref"] for row in rows()}


@pytest.mark.parametrize("event", events(), ids=lambda e: f"{e['day']}-{e['case']}-{e['do']}")
def test_an_event_has_the_keys_of_its_verb(event: dict[str, Any]) -> None:
    needed, allowed = VERBS[event["do"]]
    keys = set(event) - {"day", "case", "do"}
    assert needed <= keys <= needed | allowed


def test_the_head_of_the_story_explains_every_verb() -> None:
    head = (SAMPLES / "story.toml").read_text("utf-8").partition("\nstart =")[0]
    assert set(re.findall(r"^#     ([a-z-]+) {2,}", head, re.MULTILINE)) == set(VERBS)


def test_the_days_go_forward_within_the_story() -> None:
    days = [event["day"] for event in events()]
    assert days == sorted(days)
    assert days[0] == 0
    assert days[-1] <= story()["days"] == 45


def test_people_act_on_working_days() -> None:
    assert all(day_of(event).isoweekday() <= 5 for event in events())


def test_words_of_the_story_are_words_of_the_model() -> None:
    for event in events("answer"):
        assert Verdict(event["verdict"])
    for event in events("close"):
        assert Outcome(event["outcome"])
    for event in events("add-amends"):
        assert AmendsKind(event["kind"])


@pytest.mark.parametrize("ref", [row["ref"] for row in rows()])
def test_amends_are_done_once_with_evidence_before_they_are_confirmed(ref: str) -> None:
    count = int(any(row["ref"] == ref and row["amends"] for row in rows()))
    done: set[int] = set()
    confirmed: set[int] = set()
    for event in (event for event in events() if event["case"] == ref):
        if event["do"] == "add-amends":
            count += 1
        elif event["do"] == "amends-done":
            assert event["evidence"].strip()
            assert 1 <= event["amends"] <= count
            assert event["amends"] not in done
            done.add(event["amends"])
        elif event["do"] == "amends-confirm":
            assert event["amends"] in done - confirmed
            confirmed.add(event["amends"])
    assert done == set(range(1, count + 1))


@pytest.mark.parametrize("ref", [row["ref"] for row in rows()])
def test_a_case_learns_before_it_closes(ref: str) -> None:
    verbs = [event["do"] for event in events() if event["case"] == ref]
    assert verbs.count("lesson") == 1
    if "close" in verbs:
        assert verbs.index("lesson") < verbs.index("close") == len(verbs) - 1


def test_the_story_has_every_turn_that_it_announces() -> None:
    verdicts = {
        ref: [event["verdict"] for event in events("answer") if event["case"] == ref]
        for ref in (row["ref"] for row in rows())
    }
    assert verdicts == {
        "music-box": ["put-right"],
        "garden": ["put-right"],
        "ribbon": [],
        "cake": ["put-right"],
        "washing-machine": ["not-yet", "put-right"],
        "buyer": ["put-right"],
        "skin-care": [],
        "project": ["put-right"],
    }


def test_only_the_buyers_promise_is_late() -> None:
    by = {
        (row["ref"], 1): date.fromisoformat(row["promised_by"]) for row in rows() if row["amends"]
    }
    for event in events("add-amends"):
        number = 1 + max(k for ref, k in by if ref == event["case"])
        by[event["case"], number] = event["promised_by"]
    late = [e["case"] for e in events("amends-done") if day_of(e) > by[e["case"], e["amends"]]]
    assert late == ["buyer"]


def test_a_cause_comes_twice_so_that_the_lessons_show_a_repeat() -> None:
    causes = [event["cause"] for event in events("lesson")]
    assert len(causes) - len(set(causes)) == 1
    assert {row["ref"]: row["cause"] for row in rows()} == {
        e["case"]: e["cause"] for e in events("lesson")
    }


def test_a_plan_of_the_story_is_one_of_the_workspace_or_built_in() -> None:
    assert set(story()["plans"].values()) <= {*load(SAMPLES, {}).plans, *builtin_plans()}


def test_the_story_starts_at_a_moment_in_utc() -> None:
    assert story()["start"].tzinfo is UTC or story()["start"].utcoffset() == timedelta()


# -- nobody real ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_every_domain_is_reserved(path: Path) -> None:
    text = path.read_text("utf-8")
    domains = re.findall(r"@([\w.-]+\w)|https?://([\w.-]+\w)|\bwww\.([\w.-]+\w)", text)
    for domain in (part for parts in domains for part in parts if part):
        assert RESERVED.search(domain), domain


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_every_telephone_number_is_from_a_range_for_fiction(path: Path) -> None:
    for number in re.findall(r"\+\d[\d ()-]{6,}\d", path.read_text("utf-8")):
        assert FICTION.fullmatch(re.sub(r"[ ()-]", "", number)), number


def test_the_customers_of_the_articles_have_no_telephone() -> None:
    assert not any(row.get("phone") or row.get("whatsapp") for row in rows())
