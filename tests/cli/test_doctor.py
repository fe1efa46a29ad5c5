"""`doctor` says "Everything is fine." only if it is: channels, answers, voices, permissions."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.voice import tiny_kokoro

Call = Callable[..., Result]

OWNER = '[owner]\nname = "Ada"\nemail = "ada@example.com"\ntime_zone = "Europe/Riga"\n'
MAIL = """
[channels.email]
host = "127.0.0.1"
port = {port}
security = "none"
timeout = 60
"""


def problems(done: Result) -> list[tuple[str, str]]:
    return [(row["about"], row["what"]) for row in json.loads(done.stdout) if not row["ok"]]


def write(home: Path, more: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "voicenote.toml").write_text(OWNER + more)


def test_a_channel_that_reads_no_answers_is_told_loudly(call: Call, home: Path) -> None:
    write(home, MAIL.format(port=25))
    done = call("doctor", "--offline", "--json")
    assert done.exit_code == 1
    [(about, what)] = problems(done)
    assert about == "answers"
    assert "NO ANSWERS COME IN by it" in what
    assert "imap_host" in what


def test_offline_it_dials_nothing_and_says_so(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("it dialled")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    write(home, MAIL.format(port=25) + 'imap_host = "127.0.0.1"\nimap_security = "none"\n')
    done = call("doctor", "--offline")
    assert done.exit_code == 0, done.stdout
    assert done.stdout == "No problem was found; the channels were not tried (--offline).\n"


def test_a_voice_that_nobody_understands_is_told(bare: Call, home: Path) -> None:
    """R24: 60 of 100 Estonian words are misheard."""
    voice = 'engine = "kokoro"\nmodel = "model.onnx"\nvoice = "bm_test.bin"\n'
    write(home, f'language = "et"\n[voice.et]\n{voice}')
    tiny_kokoro.files(home)
    assert bare("init").exit_code == 0
    found = dict(problems(bare("doctor", "--json")))
    assert found["voices"].startswith("kokoro is hardly understood in et: a listener mishears ab")


def test_an_outbox_that_cannot_be_written_is_told(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, "")
    (home / "outbox").mkdir()
    plain = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "outbox" and plain(path, mode)
    )
    assert problems(call("doctor", "--json")) == [
        ("channels", f"outbox: {home / 'outbox'} cannot be written")
    ]


def test_a_ledger_that_cannot_be_written_is_told(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, "")
    plain = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "ledger.db" and plain(path, mode)
    )
    assert ("ledger", f"{home / 'ledger.db'} cannot be written") in problems(
        call("doctor", "--json")
    )


def test_messages_that_nothing_sends_are_told(ready: Call, home: Path) -> None:
    write(home, "")
    assert ready("approve", "--all").exit_code == 0
    assert problems(ready("doctor", "--json", PATH="/nowhere")) == [
        ("schedule", "nothing here makes runs: messages that are due wait for voicenote run")
    ]
