"""`triage`, and what cases, approve and lessons say because of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.cli.terminal.screen import Screen

Call = Callable[..., Result]


def test_a_finding_brings_a_proposal(call: Call) -> None:
    done = call("triage", "2", "--lost", "money", "--harm", "37.40", "--currency", "USD")
    assert done.exit_code == 0, done.stderr
    assert "amends 2.1 stands, and suits" in done.stdout
    assert "--accept" in done.stdout


def test_a_proposal_is_accepted_as_data(call: Call) -> None:
    assert call("amends", "waive", "1.1", "--reason", "she laughs").exit_code == 0
    done = call("triage", "1", "--harm", "37.40", "--currency", "EUR", "--accept", "--json")
    view = json.loads(done.stdout)
    assert view["proposal"]["amends"]["value"] == "40"
    assert view["accepted"] == {"amends": "1.2", "plan": "make-it-right", "warnings": []}


def test_a_danger_is_proposed_as_serious_with_their_words(call: Call, tmp_path: Path) -> None:
    rows = "ref,customer,language,what_happened\nx,Kim,en,My daughter was in hospital all night.\n"
    (tmp_path / "grave.csv").write_text(rows, encoding="utf-8")
    assert call("import", str(tmp_path / "grave.csv")).exit_code == 0
    done = call("triage", "4")
    assert "severity serious? Their words: “hospital” (if so: --severity serious)" in done.stdout
    assert "a call from me" in done.stdout
    assert "severity serious?" not in call("triage", "4", "--severity", "serious").stdout


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        (["4", "--accept"], "serious"),
        (["4", "--accept", "--severity", "normal"], "normal"),
        (["4"], "normal"),
        (["--all", "--accept"], "serious"),
    ],
)
def test_a_severity_is_accepted_with_the_rest_of_a_proposal(
    call: Call, tmp_path: Path, words: list[str], severity: str
) -> None:
    rows = "ref,customer,language,what_happened\nx,Kim,en,My daughter was in hospital all night.\n"
    (tmp_path / "grave.csv").write_text(rows, encoding="utf-8")
    assert call("import", str(tmp_path / "grave.csv")).exit_code == 0
    done = call("triage", *words, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(call("show", "4", "--json").stdout)["severity"] == severity


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--finding", "unfounded"], 1, "S17"),
        (["--value", "5"], 2, "--accept"),
        (["--harm", "lots", "--currency", "EUR"], 2, "lots"),
        (["--accept", "--plan", "nonesuch"], 78, "nonesuch"),
    ],
)
def test_what_cannot_be_triaged_is_told(call: Call, words: list[str], code: int, says: str) -> None:
    done = call("triage", "1", *words)
    assert done.exit_code == code
    assert says in done.stderr


@pytest.mark.parametrize(
    ("day", "says"),
    [("3026-06-04", "the year 3026"), ("soon", "isn't a day"), ("2020-05-04", "has passed")],
)
def test_a_typed_day_that_is_none_to_come_is_asked_again(
    call: Call, monkeypatch: pytest.MonkeyPatch, day: str, says: str
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    assert call("amends", "waive", "1.1", "--reason", "she laughs").exit_code == 0
    typed = "\n" * 12 + f"change it\n\n\n\n{day}\n4 June 2099\n\n\n"
    done = call("triage", "1", input=typed)
    assert done.exit_code == 0, done.stderr
    assert says in done.stderr
    assert "Thursday, 4 June 2099" in done.stderr


def test_a_cost_that_is_none_is_asked_again(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    typed = ["", "", "", "", "", "", "a lot", "40", "eurp", "", "EUR"]
    done = call("triage", "1", input="\n".join([*typed, *[""] * 9, ""]))
    assert done.exit_code == 0, done.stderr
    assert "did you mean EUR?" in done.stderr
    shown = json.loads(call("show", "1", "--json").stdout)
    assert (shown["harm"], shown["currency"]) == ("40", "EUR")


def test_money_for_an_unfounded_claim_needs_an_override(call: Call) -> None:
    assert call("triage", "2", "--finding", "unfounded", "--reason", "no gig").exit_code == 0
    words = ("amends", "add", "2", "--kind", "gift", "--text", "cake")
    priced = (*words, "--value", "5", "--currency", "USD")
    assert call(*words).exit_code == 1  # the refund of the import stands already
    assert call("amends", "waive", "2.1", "--reason", "unfounded").exit_code == 0
    assert call(*words).exit_code == 0
    refused = call(*priced)
    assert refused.exit_code == 1
    assert "S9" in refused.stderr
    assert call(*priced, "--override", "out of goodwill").exit_code == 0
    assert "goodwill" in call("show", "2", "--json").stdout


def test_cases_show_the_response_clock(call: Call) -> None:
    table = call("cases").stdout
    assert "clock" in table.splitlines()[0]
    assert "acknowledgement due in" in table


def test_outcomes_are_plain_data(call: Call) -> None:
    counts = json.loads(call("lessons", "--outcomes", "--json").stdout)
    names = ["ally", "satisfied", "neutral", "lost", "no-answer", "opted-out"]
    names += ["withdrawn", "merged", "open"]
    assert [*counts] == [*names, "amends_paid", "customers"]
    assert counts["open"] == 3


def test_amends_paid_stand_beside_customers_kept(call: Call) -> None:
    for number, worth in (("1", ("12.50", "USD")), ("2", ("30", "EUR"))):
        value = ("--value", worth[0], "--currency", worth[1])
        added = call("amends", "add", number, "--kind", "gift", "--text", "flowers", *value)
        assert added.exit_code == 0, added.stderr
    for name in ("1.1", "1.2"):
        assert call("amends", "done", name, "--evidence", "photo 7").exit_code == 0
    assert call("answer", "1", "--put-right").exit_code == 0
    assert call("lesson", "1", "--cause", "haste", "--prevention", "a checklist").exit_code == 0
    assert call("opt-out", "1").exit_code == 0  # so that no memo is needed
    assert call("close", "1", "--outcome", "ally").exit_code == 0
    found = json.loads(call("lessons", "--outcomes", "--json").stdout)
    assert found["amends_paid"] == [{"value": "12.50", "currency": "USD"}]
    assert found["customers"] == {"kept": 1, "lost": 0, "no-answer": 0, "opted-out": 0}
    told = call("lessons", "--outcomes").stdout
    kept = "Customers kept: 1; lost: 0; no answer: 0; opted out: 0."
    assert f"Paid in amends: 12.50 USD. {kept}" in told


def test_a_fresh_script_waits_when_that_is_set(ready: Call) -> None:
    done = ready("approve", "1", VOICENOTE_POLICY__COOLING_OFF_HOURS="2")
    assert done.exit_code == 1
    assert "S11" in done.stderr


def test_the_customers_first_person_is_told_and_another_wording_offered(call: Call) -> None:
    said = "My daughter spent the night in hospital."
    done = call("triage", "1", "--said-back", said)
    assert "! said back: it sounds as if the customer said it (“My daughter”)" in done.stdout
    assert "such as “Your daughter spent the night in hospital.”" in done.stdout
    assert "said back:" not in call("triage", "1", "--said-back", "Your daughter was ill.").stdout
    assert "meant: it holds abuse" in call("triage", "1", "--meant", "You bastards.").stdout
