"""What the HTTP channels take from a parcel: its words, its sound, and a form to upload it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from voicenote.delivery.footer import voice_note
from voicenote.delivery.parcel_checks import CONTROLS
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

#: Rendition → media type. The attached file is called ``voice-memo.`` plus the rendition.
AUDIO = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg"}


def read_rendition(parcel: Parcel, rendition: str) -> bytes:
    """Return the bytes of one of the memo's files. Raises Refused when it cannot be read."""
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
    """Return the message's words with the note on the voice, in at most `most` UTF-16 units.

    Longer text is cut between two words, because the voice says all of it.
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
    """Return the length of a text in UTF-16 units, which is how messengers count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def form(
    fields: Mapping[str, str], field: str, file: tuple[str, bytes, str]
) -> tuple[dict[str, str], bytes]:
    """Return the headers and body of a form with one file, given as (name, bytes, media type)."""
    import httpx2

    made = httpx2.Request("POST", "https://form.invalid", data=dict(fields), files={field: file})
    return {"Content-Type": made.headers["Content-Type"]}, made.read()
