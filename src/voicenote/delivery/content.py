"""What the channels that speak HTTP take out of a parcel: its words and its sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from voicenote.delivery.email.message import build_message
from voicenote.delivery.footer import voice_note
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

#: Control characters, which no messenger shows: all but the tab and the ends of lines.
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def refuse_broken(parcel: Parcel) -> None:
    """Raise Refused for what no channel carries: control characters, half letters, a wrong key.

    A letter is made of it and thrown away: what cannot be a letter does not travel by another way
    either, so that a fallback never carries what the first channel held to be broken.
    """
    build_message(parcel, {})


def sound_of(parcel: Parcel, wanted: Iterable[str]) -> tuple[str, bytes] | None:
    """Return the first rendition of `wanted` that the touch has, and its bytes; None without any.

    Raises Refused when its file cannot be read.
    """
    for kind in wanted:
        if kind in parcel.files:
            try:
                return kind, Path(parcel.files[kind]).read_bytes()
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or error
                raise Refused(
                    f"the memo's {kind} file cannot be read: {why}: {parcel.files[kind]}",
                    "render the case again, then resend",
                ) from error
    return None


def words_of(parcel: Parcel, most: int) -> str:
    """Return the words of a touch in at most `most` UTF-16 units, the note on the voice included.

    Too many words are cut between two of them: the voice says them all.
    """
    tail = f"\n\n{voice_note(parcel)}" if parcel.synthetic and parcel.files else ""
    text = parcel.text.translate(_CONTROLS).strip()
    if units(text + tail) <= most:
        return (text + tail).strip()
    room = most - units(tail) - 1
    raw = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore")
    whole = raw.rsplit(maxsplit=1)[0] if raw.split() and not raw[-1].isspace() else raw
    return f"{whole.rstrip()}…{tail}"


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units, in which messengers count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def form(
    fields: Mapping[str, str], field: str, file: tuple[str, bytes, str]
) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a form with one file: its name, bytes and media type."""
    import httpx2

    made = httpx2.Request("POST", "https://form.invalid", data=dict(fields), files={field: file})
    return {"Content-Type": made.headers["Content-Type"]}, made.read()
