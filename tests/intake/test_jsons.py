"""JSON in its shapes, Zendesk's pages and tables, refs, and the rest of the door."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from voicenote.errors import BadData, BadSettings, WrongUse
from voicenote.intake.options import IntakeLimits
from voicenote.intake.raw_record import LeftOut
from voicenote.model.case import Finding, Severity
from voicenote.model.greeting import NOBODY
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise

ANN = {"ref": "1", "customer": "Ann", "what_happened": "late"}
BO = {"ref": "2", "customer": "Bo", "what_happened": "broken"}
DATA = Path(__file__).parent / "data"

TICKET = {
    "id": 7,
    "url": "https://shop.zendesk.com/api/v2/tickets/7.json",
    "requester_id": 11,
    "subject": "Cake",
    "description": "No ribbon",
    "status": "open",
    "priority": "urgent",
    "created_at": "2026-03-04T10:00:00Z",
}
USER = {
    "id": 11,
    "name": "Ann",
    "email": "ann@shop.ee",
    "locale": "et",
    "iana_time_zone": "Europe/Tallinn",
    "time_zone": "Tallinn",
    "phone": "5123 4567",
}


@pytest.mark.parametrize(
    ("content", "kind", "lines"),
    [
        (json.dumps([ANN, BO]), "json", [1, 1]),
        (json.dumps([ANN, BO], indent=1), "json", [2, 7]),
        (json.dumps({"total": 2, "complaints": [ANN, BO]}), "json", [1, 1]),
        (json.dumps({"meta": {"a": [1]}, "data": [ANN, BO], "next": None}), "json", [1, 1]),
        (f"{json.dumps(ANN)}\n\n{json.dumps(BO)}\n", "jsonl", [1, 3]),
        (f"{json.dumps(ANN)}\r\n{json.dumps(BO)}", "jsonl", [1, 2]),
    ],
)
def test_a_shape_is_found_out(read: Any, content: Any, kind: Any, lines: Any) -> None:
    source, good, bad = read(content)
    assert (source.first.format, source.first.source_name, bad) == (kind, "json", [])
    assert [item.line for item in good] == lines
    assert [item.complaint.customer.name for item in good] == ["Ann", "Bo"]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_complaint_alone_is_a_source(read: Any, indent: Any) -> None:
    _, good, _ = read(json.dumps(ANN, indent=indent))
    assert good[0].complaint.ref == "1"


def test_an_element_longer_than_the_window_is_read(read: Any) -> None:
    long = {**ANN, "what_happened": "ä, " * 30_000}
    _, good, bad = read(json.dumps([BO, long, {**BO, "ref": "3"}], ensure_ascii=False))
    assert (len(good), bad) == (3, [])


@pytest.mark.parametrize(
    "text", ['[{"customer": "A', '[{"a": 1} {"b": 2}]', '[{"a": 1}] x', "[1, 2"]
)
def test_a_broken_document_is_refused_before_anything_goes_in(read: Any, text: Any) -> None:
    with pytest.raises(BadData):
        read(text)


def test_a_broken_line_costs_only_itself(read: Any) -> None:
    _, good, bad = read(f'{json.dumps(ANN)}\n{{"customer": \n[]\n{json.dumps(BO)}\n')
    assert (len(good), [item.line for item in bad]) == (2, [2, 3])


def test_deep_nesting_is_refused(read: Any) -> None:
    with pytest.raises(BadData):
        read("[" * 100_000)
    _, _, bad = read(json.dumps(ANN) + "\n" + '{"a":' * 50_000 + "\n")
    assert len(bad) == 1


def test_what_is_nested_beyond_use_is_left_out_and_listed(read: Any) -> None:
    nested = '{"a":' * 600 + "1" + "}" * 600
    source, good, bad = read(f'[{{"customer": "Ann", "what_happened": "late", "x": {nested}}}]')
    deep = "x.a.a.a.a.a (nested too deeply)"
    assert (len(good), bad, source.first.headers) == (1, [], ("customer", "what_happened", deep))


def test_a_record_longer_than_the_limit_is_refused(read: Any) -> None:
    with pytest.raises(BadData, match="longer than"):
        read('[{"customer": "' + "x" * 500_000, limits=IntakeLimits(record=10_000))
    with pytest.raises(BadData, match="longer than"):
        read(
            json.dumps(ANN) + '\n{"customer": "' + "x" * 500_000, limits=IntakeLimits(record=10_000)
        )


def test_half_a_character_is_a_problem_of_its_row(read: Any) -> None:
    _, good, bad = read(
        '[{"customer": "\\ud800", "what_happened": "late"}, ' + json.dumps(BO) + "]"
    )
    assert (len(good), len(bad)) == (1, 1)


def test_a_number_is_what_json_says(read: Any) -> None:
    _, good, _ = read(json.dumps([{**ANN, "harm": 12.345, "currency": "EUR"}]))
    assert good[0].complaint.harm == Money(Decimal("12.345"), "EUR")


def test_a_number_elsewhere_is_plain_text(read: Any) -> None:
    _, good, _ = read(json.dumps([{**ANN, "ref": 15, "product": 1.50}]))
    made = good[0].complaint
    assert (type(made.ref), made.ref, made.product) == (str, "15", "1.5")


def test_nested_keys_are_dotted_paths(read: Any) -> None:
    content = json.dumps([{"id": 3, "customer": {"name": "Ann"}, "body": {"text": "late"}}])
    _, good, _ = read(content, mapping={"customer": "customer.name", "what_happened": "body.text"})
    assert (good[0].complaint.ref, good[0].complaint.what_happened) == ("3", "late")


def test_zendesk_pages_are_joined_over_files(read: Any) -> None:
    one = {"tickets": [TICKET, {**TICKET, "id": 8, "status": "deleted"}], "next_page": "…"}
    two = {"users": [USER], "tickets": [{**TICKET, "id": 9, "priority": None}]}
    source, good, bad = read(json.dumps(one), json.dumps(two, indent=2), region="EE")
    assert (source.first.format, source.first.source_name) == ("zendesk-json", "zendesk-shop")
    first = good[0].complaint
    assert first.customer.address("email") == "ann@shop.ee"
    assert first.customer.time_zone == "Europe/Tallinn"
    assert first.customer.address("phone") == "+37251234567"
    assert (first.severity, first.what_happened) == (Severity.SERIOUS, "Cake.\nNo ribbon")
    assert [item.complaint.ref for item in good] == ["7", "9"]
    left = [item.reason for item in source if isinstance(item, LeftOut)]
    assert (bad, left) == ([], ["deleted"])


@pytest.mark.parametrize("users_first", [True, False])
def test_zendesk_tables_are_joined_in_either_order(read: Any, users_first: Any) -> None:
    heads = list(TICKET), [key for key in USER if key != "iana_time_zone"]
    tables = [
        ("tickets.csv", ",".join(heads[0]) + "\r\n" + ",".join(str(TICKET[k]) for k in heads[0])),
        ("users.csv", ",".join(heads[1]) + "\r\n" + ",".join(str(USER[k]) for k in heads[1])),
    ]
    tables = [(name, text + "\r\n") for name, text in tables]
    source, good, _ = read(*(reversed(tables) if users_first else tables), region="EE")
    assert source.first.format == "zendesk-csv"
    assert good[0].complaint.customer.time_zone == "Europe/Tallinn"
    assert good[0].complaint.opened_at.isoformat() == "2026-03-04T10:00:00+00:00"


def test_a_warehouse_holds_utc_whatever_the_customers_zone(read: Any) -> None:
    head = "id,requester_id,subject,description,created_at,requester.time_zone\n"
    row = "7,11,Cake,No ribbon,2026-03-04 10:00:00,Tallinn\n"
    _, good, _ = read(head + row, defaults={"customer": "there"}, time_zone="Asia/Tehran")
    assert good[0].complaint.customer.time_zone == "Europe/Tallinn"
    assert good[0].complaint.opened_at.hour == 10


def test_a_ticket_without_its_user_has_no_name(read: Any) -> None:
    content = json.dumps({"tickets": [TICKET]})
    _, good, _ = read(content)
    assert good[0].complaint.customer.name == NOBODY
    _, good, _ = read(content, defaults={"customer": "Ann"})
    assert good[0].complaint.customer.name == "Ann"


def test_zendesks_own_json_export_brings_its_requesters(read: Any) -> None:
    lines = [{**TICKET, "id": i, "requester": USER} for i in (7, 8)]
    source, good, _ = read("\n".join(map(json.dumps, lines)), region="EE")
    assert (source.first.format, source.first.source_name) == ("zendesk-json", "zendesk-shop")
    assert good[1].complaint.customer.address("email") == "ann@shop.ee"


@pytest.mark.parametrize("name", ["-", "N/A", "\u200b", "???", "NULL"])
def test_what_is_no_name_is_not_said_to_a_customer(read: Any, name: Any) -> None:
    row = {"customer": name, "what_happened": "late"}
    _, good, bad = read(json.dumps([row]))
    assert (good[0].complaint.customer.name, bad) == (NOBODY, [])


def test_wrong_settings_are_told_before_any_file_is_read(read: Any) -> None:
    with pytest.raises(BadSettings) as caught:
        read("x", time_zone="Mars", currency="eurodollar", language="Klingonx")
    assert [problem.field for problem in caught.value.problems] == [
        "language",
        "time_zone",
        "currency",
    ]


def test_one_ref_for_all_is_refused(read: Any) -> None:
    with pytest.raises(WrongUse):
        read("customer,what_happened\nAnn,late\n", defaults={"ref": "1"})


def test_every_field_arrives(read: Any) -> None:
    row = {
        **ANN, "opened_at": "2026-03-04T10:00", "say_as": "Anne", "language": "Estonian",
        "time_zone": "Europe/Tallinn", "email": "a@b.ee", "phone": "51234567", "telegram": "@annat",
        "whatsapp": "+37251234567", "channel": "Email", "owner": "Mari",
        "involved": ["Jaan", "Tiit"], "bothered_most": "nobody called", "feeling": "sad",
        "at_stake": "a wedding",
        "expected": "a call", "identity": "not careful", "product": "Cake", "cause": "no list",
        "severity": "HIGH", "finding": "Partially justified", "finding_reason": "half",
        "harm": "€12,50", "amends": "a new ribbon", "amends_kind": "voucher", "amends_value": "15",
        "currency": "EUR", "promised_by": "2026-12-01",
    }  # fmt: skip
    _, good, bad = read(json.dumps([row]))
    assert bad == []
    made = good[0].complaint
    assert made.opened_at.isoformat() == "2026-03-04T08:00:00+00:00"
    assert (made.customer.language, made.customer.address("phone")) == ("et", "+37251234567")
    assert (made.involved, made.owner) == (("Jaan", "Tiit"), "Mari")
    assert (made.severity, made.finding) == (Severity.SERIOUS, Finding.PARTLY)
    assert made.harm == Money(Decimal("12.50"), "EUR")
    (promise,) = made.promises
    assert isinstance(promise, Promise)
    assert (promise.kind, promise.value) == (AmendsKind.CREDIT, Money(Decimal(15), "EUR"))


def test_all_problems_of_a_row_are_told_at_once(read: Any) -> None:
    row = {"customer": " ", "what_happened": "", "email": "x", "harm": "lots",
           "finding": "unfounded", "severity": "purple", "amends_kind": "refund",
           "time_zone": "Mars", "phone": "1"}  # fmt: skip
    _, _, bad = read(json.dumps([row]))
    fields = {problem.field for problem in bad[0].problems}
    assert fields == {*row, "finding_reason", "amends"} - {"customer", "finding", "amends_kind"}
    assert all(problem.advice and problem.line == 1 for problem in bad[0].problems)


def test_a_formula_a_template_and_a_path_are_text(read: Any) -> None:
    row = {"ref": "../../etc", "customer": "=cmd()|{{ 7*7 }}{% raw %}", "what_happened": "${x} %s"}
    _, good, _ = read(json.dumps([row]))
    made = good[0].complaint
    assert (made.ref, made.customer.name) == (row["ref"], row["customer"])


def test_control_characters_go_and_a_nul_is_refused(read: Any) -> None:
    rows = [{**ANN, "customer": "A\u0007nn\r\nTamm"}, {**BO, "what_happened": "a\u0000b"}]
    _, good, bad = read(json.dumps(rows))
    assert good[0].complaint.customer.name == "Ann Tamm"
    assert bad[0].problems[0].what == "holds a NUL"


def test_what_is_too_long_is_a_problem(read: Any) -> None:
    _, _, bad = read(json.dumps([{**ANN, "customer": "x" * 201}]))
    assert "201 characters" in bad[0].problems[0].what


def test_a_missing_ref_comes_from_the_content_and_stays(read: Any) -> None:
    text = "customer,what_happened\nAnn,late\nBo,late\n"
    first = [item.complaint.ref for item in read(text)[1]]
    second = [item.complaint.ref for item in read(text)[1]]
    assert first == second
    assert len(set(first)) == 2


def test_the_same_row_twice_counts_once(read: Any) -> None:
    _, good, bad = read("customer,what_happened\nAnn,late\nAnn,late\n")
    assert (len(good), bad[0].duplicate) == (1, True)
    assert "in0.csv:2" in bad[0].problems[0].what


def test_one_ref_for_two_stories_is_a_problem(read: Any) -> None:
    _, good, bad = read("ref,customer,what_happened\n1,Ann,late\n1,Ann,broken\n")
    assert (len(good), bad[0].duplicate) == (1, False)
    assert "in0.csv:2" in bad[0].problems[0].what


def test_a_source_is_what_is_told_and_never_what_the_columns_are(read: Any) -> None:
    one = read(("mon.csv", "Ticket ID,Name,Description\n1,Ann,late\n"))[0].first.source_name
    other = read(("tue.csv", "Case ID,Name,Description\n2,Bo,late\n"))[0].first.source_name
    assert one == other == read("customer,what_happened\nAnn,late\n")[0].first.source_name == "csv"
    assert read("Name,Text\nAnn,late\n", source="shop")[0].first.source_name == "shop"


@pytest.mark.parametrize(
    ("headers", "mapping"),
    [
        ("Ticket ID,Subject,Priority,Created time,Full name,Email,Description",  # Freshdesk
         {"ref": "Ticket ID", "opened_at": "Created time", "customer": "Full name",
          "email": "Email", "what_happened": "Description", "severity": "Priority"}),
        ("Number,Customer Name,Customer Email,Created At,Preview",  # Help Scout
         {"ref": "Number", "customer": "Customer Name", "email": "Customer Email",
          "opened_at": "Created At", "what_happened": "Preview"}),
        ("Ticket ID,Ticket name,First Name,Last Name,Create date,Ticket description",  # HubSpot
         {"ref": "Ticket ID", "customer": "First Name + Last Name", "opened_at": "Create date",
          "what_happened": "Ticket description"}),
        ("Numer zgłoszenia,Data zgłoszenia,Imię i nazwisko,E-mail,Telefon,Opis",
         {"ref": "Numer zgłoszenia", "opened_at": "Data zgłoszenia", "customer": "Imię i nazwisko",
          "email": "E-mail", "phone": "Telefon", "what_happened": "Opis"}),
        ("מספר פנייה,תאריך,שם הלקוח,דוא״ל,תיאור",
         {"ref": "מספר פנייה", "opened_at": "תאריך", "customer": "שם הלקוח", "email": "דוא״ל",
          "what_happened": "תיאור"}),
        ("Nume client,Telefon,Descriere",
         {"customer": "Nume client", "phone": "Telefon", "what_happened": "Descriere"}),
        ("نام مشتری,شرح شکایت", {"customer": "نام مشتری", "what_happened": "شرح شکایت"}),
        ("Kliendi nimi,Kuupäev,Kaebus",
         {"customer": "Kliendi nimi", "opened_at": "Kuupäev", "what_happened": "Kaebus"}),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_their_names(read: Any, headers: Any, mapping: Any) -> None:
    source, _, _ = read(headers + "\n")
    assert {field: " + ".join(names) for field, names in source.first.mapping.items()} == mapping


def test_a_guess_can_be_overruled_and_switched_off(read: Any) -> None:
    text = "Name,Text,Email,Priority\nAnn,late,x,purple\n"
    _, good, _ = read(text, mapping={"email": "", "severity": "", "product": "priority"})
    assert good[0].complaint.product == "purple"


def test_naive_times_are_the_customers_then_the_owners(read: Any) -> None:
    rows = "Ann,late,2026-03-04 10:00,Asia/Tehran\nBo,late,2026-03-04 10:00,\n"
    text = "customer,what_happened,opened_at,time_zone\n" + rows
    _, good, _ = read(text, time_zone="Europe/Tallinn")
    assert [item.complaint.opened_at.hour for item in good] == [6, 8]


def test_two_files_of_one_system_are_one_source(read: Any) -> None:
    a, b = "Name,Text\nAnn,late\n", "Name,Text\nAnn,late\nBo,late\n"
    source, good, bad = read(a, b)
    assert (len(good), len(bad), source.size) == (2, 1, len(a) + len(b))
    assert good[-1].offset <= source.size


@pytest.mark.parametrize(
    ("subject", "description", "told"),
    [
        ("The cake came late", "It had no ribbon.", "The cake came late.\nIt had no ribbon."),
        ("The cake", "the cake came late.", "the cake came late."),  # it begins the story
        ("", "It came late.", "It came late."),
    ],
)
def test_a_subject_that_only_begins_the_story_is_told_once(
    read: Any, subject: Any, description: Any, told: Any
) -> None:
    head = "Ticket ID,Subject,Full name,Email,Description"
    row = f"7,{subject},Ann Lee,ann@shop.ee,{description}"
    _, good, _ = read(f"{head}\n{row}\n", mapping={"what_happened": "Subject + Description"})
    assert [one.complaint.what_happened for one in good] == [told]


@pytest.mark.parametrize(
    ("value", "kind"), [("15", AmendsKind.REFUND), ("", AmendsKind.FIX)], ids=["money", "none"]
)
def test_a_deed_of_no_kind_is_a_refund_where_it_has_a_value(
    read: Any, value: str, kind: AmendsKind
) -> None:
    head = "customer,what_happened,amends,amends_value,currency"
    _, good, _ = read(f"{head}\nAnn,It came late.,We make it good,{value},EUR\n")
    [one] = good
    assert [promise.kind for promise in one.complaint.promises] == [kind]
