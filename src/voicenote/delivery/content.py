"""What the channels that speak HTTP take out of a parcel: its words and its sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from voicenote.delivery.footer import voice_note
from voicenote.delivery.parcel_checks import CONTROLS
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

#: How a rendition of a sound travels: its media type. Its file is ``voice-memo.`` and its name.
AUDIO = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg"}


def read_rendition(parcel: Parcel, rendition: str) -> bytes:
    """Return the bytes of a file of the memo. Raises Refused when it cannot be read."""
    path = parcel.files[rendition]
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Refused(
            f"the memo's {rendition} file cannot be read: {why}: {path}",
            "render the case again, then resend",
        ) from error


def sounds_of(parcel: Parcel, wanted: Iterable[str]) -> dict[str, bytes]:
    """Return those renditions of `wanted` that the message has, and their bytes."""
    return {each: read_rendition(parcel, each) for each in wanted if each in parcel.files}


def sound_of(parcel: Parcel, wanted: Iterable[str]) -> tuple[str, bytes] | None:
    """Return the first rendition of `wanted` that the message has, and its bytes, or None."""
    first = next((each for each in wanted if each in parcel.files), None)
    return None if first is None else (first, read_rendition(parcel, first))


def words_of(parcel: Parcel, most: int) -> str:
    """Return the words of a touch in at most `most` UTF-16 units, the note on the voice included.

    Too many words are cut between two of them: the voice says them all.
    """
    tail = f"\n\n{voice_note(parcel)}" if parcel.synthetic and parcel.files else ""
    text = parcel.text.translate(CONTROLS).strip()
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
