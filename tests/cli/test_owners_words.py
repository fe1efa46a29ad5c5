"""The owner's own sentences and the form of address, from a file to `show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from voicenote.cli.terminal.screen import Screen

Call = Callable[..., Result]

FORM = """
customer = "Marta Zielińska"
language = "pl"
greet_as = "Pani Marto"
gender = "woman"
how_many = "one"
formality = "formal"
what_happened = "Kurier krzyczał na mojego syna."
said_back = "Nasz kurier nakrzyczał na Pani syna."
our_fault = "To był nasz człowiek."
meant = "Syn boi się teraz otworzyć drzwi."
failure = "rude"
amends = "mój telefon do Pani"
amends_kind = "call"
deed = "Zadzwonię do Pani w poniedziałek przed południem."
"""


def test_what_the_owner_says_is_shown_and_is_data(call: Call, tmp_path: Path) -> None:
    (tmp_path / "marta.toml").write_text(FORM, encoding="utf-8")
    number = str(
        json.loads(call("new", "--from", str(tmp_path / "marta.toml"), "--json").stdout)["case"]
    )
    page = call("show", number).stdout
    assert "addressed as Pani Marto, woman, one, formal" in page
    assert "kind of failure: rude" in page
    assert "what you say happened: Nasz kurier nakrzyczał na Pani syna." in page
    assert "as you say it: Zadzwonię do Pani w poniedziałek" in page
    data = json.loads(call("show", number, "--json").stdout)
    assert data["our_fault"] == "To był nasz człowiek."
    assert data["failure"] == "rude"
    assert data["amends"][0]["deed"].startswith("Zadzwonię")


def of(call: Call, number: str = "1") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("show", number, "--json").stdout)
    return found


SAID = {
    "said_back": "You ordered a cake, and it fell over.",
    "our_fault": "We didn't pin the tiers.",
    "meant": "Your guests saw it.",
    "greet_as": "Lady Lovelace",
    "title": "Lady",
}
CHOSEN = {"failure": "faulty", "gender": "woman", "how_many": "one", "formality": "formal"}


@pytest.mark.parametrize(("field", "value"), [*SAID.items(), *CHOSEN.items()])
def test_triage_sets_and_clears_it(call: Call, field: str, value: str) -> None:
    option = f"--{field.replace('_', '-')}"
    done = call("triage", "1", option, value)
    assert done.exit_code == 0, done.stderr
    assert of(call)[field] == value
    assert call("triage", "1", option, "unknown" if field in CHOSEN else "").exit_code == 0
    assert of(call)[field] == (None if field == "failure" else "")


def test_a_sentence_is_kept_on_one_line(call: Call) -> None:
    call("triage", "1", "--meant", " Your guests\n  saw it. ")
    assert of(call)["meant"] == "Your guests saw it."


def test_triage_says_the_deed_of_the_only_promise(call: Call) -> None:
    assert call("triage", "1", "--deed", "A new cake comes on Friday.").exit_code == 0
    assert of(call)["amends"][0]["deed"] == "A new cake comes on Friday."
    assert call("triage", "1", "--deed", "").exit_code == 0
    assert of(call)["amends"][0]["deed"] == ""


def test_a_deed_of_several_promises_needs_its_name(call: Call) -> None:
    assert call("amends", "add", "1", "--kind", "call", "--text", "a call").exit_code == 0
    refused = call("triage", "1", "--deed", "I'll ring you today.")
    assert refused.exit_code == 2
    assert "voicenote amends say 1.1 --deed TEXT" in refused.stderr
    done = call("amends", "say", "1.2", "--deed", "I'll ring you today.", "--json")
    assert json.loads(done.stdout) == {"amends": "1.2", "deed": "I'll ring you today."}
    assert [one["deed"] for one in of(call)["amends"]] == ["", "I'll ring you today."]


def test_a_deed_needs_a_promise(call: Call) -> None:
    assert call("amends", "waive", "1.1", "--reason", "she laughs").exit_code == 0
    refused = call("triage", "1", "--deed", "A new cake comes on Friday.", "--meant", "You cried.")
    assert refused.exit_code == 2
    assert "no promise yet" in refused.stderr
    assert of(call)["meant"] == ""  # all of it or nothing


def test_an_accepted_proposal_takes_the_deed(call: Call) -> None:
    assert call("amends", "waive", "1.1", "--reason", "she laughs").exit_code == 0
    done = call("triage", "1", "--accept", "--deed", "I'll bake it again, for Friday.")
    assert done.exit_code == 0, done.stderr
    assert of(call)["amends"][1]["deed"] == "I'll bake it again, for Friday."


def test_a_later_import_does_not_change_what_a_person_said(call: Call, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "ref,customer,email,gender,what_happened\nz,Dana,d@example.com,man,It was late.\n"
    )
    assert call("import", str(rows)).exit_code == 0
    assert of(call, "4")["gender"] == "man"
    assert call("triage", "4", "--gender", "woman").exit_code == 0
    rows.write_text(
        "ref,customer,email,gender,what_happened\ny,Dana,d@example.com,man,It was cold.\n"
    )
    assert call("import", str(rows)).exit_code == 0
    assert of(call, "4")["gender"] == "woman"


@pytest.mark.parametrize(
    "words", [("--said-back", "You waited."), ("--gender", "woman"), ("--deed", "It comes today.")]
)
def test_what_is_said_otherwise_is_approved_again(call: Call, words: tuple[str, str]) -> None:
    for step in ("script", "render", "approve"):
        done = call(step, "1")
        assert done.exit_code == 0, done.stderr
    assert of(call)["stage"] == "approved"
    done = call("triage", "1", *words)
    assert "was approved before this" in done.stdout + done.stderr
    assert of(call)["stage"] == "rendered"


def test_at_a_terminal_triage_asks_for_the_sentences(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    answers = ["", "", "", "", "", "", "", "", "rude", "You waited.", "", "y", "It comes today."]
    done = call("triage", "1", input="\n".join([*answers, "not now", ""]))
    assert done.exit_code == 0, done.stderr
    case = of(call)
    assert (case["failure"], case["said_back"]) == ("rude", "You waited.")
    assert case["meant"] == "Nobody called you."
    assert case["amends"][0]["deed"] == "It comes today."


def test_at_a_terminal_an_accepted_promise_is_said_at_once(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    assert call("amends", "waive", "1.1", "--reason", "she laughs").exit_code == 0
    done = call("triage", "1", input="\n" * 12 + "yes\nI'll bake it again, for Friday.\n")
    assert done.exit_code == 0, done.stderr
    assert of(call)["amends"][1]["deed"] == "I'll bake it again, for Friday."


def test_who_is_greeted_in_other_words_is_not_called_nameless(call: Call, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "ref,customer,greet_as,what_happened\n"
        "x,dana@example.com,,It was late.\n"
        "y,marta@example.com,Pani Marto,It was cold.\n"
    )
    assert "Greeted without a name: 1" in call("import", str(rows)).stderr


def test_a_script_says_which_kind_of_failure_it_follows(call: Call) -> None:
    """A wrong guess would be a confession: it is shown until the owner has said the kind."""
    said = call("script", "2").stderr
    assert "I take it for: money; if not: voicenote triage 2 --failure faulty" in said
    assert json.loads(call("script", "2", "--json").stdout)[0]["failure_guess"] == "money"
    call("triage", "2", "--failure", "late")
    assert "I take it for" not in call("script", "2").stderr


def test_a_kind_that_nobody_said_is_guessed_and_shown_as_a_guess(call: Call) -> None:
    assert (of(call, "2")["failure"], of(call, "2")["failure_guess"]) == (None, "money")
    assert "kind of failure: money (a guess)" in call("show", "2").stdout
    assert "failure money (a guess: correct it with --failure)" in call("triage", "2").stdout
    told = call("triage", "2", "--failure", "late", "--json").stdout
    assert (json.loads(told)["failure"], json.loads(told)["failure_guess"]) == ("late", None)
    assert "kind of failure: late" in call("show", "2").stdout


def test_a_form_tells_of_a_sentence_that_the_customer_said(call: Call, tmp_path: Path) -> None:
    wrong = FORM.replace("Nasz kurier nakrzyczał na Pani syna.", "Kurier krzyczał na mojego syna.")
    (tmp_path / "marta.toml").write_text(wrong, encoding="utf-8")
    done = call("new", "--from", str(tmp_path / "marta.toml"))
    assert done.exit_code == 0, done.stderr
    assert "said back: it sounds as if the customer said it (“mojego syna”)" in done.stderr


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("", "Your daughter fell."),
        ("Your girl fell down.", "Your girl fell down."),
        ("-", ""),
    ],
)
def test_a_sentence_that_the_customer_said_is_asked_about_once_more(
    call: Call, monkeypatch: pytest.MonkeyPatch, answer: str, kept: str
) -> None:
    monkeypatch.setattr(Screen, "interactive", True)
    questions = "\n" * 9  # from what bothered them to the kind of failure
    done = call("triage", "1", input=f"{questions}My daughter fell.\n{answer}\n" + "\n" * 6)
    assert "It sounds as if the customer said it (“My daughter”)" in done.stderr
    assert of(call)["said_back"] == kept
