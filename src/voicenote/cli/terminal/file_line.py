"""A customer's file in one line: what it is, and where it is kept or why not."""

from __future__ import annotations

from voicenote.model.attachment import AttachmentState, FileView


def describe_file(one: FileView) -> str:
    """Return a line such as ``a sound (memo.m4a, 9 s, 82 kB): /home/…/000007/1.m4a``."""
    told = [one.name, f"{one.seconds} s" if one.seconds else "", _size(one.size)]
    detail = ", ".join(filter(None, told))
    return f"{one.kind.label} ({detail}): {_place(one)}".replace(" ()", "")


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
