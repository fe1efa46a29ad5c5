"""A customer's file in a few lines: what it is, where it is kept, and what was heard in it."""

from __future__ import annotations

from collections.abc import Iterable

from voicenote.model.attachment import SPEAKING, AttachmentState, FileView
from voicenote.model.hearing import HearingState


def describe_file(one: FileView) -> str:
    """Return a line such as ``a sound (memo.m4a, 9 s, 82 kB): /home/…/000007/1.m4a``."""
    told = [one.name, f"{one.seconds} s" if one.seconds else "", _size(one.size)]
    detail = ", ".join(filter(None, told))
    return f"{one.kind.label} ({detail}): {_place(one)}".replace(" ()", "")


def describe_hearing(one: FileView) -> list[str]:
    """Return lines with what was heard in a file, and its translation; none for a picture."""
    said = one.hearing
    if said is None:
        speaks = one.kind in SPEAKING and one.state is AttachmentState.KEPT
        return [_not_heard(one, "nobody has listened to it yet")] * speaks
    match said.state:
        case HearingState.HEARD:
            by = " ".join(filter(None, (said.ears, said.model)))
            back = f"in {said.translated_to}, by {said.translated_by}: “{said.translation}”"
            return [f"heard (by {by}): “{said.text}”", *([back] if said.translation else [])]
        case HearingState.SILENT:
            return ["nothing was said in it"]
        case HearingState.UNFIT:
            return [f"nobody could be heard in it: {said.reason}"]
        case HearingState.FAILED:
            return [_not_heard(one, f"it could not be listened to yet ({said.reason})")]
        case HearingState.BEGUN:
            return ["it is being listened to"]


def _not_heard(one: FileView, why: str) -> str:
    if one.case is None:
        return f"{why}: voicenote hear --answers"
    return f"{why}: voicenote hear {one.case} --answers"


def file_lines(files: Iterable[FileView]) -> list[str]:
    """Return the lines of files, each with what was heard in it."""
    return [
        line
        for one in files
        for line in (describe_file(one), *(f"  {told}" for told in describe_hearing(one)))
    ]


def _place(one: FileView) -> str:
    why = f" ({one.reason})" if one.reason else ""
    if one.state is AttachmentState.KEPT:
        return one.file
    if one.state is AttachmentState.TOO_BIG:
        return f"too big{why or ' for [receive] attachment_mb'}"
    if one.state is AttachmentState.GONE:
        return f"could not be fetched{why}"
    return f"could not be fetched yet{why}; the next run tries again" if why else "not fetched yet"


def _size(size: int | None) -> str:
    if size is None:
        return ""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.0f} MB"
    return f"{max(1, round(size / 1000))} kB"
