"""Exports as helpdesks write them: what they say of a person is taken, what is theirs is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voicenote.errors import WrongUse
from voicenote.intake.raw_record import LeftOut
from voicenote.model.case import Severity


def reasons(source: Any) -> list[str]:
    return [item.reason for item in source if isinstance(item, LeftOut)]


@pytest.mark.parametrize("column", ["Owner", "Channel", "Product", "Cause", "Case Owner"])
def test_a_helpdesks_own_columns_are_not_ours(read: Any, column: str) -> None:
    """Its Owner is a queue, its Channel "Web": neither speaks nor carries a memo."""
    source, good, _ = read(f"Contact Name,Description,{column}\nAnn,late,Support Queue\n")
    assert good[0].complaint.customer.name == "Ann"
    assert all(column not in columns for columns in source.first.mapping.values())
    _, mapped, _ = read(
        f"Contact Name,Description,{column}\nAnn,late,Web\n", mapping={"channel": column}
    )
    assert mapped[0].complaint.customer.channel == "web"


def test_the_same_columns_in_a_file_of_ours_are_read(read: Any) -> None:
    """A table with a column that only we name so says what our documentation says."""
    _, good, _ = read(
        "customer,what_happened,owner,channel,product,cause\nAnn,late,Bo,mail,Cake,oven\n"
    )
    one = good[0].complaint
    assert (one.owner, one.customer.channel, one.product, one.cause) == (
        "Bo", "mail", "Cake", "oven",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "field", "value"),
    [
        ({"customerEmail": "a@b.ee"}, "email", "a@b.ee"),
        ({"ContactEmail": "a@b.ee"}, "email", "a@b.ee"),
        ({"SuppliedEmail": "a@b.ee"}, "email", "a@b.ee"),
        ({"phoneNumber": "+3725551234"}, "phone", "+3725551234"),
        ({"ContactPhone": "+3725551234"}, "phone", "+3725551234"),
        ({"requesterMobile": "+3725551234"}, "phone", "+3725551234"),
    ],
)
def test_keys_in_camel_case_are_known(
    read: Any, keys: dict[str, str], field: str, value: str
) -> None:
    """customerEmail is "customer email", in whatever export."""
    row = {"ticketId": "T-1", "customerName": "Kai", "description": "late", **keys}
    _, good, _ = read(json.dumps([{**row, "createdAt": "2026-11-02T10:11:12Z"}]))
    one = good[0].complaint
    assert (one.ref, one.opened_at.day) == ("T-1", 2)
    assert one.customer.address(field) == value


@pytest.mark.parametrize(
    ("twin", "html"),
    [
        ("description_text", "description"),
        ("structured_description", "description"),
        ("body_text", "body"),
        ("bodyPlain", "body"),
        ("plain_body", "body"),
    ],
)
def test_a_plain_twin_is_read_before_its_html(read: Any, twin: str, html: str) -> None:
    """Where an export has both, the plain text is what the person wrote."""
    row = {"name": "Ann", html: "<div>late &amp; <b>wet</b></div>", twin: "late & wet"}
    source, good, _ = read(json.dumps([row]))
    assert source.first.mapping["what_happened"] == (twin,)
    assert good[0].complaint.what_happened == "late & wet"


def test_html_is_taken_off_where_there_is_no_twin(read: Any) -> None:
    """Of names and titles too; an address in angle brackets stays."""
    rows = [{"name": "Kai O&#39;Brien", "email": "Kai <kai@example.com>",
             "body": "<p>The b cake &nbsp;b</p><p>Sent from my iPhone</p>"}]  # fmt: skip
    _, good, _ = read(json.dumps(rows))
    one = good[0].complaint
    assert (one.customer.name, one.what_happened) == ("Kai O'Brien", "The b cake b")
    assert one.customer.address("email") == "kai@example.com"


FRESHDESK = {
    "id": 31, "subject": "Box", "description": "<div>open &amp; wet</div>",
    "description_text": "open & wet", "created_at": "2026-11-02T10:11:12Z", "priority": 3,
    "status": 2, "requester_id": 9, "requester": {"id": 9, "name": "Kai", "email": "k@b.ee"},
}  # fmt: skip
INTERCOM: dict[str, Any] = {
    "id": "4471", "created_at": 1793600000, "state": "open", "priority": "not_priority",
    "source": {"body": "<p>Charged twice</p>",
               "author": {"type": "user", "name": "Kai", "email": "k@b.ee"}},
}  # fmt: skip
SALESFORCE = {
    "Id": "5003h", "CaseNumber": "00001026", "CreatedDate": "2026-11-02T10:11:12.000Z",
    "Description": "late", "SuppliedName": "Kai", "SuppliedEmail": "k@b.ee", "OwnerId": "0053h",
    "IsClosed": False, "Status": "New", "Priority": "High", "Origin": "Web",
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "record", "ref", "severity"),
    [
        ("freshdesk", FRESHDESK, "31", Severity.SERIOUS),
        ("intercom", INTERCOM, "4471", Severity.NORMAL),
        ("salesforce", SALESFORCE, "00001026", Severity.SERIOUS),
    ],
)
def test_exports_of_helpdesks_are_known(
    read: Any, source: str, record: dict[str, Any], ref: str, severity: Severity
) -> None:
    """Freshdesk, Intercom, Salesforce: whose it is, what is said, how urgent it is."""
    opened, good, bad = read(json.dumps([record]))
    one = good[0].complaint
    assert (opened.first.source_name, one.ref, one.severity, bad) == (source, ref, severity, [])
    assert (one.customer.name, one.customer.address("email")) == ("Kai", "k@b.ee")


@pytest.mark.parametrize(
    "record",
    [
        {**FRESHDESK, "status": 5},
        {**FRESHDESK, "spam": True},
        {**FRESHDESK, "deleted": True},
        {**INTERCOM, "state": "closed"},
        {**INTERCOM, "source": {**INTERCOM["source"], "author": {"type": "admin", "name": "Bo"}}},
        {**SALESFORCE, "IsClosed": True},
        {**SALESFORCE, "Status": "Closed"},
    ],
)
def test_what_is_no_complaint_is_left_out(read: Any, record: dict[str, Any]) -> None:
    """It is neither good nor bad: it is counted by its reason, and --keep-all takes it."""
    source, good, bad = read(json.dumps([record, FRESHDESK | {"id": 77, "status": 2}]))
    assert (len(reasons(source)), bad) == (1, [])
    assert len(good) == 1
    assert len(read(json.dumps([record]), keep_all=True)[1]) == 1


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Status", "Solved", "closed"),
        ("Olek", "suletud", "closed"),
        ("stan", "Zamknięte", "closed"),
        ("סטטוס", "סגור", "closed"),
        ("Type", "Praise", "praise"),
        ("sentiment", "positive", "praise"),
        ("starRating", "FIVE", "praise"),
        ("inbound", "False", "not from the customer"),
        ("author_type", "agent", "the team's own"),
        ("Status", "Spam", "spam"),
        ("private", "true", "notes"),
    ],
)
def test_reasons_to_leave_a_record_out(read: Any, column: str, value: str, reason: str) -> None:
    """Each in its column, in the languages that we speak."""
    source, good, _ = read(f"name,complaint,{column}\nAnn,late,{value}\nBo,cold,other\n")
    assert (reasons(source), len(good)) == ([reason], 1)


def test_the_best_marks_are_praise(read: Any) -> None:
    """Five of five, nine and ten of ten; but not a five of ten."""
    table = "name,review,rating\n"
    source, _, _ = read(table + "".join(f"A{n},late {n},{n}\n" for n in range(1, 6)))
    assert reasons(source) == ["praise"]
    source, _, _ = read(table + "".join(f"A{n},late {n},{n}\n" for n in range(1, 11)))
    assert reasons(source) == ["praise", "praise"]


def test_a_five_of_ten_is_no_praise_where_the_first_thousands_have_no_better(read: Any) -> None:
    """The highest mark is that of the whole file."""
    rows = [f"A{n},late {n},{n % 6}" for n in range(3000)]
    source, good, _ = read("name,review,rating\n" + "\n".join([*rows, "Bo,late,10"]) + "\n")
    assert reasons(source) == ["praise"]
    assert len(good) == 3000


@pytest.mark.parametrize(
    ("column", "marks", "left_out"),
    [
        ("NPS", "5 4 1", 0),
        ("NPS score", "9 5 10", 2),
        ("rating", "5/10 3/10 4/10", 0),
        ("rating", "5/5 3/5 1/5", 1),
        ("Ocena", "9/10 10/10 5/10", 2),
        ("stars", "5 4.0 5.0", 2),
        ("hinne", "5 good 1", 0),
        ("csat", "5 80 100", 0),
    ],
)
def test_a_scale_that_is_stated_counts(read: Any, column: str, marks: str, left_out: int) -> None:
    rows = "".join(f"A{n},late {n},{mark}\n" for n, mark in enumerate(marks.split()))
    source, good, _ = read(f"name,complaint,{column}\n{rows}")
    assert (len(reasons(source)), len(good)) == (left_out, 3 - left_out)


ROWS = (
    "name,complaint,Rating,Ticket status\n"
    "Ann,late,1,open\nBo,cold,2,Closed\nCy,wet,3,open\nDi,dry,,open\n"
)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ('rating <= 2 and ticket_status != "closed"', ["Ann"]),
        ("rating <= 2", ["Ann"]),
        ('ticket_status == "CLOSED"', ["Bo"]),
        ('rating >= 2 or customer == "ann"', ["Ann", "Cy"]),
        ('column("Ticket status") in ["open", "new"] and not rating > 1', ["Ann", "Di"]),
        ('"co" in complaint and ticket_status != ""', ["Bo"]),
        ('rating == ""', ["Di"]),
        ("rating = 3", ["Cy"]),
        ("ticket_status = closed or customer in (ann, cy)", ["Ann", "Bo", "Cy"]),
        ('complaint != "a=b" and rating < 2026-12-01', []),
    ],
)
def test_where_takes_only_what_is_asked_for(read: Any, where: str, names: list[str]) -> None:
    """Columns by any spelling, numbers as numbers; a column it names leaves nothing out itself."""
    _, good, _ = read(ROWS, where=where)
    assert [item.complaint.customer.name for item in good] == names


@pytest.mark.parametrize(
    "where",
    ["rating <", "ratting <= 2", "__import__('os')", "().__class__", "open('x')", "9**9**9**9",
     "[x for x in rating]", "rating.real", "(" * 300 + ")" * 300, "lambda: 1", "rating := 2"],
)  # fmt: skip
def test_where_runs_nothing_but_comparisons(read: Any, where: str) -> None:
    """What isn't a condition on columns is refused before anything is read."""
    with pytest.raises(WrongUse):
        read(ROWS, where=where)


@pytest.mark.parametrize("key", ["bodyHtml", "body_html", "descriptionHtml", "HTML Body", "html"])
def test_html_alone_is_read_rather_than_the_subject(read: Any, key: str) -> None:
    record = {"id": 5, "subject": "Box", key: "<p>It came <b>open</b>, <sighs></p>"}
    _, good, bad = read(json.dumps([record]))
    assert ([one.complaint.what_happened for one in good], bad) == (["It came open, <sighs>"], [])


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        *((word, Severity.SERIOUS) for word in ("P0", "P1", "Sev 2", "SEV-1", "1 - Critical")),
        *((word, Severity.SERIOUS) for word in ("2 - High", "Very high", "Hoch", "kõrge")),
        *((word, Severity.SERIOUS) for word in ("Wysoki", "Ridicată", "גבוהה", "فوری", "priority")),
        *((word, Severity.SERIOUS) for word in ("P1 - Urgent", "Critical (P1)", "Sev 2 / High")),
        *((word, Severity.SERIOUS) for word in ("High (2)", "Priority: high", "kõrge (P2)")),
        *((word, Severity.SERIOUS) for word in ("S1 – Krytyczny", "P3 - Urgent", "Priority 1")),
        *((word, Severity.LOW) for word in ("P4 / Low", "Niski (P4)")),
        *((word, Severity.NORMAL) for word in ("P3", "-None-", "not_priority", "3 - Moderate")),
        *((word, Severity.NORMAL) for word in ("Mittel", "keskmine", "średni", "בינונית")),
        *((word, Severity.LOW) for word in ("P4", "Sev4", "4 - Low", "madal", "niski", "נמוך")),
    ],
)  # fmt: skip
def test_priorities_of_helpdesks(read: Any, word: str, severity: Severity) -> None:
    """Each system counts in its own way."""
    _, good, _ = read(f"name,complaint,priority\nAnn,late,{word}\n")
    assert (good[0].complaint.severity, good[0].unread) == (severity, ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("priority", "5"),
        ("priority", "high/low"),
        ("priority", "P1 - not urgent"),
        ("phone", "call my mother"),
        ("whatsapp", "n.n."),
        ("telegram", "??"),
        ("harm", "a lot"),
        ("time_zone", "Mars"),
        ("language", "Klingonx"),
        ("opened_at", "some day"),
        ("promised_by", "soon"),
        ("currency", "shells"),
        ("amends_kind", "hug"),
        ("finding", "perhaps"),
        ("channel", "!!"),
    ],
)
def test_a_field_that_cannot_be_read_does_not_cost_the_row(
    read: Any, field: str, value: str
) -> None:
    """It goes in without the field, and says so."""
    text = f"customer,what_happened,amends,{field}\nAnn,late,a new cake,{value}\n"
    _, good, bad = read(text, currency="EUR")
    assert (len(good), bad) == (1, [])
    assert [problem.field for problem in good[0].unread] == [field]
    assert good[0].complaint.promises[0].text == "a new cake"


def test_an_email_that_cannot_be_read_is_missed_only_without_another_address(read: Any) -> None:
    """Somebody with a number can be reached; somebody without any address is corrected first."""
    text = "customer,what_happened,email,phone\nAnn,late,a@b,+3725551234\nBo,cold,b@c,\n"
    _, good, bad = read(text)
    assert [problem.field for problem in good[0].unread] == ["email"]
    assert [item.line for item in bad] == [3]


def test_the_newest_version_of_a_ticket_counts(read: Any) -> None:
    """Pages of an export hold the same ticket as it was and as it is."""
    old = {"id": "7", "name": "Ann", "body": "late", "status": "open",
           "updated_at": "2026-11-01T10:00:00Z"}  # fmt: skip
    new = {**old, "body": "late and cold", "updated_at": "2026-11-02T09:00:00+02:00"}
    gone = {**old, "id": "8", "status": "closed", "updated_at": "2026-11-03T10:00:00Z"}
    pages = (json.dumps([new, {**old, "id": "8"}]), json.dumps([old, gone]))
    source, good, bad = read(*pages)
    assert [item.complaint.what_happened for item in good] == ["late and cold"]
    assert all(item.duplicate for item in bad)
    assert (len(bad), reasons(source)) == (2, ["closed"])


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Tellimus jäi hiljaks ja keegi ei vastanud", "et"),
        ("Pralka przestała działać, a serwis nie oddzwonił", "pl"),
        ("Am fost taxat de două ori pentru aceeași comandă", "ro"),
        ("העוגה הגיעה בלי הסרט ואף אחד לא התקשר", "he"),
        ("سفارش به موقع نرسید و کسی پاسخ نداد", "fa"),
        ("Das Paket kam offen an und niemand hat geantwortet", "de"),
        ("The ribbon was lost and nobody answered the phone", ""),
        ("Late.", ""),
    ],
)
def test_words_tell_their_language(read: Any, words: str, language: str) -> None:
    """Where no column says it, and it isn't the owner's; a word or two tell nothing."""
    text = f"customer,what_happened,language\nAnn,{words.replace(',', '')},\nBo,{words[:9]},pl\n"
    _, good, _ = read(text, language="en-GB")
    assert [item.complaint.customer.language for item in good] == [language, "pl"]


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Pralka przestała działać, a serwis nie oddzwonił", "pl"),
        ("The ribbon was lost and nobody answered the phone", "en-GB"),
        ("Late.", "en-GB"),
    ],
)
def test_a_default_language_is_for_words_that_tell_none(
    read: Any, words: str, language: str
) -> None:
    text = f"customer,what_happened\nAnn,{words.replace(',', '')}\n"
    _, good, _ = read(text, language="et", defaults={"language": "en-GB"})
    assert [item.complaint.customer.language for item in good] == [language]
