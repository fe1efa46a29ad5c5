"""`verify`: what marks of synthetic speech a sound file carries."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData, BadSettings, Unavailable, VoicenoteError

if TYPE_CHECKING:
    from voicenote.engine.memo.verify_file import Verified


@command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def verify(session: Session, /, *, files: tuple[str, ...]) -> int:
    """Look for the marks of synthetic speech in sound files, from here or from elsewhere.

    There are four: the tag in the file, which anybody can take out or write; the watermark in the
    sound, which stays when a file is coded again or its tags are gone; signed metadata (C2PA), in
    the file or beside it; and whether this ledger made the file. What isn't marked may still be
    synthetic: other programs mark otherwise, or not at all.

    The exit code is 1 if a file carries no mark, or its signature doesn't hold. A file that can't
    be read is told after the others, and decides the exit code.

    With --json: a list of {"file", "sha256", "duration_s", "synthetic", "tag", "voice",
    "watermark", "manifest", "ledger"}. "tag" is "yes", "partly", "no" or null; "watermark" is
    {"found", "strength", "speech_s"}, or null where it can't be looked for; "manifest" is {"valid",
    "trusted", "signer", "source", "beside", "problems"} or null; "ledger" is a list of {"case",
    "rendition", "made_at", "approved_at", "synthetic"}, or null without a ledger.
    """
    from voicenote.engine.memo.verify_file import Verified, verify_file

    trusted, found, failed = _trusted(session), list[Verified](), list[VoicenoteError]()
    with ExitStack() as stack:
        known = session.settings.ledger.url or (session.home / "ledger.db").is_file()
        ledger = stack.enter_context(session.open()).ledger if known else None
        for file in files:
            try:
                _need_file(file)
                found.append(verify_file(Path(file), ledger, trusted))
            except (BadData, Unavailable) as error:
                failed.append(error)
    if found:
        session.screen.show(
            [_as_data(one) for one in found], lambda: "\n\n".join(_page(one) for one in found)
        )
    if failed:
        session.screen.warn(*(one.in_one_line for one in failed[1:]))
        raise failed[0]
    broken = any(one.manifest and not one.manifest.valid for one in found)
    return 0 if all(one.synthetic for one in found) and not broken else 1


def _need_file(file: str) -> None:
    if not Path(file).is_file():
        raise BadData(f"{file} isn't a file", "give the path of a sound file")


def _trusted(session: Session) -> str:
    """Return the certificates of trusted signers. Raises BadSettings when they can't be read."""
    marks = session.settings.marks
    if not marks.trusted:
        return ""
    file = session.home / Path(marks.trusted).expanduser()
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise BadSettings(f"{file} can't be read: {error}", "correct [marks] trusted") from error


def _as_data(one: Verified) -> dict[str, Any]:
    mark = one.watermark
    return {
        "file": one.file,
        "sha256": one.sha256,
        "duration_s": round(one.duration_s, 2),
        "synthetic": one.synthetic,
        "tag": one.tag.synthetic,
        "voice": one.tag.voice,
        "watermark": mark
        and {
            "found": mark.found,
            "strength": None if mark.value is None else round(mark.value, 2),
            "speech_s": round(mark.speech_s, 1),
        },
        "manifest": one.manifest and asdict(one.manifest),
        "ledger": None
        if one.known is None
        else [
            {
                "case": known.case,
                "rendition": known.rendition,
                "made_at": known.made_at,
                "approved_at": known.approved_at,
                "synthetic": known.synthetic,
            }
            for known in one.known
        ],
    }


def _page(one: Verified) -> str:
    lines = [
        f"tag        {_told_tag(one)}",
        f"watermark  {_told_mark(one)}",
        f"manifest   {_told_manifest(one)}",
        f"ledger     {_told_ledger(one)}",
    ]
    result = "a machine speaks in it" if one.synthetic else "no mark of synthetic speech"
    return "\n".join([f"{one.file.name}: {result}", *(f"  {line}" for line in lines)])


def _told_tag(one: Verified) -> str:
    match one.tag.synthetic:
        case "yes":
            said = "says that the voice is synthetic"
        case "partly":
            said = "says that a part of it is in a synthetic voice"
        case "no":
            return "says that a person speaks; anybody can write that"
        case _:
            return "none"
    return f"{said} ({one.tag.voice})" if one.tag.voice else said


def _told_mark(one: Verified) -> str:
    from voicenote.marks.watermark import TRACE

    mark = one.watermark
    if mark is None:
        return f"not looked for: {one.unlooked}"
    if mark.value is None:
        return "too little speech in it to tell"
    measured = f"{mark.value:.1f}, where 0 is none and 6 is all of it undamaged"
    if mark.found:
        how = "clearly" if mark.value >= 2 else "weakly: coded hard, or only a part is marked"
        return f"found, {how} ({measured})"
    if mark.value >= TRACE:
        return f"a trace, too weak to count ({measured})"
    return f"none ({measured})"


def _told_manifest(one: Verified) -> str:
    manifest = one.manifest
    if manifest is None:
        return f"not looked for: {one.unread}" if one.unread else "none"
    if not manifest.valid:
        why = ", ".join(manifest.problems) or "the file was changed"
        return f"the signature doesn't hold ({why}): the file or its manifest was changed"
    trust = (
        "whom you trust" if manifest.trusted else "whose certificate nobody you trust vouches for"
    )
    where = "in a file next to it" if manifest.beside else "in the file"
    return (
        f"{where}, unchanged since it was signed by {manifest.signer}, {trust}: {manifest.source}"
    )


def _told_ledger(one: Verified) -> str:
    if one.known is None:
        return "there is none here to ask"
    if not one.known:
        return "made no file with just these bytes"
    known = one.known[-1]
    kind = {"yes": "synthetic", "partly": "partly synthetic", "no": "a person's"}[known.synthetic]
    approved = "" if known.approved_at is None else f", approved {known.approved_at:%Y-%m-%d}"
    return (
        f"the {known.rendition} of case {known.case}, made {known.made_at:%Y-%m-%d}{approved}; "
        f"its voice is {kind}"
    )
