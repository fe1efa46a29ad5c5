"""`channels add email` on a real mail server: it asks, tries, writes, and loses nothing."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.faults.mail_pair import PASSWORD, MailPair
from voicenote.cli.app import voicenote
from voicenote.cli.terminal.screen import Screen

Add = Callable[..., Result]
ADA = "anna@bakery.example"
BEFORE = "# mine\n[owner]\nname = 'Anna'  # me\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "voicenote.toml").write_text(BEFORE)
    return tmp_path / "home"


@pytest.fixture
def add(home: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Set up a channel with typed answers; without any, there is no terminal."""

    def call(*words: str, typed: list[str] | None = None, **env: str) -> Result:
        monkeypatch.setattr(Screen, "interactive", typed is not None)
        return CliRunner().invoke(
            voicenote,
            ["channels", "add", "email", *words],
            input="".join(f"{line}\n" for line in typed or []),
            env={"VOICENOTE_HOME": str(home), **env},
        )

    return call


def settings(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / "voicenote.toml").read_text("utf-8"))


def servers(pair: MailPair) -> list[str]:
    return [f"127.0.0.1:{pair.smtp}", f"127.0.0.1:{pair.imap}"]


def test_a_server_of_ones_own_is_set_up_by_answers(add: Add, pair: MailPair, home: Path) -> None:
    """Nobody knows bakery.example, so each server is asked for; the encryption is found."""
    typed = [ADA, *servers(pair), "anna", PASSWORD, "file"]
    done = add("--ca-file", str(pair.ca_file), typed=typed)
    assert done.exit_code == 0, done.output
    found = settings(home)
    channel = found["channels"]["mail"]
    assert (channel["security"], channel["imap_security"]) == ("starttls", "starttls")
    assert (channel["user"], channel["copy_to_sent"]) == ("anna", True)
    assert channel["password"] == {"file": "secrets/mail"}
    assert found["owner"] == {"name": "Anna", "email": ADA}
    text = (home / "voicenote.toml").read_text("utf-8")
    assert text.startswith(BEFORE)
    assert PASSWORD not in text + done.output
    assert "sending" in done.output
    assert done.output.count("logged in as anna") == 2


def test_tls_from_the_first_byte_is_found_too(add: Add, pair: MailPair, home: Path) -> None:
    where = ["--smtp", f"127.0.0.1:{pair.smtps}", "--imap", f"127.0.0.1:{pair.imaps}"]
    done = add(
        "--address", ADA, *where, "--user", "anna", "--ca-file", str(pair.ca_file),
        "--password", "env:MAIL_PASSWORD", MAIL_PASSWORD=PASSWORD,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    channel = settings(home)["channels"]["mail"]
    assert (channel["security"], channel["imap_security"]) == ("tls", "tls")
    assert channel["password"] == {"env": "MAIL_PASSWORD"}


def test_a_wrong_password_is_typed_again(add: Add, pair: MailPair, home: Path) -> None:
    typed = [ADA, *servers(pair), "anna", "wrong", "password", PASSWORD, "file"]
    done = add("--ca-file", str(pair.ca_file), typed=typed)
    assert done.exit_code == 0, done.output
    assert "refused the log-in" in done.output
    assert (home / "secrets" / "mail").read_text("utf-8").strip() == PASSWORD


def test_a_wrong_server_is_corrected_and_the_password_is_not_asked_again(
    add: Add, pair: MailPair, home: Path
) -> None:
    wrong, right = ["127.0.0.1:1", servers(pair)[1]], servers(pair)
    typed = [ADA, *wrong, "anna", PASSWORD, "servers", right[0], "", "", "file"]
    done = add("--ca-file", str(pair.ca_file), typed=typed)
    assert done.exit_code == 0, done.output
    assert "nothing listens" in done.output
    assert settings(home)["channels"]["mail"]["port"] == pair.smtp


def test_nonsense_is_asked_again(add: Add, pair: MailPair) -> None:
    """An empty line, an address that is none, a server with a space, a place that isn't one."""
    smtp, imap = servers(pair)
    typed = ["", "me", ADA, "a b", "x:99999", smtp, imap, "anna", "", PASSWORD, "moon", "9", "file"]
    done = add("--ca-file", str(pair.ca_file), typed=typed)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("given", range(7))
def test_an_end_in_the_middle_changes_nothing_and_says_how_to_go_on(
    add: Add, pair: MailPair, home: Path, given: int
) -> None:
    typed = [ADA, *servers(pair), "anna", "wrong", "quit"][:given]
    done = add("--ca-file", str(pair.ca_file), typed=typed)
    assert done.exit_code in (1, 2)
    assert (home / "voicenote.toml").read_text("utf-8") == BEFORE
    assert not (home / "secrets").exists()


def test_ctrl_c_shows_the_command_that_goes_on(
    add: Add, pair: MailPair, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered is in it, and the password is not."""

    def stop(self: Screen, question: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Screen, "ask_hidden", stop)
    done = add(typed=[ADA, *servers(pair), "anna"])
    assert done.exit_code == 130
    smtp, imap = servers(pair)
    command = f"--address {ADA} --smtp {smtp} --imap {imap} --user anna"
    assert f"nothing was changed; to go on: voicenote channels add email --name mail {command}" in (
        done.output
    )
    assert (home / "voicenote.toml").read_text("utf-8") == BEFORE


def test_without_a_terminal_options_do_and_it_is_told_what_is_missing(
    add: Add, pair: MailPair, home: Path
) -> None:
    assert "--address" in add().output
    assert "--smtp" in add("--address", ADA).output
    smtp, imap = servers(pair)
    words = ["--address", ADA, "--smtp", smtp, "--imap", imap, "--ca-file", str(pair.ca_file)]
    assert "--password env:NAME" in add(*words).output
    assert "isn't an option" in add(*words, "--password", "hunter2").output
    wrong = add(*words, "--user", "anna", "--password", "env:P", P="wrong")
    assert wrong.exit_code == 69
    assert "refused the log-in" in wrong.output
    assert (home / "voicenote.toml").read_text("utf-8") == BEFORE
    done = add(*words, "--user", "anna", "--password", "env:P", "--json", P=PASSWORD)
    assert [one["answer"] for one in json.loads(done.stdout)["tried"]] == ["logged in as anna"] * 2
    again = add(*words, "--user", "anna", "--password", "env:P", P=PASSWORD)
    assert again.exit_code == 1
    assert "--replace" in again.output


def test_a_channel_that_is_there_is_kept_unless_you_say_so(
    add: Add, pair: MailPair, home: Path
) -> None:
    (home / "voicenote.toml").write_text(f"{BEFORE}[channels.mail]\nkind = 'email'\nhost = 'x'\n")
    typed = ["n", ADA, *servers(pair), "anna", PASSWORD, "variable", "1 no", "POST_PASSWORD"]
    done = add("--ca-file", str(pair.ca_file), typed=typed)
    assert done.exit_code == 0, done.output
    channels = settings(home)["channels"]
    assert channels["mail"]["host"] == "x"
    assert channels["mail2"]["password"] == {"env": "POST_PASSWORD"}


def test_a_new_workspace_gets_its_settings(add: Add, pair: MailPair, home: Path) -> None:
    (home / "voicenote.toml").unlink()
    typed = [ADA, *servers(pair), "anna", PASSWORD, "file"]
    assert add("--ca-file", str(pair.ca_file), typed=typed).exit_code == 0
    assert settings(home)["owner"]["email"] == ADA
