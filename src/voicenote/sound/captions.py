"""Captions (WebVTT) and the transcript, for those who read instead of listening."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape, unescape
from itertools import pairwise

from voicenote.model.memo import Caption, Synthetic
from voicenote.model.sentences import Script, Section

#: Primary subtag → what the transcript says about a computer voice, in full or in part.
_SPOKEN_BY = {
    "en": ("A computer voice speaks this message.", "A computer voice speaks a part of this."),
    "he": ("ההודעה מושמעת בקול של מחשב.", "חלק מההודעה מושמע בקול של מחשב."),
    "ro": ("Mesajul este rostit de o voce de calculator.", "O parte e rostită de un calculator."),
    "pl": ("Tę wiadomość czyta głos komputerowy.", "Część tej wiadomości czyta głos komputerowy."),
    "fa": ("این پیام با صدای رایانه خوانده می‌شود.", "بخشی از این پیام با صدای رایانه است."),
    "et": ("Selle sõnumi loeb ette arvutihääl.", "Osa sellest sõnumist loeb ette arvutihääl."),
}


def webvtt(captions: Sequence[Caption], synthetic: Synthetic) -> str:
    """Return a WebVTT file with a note that marks the voice, and one cue a sentence.

    Times are whole milliseconds. A cue lasts at least one, and never begins before the last ended.
    """
    blocks = [f"WEBVTT\n\nNOTE synthetic={synthetic.value}"]
    free = 0
    for number, caption in enumerate(captions, start=1):
        start = max(free, int(caption.start_s * 1000))
        free = max(start + 1, int(caption.end_s * 1000))
        blocks.append(f"{number}\n{_clock(start)} --> {_clock(free)}\n{_cue(caption.text)}")
    return "\n\n".join(blocks) + "\n"


def read_webvtt(text: str) -> list[Caption]:
    """Return the cues of a file that `webvtt` wrote."""
    lines = text.splitlines()
    cues = []
    for times, words in pairwise(lines):
        start, arrow, end = times.partition(" --> ")
        if arrow:
            cues.append(Caption(_seconds(start), _seconds(end), unescape(words)))
    return cues


def transcript(script: Script, synthetic: Synthetic) -> str:
    """Return the script's text, with a line about the voice if it isn't only a person's.

    The line is left out if the script already says so.
    """
    text = f"{script.text}\n"
    said = any(sentence.section is Section.DISCLOSE for sentence in script.sentences)
    if synthetic is Synthetic.NO or said:
        return text
    tongue = script.language.split("-", 1)[0].lower()
    whole, partly = _SPOKEN_BY.get(tongue, _SPOKEN_BY["en"])
    return f"{text}\n({whole if synthetic is Synthetic.YES else partly})\n"


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{rest:03}"


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _cue(text: str) -> str:
    """Return cue text on one line, with `&`, `<` and `>` escaped."""
    return escape(" ".join(text.split()), quote=False)
