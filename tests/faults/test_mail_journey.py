"""One apology tonight, at a real terminal: from an empty folder to a letter in a real mailbox."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.journey import Terminal
from tests.faults.mail_pair import PASSWORD, MailPair

#: Any hour of any day will do; the mailboxes are in a domain that no real letter goes to.
ANY_TIME = {
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
    "VOICENOTE_VOICE__ENGINE": "silent",
}
#: A channel that is set up on the way has no setting yet that lets it write to such a domain.
ALLOW = """
import voicenote.delivery.parcel_checks
voicenote.delivery.parcel_checks.refuse_reserved = lambda *_address, **_allowed: None
"""
STORY = "I ordered a blue ribbon.\n\nI told you twice, and it came in red.\n\nMari"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Nothing on the PATH: this machine has no microphone and no player."""
    (tmp_path / "bin").mkdir()
    return {**ANY_TIME, "PATH": str(tmp_path / "bin")}


def tell_case(sitting: Terminal) -> None:
    """Answer what there is no likely answer to; Enter takes the rest."""
    sitting.answers_to("Who was let down?", "Mari Tamm")
    sitting.answers_to("Their email address", "mari@tamm.example")
    sitting.sees("What happened, in their words")
    sitting.pastes(STORY)
    sitting.answers_to("What bothered them most", "Nobody listened.")
    sitting.answers_to("What will you do to put it right?", "redo")
    sitting.answers_to("In a few words", "a new cake with a blue ribbon")
    sitting.answers_to("By when [in 7 days]", "")
    for question in ("told to them", "What we did wrong", "What it meant", "What you do about it"):
        sitting.answers_to(question, "")
    sitting.answers_to("Is it right?", "")
    sitting.answers_to("Change the text in your editor?", "")
    sitting.answers_to("Whose voice should say it? [the computer's]", "")
    sitting.answers_to("Listen to it?", "")
    sitting.answers_to("Is it the way you want it?", "yes")


def letters(pair: MailPair) -> set[Path]:
    return set((pair.base / "mail" / "mari" / "Maildir" / "new").glob("*"))


def new_letter(pair: MailPair, before: set[Path]) -> EmailMessage:
    """Wait until Postfix has delivered one more letter; return it."""
    deadline = time.monotonic() + 60
    while not (found := letters(pair) - before):
        assert time.monotonic() < deadline, pair.logs()
    return message_from_bytes(found.pop().read_bytes(), policy=policy.default)


@pytest.mark.slow
def test_from_nothing_to_a_letter_by_two_commands(
    pair: MailPair, tmp_path: Path, env: dict[str, str]
) -> None:
    before = letters(pair)
    where = ["--smtp", f"127.0.0.1:{pair.smtp}", "--imap", f"127.0.0.1:{pair.imap}"]
    setup = Terminal(
        tmp_path / "home", "channels", "add", "email", *where, "--ca-file", str(pair.ca_file),
        "--user", "anna", **env,
    )  # fmt: skip
    setup.answers_to("Your email address", "anna@bakery.example")
    setup.sees("assword of anna")
    setup.types_hidden(PASSWORD)
    setup.answers_to("Where [file]", "")
    code, shown = setup.ends()
    assert code == 0, shown
    env |= {"VOICENOTE_CHANNELS__MAIL__ALLOW_RESERVED": "true"}
    sitting = Terminal(tmp_path / "home", "new", **env)
    sitting.answers_to("Your name", "Anna Saar")
    sitting.answers_to("The name of your business", "")
    tell_case(sitting)
    sitting.answers_to("Send it now?", "")
    code, shown = sitting.ends()
    assert code == 0, shown
    assert "1 sent" in shown
    assert new_letter(pair, before)["From"].addresses[0].addr_spec == "anna@bakery.example"
    assert setup.answers + sitting.answers <= 12


@pytest.mark.slow
def test_the_mail_account_is_set_up_on_the_way(
    pair: MailPair, tmp_path: Path, env: dict[str, str]
) -> None:
    """One command; the servers of a domain that nobody knows are asked for."""
    before = letters(pair)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(ALLOW)
    env |= {"SSL_CERT_FILE": str(pair.ca_file), "PYTHONPATH": str(tmp_path / "site")}
    sitting = Terminal(tmp_path / "home", "new", **env)
    sitting.answers_to("Your name", "Anna Saar")
    sitting.answers_to("The name of your business", "")
    sitting.answers_to("Your email address", "anna@bakery.example")
    sitting.answers_to("Where you live", "tallinn")
    sitting.answers_to("Your language", "")
    tell_case(sitting)
    sitting.answers_to("Set up email now?", "")
    sitting.answers_to("Server for sending", f"127.0.0.1:{pair.smtp}")
    sitting.answers_to("Server for reading", f"127.0.0.1:{pair.imap}")
    sitting.answers_to("User name there", "anna")
    sitting.sees("assword of anna")
    sitting.types_hidden(PASSWORD)
    sitting.answers_to("Where [file]", "")
    sitting.answers_to("Send it now?", "")
    code, shown = sitting.ends()
    assert code == 0, shown
    assert new_letter(pair, before)["From"].addresses[0].addr_spec == "anna@bakery.example"
