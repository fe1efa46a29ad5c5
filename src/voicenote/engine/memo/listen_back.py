"""Listening back: what a machine says of names, sums and days is heard, and said otherwise if need.

Each sentence is heard once: what came of it is kept in the cache, by the key of its sound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from typing import Any

from voicenote.ears.port import Ears
from voicenote.errors import BadData, BadSettings, Unavailable
from voicenote.model.memo import Clip, Misheard
from voicenote.model.sentences import Sentence
from voicenote.script.respelling import MOST, respell
from voicenote.script.said_facts import RULES, Fact, facts_of, find_misheard
from voicenote.sound.piece_cache import Cache, key_of
from voicenote.voice.port import Voice


@dataclass(frozen=True, slots=True)
class Settled:
    """What is said for a sentence, and what of it was misheard as it was spelt before."""

    said: str
    misheard: tuple[Misheard, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """A sentence as it is to be said, and what says it."""

    sentence: Sentence
    speak: Callable[[], Clip]


@dataclass(slots=True, kw_only=True)
class BackListener:
    """Hears the sentences of one memo; `by` names the ears, `names` have how each is said.

    `misheard` is what was. Where the ears fail, `trouble` says so, and no more is heard.
    """

    ears: Callable[[], Ears]
    by: str
    names: Mapping[str, str]
    cache: Cache | None
    misheard: list[Misheard] = field(default_factory=list)
    trouble: str = ""

    def settle_all(self, voice: Voice, sentences: Sequence[Sentence], language: str) -> list[Ready]:
        """Return the sentences of a memo as they are to be said. Raises what the voice does.

        What came of a whole memo is kept too, so that it costs one look the next time.
        """
        said = "\n".join(one.said for one in sentences)
        named = repr(sorted(self.names.items()))
        key = key_of("memo", voice.name, voice.version, language, said, named, self.by, RULES)
        known = self.cache.load(key, _read_all) if self.cache else None
        if known is None or len(known) != len(sentences):
            found = [self._settle(voice, one, language) for one in sentences]
            settled = [one for one, _ in found]
            if self.cache and not self.trouble:
                packed = json.dumps([_packed(one) for one in settled]).encode()
                self.cache.keep(key, packed, settled)
            ready = [one for _, one in found]
        else:
            settled = known
            words = (_say(one, way) for one, way in zip(sentences, known, strict=True))
            ready = [Ready(one, partial(voice.speak, one, language)) for one in words]
        every = dict.fromkeys(word for one in settled for word in one.misheard)
        self.misheard = list(every)
        return ready

    def _settle(self, voice: Voice, sentence: Sentence, language: str) -> tuple[Settled, Ready]:
        """Return what is said for a sentence, and what says it: the sound that was listened to."""
        facts = () if self.trouble else facts_of(sentence, self.names, language)
        settled, clips = Settled(sentence.said), dict[str, Clip]()

        def speak(one: Sentence) -> Clip:
            if one.said not in clips:
                clips[one.said] = voice.speak(one, language)
            return clips[one.said]

        if facts:
            settled = self._recall(voice, sentence, facts, language, speak)
        sentence = _say(sentence, settled)
        return settled, Ready(sentence, partial(speak, sentence))

    def _recall(
        self,
        voice: Voice,
        sentence: Sentence,
        facts: Sequence[Fact],
        language: str,
        speak: Callable[[Sentence], Clip],
    ) -> Settled:
        """Return what came of an earlier hearing of the same sound, or hear it now."""
        sound = key_of(voice.name, voice.version, language, sentence.said)
        key = key_of("heard", sound, self.by, RULES, repr([astuple(one) for one in facts]))
        settled = self.cache.load(key, _read) if self.cache else None
        if settled is None:
            try:
                settled = settle(
                    sentence, facts, language, lambda one: self._hear(speak(one), language)
                )
            except (Unavailable, BadSettings) as error:
                self.trouble = error.in_one_line
                return Settled(sentence.said)
            if self.cache:
                self.cache.keep(key, json.dumps(_packed(settled)).encode(), settled)
        return settled

    def _hear(self, clip: Clip, language: str) -> str:
        try:
            return self.ears().hear(clip, language).text
        except BadData as error:  # of one answer of a server: the next may be right
            raise Unavailable(error.what, error.advice) from error


def settle(
    sentence: Sentence, facts: Sequence[Fact], language: str, hear: Callable[[Sentence], str]
) -> Settled:
    """Return the first way to say a sentence in which `hear` understands all its `facts`.

    Each fact that is misheard is tried in other spellings. Where none helps, it stays as it was.
    """
    heard = hear(sentence)
    wrong = find_misheard(sentence, facts, heard, language)
    known = {one.text: one for one in wrong}
    left = MOST
    for fact in facts:
        if fact.text not in {one.text for one in wrong}:
            continue
        for way in respell(sentence.said, fact, known[fact.text].heard, language)[:left]:
            left -= 1
            other = replace(sentence, spoken=way.said)
            now = find_misheard(other, facts, hear(other), language)
            better = {one.text for one in now} < {one.text for one in wrong}
            if better and fact.text not in {one.text for one in now}:
                sentence, wrong = other, now
                if way.other != fact.said:
                    known[fact.text] = replace(known[fact.text], said=way.other)
                else:  # a pause was enough
                    del known[fact.text]
                break
    open_ = {one.text for one in wrong}
    return Settled(
        sentence.said, tuple(one for one in known.values() if one.said or one.text in open_)
    )


def _say(sentence: Sentence, settled: Settled) -> Sentence:
    same = settled.said == sentence.said
    return sentence if same else replace(sentence, spoken=settled.said)


def _packed(settled: Settled) -> list[object]:
    return [settled.said, [astuple(one) for one in settled.misheard]]


def _read(data: bytes) -> Settled:
    """Return what was kept of a sentence. Raises ValueError for anything else."""
    return _unpack(json.loads(data))


def _read_all(data: bytes) -> list[Settled]:
    """Return what was kept of a memo. Raises ValueError for anything else."""
    return [_unpack(one) for one in json.loads(data)]


def _unpack(packed: Any) -> Settled:
    try:
        said, misheard = packed
        return Settled(said, tuple(Misheard(*one) for one in misheard))
    except TypeError as error:
        raise ValueError("no hearing") from error
