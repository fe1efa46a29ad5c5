"""Just the sound: any text in a synthetic voice, without a ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicenote.engine.memo.marked_voice import mark_voice
from voicenote.errors import BadData
from voicenote.model.memo import Synthetic
from voicenote.model.sentences import Section, Sentence
from voicenote.script.habits import split_sentences
from voicenote.script.languages import language as tables
from voicenote.script.spoken import spell_out
from voicenote.sound.formats import Tags
from voicenote.sound.mixdown import level_for
from voicenote.sound.piece import Spoken
from voicenote.voice.choose import AUTO, Offer, choose
from voicenote.voice.port import Voice, VoiceInfo, primary
from voicenote.voice.writing_system import readable

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
    code = primary(language)
    tongue = tables(code)
    found: list[Sentence] = []
    for paragraph in re.split(r"\n\s*\n", text.removeprefix("\ufeff")):
        whole = split_sentences(" ".join(paragraph.split()), code)
        for one in (piece for sentence in whole for piece in _short_enough(sentence)):
            aloud = spell_out(one, tongue)
            if any(letter.isalnum() for letter in aloud):
                spoken = "" if aloud == one else aloud
                found.append(Sentence(Section.OWN, one, personal=True, spoken=spoken))
    if not found:
        raise BadData("there is nothing to say", "give at least one word")
    return tuple(found)


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
    *,
    watermark: bool,
) -> SpokenText:
    """Say `sentences` in `language` (BCP 47) with the voice named `wish`, or ``auto``.

    Each is spoken when `write` takes it, and watermarked if `watermark` is set; `write` returns the
    seconds of the whole. Recordings are left out: they can't say any text. Raises VoiceUnavailable
    when no voice can, BadSettings for wrong `options`, and what `write` raises.
    """
    offers = [Offer(info=one) for one in facts if one.synthetic]
    choice = choose([wish or AUTO], language, offers)
    voice = mark_voice(make_voice(choice.name, options), wanted=watermark)
    level = level_for(choice.name, voice.version, language=language)

    def spoken(sentence: Sentence) -> Spoken:
        said = readable(sentence, language)
        return Spoken(key="", speak=lambda: voice.speak(said, language), level=level)

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
