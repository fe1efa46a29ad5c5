"""The sentences of a take in time: where they end, and when each of a letter is said. Pure.

The letter may be corrected, and ears mishear, so words are matched by their sound; what lies
between those that were heard is placed between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from voicenote.model.sentences import Sentence
from voicenote.model.transcript import HeardSentence, HeardWord, Transcript
from voicenote.script.heard_words import sound_of

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: A sentence is shown at least so long, in seconds.
_LEAST_S = 0.3
_ENDED = re.compile(r"[.!?…؟]\s")
#: A sentence of so many words is none: the ears lost the thread.
_RUN_ON = 40
_TWO = 2

Span = tuple[float, float]


def time_sentences(sentences: Sequence[Sentence], heard: Transcript) -> tuple[Span, ...]:
    """Return the start and end of each sentence in its take, in seconds and in order.

    () where nothing that was heard is in them, so nothing is known.
    """
    given = [word for one in heard.sentences for word in _words_of(one)]
    words = [
        (place, sound_of(word))
        for place, one in enumerate(sentences)
        for word in _WORD.findall(one.text)
    ]
    matcher = SequenceMatcher(
        None, [sound for _, sound in words], [sound_of(one.text) for one in given], autojunk=False
    )
    found: dict[int, list[HeardWord]] = {}
    weights = [max(1, len(one.text)) for one in sentences]
    for at, begin, size in matcher.get_matching_blocks():
        for n in range(size):
            found.setdefault(words[at + n][0], []).append(given[begin + n])
    if not found:
        return ()
    known = {place: (some[0].start_s, some[-1].end_s) for place, some in found.items()}
    return tuple(_fill(known, weights, given[0].start_s, given[-1].end_s))


def end_at_pauses(heard: Transcript, pauses: Sequence[Span]) -> Transcript:
    """Return a transcript in which long sentences end where the speaker paused.

    Ears that lose the thread write no signs at all, and one sentence is then the whole letter.
    `pauses` are in seconds.
    """
    made: list[HeardSentence] = []
    for one in heard.sentences:
        endless = len(one.words) >= _RUN_ON and not _ENDED.search(one.text)
        parts = _part(one, pauses) if endless else [one.words]
        if len(parts) < _TWO:
            made.append(one)
            continue
        for words in parts:
            text = " ".join(word.text for word in words)
            text = text[:1].upper() + text[1:].rstrip(",;:")
            sign = "" if text.endswith((".", "!", "?")) else "."
            start, end = words[0].start_s, words[-1].end_s
            made.append(HeardSentence(start, end, text + sign, one.probability, tuple(words)))
    return replace(heard, sentences=tuple(made))


def _part(one: HeardSentence, pauses: Sequence[Span]) -> list[Sequence[HeardWord]]:
    """Return the words of a sentence, parted where there are pauses."""
    parts: list[Sequence[HeardWord]] = []
    begun = 0
    for at, (word, after) in enumerate(pairwise(one.words), start=1):
        # a pause is often counted to the word that follows it
        if any(word.end_s <= (begin + until) / 2 < after.end_s for begin, until in pauses):
            parts.append(one.words[begun:at])
            begun = at
    return [*parts, one.words[begun:]]


def _words_of(one: HeardSentence) -> list[HeardWord]:
    """Return the words of a sentence, with times guessed from their lengths if they have none.

    A word such as "$84" is one word of letters and digits.
    """
    if one.words:
        return [
            HeardWord(word.start_s, word.end_s, bare)
            for word in one.words
            for bare in _WORD.findall(word.text)
        ]
    words = _WORD.findall(one.text)
    whole = sum(map(len, words))
    at, made = one.start_s, []
    for word in words:
        end = at + (one.end_s - one.start_s) * len(word) / whole
        made.append(HeardWord(at, end, word))
        at = end
    return made


def _fill(known: dict[int, Span], weights: Sequence[int], start: float, end: float) -> list[Span]:
    """Return the time of every sentence: as known, and of those between by their lengths."""
    spans: list[Span] = []
    at = min(start, *(one[0] for one in known.values()))
    place = 0
    while place < len(weights):
        if place in known:
            begun, ended = max(at, known[place][0]), known[place][1]
            spans.append((begun, max(ended, begun + _LEAST_S)))
            at, place = spans[-1][1], place + 1
            continue
        after = next((n for n in range(place, len(weights)) if n in known), len(weights))
        until = max(at, known[after][0] if after in known else end)
        whole = sum(weights[place:after])
        for weight in weights[place:after]:
            stop = at + (until - at) * weight / whole
            spans.append((at, max(stop, at + _LEAST_S)))
            at = spans[-1][1]
        place = after
    return spans
