"""Every problem of a set-up at once, each with its remedy. Reads, and changes nothing."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from voicenote.counting import count_of
from voicenote.engine.admin.check_result import CheckResult, fault, fine, settings_problems
from voicenote.engine.admin.privacy import open_places
from voicenote.engine.admin.schedule_health import check_runs, check_schedule
from voicenote.engine.admin.voice_health import check_voices
from voicenote.engine.case.attention import post_problems
from voicenote.engine.case.routing import channels_gone
from voicenote.engine.lock import pass_lock
from voicenote.engine.run.clock_jump import jump_of, told_of
from voicenote.engine.run.ownership import doubt_of
from voicenote.engine.run_problems import tell_time
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, BadSettings, Restarting, TryAgain, VoicenoteError
from voicenote.ledger import case_rows, pauses, touches, unreachable
from voicenote.ledger.case_store import load, numbers_of
from voicenote.ledger.scripts import StoredDraft, drafts
from voicenote.ledger.snapshots import snapshots
from voicenote.ledger.store import Transaction
from voicenote.ledger.unreadable import readable
from voicenote.model.case import OPEN_STAGES
from voicenote.model.receipt import ReceiptKind
from voicenote.model.touch import TouchState
from voicenote.plugins import FALLBACK

#: The least free disk space, in bytes.
ROOM = 200 * 2**20
#: The day this was written: a clock that shows an earlier one is wrong.
NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)


def look_around(home: Path, now: datetime, broken: Mapping[str, str]) -> Iterator[CheckResult]:
    """Check what needs no settings: the folder, the disk, the clock, `broken` plug-ins."""
    if not home.is_dir():
        yield fault("folder", f"there is no {home} yet", "voicenote init")
    elif not os.access(home, os.W_OK | os.X_OK):
        yield fault("folder", f"{home} cannot be written", "allow writing in it, or give --home")
    else:
        yield fine("folder", str(home))
        free = shutil.disk_usage(home).free
        if free < ROOM:
            yield fault("disk", f"only {free // 2**20} MB are free", "make room")
        else:
            yield fine("disk", f"{free / 2**30:.1f} GB free")
    if now < NOT_BEFORE:
        yield fault("clock", f"this machine says it is {now:%Y-%m-%d}", "set its clock")
    for name, why in broken.items():
        yield fault("plug-ins", f"{name}: {why}", "install it again, or remove it")


def look_inside(ws: Workspace, env: Mapping[str, str]) -> Iterator[CheckResult]:
    """Check what needs settings and ledger: the owner, voices, channels, what is stuck."""
    for about, check in _CHECKS.items():
        try:
            yield from check(ws, env)
        except TryAgain as error:
            if isinstance(error, Restarting):
                yield fault(about, error.what, error.advice)
            else:
                yield fine(about, f"{error.what}: {error.advice}")
        except BadSettings as error:
            yield from settings_problems(error)
        except VoicenoteError as error:
            yield fault(about, error.what, error.advice)


def _owner(ws: Workspace, env: Mapping[str, str]) -> Iterator[CheckResult]:
    owner, file = ws.settings.owner, ws.settings.file
    if not owner.name:
        cure = f"write your name in {file}" if file.exists() else "voicenote init"
        yield fault("owner", "messages have no name to sign with: [owner] name is empty", cure)
    else:
        yield fine("owner", ", ".join(part for part in (owner.name, owner.business) if part))
    if not owner.email:
        yield fault("owner", "nudges and proofs go nowhere: [owner] email is empty", f"see {file}")
    given = "VOICENOTE_OWNER__TIME_ZONE" in env
    if owner.time_zone == "UTC" and not given and not _says(file, "time_zone"):
        yield fault("time zone", "yours is not given, so it is UTC", f"[owner] time_zone in {file}")
    else:
        yield fine("time zone", owner.time_zone)


def _says(file: Path, name: str) -> bool:
    """Whether a setting is in the file at all."""
    lines = file.read_text("utf-8-sig").splitlines() if file.is_file() else []
    return any(line.partition("=")[0].strip() == name for line in lines)


def _plans(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    ws.plan(ws.settings.schedule.plan)
    yield fine("plans", f"{len(ws.plans)}, of which {ws.settings.schedule.plan} is usual")


def _channels(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    for name in dict.fromkeys((*ws.settings.channels, FALLBACK)):
        try:
            info = ws.channel(name).info
        except BadSettings as error:
            yield from settings_problems(error)
            continue
        for missing in info.missing:
            yield fault("channels", f"{name}: {missing}", "see: voicenote channels")
        if info.warning:
            yield fault("channels", *info.warning)
        if info.folder and not _can_write(info.folder):
            cure = f"allow writing in it: chown or chmod {info.folder}"
            yield fault("channels", f"{name}: {info.folder} cannot be written", cure)
        if info.deaf:
            what = f"{name}: NO ANSWERS COME IN by it, nor bounces and wishes to opt out: "
            cure = f"set it in [channels.{name}]; until then write down what customers say: "
            yield fault("answers", f"{what}{info.deaf}", f"{cure}voicenote answer N")
        elif info.ready:
            hears = info.folder or ReceiptKind.ANSWERED in info.tells
            by_hand = "" if hears else "; it brings no answers: voicenote answer N notes them"
            yield fine("channels", f"{name}: {info.about}{by_hand}")


def _can_write(folder: Path) -> bool:
    """Whether a folder, or the nearest one above it that exists, can be written."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return os.access(there, os.W_OK | os.X_OK)


def _lock(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    with pass_lock(ws.ledger, ws.home):
        yield fine("ledger", "reachable, its schema is today's")
    file = Path(ws.ledger.engine.url.database or "")
    if ws.ledger.is_sqlite and not os.access(file, os.W_OK):
        yield fault("ledger", f"{file} cannot be written", f"give it to this account: chown {file}")
    if why := doubt_of(ws):
        yield fault(
            "ledger",
            f"{why}: nothing leaves from this one",
            "voicenote adopt, if this one is to send",
        )


def _clock(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    with ws.ledger.read() as tx:
        jumped = jump_of(ws, tx)
    zone = ws.settings.owner.time_zone
    if jumped is None or (jumped.harmless and not jumped.back):
        yield fine("clock", f"{tell_time(ws.clock(), zone)} ({zone})")
    else:
        yield fault("clock", *told_of(jumped, zone))


def _privacy(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    found = open_places(ws)
    for place, count in found.items():
        many = "1 file or folder" if count == 1 else f"{count} files and folders"
        what = f"others on this machine have a right to {many} of {place}"
        yield fault("privacy", what, f"chmod -R go= {shlex.quote(str(place))}")
    if not found:
        yield fine("privacy", "only this account can read what is kept here")


def _stuck(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    with ws.ledger.read() as tx:
        uncertain = touches.count(tx, TouchState.UNCERTAIN)
        held = unreachable.count_held(tx)
        open_cases, _ = case_rows.list_cases(tx, tx.now.date())
        others = [("pause", pause.told, pause.cure) for pause in pauses.list_paused(tx)]
        gone = channels_gone(ws, tx).items()
        others += [("channels", *case_rows.told_stranded(*one)) for one in gone]
        others += [("addresses", *one) for one in unreachable.list_unreached(tx)]
    if uncertain:
        yield fault(
            "messages", f"{uncertain} may have left, or not", "voicenote mark-sent N, or resend N"
        )
    if held:
        what = f"{count_of(held, 'message is', 'messages are')} held"
        yield fault("plans", what, "voicenote next, or plan N --resume")
    known = {row.case for row in open_cases.rows}
    overdue = [str(number) for number in sorted(known & open_cases.owed_by.keys())]
    if overdue:
        shown = ", ".join(overdue[:10]) + (" …" if len(overdue) > 10 else "")
        yield fault("promises", f"overdue in cases {shown}", "voicenote next, or amends list")
    for one in others:
        yield fault(*one)
    if not (uncertain or overdue or held or others):
        yield fine("messages", f"{len(known)} open cases, nothing stuck")


def _post(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    for what, cure in post_problems(ws):
        yield fault("post", what, cure)


def _memos(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    with ws.ledger.read() as tx:
        numbers = numbers_of(tx, stages=OPEN_STAGES)
        known, _ = readable(partial(load, tx), numbers)
        rounds = {number: case.round for number, case in known.items()}
        made, _ = _read_drafts(tx, list(known))
        memos = {k: one.memo for all_ in made.values() for k, one in all_.items() if one.memo}
    gone = [
        number
        for (number, round_), memo in sorted(memos.items(), key=lambda item: item[0])
        if rounds.get(number) == round_
        and not all((ws.home / file).is_file() for file in memo.files.values())
    ]
    for number in gone:
        yield fault("memos", f"files of case {number} are gone", f"voicenote render {number}")
    if not gone:
        told = f"the files of all {len(memos)} are there" if memos else "none is made yet"
        yield fine("memos", told)


def _read_drafts(
    tx: Transaction, numbers: Sequence[int]
) -> tuple[dict[int, dict[tuple[int, int], StoredDraft]], dict[int, BadData]]:
    """Return the drafts of each case, and why those of some can't be read."""
    return readable(lambda some: {n: drafts(tx, [n]) for n in some}, numbers)


def _readable(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    with ws.ledger.read() as tx:
        numbers = numbers_of(tx)
        known, bad = readable(lambda some: snapshots(tx, some, ws.zone_of), numbers)
        _, written = _read_drafts(tx, list(known))
    for error in (bad | written).values():
        yield fault("cases", error.what, error.advice)


_CHECKS: Mapping[str, Callable[[Workspace, Mapping[str, str]], Iterator[CheckResult]]] = {
    "owner": _owner,
    "plans": _plans,
    "ledger": _lock,
    "clock": _clock,
    "privacy": _privacy,
    "voices": check_voices,
    "channels": _channels,
    "schedule": check_schedule,
    "runs": check_runs,
    "messages": _stuck,
    "post": _post,
    "memos": _memos,
    "cases": _readable,
}
