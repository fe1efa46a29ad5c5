"""The lines below a message's words: what is attached, and whether a computer speaks in it."""

from __future__ import annotations

from voicenote.model.receipt import Parcel

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
