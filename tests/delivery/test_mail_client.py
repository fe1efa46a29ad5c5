"""A mail client reads each letter as it was meant: mblaze, whose parser is its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.parcels import PARCEL
from voicenote.delivery.message import write_letter

PLAIN = replace(PARCEL, text=f"{PARCEL.text}\n.\nIt is mine to mend.", synthetic=True)
THREAD = ("<first@bakery.example>", f"<{'second' * 20}@bakery.example>")
LETTERS = {
    "plain": PLAIN,
    "hebrew": replace(PLAIN, language="he", customer="דנה כהן", text="תודה, דנה.\nהסרט היה שגוי."),
    "persian": replace(
        PLAIN, language="fa", customer="مریم", text="سپاس از شما.\nاشتباه از من بود."
    ),
    "romanian": replace(PLAIN, language="ro", subject="Panglica ta, greșită", text="Îmi pare rău."),
    "polish": replace(PLAIN, language="pl", sender_name='Łucja "z piekarni"', text="Żałuję."),
    "estonian": replace(PLAIN, language="et", customer="Mari Õun", to="mari@õunapuu.ee"),
    "smileys": replace(PLAIN, subject="🎂 🎀 " * 12, text="🙏 " * 900),
    "long": replace(PLAIN, customer="Mari " * 40 + "Tamm", text="ribbon " * 3000),
    "threaded": replace(PLAIN, thread=THREAD),
    "hostile": replace(
        PLAIN, customer='"); (Bcc: all@x.example', text="--=_\n\nFrom here\n.\n..\n"
    ),
}
SOUND = bytes(range(256)) * 12_300  # more than three megabytes


@pytest.fixture
def client(need: Callable[[object, str], None], tmp_path: Path) -> Callable[..., bytes]:
    need(shutil.which("mshow"), "mblaze is not installed")

    def run(*words: str) -> bytes:
        done = subprocess.run(
            [*words],
            capture_output=True,
            check=False,
            timeout=60,
            env={**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        )
        assert done.stderr == b""
        assert done.returncode == 0 or words[0] == "mhdr"  # which says so that a header is missing
        return done.stdout

    return run


@pytest.mark.parametrize("name", LETTERS)
def test_a_client_reads_what_was_meant(
    client: Callable[..., bytes], tmp_path: Path, name: str
) -> None:
    parcel = LETTERS[name]
    file = tmp_path / "letter.eml"
    file.write_bytes(bytes(write_letter(parcel, {"mp3": SOUND})))
    shape = [line.split()[1] for line in client("mshow", "-t", str(file)).decode().splitlines()[1:]]
    assert shape == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "audio/mpeg",
    ]  # fmt: skip
    words = client("mshow", "-O", str(file), "3").decode().replace("\r\n", "\n")
    assert words.startswith(parcel.text)
    html = client("mshow", "-O", str(file), "4").decode()
    assert "</html>" in html
    assert client("mshow", "-O", str(file), "5") == SOUND
    header = {
        field: client("mhdr", "-d", "-h", field, str(file)).decode().strip()
        for field in ("subject", "to", "from", "message-id", "references", "bcc")
    }
    assert header["subject"].split() == parcel.subject.split()
    assert parcel.customer.split()[0] in header["to"]
    assert header["message-id"] == parcel.message_id
    assert header["references"].split() == list(parcel.thread)
    assert header["bcc"] == ""
    (address,) = client("maddr", "-a", "-h", "to", str(file)).decode().split()
    assert address == parcel.to.replace("õunapuu", "õunapuu".encode("idna").decode())
