"""The whole way back by email: a real Postfix and Dovecot, and `voicenote` as a program."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.made import make_channel
from tests.faults.mail_pair import PASSWORD, MailPair
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.email.mailbox import open_mailbox
from voicenote.delivery.tokens import fill_template
from voicenote.engine.run.run_once import one_pass
from voicenote.settings import load
from voicenote.wiring import open_workspace

ENV = {
    "VOICENOTE_VOICE__ENGINE": "silent",
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
    "PAIR_PASSWORD": PASSWORD,
}
OWNER = """\
[owner]
name = "Anna"
email = "anna@bakery.example"
time_zone = "Europe/Tallinn"
"""
#: The customer's mailbox → the channel that they are written to by. Where a letter has ``List-``
#: headers, a good autoresponder stays silent (RFC 5230), so the one who is away gets none.
PEOPLE = {
    "nobody": "mail", "full": "mail", "away": "plain", "mari": "mail", "mari+stop": "mail",
    "mari+button": "mail", "mari+other": "mail", "mari+lost": "copied", "mari+late": "mail",
    "mari+later": "mail", "mari+file": "mail", "mari+hostile": "mail", "mari+sound": "mail",
    "gone": "mail, outbox",
}  # fmt: skip
CASES = {name: number for number, name in enumerate(PEOPLE, start=1)}
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def home(pair: MailPair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    tables = [OWNER]
    many: dict[str, dict[str, object]] = {
        "mail": {},
        "plain": {"reply_to": ""},
        "copied": {"copy_to_sent": True, "dsn": False},
    }
    for name, more in many.items():
        lines = [f"{key} = {written(value)}" for key, value in pair.settings(**more).items()]
        tables.append("\n".join([f"[channels.{name}]", 'kind = "email"', *lines, ""]))
    (folder / "voicenote.toml").write_text("\n".join(tables), encoding="utf-8")
    rows = [
        f'{number},Mari {name},{name}@tamm.example,"{PEOPLE[name]}",The ribbon was blue'
        for name, number in CASES.items()
    ]
    head = "ref,customer,email,channel,what_happened"
    (folder / "rows.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    return folder


def written(value: object) -> str:
    return '{env = "PAIR_PASSWORD"}' if callable(value) else json.dumps(value)


def remembered(home: Path) -> dict[str, str]:
    """One memory for all tests of this ledger: without it, it would ask before it sends."""
    return {"XDG_STATE_HOME": str(home.parent / "state")}


@pytest.fixture(scope="module")
def call(home: Path) -> Call:
    def run(*words: str, code: int | None = 0, stdin: bytes = b"") -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "voicenote", "--home", str(home), *words],
            check=False, capture_output=True, input=stdin,
            env={**os.environ, **ENV, **remembered(home)},
        )  # fmt: skip
        assert code is None or done.returncode == code, (words, done.stdout, done.stderr)
        assert b"Traceback" not in done.stderr
        return done.stdout.decode()

    return run


@pytest.fixture(scope="module")
def sent(call: Call, home: Path) -> Call:
    """All memos have left; that of "lost" in a pass that died before it could write it down."""
    call("import", str(home / "rows.csv"))
    for step in ("script", "render"):
        call(step, "--all")
    call("approve", str(CASES["mari+lost"]), "--yes")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ENV, **remembered(home)}.items():
            patch.setenv(name, value)
        ws = open_workspace(load(home, os.environ))
        patch.setattr("voicenote.engine.run.send.record", dying)
        with pytest.raises(Died):
            one_pass(ws)
        ws.close()
    call("approve", "--all", "--yes")
    assert json.loads(call("run", "--json"))["sent"] >= len(PEOPLE) - 1
    return call


class Died(BaseException):
    """A pass that ends here as if it had been killed."""


def dying(*_: object, **__: object) -> None:
    raise Died


def shown(call: Call, name: str) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(call("show", str(CASES[name]), "--json"))
    return view


def awaited(call: Call, name: str, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The case once it is as it should be; each look is a reading of the mailbox."""
    pause, until = threading.Event(), time.monotonic() + 60
    while time.monotonic() < until:
        call("receive", "--json", code=None)
        view = shown(call, name)
        if wanted(view):
            return view
        pause.wait(0.5)
    pytest.fail(f"never so: {view['messages']} {view['answers']}")


def memo(view: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(t for t in view["messages"] if t["kind"] == "memo")
    return found


def states(view: dict[str, Any]) -> set[str]:
    return {t["state"] for t in view["messages"] if t["kind"] not in ("memo", "nudge")}


def reply(
    pair: MailPair, view: dict[str, Any], text: str, sender: str = "",
    files: Mapping[str, bytes] | None = None, **headers: str,
) -> None:  # fmt: skip
    """A person's letter, through the same Postfix."""
    message = EmailMessage()
    message["From"] = sender or f"Mari <{view['addresses']['email'][0]}>"
    key = memo(view)["key"]
    message["To"] = headers.pop("To", fill_template("anna+r-{token}@bakery.example", key))
    message["Subject"] = headers.pop("Subject", "Re: Your cake")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, raw in (files or {}).items():
        message.add_attachment(raw, maintype="audio", subtype="mp4", filename=name)
    with smtplib.SMTP("127.0.0.1", pair.smtp) as smtp:
        smtp.send_message(message, view["addresses"]["email"][0])


@pytest.mark.parametrize(("name", "status"), [("nobody", "5.1.1"), ("full", "5.2.2")])
def test_who_is_not_there_and_who_is_full_bounce_with_their_status(
    sent: Call, name: str, status: str
) -> None:
    view = awaited(sent, name, lambda view: memo(view)["state"] == "bounced")
    assert status in memo(view)["reason"]
    assert f"was bounced ({status}" in sent("next", "--all") or status in sent(
        "show", str(CASES[name])
    )


def test_what_surely_came_back_goes_by_the_next_way_of_its_customer(sent: Call, home: Path) -> None:
    awaited(sent, "gone", lambda view: memo(view)["channel"] == "outbox")
    sent("run", code=None)
    found = memo(shown(sent, "gone"))
    # beside a channel, what lies in the outbox is for the owner to send
    assert (found["state"], found["refused_by"]) == ("uncertain", ["mail"])
    assert (home / "outbox" / found["key"] / "message.eml").exists()
    assert "refused by mail" in sent("show", str(CASES["gone"]))


def test_somebody_who_is_away_has_not_answered_and_the_plan_goes_on(sent: Call) -> None:
    view = awaited(
        sent,
        "away",
        lambda view: "auto-reply" in [one["kind"] for one in memo(view)["receipts"]],
    )
    assert (memo(view)["state"], view["answers"]) == ("accepted", [])
    assert "due" in states(view)


def test_a_persons_answer_stops_the_plan_within_one_pass_and_is_shown(
    sent: Call, pair: MailPair
) -> None:
    reply(pair, shown(sent, "mari"), "Aitäh, kõik on korras!\n\nAnna kirjutas:\n> Pael oli vale.\n")
    view = awaited(sent, "mari", lambda view: view["answers"])
    assert view["answers"][0]["text"] == "Aitäh, kõik on korras!"
    assert states(view) == {"cancelled"}
    assert any("has not said" in gap for gap in view["missing"])
    for command in (("show", str(CASES["mari"])), ("next", "--all"), ("cases",)):
        assert "kõik on korras" in sent(*command)


def test_words_that_ask_for_no_more_are_obeyed_at_once(sent: Call, pair: MailPair) -> None:
    reply(pair, shown(sent, "mari+stop"), "Stop.\n")
    view = awaited(sent, "mari+stop", lambda view: view["opted_out"])
    assert states(view) == {"cancelled"}


def test_the_button_of_a_mail_program_unsubscribes(sent: Call, pair: MailPair) -> None:
    """It writes to the address of the header, with a subject of ours and words of its own."""
    view = shown(sent, "mari+button")
    words = "This message was generated by your mail program."
    reply(pair, view, words, Subject="unsubscribe", Auto_Submitted="auto-generated")
    assert awaited(sent, "mari+button", lambda view: view["opted_out"])


def test_another_customers_address_with_somebodys_token_is_set_apart(
    sent: Call, pair: MailPair
) -> None:
    view = shown(sent, "mari+other")
    reply(pair, view, "I am not who you think", sender="Nobody <nobody@tamm.example>")
    pause, until = threading.Event(), time.monotonic() + 60
    apart = ""
    while time.monotonic() < until and "another customer" not in apart:
        sent("receive", code=None)
        apart = " ".join(
            one["reason"] for one in json.loads(sent("receive", "--unmatched", "--json"))
        )
        pause.wait(0.3)
    assert "another customer" in apart
    assert shown(sent, "mari+other")["answers"] == []


def test_the_sent_folder_settles_what_a_dead_pass_left(sent: Call) -> None:
    """Its copy was put there before the pass died; no delivery report was asked for."""
    (touch,) = [t for t in shown(sent, "mari+lost")["messages"] if t["kind"] == "memo"]
    assert touch["state"] in ("accepted", "delivered")
    assert "Gesendet" in json.dumps(touch["receipts"])
    assert touch["attempt"] == 1


def test_a_letter_can_be_handed_over_as_a_file(sent: Call) -> None:
    key = memo(shown(sent, "mari+file"))["key"]
    letter = (
        f"From: Mari <mari+file@tamm.example>\r\nMessage-ID: <by-hand@tamm.example>\r\n"
        f"To: {fill_template('anna+b-{token}@bakery.example', key)}\r\n\r\n"
        "I am back. Thank you.\r\n"
    ).encode()
    told = sent("receive", "--from", "-", "--channel", "mail", "--json", stdin=letter)
    assert json.loads(told)["kinds"] == {"answered": 1}
    again = sent("receive", "--from", "-", "--channel", "plain", "--json", stdin=letter)
    assert json.loads(again)["received"] == 0
    sent("receive", "--from", "-", code=2, stdin=letter)
    sent("receive", "--from", "-", "--channel", "mail", code=65)


def test_the_files_of_a_letter_are_kept_also_those_far_behind_its_words(
    sent: Call, pair: MailPair, home: Path
) -> None:
    """Only the beginning of a letter is read at first, and the second file is not in it."""
    files = {"first.m4a": os.urandom(1_000_000), "second.m4a": os.urandom(5_000)}
    reply(pair, shown(sent, "mari+sound"), "Listen, please.", files=files)
    view = awaited(sent, "mari+sound", lambda view: view["answers"])
    found = view["answers"][0]["files"]
    assert [(one["name"], one["state"]) for one in found] == [(name, "kept") for name in files]
    assert [Path(one["file"]).read_bytes() for one in found] == list(files.values())
    assert f"a sound (second.m4a, 5 kB): {home}/attachments" in sent(
        "show", str(CASES["mari+sound"])
    )


FORGED = """\
Return-Path: <>
From: MAILER-DAEMON@x.example
Message-ID: <forged@x>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; x
Original-Envelope-Id: c99r1-memo-0123456789ab

Final-Recipient: rfc822; who@x.example
Action: failed
Status: 5.1.1

--b--
"""
KLINGON = """\
From: =?klingon?q?qapla=27?= <mari@tamm.example>
Message-ID: <charset@x>
To: {to}
Content-Type: text/plain; charset="klingon"

P\xe4\xe4su oli vale
"""
HALF = """\
From: <mari@tamm.example>
Message-ID: <half@x>
To: {to}
Content-Transfer-Encoding: base64

!!!=?=
"""
PLAIN = "From: <mari@tamm.example>\nMessage-ID: <{name}@x>\nTo: {to}\n"
HEADERS = "From mari\n: :\nSubject: \xff\xfe=?utf-8?b?////?=\nFrom: @@@,,;\nTo: {to}\n"


def hostile(to: str) -> list[bytes]:
    """Letters that nobody should have to read: huge, nested, half, in no charset, and forged."""
    parts = 'Content-Type: multipart/mixed; boundary="b{0}"\n\n--b{0}\n'
    nested = "".join(parts.format(number) for number in range(2000))
    words = "\nStill wrong.\n" + "x" * 4_000_000
    texts = [
        PLAIN.format(name="huge", to=to) + words,
        PLAIN.format(name="deep", to=to) + nested,
        *(text.format(to=to) for text in (KLINGON, HALF, HEADERS)),
        "\n",
        FORGED,
    ]
    mine = [text.replace("mari@tamm", "mari+hostile@tamm") for text in texts]
    return [text.replace("\n", "\r\n").encode("latin-1") for text in mine]


def test_a_hostile_mailbox_is_read_to_its_end(sent: Call, pair: MailPair, home: Path) -> None:
    """Nothing stops the reading, nothing is lost, and no forged bounce bounces anything."""
    key = memo(shown(sent, "mari+hostile"))["key"]
    letters = hostile(fill_template("anna+r-{token}@bakery.example", key))
    before = {one["case"]: memo(shown(sent, name)) for name, one in cases_of(sent).items()}
    settings = make_channel(Mail, "mail", pair.settings(), lambda: datetime.now(UTC)).options
    assert settings.imap is not None
    with open_mailbox(settings.imap) as box:
        for raw in letters:
            box.append(raw, "INBOX")
    told = json.loads(sent("receive", "--json", code=None))
    assert told["troubles"] == []
    words = {one["text"] for one in shown(sent, "mari+hostile")["answers"]}
    assert any(text.startswith("Still wrong.") and len(text) <= 20_000 for text in words)
    assert "Pääsu oli vale" in words  # whatever its charset is called
    reasons = [one["reason"] for one in told["unmatched"]]
    assert "it names a message that was never made here" in reasons
    after = {one["case"]: memo(shown(sent, name)) for name, one in cases_of(sent).items()}
    bouncing = {CASES[name] for name in ("mari+hostile", "nobody", "full", "gone")}
    changed = [number for number in after if after[number]["state"] != before[number]["state"]]
    assert set(changed) <= bouncing
    assert json.loads(sent("receive", "--json"))["received"] == 0


def cases_of(call: Call) -> dict[str, Any]:
    by_number = {one["case"]: one for one in json.loads(call("cases", "--json"))}
    return {name: by_number[number] for name, number in CASES.items() if number in by_number}


def test_a_mailbox_that_cannot_be_reached_is_said_and_stops_no_sending(
    sent: Call, home: Path
) -> None:
    file = home / "voicenote.toml"
    settings = file.read_text("utf-8")
    broken = settings.replace('imap_host = "127.0.0.1"', 'imap_host = "nowhere.invalid"')
    try:
        file.write_text(broken, encoding="utf-8")
        troubles = json.loads(sent("run", "--json", code=None))["troubles"]
    finally:
        file.write_text(settings, encoding="utf-8")
    assert {one["channel"] for one in troubles} == {"mail", "plain", "copied"}
    assert all("nowhere.invalid" in one["what"] and one["advice"] for one in troubles)


def test_the_daemon_hears_new_mail_at_once_and_ends_when_it_is_told(
    sent: Call, pair: MailPair, home: Path
) -> None:
    """IDLE wakes it: its interval is an hour."""
    words = [sys.executable, "-m", "voicenote", "--home", str(home), "daemon", "--every", "3600"]
    daemon = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **ENV, **remembered(home)},
    )
    try:
        reply(pair, shown(sent, "mari+late"), "It came too late, but it came.")
        heard(sent, "mari+late")
        threading.Event().wait(3)  # by now it listens
        reply(pair, shown(sent, "mari+later"), "And this one too.")
        assert heard(sent, "mari+later") < 15
        daemon.terminate()
        _, said = daemon.communicate(timeout=20)
        assert (daemon.returncode, "Traceback" in said) == (0, False)
    finally:
        daemon.kill()
        daemon.communicate()


def heard(call: Call, name: str) -> float:
    """Wait until somebody else has taken the answer in; return the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() < began + 60:
        if shown(call, name)["answers"]:
            return time.monotonic() - began
    pytest.fail("nobody has read it")
