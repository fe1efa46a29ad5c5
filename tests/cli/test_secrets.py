"""No secret is ever shown or kept: everything fails, as loudly as it can, and then all is searched.

Each far end repeats what it was given, as some do. Every command runs with `--debug -vv`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.benches import BENCHES
from tests.benches.bench import SECRET as STAND_IN
from tests.benches.bench import Bench, settings_table
from tests.fakes.web import Reply, Request, Web

SECRET = "Hush-4711-Never-Shown"  # noqa: S105  a made-up one
USER = "ada@saar.ee"
SETTINGS = """\
[owner]
name = "Ada"
email = "ada@saar.ee"
[schedule]
quiet_hours = "off"
working_days = "all"
"""
ROW = """\
customer,email,phone,whatsapp,telegram,language,time_zone,what_happened
Mari,mari@tamm.ee,+37255512345,+37255512345,7712345,en,UTC,It fell.
"""
#: Runs several commands in one process, as loudly as can be.
DRIVER = """\
import json, sys
from voicenote.cli.app import voicenote
for words in json.loads(sys.argv[1]):
    try:
        voicenote(args=["--debug", "-vv", *words])
    except SystemExit as ended:
        print(words, ended.code, file=sys.stderr)
"""
COMMANDS = [
    ["run", "--json"],
    ["proof", "1", "--by", "way", "--to", "{to}"],
    ["receive"],
    ["channels", "--json"],
    ["doctor"],
    ["show", "1", "--json"],
    ["cases"],
    ["backup", "{home}/all.zip"],
]


class Parrot(socketserver.StreamRequestHandler):
    """A server of mail that knows nobody, and repeats each word: SMTP and IMAP in one."""

    def handle(self) -> None:
        greeting = self.server.greeting  # type: ignore[attr-defined]
        self.wfile.write(greeting)
        for line in self.rfile:
            words = line.decode("utf-8", "replace").strip()
            verb = words.partition(" ")[2].upper() if greeting.startswith(b"*") else words.upper()
            self.wfile.write(self._answer(words, verb))

    def _answer(self, words: str, verb: str) -> bytes:
        if verb.startswith("EHLO"):
            return b"250-parrot\r\n250 AUTH PLAIN LOGIN\r\n"
        if verb.startswith("CAPABILITY"):
            return f"* CAPABILITY IMAP4rev1\r\n{words.split(maxsplit=1)[0]} OK done\r\n".encode()
        if verb.startswith("LOGIN"):
            tag = words.split(maxsplit=1)[0]
            return f"{tag} NO [AUTHENTICATIONFAILED] not you: {words}\r\n".encode()
        said = words
        with contextlib.suppress(ValueError, IndexError):
            said += " " + base64.b64decode(words.rsplit(maxsplit=1)[-1]).decode().replace("\0", " ")
        return f"535 5.7.8 I do not know you: {said}\r\n".encode()


@pytest.fixture(scope="module")
def mail() -> Iterator[dict[bytes, int]]:
    servers = []
    for greeting in (b"220 parrot\r\n", b"* OK parrot\r\n"):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Parrot)
        server.daemon_threads = True
        server.greeting = greeting  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    yield {server.greeting[:1]: server.server_address[1] for server in servers}  # type: ignore[attr-defined]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    def parrot(request: Request) -> Reply:
        said = f"not you: {request.path} {request.headers} {request.body[:2000]!r}"
        return Reply(401, {"ok": False, "error_code": 401, "description": said, "error": {
            "message": said, "code": 190, "type": "OAuthException"}})  # fmt: skip

    server = Web(parrot)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one memo that is due, by the channel `way`."""
    folder = tmp_path_factory.mktemp("released")
    home = folder / "home"
    home.mkdir()
    (home / "voicenote.toml").write_text(SETTINGS)
    (folder / "in.csv").write_text(ROW)
    taken = ["import", str(folder / "in.csv"), "--default", "channel=way"]
    said = loudly(home, [taken, ["script", "1"], ["render", "1"]], {})
    assert b"['render', '1'] 0" in said, said.decode()
    return home


def table(kind: str, port: int, imap: int, place: str) -> tuple[str, str]:
    """Return the settings of the channel `way`, with a reference to its secret, and an address.

    Where a channel has several secrets they are the same.
    """
    smtp = (
        f'kind = "email"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nuser = "{USER}"\n'
    )
    box = f'imap_host = "127.0.0.1"\nimap_port = {imap}\nimap_security = "none"'
    if kind in ("email", "oauth"):
        key = f"password = {place}\n{box}" if kind == "email" else f"token = {place}"
        return f"{smtp}{key}", "mari@tamm.ee"
    bench: Bench = BENCHES[kind](Path(), port=port)
    return f'kind = "{kind}"\n' + settings_table(bench, lambda *_: place), bench.to


def secret_of(kind: str, port: int) -> str:
    """Return what is secret in the form that the channel wants."""
    if kind in ("email", "oauth"):
        return SECRET
    bench: Bench = BENCHES[kind](Path(), port=port)
    return str(bench.settings[bench.secrets[0]]).replace(STAND_IN, SECRET)


def reference(way: str, secret: str, folder: Path) -> tuple[str, dict[str, str]]:
    """Return a reference to a secret, and the environment in which it is found."""
    if way == "env":
        return '{env = "WAY_SECRET"}', {"WAY_SECRET": secret}
    if way == "file":
        return f'{{file = "{keep_elsewhere(folder, secret)}"}}', {}
    if way == "command":
        return f'{{command = "cat {keep_elsewhere(folder, secret)}"}}', {}
    module = folder / "elsewhere" / "keyring.py"
    module.parent.mkdir()
    module.write_text(f"def get_password(service, user):\n    return {secret!r}\n")
    return '{keyring = "voicenote/ada"}', {"PYTHONPATH": str(module.parent)}


def keep_elsewhere(folder: Path, secret: str) -> Path:
    file = folder / "elsewhere" / "secret.txt"
    file.parent.mkdir()
    file.write_text(secret)
    return file


def loudly(home: Path, commands: list[list[str]], env: dict[str, str]) -> bytes:
    """Run commands in one process; return all that it printed."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps(commands)],
        capture_output=True,
        check=False,
        env={**os.environ, **env, "VOICENOTE_HOME": str(home), "VOICENOTE_VOICE__ENGINE": "silent"},
        timeout=300,
    )
    return done.stdout + done.stderr


def traces(found: bytes, secret: str) -> list[str]:
    """Return the spellings of a secret that are in what was printed or kept."""
    plain = f"\0{USER}\0{secret}"
    oauth = f"user={USER}\1auth=Bearer {secret}\1\1"
    spelled = {secret, secret[5:], quote(secret, safe=""), secret.encode().hex()}
    for text in (secret, plain, oauth):
        spelled.add(base64.b64encode(text.encode()).decode().rstrip("="))
    return [one for one in spelled if one.encode() in found]


def kept(home: Path) -> bytes:
    """Everything that is in a workspace: ledger, log, outbox, backup (which is not compressed)."""
    return b"\n".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


WEB = [kind for kind, bench in BENCHES.items() if bench.secrets]


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        *((kind, "env") for kind in (*WEB, "email", "oauth")),
        *(("telegram", "command"), ("webhook", "keyring")),
        *(("email", "keyring"), ("email", "command"), ("email", "file")),
    ],
)
def test_no_secret_of_a_channel_is_shown_or_kept(
    released: Path, tmp_path: Path, web: Web, mail: dict[bytes, int], kind: str, way: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(released, home)
    place, env = reference(way, secret_of(kind, web.port), tmp_path)
    port = mail[b"2"] if kind in ("email", "oauth") else web.port
    settings, to = table(kind, port, mail[b"*"], place)
    with (home / "voicenote.toml").open("a") as file:
        file.write(f"[channels.way]\n{settings}\n")
    commands = [
        [word.replace("{to}", to).replace("{home}", str(home)) for word in words]
        for words in [["approve", "1"], *COMMANDS]
    ]
    said = loudly(home, commands, env)
    assert b"['run', '--json'] 0" not in said or kind == "apprise", said.decode()
    assert traces(said, SECRET) == [], said.decode("utf-8", "replace")
    assert traces(kept(home), SECRET) == []


def test_no_key_of_a_voice_is_shown_or_kept(released: Path, tmp_path: Path, web: Web) -> None:
    home = tmp_path / "home"
    shutil.copytree(released, home)
    env = {
        "SPEECH": SECRET,
        "VOICENOTE_VOICE__EN__ENGINE": "endpoint",
        "VOICENOTE_VOICE__EN__URL": f"{web.url}/v1",
        "VOICENOTE_VOICE__EN__MODEL": "tts-1",
        "VOICENOTE_VOICE__EN__KEY": "env:SPEECH",
    }
    said = loudly(home, [["script", "1"], ["render", "1"], ["doctor"], ["voices"]], env)
    assert b"['render', '1'] 0" not in said
    assert traces(said, SECRET) == [], said.decode("utf-8", "replace")
    assert traces(kept(home), SECRET) == []


def test_no_password_of_a_database_is_shown(released: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(released, home)
    env = {"VOICENOTE_LEDGER__URL": f"postgresql://ada:{SECRET}@127.0.0.1:1/vn?connect_timeout=1"}
    said = loudly(home, [["cases"], ["run"], ["doctor"]], env)
    assert b"['cases'] 69" in said
    assert traces(said, SECRET) == [], said.decode("utf-8", "replace")
