"""The owner's own sentences and the form of address, from a file to `show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

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
