"""What channels take from a parcel: its words, the lines below, its sound, and a form to upload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from voicenote.delivery.parcel_checks import CONTROLS
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

#: Rendition → media type. The attached file is called ``voice-memo.`` plus the rendition.
AUDIO = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg"}
#: Language → the lines for: memo attached, computer voice, computer voice in a part.
NOTES = {
    "en": (
        "Voice memo attached, {}.",
        "The voice in it was made by a computer.",
        "The voice in a part of it was made by a computer.",
    ),
    "he": (
        "מצורפת הודעה קולית, {}.",
        "הקול בהודעה הופק במחשב.",
        "הקול בחלק מההודעה הופק במחשב.",
    ),
    "ro": (
        "Mesaj vocal atașat, {}.",
        "Vocea din mesaj este generată de calculator.",
        "Vocea dintr-o parte a mesajului este generată de calculator.",
    ),
    "pl": (
        "W załączniku wiadomość głosowa, {}.",
        "Głos w wiadomości wygenerował komputer.",
        "Głos w części wiadomości wygenerował komputer.",
    ),
    "fa": (
        "پیام صوتی پیوست شده است، {}.",
        "صدای این پیام با رایانه ساخته شده است.",
        "صدای بخشی از این پیام با رایانه ساخته شده است.",
    ),
    "et": (
        "Lisatud on häälsõnum, {}.",
        "Sõnumi hääl on loodud arvutiga.",
        "Osa sõnumi häälest on loodud arvutiga.",
    ),
}


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


def notes_of(parcel: Parcel, *, attached: bool) -> list[str]:
    """Return the lines that go below the words; `attached`: whether the sound is attached."""
    memo = _of(parcel)[0]
    minutes, seconds = divmod(round(parcel.duration_s), 60)
    notes = [memo.format(f"{minutes}:{seconds:02}")] if attached else []
    return [*notes, voice_note(parcel)] if parcel.synthetic else notes


def voice_note(parcel: Parcel) -> str:
    """Return the line that says a computer speaks in the memo, or in a part of it."""
    return _of(parcel)[2 if parcel.partly else 1]


def _of(parcel: Parcel) -> tuple[str, str, str]:
    return NOTES.get(parcel.language.split("-")[0].lower(), NOTES["en"])


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units, which is how messengers count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def form(
    fields: Mapping[str, Any], field: str, file: tuple[str, bytes, str]
) -> tuple[dict[str, str], bytes]:
    """Return the headers and body of a form with one file, given as (name, bytes, media type)."""
    import httpx2

    made = httpx2.Request("POST", "https://form.invalid", data=dict(fields), files={field: file})
    return {"Content-Type": made.headers["Content-Type"]}, made.read()
