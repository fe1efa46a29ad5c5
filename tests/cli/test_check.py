"""`check`: a file, standard input, a case, the templates; as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.script.check.findings import titles

Call = Callable[..., Result]
BAD = "Hello Dana.\nI am sorry if you were offended!"
GOOD = (
    "Hello Dana. You told us that the cake fell over. This was our mistake, and I answer for it. "
    "I am sorry. We will give you your money back by Friday."
)
KEYS = ["rule", "level", "start", "end", "text", "why", "instead"]


def test_a_file_with_an_error_ends_with_one(call: Call, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text(BAD, encoding="utf-8")
    done = call("check", str(tmp_path / "bad.txt"))
    assert done.exit_code == 1
    assert 'bad.txt:2:6: error R18 "sorry if you' in done.stdout
    assert "Instead: I am sorry that the cake came late." in done.stdout


def test_good_words_from_standard_input_end_well(call: Call) -> None:
    done = call("check", "-", input=GOOD)
    assert done.exit_code == 0
    assert "0 errors" in done.stderr


def test_json_has_seven_keys_and_places_in_the_text(call: Call) -> None:
    done = call("check", "-", "--json", input=BAD)
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert [list(one) for one in found] == [KEYS] * len(found)
    assert all(BAD[one["start"] : one["end"]] == one["text"] for one in found)


def test_a_case_is_checked_with_what_is_known_of_it(call: Call) -> None:
    call("script", "1")
    assert call("check", "1").exit_code == 0
    call(
        "script", "1", "--from", "-", input="[thanks]\nHello.\n[own]\nIt will never happen again.\n"
    )
    found = json.loads(call("check", "1", "--json").stdout)
    assert {"S1", "R7", "R1"} <= {one["rule"] for one in found if one["level"] == "error"}


def test_a_case_without_a_script_says_what_to_do(call: Call) -> None:
    done = call("check", "1")
    assert done.exit_code == 1
    assert "voicenote script 1" in done.stderr


def test_every_template_passes(call: Call) -> None:
    done = call("check", "--templates", "--language", "pl")
    assert done.exit_code == 0
    assert "20 checked: 0 errors, 0 warnings" in done.stderr


def test_an_own_template_is_checked_too(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "mine.jinja").write_text("[thanks]\nHello, {{ owner }} here. Calm down.\n", "utf-8")
    done = call("check", "--templates", "--language", "en", "--json", VOICENOTE_HOME=str(tmp_path))
    assert done.exit_code == 1
    found = [one for one in json.loads(done.stdout) if one["level"] == "error"]
    assert {(one["where"], one["rule"]) for one in found} == {("en/mine", "S24")}


def test_the_settings_set_the_levels(call: Call) -> None:
    off = '{R18 = "off", S24 = "off", R1 = "hint", R2 = "off"}'
    assert call("check", "-", input=BAD, VOICENOTE_CHECK__LEVELS=off).exit_code == 0
    assert call("check", "-", input=BAD, VOICENOTE_CHECK__LEVELS='{R18 = "loud"}').exit_code == 78


def test_what_is_not_known_can_be_told(call: Call) -> None:
    assert "S1" in call("check", "-", "--owner", "Mia Berg", input=GOOD).stdout
    assert "S9" in call("check", "-", "--finding", "unfounded", input=GOOD).stdout
    assert "R6" in call("check", "-", "--template", "check-in", input=GOOD).stdout


@pytest.mark.parametrize("code", titles())
def test_every_rule_can_be_explained(call: Call, code: str) -> None:
    done = call("check", "--explain", code.lower())
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{code}: ")
    assert json.loads(call("check", "--explain", code, "--json").stdout)["rule"] == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check"], 2),
        (["check", "-", "--templates"], 2),
        (["check", "--explain", "R99"], 2),
        (["check", "-", "--language", "de"], 2),
        (["check", "/not/there"], 65),
        (["check", "99"], 2),
    ],
)
def test_what_cannot_be_checked_is_told(call: Call, words: list[str], code: int) -> None:
    assert call(*words, input=GOOD).exit_code == code


def test_a_file_that_is_no_text_is_bad_data(call: Call, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe\x00")
    assert call("check", str(tmp_path / "x")).exit_code == 65
    assert call("check", "-", input="  ").exit_code == 65


def test_of_many_texts_a_hint_is_told_once(ready: Call) -> None:
    hint = "It does not say what will be different"
    done = ready("check", "1", "2", "3")
    assert done.stdout.count(hint) == 1
    assert "hint R1, 3 texts: " in done.stdout
    assert ready("-v", "check", "1", "2", "3").stdout.count(hint) == 3
    assert f"hint R1\n    {hint}" in ready("check", "1").stdout


def test_one_of_a_kind_is_not_several(ready: Call) -> None:
    assert "1 hint." in ready("check", "1").stderr


def test_a_script_of_other_hands_is_held_to_the_case(call: Call) -> None:
    """A sum, a day, a name or a deed that nothing in the case promises is an error (R20)."""
    call("script", "1")
    said = (
        "Hello, it's Mia Berg. You told us what happened, and it was our fault. I am sorry. "
        "You'll get 950 euros on Sunday, and Veronica brings you flowers."
    )
    call("script", "1", "--from", "-", input=said)
    found = json.loads(call("check", "1", "--json").stdout)
    unknown = [one["why"] for one in found if one["rule"] == "R20" and one["level"] == "error"]
    for lie in ("950", "sunday", "Veronica", "flowers"):
        assert any(lie in why for why in unknown), found
    call("render", "1")
    refused = call("approve", "1")
    assert refused.exit_code != 0
    assert "R20" in refused.stderr


def test_the_templates_own_script_is_not_doubted(call: Call) -> None:
    call("script", "1")
    found = json.loads(call("check", "1", "--json").stdout)
    assert not [one for one in found if one["rule"] in ("R20", "R22")]


def test_a_deed_that_says_another_sum_is_told_where_it_is_written(call: Call) -> None:
    added = call(
        "amends", "add", "1", "--kind", "refund", "--text", "your delivery", "--value", "38.00",
        "--currency", "USD", "--by", "2099-12-04", "--override", "we agreed on it by phone",
        "--deed", "Your thirty dollars are back on your card on Monday.", "--json",
    )  # fmt: skip
    assert "30 USD" in added.stderr
    assert "2099-12-04" in added.stderr
    name = json.loads(added.stdout)["amends"]
    said = call("amends", "say", name, "--deed", "Your thirty-eight dollars come back tomorrow.")
    assert "name the day" in said.stderr


def test_a_letter_that_leaves_a_promise_out_is_told_which(call: Call) -> None:
    call(
        "amends", "add", "1", "--kind", "exchange", "--text", "a new ribbon for the cake",
        "--by", "2099-12-04",
    )  # fmt: skip
    said = "Hello, it's Mia. You told us what happened. It was our fault, and I am sorry."
    call("script", "1", "--from", "-", input=said)
    found = json.loads(call("check", "1", "--json").stdout)
    missing = [one["why"] for one in found if one["rule"] == "R22" and one["level"] == "error"]
    assert any("a new ribbon for the cake" in why for why in missing), found


def test_what_script_says_of_a_case_is_checked_too(bare: Call, tmp_path: Path) -> None:
    """`script` says that a promise is missing, and so does `check`, with what to do."""
    (tmp_path / "one.csv").write_text("ref,customer,what_happened\na,Ada,The cake fell over.\n")
    bare("import", str(tmp_path / "one.csv"), "--default", "language=en")
    said = bare("script", "1").stderr
    assert "S3: no amends" in said
    assert "S2: what bothered them most is not known" in said
    done = bare("check", "1")
    assert done.exit_code == 0
    assert "case 1: warning S3\n    No amends: say what will be done" in done.stdout
    assert "Instead: voicenote triage 1 --accept" in done.stdout
    assert "warning S2" in done.stdout
    bare("triage", "1", "--accept", "--bothered-most", "nobody called me")
    bare("script", "1")
    assert "warning S" not in bare("check", "1").stdout
