"""The email part of `scripts/bench`: letters a second beside mailmerge and apprise.

Each figure comes from a process of its own, in turn, to one server on loopback: `smtp-sink`, which
Postfix brings along to measure senders with. It is written in C and throws all away, so that it is
not what is measured. Every letter is personal, in text and HTML, with a memo of its own attached.
Each has its bytecode ready, as whatever pip has installed.
"""

import hashlib
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LETTERS = 600
FEW = 3  # of the letters of apprise, which waits for seconds before each
ROUNDS = 3
SOUND = 320_000  # bytes of mp3: a memo of 40 seconds at 64 kbit/s
MAILMERGE = "mailmerge==2.3.0"
#: Where the bytecode of all sides is kept, whatever this account does with it.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": ""}
SINK = shutil.which("smtp-sink") or ""
WORDS = "The ribbon was wrong, and that is on me. I am sorry, and I put it right today.\n" * 12
TEMPLATE = """\
TO: {{name}} <{{email}}>
SUBJECT: A word from Anna
FROM: Anna <anna@bakery.example>
ATTACHMENT: {{number}}.mp3
Content-Type: text/markdown

Dear {{name}},

"""
SETTINGS = """\
[owner]
name = "Anna"
email = "anna@bakery.example"

[schedule]
quiet_hours = "off"
working_days = "all"
plan = "few-words"

[policy]
per_run = 0
per_hour = 0
per_domain = 0

[channels.mail]
kind = "email"
host = "127.0.0.1"
port = {port}
security = "none"
allow_reserved = true
"""


@dataclass(frozen=True)
class Took:
    """What one process used for its letters: wall time and processor time, in seconds."""

    letters: int
    wall: float
    cpu: float


def memo(folder: Path, number: int) -> Path:
    """Return the file of one memo: bytes that nobody can shorten, other ones for each."""
    return folder / f"{number}.mp3"


# -- one process ----------------------------------------------------------------------------------


def channel(folder: Path, port: int, count: int) -> None:
    """Send by the email channel alone: no ledger, nothing to commit."""
    from voicenote.delivery.email.mail import Mail
    from voicenote.delivery.email.settings import EmailOptions
    from voicenote.model.receipt import Parcel

    options = EmailOptions(host="127.0.0.1", port=port, security="none", allow_reserved=True)
    mail = Mail("mail", options, lambda: datetime.now(UTC))
    for number in range(count):
        parcel = Parcel(
            key=f"vn-{number}",
            message_id=f"<vn-{number}@bakery.example>",
            case=number,
            kind="memo",
            customer=f"Mari {number}",
            to=f"mari{number}@tamm.example",
            sender="anna@bakery.example",
            sender_name="Anna",
            language="en",
            subject="A word from Anna",
            text=f"Dear Mari {number},\n\n{WORDS}",
            files={"mp3": str(memo(folder, number))},
            duration_s=40,
            synthetic=True,
            made_at=datetime.now(UTC),
        )
        mail.send(parcel, lambda: None)
    mail.close()


def apprise(folder: Path, port: int, count: int, *, hurry: bool) -> None:
    """Send by apprise, as its page shows; with `hurry` it does not pause before each."""
    from apprise import Apprise, NotifyFormat
    from apprise.plugins.email.base import NotifyEmail

    if hurry:
        NotifyEmail.request_rate_per_sec = 0
    for number in range(count):
        one = Apprise()
        one.add(f"mailto://127.0.0.1:{port}?from=anna@bakery.example&to=mari{number}@tamm.example")
        done = one.notify(
            title="A word from Anna",
            body=f"Dear Mari {number},\n\n{WORDS}",
            body_format=NotifyFormat.MARKDOWN,
            attach=str(memo(folder, number)),
        )
        if not done:
            sys.exit("apprise could not send")


def engine(folder: Path, port: int, count: int) -> None:
    """Make a workspace in `folder` whose approved memos are due now, for `voicenote run`."""
    from voicenote import settings, wiring
    from voicenote.engine.case.approval import approve_cases
    from voicenote.engine.memo.compose_cases import compose_cases
    from voicenote.ledger import case_store, memos, scripts
    from voicenote.ledger.changes import change_case
    from voicenote.model.address import Address
    from voicenote.model.case import Complaint, Customer
    from voicenote.model.memo import Memo, Synthetic

    (folder / "voicenote.toml").write_text(SETTINGS.format(port=port), encoding="utf-8")
    ws = wiring.open_workspace(settings.load(folder, {}))
    told = [
        Complaint(
            source="bench",
            ref=str(number),
            opened_at=datetime.now(UTC),
            customer=Customer(
                name=f"Mari {number}", addresses=(Address("email", f"mari{number}@tamm.example"),)
            ),
            what_happened="the ribbon was wrong",
        )
        for number in range(count)
    ]
    with ws.ledger.write() as tx:
        numbers = [added.case for added in case_store.add(tx, told)]
    for drafted in compose_cases(ws, numbers):
        sound = memo(folder, numbers.index(drafted.case))
        ogg = sound.with_suffix(".ogg")
        ogg.write_bytes(sound.read_bytes()[: 2 * SOUND // 3])
        made = Memo(
            files={"ogg": ogg.name, "mp3": sound.name},
            duration_s=40.0,
            loudness_lufs=-16.0,
            synthetic=Synthetic.YES,
            voice="stand-in",
            sha256=hashlib.sha256(ogg.read_bytes()).hexdigest(),
            script_sha256=drafted.script.sha256,
        )
        with ws.ledger.write() as tx:
            found = scripts.drafts(tx, [drafted.case])[drafted.case, 1]
            memos.keep_memo(tx, drafted.case, found.script_number, made)
            change_case(tx, drafted.case, "render")
    for _ in approve_cases(ws, numbers):
        pass
    ws.close()


# -- the run --------------------------------------------------------------------------------------


def took(command: Sequence[str], letters: int, folder: Path, **more: str) -> Took:
    """Run a command to its end. Raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, **BYTECODE, **more},
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(letters, wall, cpu)


def ours(what: str, folder: Path, port: int, count: int) -> list[str]:
    """Return the command line of one process of this file."""
    return [sys.executable, __file__, what, str(folder), str(port), str(count)]


def fetched(folder: Path) -> dict[str, str] | None:
    """Fetch mailmerge for this run; return the environment that finds it, None without any."""
    tools = [[sys.executable, "-m", "pip"], ["uv", "pip"]]
    for tool in tools:
        command = [*tool, "install", "-q", "--target", str(folder), MAILMERGE]
        try:
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL, cwd="/")
        except (OSError, subprocess.CalledProcessError):
            continue
        return {"PYTHONPATH": str(folder)}
    return None


@contextmanager
def sink() -> Iterator[int]:
    """Run the server that takes all; give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([SINK, "-u", "nobody", f"127.0.0.1:{port}", "100"])
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def line(name: str, sides: Sequence[Took]) -> str:
    """Say how many letters a second one side sent: medians."""
    wall = statistics.median(side.letters / side.wall for side in sides)
    cpu = statistics.median(1000 * side.cpu / side.letters for side in sides)
    return f"\n  {name}: {wall:.1f} letters a second, {cpu:.1f} ms of processor time a letter"


def against(mine: Sequence[Took], theirs: Sequence[Took]) -> str:
    """Say how many times as many letters one side sends as the other, pair by pair."""
    pairs = list(zip(mine, theirs, strict=True))
    wall = [(a.letters / a.wall) / (b.letters / b.wall) for a, b in pairs]
    cpu = [(b.cpu / b.letters) / (a.cpu / a.letters) for a, b in pairs]
    return (
        f"{statistics.median(wall):.1f} x by the clock, {statistics.median(cpu):.1f} x by time used"
    )


def mail(folder: Path) -> str:
    """Letters a second, of the channel alone and of a whole pass, beside mailmerge and apprise."""
    if not SINK:
        return "not measured: smtp-sink is missing, which comes with Postfix (apt install postfix)"
    baseline = fetched(folder / "baseline")
    work, ready = folder / "work", folder / "ready"
    for place in (work, ready):
        place.mkdir()
        for number in range(LETTERS):
            memo(place, number).write_bytes(os.urandom(SOUND))
    BYTECODE["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    with sink() as port:
        prepare(work, port)
        took(ours("engine", ready, port, LETTERS), LETTERS, ready)
        warm(folder, port, baseline)
        sides = rounds(folder, port, baseline)
    said = "".join(line(name, side) for name, side in sides.items() if side)
    for name in ("mailmerge", "apprise", "apprise, its pauses taken out"):
        if sides[name]:
            said += f"\n  channel against {name}: {against(sides['channel'], sides[name])}"
            said += f"\n  whole pass against {name}: {against(sides['whole pass'], sides[name])}"
    return said


def prepare(work: Path, port: int) -> None:
    """Write what mailmerge reads."""
    rows = (f"mari{n}@tamm.example,Mari {n},{n}\n" for n in range(LETTERS))
    (work / "mailmerge_template.txt").write_text(TEMPLATE + WORDS)
    (work / "mailmerge_database.csv").write_text("email,name,number\n" + "".join(rows))
    server = f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\nratelimit = 0\n"
    (work / "mailmerge_server.conf").write_text(server)


def mailmerge(*more: str) -> list[str]:
    """Return the command line of mailmerge."""
    start = "from mailmerge.__main__ import main; main()"
    return [sys.executable, "-c", start, "--no-dry-run", "--output-format", "text", *more]


def whole_pass(home: Path) -> list[str]:
    """Return the command line of a pass over a workspace."""
    program = Path(sys.executable).with_name("voicenote")
    return [str(program), "--home", str(home), "run", "--json"]


def moved(folder: Path, name: str) -> Path:
    """Copy the workspace that is ready, and let the copy be the one that sends; return it."""
    home = folder / name
    shutil.copytree(folder / "ready", home)
    program = Path(sys.executable).with_name("voicenote")
    took([str(program), "--home", str(home), "adopt", "--moved"], LETTERS, home)
    return home


def warm(folder: Path, port: int, baseline: dict[str, str] | None) -> None:
    """Let each side begin once, unmeasured: what it imports is compiled then."""
    work, home = folder / "work", moved(folder, "home-warm")
    took(whole_pass(home), LETTERS, home)
    for what in ("channel", "hurry"):
        took(ours(what, work, port, 1), 1, work)
    if baseline:
        took(mailmerge("--limit", "1"), 1, work, **baseline)


def rounds(folder: Path, port: int, baseline: dict[str, str] | None) -> dict[str, list[Took]]:
    """Run all sides in turn, several times."""
    work = folder / "work"
    sides: dict[str, list[Took]] = {
        "channel": [], "whole pass": [], "mailmerge": [], "apprise": [],
        "apprise, its pauses taken out": [],
    }  # fmt: skip
    for turn in range(ROUNDS):
        if baseline:
            sides["mailmerge"].append(took(mailmerge("--no-limit"), LETTERS, work, **baseline))
        sides["channel"].append(took(ours("channel", work, port, LETTERS), LETTERS, work))
        home = moved(folder, f"home-{turn}")
        sides["whole pass"].append(took(whole_pass(home), LETTERS, home))
        left = LETTERS - _accepted(home)
        if left:
            sys.exit(f"the pass left {left} letters lying")
        sides["apprise"].append(took(ours("apprise", work, port, FEW), FEW, work))
        hurried = took(ours("hurry", work, port, LETTERS // 3), LETTERS // 3, work)
        sides["apprise, its pauses taken out"].append(hurried)
    return sides


def _accepted(home: Path) -> int:
    """Count what a pass has sent, by its ledger."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home / "ledger.db")) as ledger:
        found = ledger.execute("select count(*) from touches where state = 'accepted'").fetchone()
    return int(found[0])


def main(what: str, folder: str, port: str, count: str) -> None:
    """Be one process of the run."""
    todo: dict[str, Callable[[Path, int, int], None]] = {
        "channel": channel,
        "engine": engine,
        "apprise": lambda *order: apprise(*order, hurry=False),
        "hurry": lambda *order: apprise(*order, hurry=True),
    }
    todo[what](Path(folder), int(port), int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
