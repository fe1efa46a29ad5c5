"""The crank, the clock, and all that goes wrong: servers, kills, copies, hands in the files."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing

from filelock import FileLock

from tests.walks.beside import OWNER
from tests.walks.far_ends import HTTP_FATES, SMTP_FATES
from tests.walks.seen import Seen
from tests.walks.steps_cases import a_case
from tests.walks.walk import Violated, Walk

#: What only happens where somebody can be killed.
DEADLY = {name for name, fate in {**SMTP_FATES, **HTTP_FATES}.items() if "kill" in fate}


def run(w: Walk, chance: random.Random) -> None:
    """A pass; where it says that the clock is doubtful, somebody looks at it now and then."""
    done = w.call("run", "--json")
    if done.doubted and chance.random() < 0.6:
        w.call("run", "--json", "--yes-it-is")


def _fates(chance: random.Random, every: dict[str, object], *, deadly: bool) -> list[str]:
    known = [name for name in every if deadly or name not in DEADLY]
    return [chance.choice([*known, "sent", "sent"]) for _ in range(chance.randint(1, 4))]


def run_badly(w: Walk, chance: random.Random) -> None:
    """A pass while the far ends refuse, cut, or are slow."""
    w.mail.fates = _fates(chance, dict(SMTP_FATES), deadly=False)
    w.web.fates = _fates(chance, dict(HTTP_FATES), deadly=False)
    w.call("run", "--json")
    w.mail.fates, w.web.fates = [], []


def run_killed(w: Walk, chance: random.Random) -> None:
    """A pass that is killed at one of its commits, or by the far end in the middle of a touch."""
    if chance.random() < 0.5:
        w.mail.fates = _fates(chance, dict(SMTP_FATES), deadly=True)
        w.web.fates = _fates(chance, dict(HTTP_FATES), deadly=True)
    w.killed(chance.randint(1, 12), "run", "--json")
    w.mail.fates, w.web.fates = [], []


def killed_elsewhere(w: Walk, chance: random.Random) -> None:
    """Another command that is killed."""
    words = chance.choice([
        ["script", "--all"], ["render", "--all"], ["approve", "--all", "--yes"],
        ["plan", a_case(w, chance), "--plan", "make-it-right"],
    ])  # fmt: skip
    w.killed(chance.randint(1, 3), *words)


def run_locked(w: Walk, chance: random.Random) -> None:
    """A pass while another one is at work: it goes home."""
    if not w.ledger.exists():
        return
    with FileLock(w.ledger.with_name("ledger.db.pass")):
        done = w.call("run", "--json")
    if done.exit_code not in (1, 75):
        raise Violated(f"a second pass at once ended with {done.exit_code}")


def cron(w: Walk, chance: random.Random) -> None:
    """Some passes, one or two a day: at an hour that is decent in Asia, or one west of it."""
    for _ in range(chance.randint(1, 4)):
        hour = chance.choice([2, 14])
        w.move(hours=(hour - w.now.hour) % 24 or 24, days=chance.choice([0, 0, 1]))
        run(w, chance)


def wait(w: Walk, chance: random.Random) -> None:
    """Nobody does anything for a while."""
    w.move(minutes=chance.choice([1, 20, 90, 300, 720, 1440, 1440, 2880, 10080, 40320]))


def clock_back(w: Walk, chance: random.Random) -> None:
    """The clock is set back, as when somebody mends it; a pass then."""
    hours = chance.choice([1, 1, 2, 30])
    w.move(hours=-hours)
    w.call("run", "--json")
    w.move(hours=hours)


def clock_jumps(w: Walk, chance: random.Random) -> None:
    """The clock jumps far ahead, a pass is made, and the clock comes back."""
    days = chance.choice([20, 200, 3650, -400])
    w.move(days=days)
    w.call("run", "--json")
    believed = chance.random() < 0.2
    if believed:
        w.call("run", "--json", "--yes-it-is")
    w.move(days=-days)
    done = w.call("undo", "--json") if believed else None
    if done and done.exit_code == 0 and "moved" in done.data:  # a run's, rather than a command's
        w.forgiven, w.passed = len(w.seen.history), w.now


def undo(w: Walk, chance: random.Random) -> None:
    w.call("undo", "--json")


# -- what is stuck, and what a person says of it ---------------------------------------------------


def resend(w: Walk, chance: random.Random) -> None:
    stuck = ("uncertain", "refused", "bounced", "skipped", "cancelled")
    fit = [t["case"] for t in w.seen.touches.values() if t["state"] in stuck]
    by = chance.choice([[], [], [], ["--by", "hook"], ["--by", "outbox"], ["--by", "nowhere"]])
    w.call("resend", str(chance.choice(fit or [1])), *by, "--json")


def mark_sent(w: Walk, chance: random.Random) -> None:
    fit = [t["case"] for t in w.seen.touches.values() if t["state"] == "uncertain"]
    w.call("mark-sent", str(chance.choice(fit or [1])), "--json")


def proof(w: Walk, chance: random.Random) -> None:
    strangers = [OWNER, "me@elsewhere.example", "ada@tamm.example", "+37255512345"]
    to = chance.choice(strangers)
    w.call("proof", a_case(w, chance, "rendered", "approved"), "--to", to, "--json")


def run_to_me(w: Walk, chance: random.Random) -> None:
    w.call("run", "--to", OWNER, "--json")


def pause(w: Walk, chance: random.Random) -> None:
    w.call("pause", "--resume", chance.choice([w.beside.mail, "telegram", "hook"]), "--json")


def rehearse(w: Walk, chance: random.Random) -> None:
    began = len(w.world.arrived)
    w.call("rehearse", "--days", chance.choice(["3", "12"]), "--json")
    if len(w.world.arrived) > began:
        raise Violated("a rehearsal let something leave")


# -- settings, files, copies -----------------------------------------------------------------------


def quiet_hours(w: Walk, chance: random.Random) -> None:
    w.beside.quiet, w.beside.days = chance.choice(
        [("off", "all"), ("20:00-09:00", "mon-fri"), ("20:00-09:00", "mon-fri")]
    )
    w.write_settings()


def rename_channel(w: Walk, chance: random.Random) -> None:
    """The channel of letters is called otherwise from now on; a pass, and a look."""
    w.beside.mail = "post" if w.beside.mail == "mail" else "mail"
    w.write_settings()
    w.call("run", "--json")
    w.call("next")
    if chance.random() < 0.3:
        older = "mail" if w.beside.mail == "post" else "post"
        w.call("plan", "--from", older, "--by", w.beside.mail, "--yes", "--json")
        w.call("run", "--json")
    elif chance.random() < 0.8:
        w.beside.mail = "post" if w.beside.mail == "mail" else "mail"
        w.write_settings()


def sound_changed(w: Walk, chance: random.Random) -> None:
    """Somebody writes into a memo on the disk."""
    files = sorted(w.home.glob("memos/**/memo.*"))
    if files:
        file = chance.choice(files)
        file.write_bytes(file.read_bytes() + b"more") if chance.random() < 0.7 else file.unlink()


def words_changed(w: Walk, chance: random.Random) -> None:
    """Somebody writes into a script in the ledger."""
    scripts = w.seen.rows["scripts"]
    if not scripts:
        return
    number = chance.choice(scripts)["number"]
    with closing(sqlite3.connect(w.ledger)) as plain, plain:
        change = "update scripts set sentences = replace(sentences, 'Thank you', 'No thanks')"
        plain.execute(f"{change} where number = ?", [number])
    w.seen = Seen.of(w.ledger)


def state_lost(w: Walk, chance: random.Random) -> None:
    """What this machine remembers of its ledgers is deleted."""
    shutil.rmtree(w.folder / "state", ignore_errors=True)


def copied(w: Walk, chance: random.Random) -> None:
    """A copy of the workspace makes a pass: it asks, and sends nothing."""
    if not w.ledger.exists():
        return
    copy = w.folder / f"copy{w.calls}"
    shutil.copytree(w.home, copy)
    w.elsewhere(copy, "run", "--json")
    shutil.rmtree(copy)


def restored(w: Walk, chance: random.Random) -> None:
    """A backup is brought back elsewhere, and makes a pass: all of it is held."""
    file, there = w.folder / f"b{w.calls}.tar.gz", w.folder / f"back{w.calls}"
    if w.call("backup", str(file), "--json").exit_code == 0:
        w.elsewhere(there, "restore", str(file), "--json")
        w.elsewhere(there, "run", "--json")
        shutil.rmtree(there, ignore_errors=True)


def put_back(w: Walk, chance: random.Random) -> None:
    """An older ledger comes back in its place, and makes a pass; then the newest one again."""
    kept = w.folder / "kept.db"
    if not w.ledger.exists() or list(w.home.glob("ledger.db-*")):
        return
    if not kept.exists() or chance.random() < 0.3:
        shutil.copy(w.ledger, kept)
        return
    aside = w.folder / "aside.db"
    shutil.move(w.ledger, aside)
    shutil.copy(kept, w.ledger)
    w.elsewhere(w.home, "run", "--json")
    for file in w.home.glob("ledger.db-*"):
        file.unlink()
    aside.replace(w.ledger)
