"""Who a customer is and what a complaint is do not depend on how either is written."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.fakes.databases import own_database

ANN = {
    "email": "ann@shop.ee",
    "phone": "+372 5555 0142",
    "whatsapp": "+372 5555 0143",
    "telegram": "7123456789",
}
SPELLINGS = [
    ("email", "Ann Lee <ANN@Shop.ee>"),
    ("email", "mailto:ann@shop.ee"),
    ("email", "ann@shop.ee."),
    ("phone", "+372 5555 0142"),
    ("phone", "00372-5555-0142"),
    ("phone", "tel:+37255550142"),
    ("phone", "5555 0142"),
    ("phone", "37255550142"),
    ("whatsapp", "https://wa.me/37255550143"),
    ("whatsapp", "whatsapp:+372 5555 0143"),
    ("telegram", "7123456789"),
    ("telegram", "telegram:7123456789"),
    ("telegram", "tg://user?id=7123456789"),
]
Call = Callable[..., Result]
Take = Callable[..., dict[str, Any]]


@pytest.fixture
def take(bare: Call, tmp_path: Path) -> Take:
    """Import rows as CSV; returns what --json says, with what was said beside it."""

    def run(*rows: dict[str, str], name: str = "rows.csv", words: tuple[str, ...] = ()) -> Any:
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list({name: "" for one in rows for name in one}))
        writer.writeheader()
        writer.writerows(rows)
        (tmp_path / name).write_text(stream.getvalue(), encoding="utf-8")
        done = bare("import", str(tmp_path / name), "--json", *words)
        assert done.exit_code in (0, 65), done.stderr
        return {**(json.loads(done.stdout) if done.stdout else {}), "said": done.stderr}

    return run


def row(**more: str) -> dict[str, str]:
    return {"customer": "Ann Lee", "what_happened": "The parcel came a week late.", **more}


def is_out(call: Call, number: int = 1, **on: str) -> bool:
    done = call("cases", **on)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    [line] = [one for one in lines if one.split()[:1] == [str(number)]]
    return "opted out" in line


# -- opt-out ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "spelling"), SPELLINGS)
def test_an_opt_out_finds_whoever_has_the_address_in_any_spelling(
    bare: Call, take: Take, field: str, spelling: str
) -> None:
    take(row(**{field: ANN[field]}))
    done = bare("opt-out", spelling)
    assert done.exit_code == 0, done.stderr
    assert "Ann Lee (case 1)" in done.stdout
    assert is_out(bare)


@pytest.mark.parametrize(("field", "spelling"), SPELLINGS)
def test_an_opt_out_of_an_unknown_address_is_kept_for_later_imports(
    bare: Call, take: Take, field: str, spelling: str
) -> None:
    take(row(customer="Bo", email="bo@shop.ee"))
    done = bare("opt-out", spelling)
    assert done.exit_code == 1
    assert "no customer has" in done.stderr
    assert "kept for later imports" in done.stderr
    later = take(row(**{field: ANN[field]}), row(customer="Cy", email="cy@shop.ee"), name="b.csv")
    assert "case 2: they have opted out" in later["said"]
    assert (is_out(bare, 2), is_out(bare, 3)) == (True, False)


@pytest.mark.parametrize("column", ["phone", "whatsapp"])
def test_a_number_is_one_whichever_column_has_it(bare: Call, take: Take, column: str) -> None:
    take(row(customer="Bo", email="bo@shop.ee"))
    assert bare("opt-out", "5555 0142").exit_code == 1
    take(row(**{column: "5555 0142", "time_zone": "Europe/Riga", "customer": "Di"}), name="b.csv")
    assert is_out(bare, 2)


def test_whoever_opted_out_by_one_address_is_out_by_all(bare: Call, take: Take) -> None:
    take(row(email=ANN["email"], phone=ANN["phone"]))
    assert bare("opt-out", "5555 0142").exit_code == 0
    take(row(customer="A. Lee", email=ANN["email"], what_happened="And wet."), name="b.csv")
    assert is_out(bare, 2)


def test_a_new_address_does_not_bring_back_who_opted_out(bare: Call, take: Take) -> None:
    take(row(ref="1", email=ANN["email"]))
    assert bare("opt-out", "mailto:ann@shop.ee").exit_code == 0
    assert "Updated" in take(row(ref="1", email="new@shop.ee"))["said"]
    assert is_out(bare)


def test_a_number_that_is_a_case_is_that_case_and_what_else_it_may_be_is_said(
    bare: Call, take: Take
) -> None:
    many = [row(customer=f"C {n}", what_happened=f"Late {n}.", telegram="") for n in range(122)]
    take(*many, row(customer="Di", telegram="123"), row(customer="Bo", telegram="999"))
    done = bare("opt-out", "123", "--json")
    assert (done.exit_code, json.loads(done.stdout)["cases"]) == (0, [123])
    done = bare("opt-out", "999", "--json")
    assert (done.exit_code, json.loads(done.stdout)["cases"]) == (0, [124])
    done = bare("opt-out", "telegram:123", "--json")
    assert (done.exit_code, json.loads(done.stdout)["cases"]) == (0, [123])


def test_a_case_whose_number_is_anothers_address_is_opted_out_and_the_other_named(
    bare: Call, take: Take
) -> None:
    take(*(row(customer=f"C {n}", what_happened=f"Late {n}.", telegram="") for n in range(100)))
    take(row(customer="Di", telegram="100"), name="b.csv")
    done = bare("opt-out", "100")
    assert "C 99 (case 100)" in done.stdout
    assert "100 is also an address of Di (case 101), who was not opted out" in done.stderr
    assert (is_out(bare, 100), is_out(bare, 101)) == (True, False)


@pytest.mark.parametrize("words", ["Ann", "7", "Ann Lee", "@"])
def test_what_is_no_address_and_no_case_opts_nobody_out(bare: Call, take: Take, words: str) -> None:
    take(row(email=ANN["email"]))
    done = bare("opt-out", words)
    assert done.exit_code == 2
    assert not is_out(bare)


def test_an_opt_out_is_kept_on_postgresql_too(
    call: Call, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with own_database(request.getfixturevalue("postgres_url")) as mine:
        (tmp_path / "a.csv").write_text("customer,what_happened\nBo,Late.\n")
        (tmp_path / "b.csv").write_text("customer,phone,what_happened\nAnn,+37255550142,Late.\n")
        on = {"VOICENOTE_LEDGER__URL": mine}
        assert call("import", str(tmp_path / "a.csv"), **on).exit_code == 0
        assert call("opt-out", "5555 0142", **on).exit_code == 1
        assert call("import", str(tmp_path / "b.csv"), **on).exit_code == 0
        assert [is_out(call, number, **on) for number in (1, 2)] == [False, True]
        assert call("opt-out", "tel:+372-5555-0142", **on).exit_code == 0


# -- the same complaint ------------------------------------------------------------------------

FIRST = row(ref="T-1", email="ann@shop.ee")
AGAIN = {
    "one more column": {**FIRST, "product": "Mug", "opened_at": "2026-11-05"},
    "other names of columns": {
        "Ticket ID": "T-1",
        "Name": "Ann Lee",
        "Description": FIRST["what_happened"],
    },
    "another order": dict(reversed(FIRST.items())),
    "other words": {**FIRST, "what_happened": "It came a week late, and nobody called."},
    "a ref and nothing of the person": {k: v for k, v in FIRST.items() if k != "email"},
    "no ref": {k: v for k, v in FIRST.items() if k != "ref"},
    "no ref, and another spelling": {
        "customer": "Lee, Ann",
        "email": "<ANN@shop.ee>",
        "what_happened": "the parcel came\na week late",
    },
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_a_complaint_that_comes_again_is_there_already(
    bare: Call, take: Take, tmp_path: Path, again: dict[str, str], form: str
) -> None:
    assert take(FIRST)["added"] == 1
    if form == "csv":
        found = take(again, name="later.csv")
    else:
        text = json.dumps(again) if form == "jsonl" else json.dumps({"items": [again]}, indent=1)
        path = tmp_path / f"other.{form}"
        path.write_text(f"{text}\n", encoding="utf-8")
        done = bare("import", str(path), "--json")
        found = json.loads(done.stdout)
    assert (found["added"], found["unchanged"], found["rejected"]) == (0, 1, 0)


@pytest.mark.parametrize("other", [{"phone": "+372 5555 0142"}, {"email": "other@shop.ee"}])
@pytest.mark.parametrize("together", [True, False])
def test_two_of_one_name_with_addresses_of_their_own_are_two(
    bare: Call, take: Take, other: dict[str, str], *, together: bool
) -> None:
    """First names and a helpdesk's one line for all: neither gets what is the other's."""
    rows = [row(email="ann@shop.ee"), row(**other)]
    found = take(*rows) if together else (take(rows[0]), take(rows[1], name="later.csv"))[1]
    assert (found["added"], found["unchanged"]) == (2 if together else 1, 0)
    first = json.loads(bare("show", "1", "--json").stdout)
    assert first["addresses"] == {"email": ["ann@shop.ee"]}


def test_an_older_ledger_apologises_to_nobody_again(bare: Call, take: Take, home: Path) -> None:
    rows = [row(ref="T-1", email="ann@shop.ee"), row(customer="Bo", what_happened="It is broken.")]
    take(*rows)
    with sqlite3.connect(home / "ledger.db") as ledger:  # as a version before would have kept them
        ledger.execute("update cases set source = 'csv-0a1b2c3d', story = ''")
        ledger.execute("update cases set ref = 'row-00112233445566ff' where ref like 'row-%'")
        digest = hashlib.sha256(b"+372 5555 0142").hexdigest()
        ledger.execute(
            "insert into optouts values (?, '2026-01-02 00:00:00.000000', '')", (digest,)
        )
        for line in (
            *(
                f"alter table {table} drop column {name}"
                for table, names in (
                    ("customers", ("greet_as", "title", "gender", "how_many", "formality")),
                    ("cases", ("said_back", "our_fault", "meant", "failure", "merged_into")),
                    ("amends", ("deed",)),
                    ("arrivals", ("heard", "settled_at")),
                    ("scripts", ("writer", "writer_model", "brief_sha256", "refused")),
                    ("touches", ("answerable", "reason_code")),
                    ("memos", ("misheard", "anyway", "listening")),
                    ("answers", ("settled",)),
                )
                for name in names
            ),
            "alter table nudges add column settled_at datetime",
            *(
                f"alter table customers add column {kind} text not null default ''"
                for kind in ("email", "phone", "telegram", "whatsapp")
            ),
            "create index ix_customers_email on customers (email)",
            "create index ix_customers_phone on customers (phone)",
            "update customers set email = 'ann@shop.ee' where name like 'Ann%'",
            "insert into customers select 9, 'Cy', '', '', '', '', null, '', '', '', ''",
            "update customers set phone = '+37255550142' where name = 'Cy'",
            "drop table hearings",
            "drop table attachments",
            "drop table commands",
            "drop table changed_rows",
            "drop table doubts",
            "drop table signs",
            "drop table addresses",
            "drop index ix_customers_name",
            "drop index ix_cases_ref",
            "drop index ix_cases_story",
            "alter table cases drop column story",
            "alter table optouts drop column form",
            *(f"alter table scripts drop column composed_{name}" for name in ("sha256", "on")),
            *(
                f"alter table approvals drop column {name}"
                for name in ("composed_sha256", "facts_sha256", "anyway", "excused")
            ),
            "update alembic_version set version_num = '0006'",
        ):
            ledger.execute(line)
    later = take(*({"product": "Mug", **one} for one in rows), name="later.csv")
    assert (later["added"], later["unchanged"]) == (0, 2)
    with sqlite3.connect(home / "ledger.db") as ledger:
        gone = ledger.execute("select opted_out_at from customers where name = 'Cy'").fetchone()
    assert gone[0] is not None


def test_the_ref_of_another_persons_other_story_is_shown_and_kept(
    bare: Call, take: Take, tmp_path: Path
) -> None:
    take(FIRST)
    other = row(ref="T-1", customer="Bo", email="bo@shop.ee", what_happened="It is broken.")
    found = take(other, row(ref="T-2", email="ann@shop.ee", what_happened="Wet."), name="b.csv")
    assert (found["added"], found["rejected"]) == (1, 1)
    assert "b.csv:2: ref: ref 'T-1' already belongs to case 1, and this is" in found["said"]
    assert "--source NAME" in found["said"]
    again = bare("import", found["rejected_file"], "--json", "--source", "second")
    assert json.loads(again.stdout)["added"] == 1


def test_what_is_told_in_other_words_now_is_said(take: Take) -> None:
    take(FIRST)
    again = take(FIRST | {"what_happened": "It came a week late, and wet."}, name="b.csv")
    assert "case 1: the complaint is worded differently now; kept as it was" in again["said"]
    assert again["reworded"] == [1]


def test_a_second_complaint_under_a_known_ref_is_rejected_and_kept(bare: Call, take: Take) -> None:
    """It is no other wording of the first; with a ref of its own it goes in."""
    take(FIRST)
    second = FIRST | {"what_happened": "I was billed twice in June."}
    again = take(second, row(ref="T-2", email="bo@shop.ee", customer="Bo"), name="b.csv")
    assert (again["added"], again["rejected"], again["unchanged"]) == (1, 1, 0)
    what = "'T-1' already belongs to case 1, and this is another complaint of the same person"
    assert what in again["said"]
    kept = Path(again["rejected_file"])
    kept.write_text(kept.read_text().replace('"T-1"', '"T-9"'))
    assert json.loads(bare("import", str(kept), "--json").stdout)["added"] == 1


# -- what an import knows better of a customer ---------------------------------------------------


def customer(home: Path, number: int = 1) -> dict[str, str]:
    with sqlite3.connect(home / "ledger.db") as ledger:
        ledger.row_factory = sqlite3.Row
        join = "select c.* from customers c join cases k on k.customer = c.number"
        found = dict(ledger.execute(f"{join} where k.number = ?", (number,)).fetchone())
        known = "select kind, value from addresses where customer = ? order by number"
        return found | dict(ledger.execute(known, (found["number"],)).fetchall())


def test_a_newer_zone_language_and_address_are_taken_and_told(
    bare: Call, take: Take, home: Path
) -> None:
    take(FIRST)
    newer = {"time_zone": "Australia/Sydney", "language": "et", "phone": "+37255550142"}
    found = take({**FIRST, **newer}, name="b.csv")
    assert {name: customer(home)[name] for name in newer} == newer
    assert "case 1: the time zone of Ann Lee is Australia/Sydney" in found["said"]
    history = json.loads(bare("show", "1", "--json").stdout)["history"]
    assert [one["event"] for one in history].count("customer_changed") == 3


def test_a_newer_complaint_moves_the_clock_of_all_of_that_customer(
    bare: Call, take: Take, home: Path
) -> None:
    take({**FIRST, "time_zone": "Europe/Tallinn"})
    take({**FIRST, "ref": "T-9", "what_happened": "Wet.", "time_zone": "Australia/Sydney"})
    assert {customer(home, number)["time_zone"] for number in (1, 2)} == {"Australia/Sydney"}


@pytest.mark.parametrize("first", [{}, {"language": "et", "time_zone": "Asia/Tokyo"}])
def test_what_is_only_assumed_of_all_is_no_news_of_one_who_is_known(
    bare: Call, take: Take, home: Path, first: dict[str, str]
) -> None:
    """Else somebody in Tokyo would be rung at night, in another language."""
    take({**FIRST, **first})
    words = ("--default", "language=en", "--default", "time_zone=Europe/Berlin")
    assumed = {"language": "en", "time_zone": "Europe/Berlin"}
    take({**FIRST, "ref": "T-9", "what_happened": "Wet."}, name="b.csv", words=words)
    assert {name: customer(home)[name] for name in assumed} == (first or assumed)
    known = {"ref": "T-8", "what_happened": "Dry.", "email": "bo@shop.ee", **first}
    later = {"ref": "T-7", "what_happened": "Old.", "email": "bo@shop.ee", "language": ""}
    take(row(**known), row(**later), name="c.csv", words=words)
    assert {name: customer(home, 3)[name] for name in assumed} == (first or assumed)


def test_an_old_file_that_comes_again_changes_nothing_back(
    bare: Call, take: Take, home: Path
) -> None:
    old = {**FIRST, "time_zone": "Europe/Tallinn"}
    take(old)
    take({**FIRST, "time_zone": "Australia/Sydney"}, name="b.csv")
    assert "time zone" not in take(old, name="a.csv")["said"]
    assert customer(home)["time_zone"] == "Australia/Sydney"


def test_what_a_customer_has_shown_is_theirs_is_kept_and_shown(
    bare: Call, take: Take, home: Path
) -> None:
    take(FIRST)
    with sqlite3.connect(home / "ledger.db") as ledger:
        ledger.execute(
            "insert into addresses (customer, kind, value, typed, sha256, since) "
            "values (1, 'telegram', '4711', '', 'x', '2026-01-02 00:00:00.000000')"
        )
        facts = json.dumps({"by": "telegram"})
        ledger.execute(
            'insert into history (at, actor, "case", event, facts) '
            "values ('2026-01-02 00:00:00.000000', 'voicenote', 1, 'customer_joined', ?)",
            (facts,),
        )
    found = take({**FIRST, "telegram": "4712", "language": "et"}, name="b.csv")
    assert "the telegram of Ann Lee is 4712; 4711 was kept: a person has said so" in found["said"]
    assert (customer(home)["telegram"], customer(home)["language"]) == ("4711", "et")


def test_an_older_complaint_fills_what_is_empty_and_shows_the_rest(
    bare: Call, take: Take, home: Path
) -> None:
    take({**FIRST, "opened_at": "2026-11-05", "time_zone": "Europe/Tallinn"})
    older = {**FIRST, "ref": "T-0", "what_happened": "Wet.", "opened_at": "2026-01-05"}
    found = take({**older, "time_zone": "Europe/Riga", "language": "lv"}, name="b.csv")
    assert "the complaint is older than what is known" in found["said"]
    assert (customer(home)["time_zone"], customer(home)["language"]) == ("Europe/Tallinn", "lv")


# -- doubles -----------------------------------------------------------------------------------

TWICE = (
    FIRST,
    FIRST | {"ref": "T-2", "email": "ANN@shop.ee", "what_happened": "the parcel came a week late"},
)


def test_the_same_story_of_the_same_address_is_held_and_shown_before_a_script(
    bare: Call, take: Take
) -> None:
    assert take(*TWICE, FIRST | {"ref": "T-3", "email": "cy@shop.ee"})["added"] == 3
    done = bare("script", "--all")
    assert done.exit_code == 1
    assert "case 2 tells the same story of the same person as case 1" in done.stderr
    assert "2 written" in done.stdout
    assert bare("script", "2").exit_code == 1
    assert bare("script", "2", "--anyway", "a second parcel").exit_code == 0
    assert bare("script", "2").exit_code == 0
    history = json.loads(bare("show", "2", "--json").stdout)["history"]
    assert [one["reason"] for one in history if one["event"] == "told_apart"] == ["a second parcel"]


@pytest.mark.parametrize("name", ["Ann Lee", "ANN LEE", "ann lee"])
def test_the_same_story_under_one_name_is_held_where_an_address_is_missing(
    bare: Call, take: Take, name: str
) -> None:
    take(FIRST | {"customer": "Ann Lee", "email": ""})
    take(FIRST | {"ref": "T-2", "customer": name, "email": ""}, name="b.csv")
    refused = bare("script", "2").stderr
    assert "case 2 tells the same story of the same person as case 1" in refused


@pytest.mark.parametrize("changed", [{"customer": "Bea"}, {"customer": "there"}])
def test_the_same_story_of_people_who_may_be_two_is_not_held(
    bare: Call, take: Take, changed: dict[str, str]
) -> None:
    first = FIRST | {"email": ""} | ({} if changed["customer"] == "Bea" else changed)
    take(first)
    take(first | changed | {"ref": "T-2"}, name="b.csv")
    assert bare("script", "2").exit_code == 0


def test_a_double_is_held_before_it_is_approved(bare: Call, take: Take) -> None:
    take(TWICE[1])
    for step in ("script", "render"):
        assert bare(step, "1").exit_code == 0
    take(FIRST, name="b.csv")  # with no script it is no reason to hold the first
    for step in ("script", "render"):
        bare(step, "2", *(("--anyway", "not seen") if step == "script" else ()))
    assert bare("approve", "1", "--yes").exit_code == 0


def test_approve_all_lists_a_double_and_releases_the_rest(
    bare: Call, take: Take, home: Path
) -> None:
    take(FIRST, FIRST | {"ref": "T-2", "what_happened": "Wet."})
    assert bare("script", "--all").exit_code == bare("render", "--all").exit_code == 0
    with sqlite3.connect(home / "ledger.db") as ledger:  # as one that was written before this rule
        ledger.execute("update cases set story = (select story from cases where number = 1)")
    done = bare("approve", "--all", "--yes")
    assert done.exit_code == 1
    assert "case 2 tells the same story of the same person as case 1" in done.stderr
    assert "1 approved" in done.stdout
