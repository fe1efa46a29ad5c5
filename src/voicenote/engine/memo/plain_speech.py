"""Just the sound: any text in a synthetic voice, without a ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicenote.errors import BadData
from voicenote.model.memo import Synthetic
from voicenote.model.sentences import Section, Sentence
from voicenote.script.languages import language as tables
from voicenote.script.spoken import spell_out
from voicenote.sound.formats import Tags
from voicenote.sound.mixdown import level_for
from voicenote.sound.piece import Spoken
from voicenote.voice.choose import AUTO, Offer, choose
from voicenote.voice.port import Voice, VoiceInfo, primary

#: The end of a sentence: its mark, and any closing quotation mark, before a space.
_END = re.compile(r"(?<=[.!?…؟۔。])(?P<close>[\"'”’»)\]]*)\s+")
#: A point after one of these does not end a sentence: one letter, a number (Polish and Estonian
#: ordinals), or an abbreviation in small letters. A wrong cut costs a pause, a missed one nothing.
_SHORT = re.compile(r"(?:^|[\s(\"„“«])(?P<word>[^\W\d_]|\d{1,2}|[^\W\d_]+(?:\.[^\W\d_])*)\.$")
_WRITTEN_SHORT = """
mr mrs ms dr prof st nr vs etc e.g i.e approx dept inc ltd
np itd itp ul al godz tel dyr inż mgr m.in
nt jne jms lk hr pr tn mnt
dl dna dvs ş.a ș.a d.e
usw bzw z.b d.h ca sr sra srta mme mlle cf
"""
_ABBREVIATIONS = frozenset(_WRITTEN_SHORT.split())


#: The longest piece spoken at once, in characters: about a minute. Longer text without a full stop
#: is cut after a comma or between words, as all its sound would be in memory at once.
LONGEST = 900


@dataclass(frozen=True, slots=True)
class SpokenText:
    """Spoken text: its length in seconds, who said it (name, version), and why."""

    seconds: float
    name: str
    voice: str
    why: str


def sentences_of(text: str, language: str) -> tuple[Sentence, ...]:
    """Split a text into sentences, which are said with a pause between them.

    A line end only ends a sentence before an empty line or after a sentence's mark, so wrapped text
    stays together. Raises BadData when there is nothing to say.
    """
    tongue = tables(primary(language))
    found: list[Sentence] = []
    for paragraph in re.split(r"\n\s*\n", text.removeprefix("\ufeff")):
        whole = _split_text(" ".join(paragraph.split()))
        for one in (piece for sentence in whole for piece in _short_enough(sentence)):
            aloud = spell_out(one, tongue)
            if any(letter.isalnum() for letter in aloud):
                spoken = "" if aloud == one else aloud
                found.append(Sentence(Section.OWN, one, personal=True, spoken=spoken))
    if not found:
        raise BadData("there is nothing to say", "give at least one word")
    return tuple(found)


def _split_text(text: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for end in _END.finditer(text):
        # the longest abbreviation is much shorter; searching all the text again would be quadratic
        before = text[max(start, end.start() - 20) : end.start()]
        if _goes_on(before, text[end.end() : end.end() + 1]):
            continue
        parts.append(text[start : end.start()] + end["close"])
        start = end.end()
    return [*parts, text[start:]] if text[start:] else parts


def _goes_on(before: str, after: str) -> bool:
    """Whether the mark at the end of `before` belongs to a word; `after` is the next character."""
    if after.islower() and before.endswith((".", "…")):
        return True
    short = _SHORT.search(before)
    if short is None:
        return False
    word = short["word"].lower()
    return len(word) == 1 or word.isdigit() or word in _ABBREVIATIONS


def _short_enough(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST:
        comma = max(sentence.rfind(f"{mark} ", 0, LONGEST) for mark in ",;:،–")
        at = comma + 1 or sentence.rfind(" ", 0, LONGEST)
        at = at if at > 0 else LONGEST
        yield sentence[:at]
        sentence = sentence[at:].lstrip()
    if sentence:
        yield sentence


def say(
    sentences: Sequence[Sentence],
    language: str,
    wish: str,
    options: Mapping[str, object],
    facts: Sequence[VoiceInfo],
    make_voice: Callable[[str, Mapping[str, object]], Voice],
    write: Callable[[Iterator[Spoken], Tags], float],
) -> SpokenText:
    """Say `sentences` in `language` (BCP 47) with the voice named `wish`, or ``auto``.

    Each is spoken when `write` takes it; `write` returns the seconds of the whole. Recordings are
    left out: they can't say any text. Raises VoiceUnavailable when no voice can, BadSettings for
    wrong `options`, and what `write` raises.
    """
    offers = [Offer(info=one) for one in facts if one.synthetic]
    choice = choose([wish or AUTO], language, offers)
    voice = make_voice(choice.name, options)
    level = level_for(choice.name, voice.version, language=language)

    def spoken(sentence: Sentence) -> Spoken:
        return Spoken(key="", speak=lambda: voice.speak(sentence, language), level=level)

    title = sentences[0].text
    tags = Tags(
        title=title if len(title) <= 60 else f"{title[:59]}…",
        language=language,
        voice=voice.version,
        synthetic=Synthetic.YES,
    )
    try:
        return SpokenText(
            write(map(spoken, sentences), tags), choice.name, voice.version, choice.why
        )
    finally:
        voice.close()
