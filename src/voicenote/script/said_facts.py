"""The facts in a sentence that have to be heard: names, sums, numbers and days. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicenote.model.memo import Misheard
from voicenote.model.sentences import Sentence
from voicenote.script.amount_text import find_sums
from voicenote.script.heard_words import (
    day_words,
    likeness,
    number_runs,
    number_words,
    sound_of,
    words_of,
)
from voicenote.script.languages import Language, language
from voicenote.script.name_likeness import closest, is_heard

#: Part of the key of what is kept of a hearing: increase it when the same words are judged anew.
RULES = 1
#: The unit of a sum may be heard so far off; in other languages than English a name, too.
_UNIT, _FOREIGN_NAME = 0.75, 0.75
#: In other languages, a fact is only missed where so many of the other words were heard.
_HEARD = 0.8
_NAMED = re.compile(r"[^\W\d_](?:[^\W_]|['’\-\u0300-\u036f\u0591-\u05c7])*")
#: A recogniser's "$85 Canadian dollars".
_DOLLARS = re.compile(r"\$(\d[\d.,]{0,20})(?= \w{4,12} dollars)")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Fact:
    """What has to be heard: `text` as it is written, `said` as it stands in what is said.

    `words` are those that have to be heard, () for a name, of which the sound counts; `whose` is
    the whole name, and `before` the word before it.
    """

    text: str
    said: str
    words: tuple[str, ...] = ()
    whose: str = ""
    before: str = ""

    @property
    def is_name(self) -> bool:
        """Whether it is heard by its sound."""
        return not self.words


def facts_of(sentence: Sentence, names: Mapping[str, str], code: str) -> tuple[Fact, ...]:
    """Return the facts in a sentence, in the language `code` (BCP 47).

    `names` are those of people and businesses, each with how it is said.
    """
    tongue = language(code)
    found = [*_names_in(sentence, names)]
    said, sums = sentence.said, list[str]()
    for figure in find_sums(sentence.text, tongue):
        if figure.said and figure.said in said:
            text = sentence.text[figure.start : figure.end].strip()
            found.append(Fact(text, figure.said, tuple(words_of(figure.said, tongue))))
            sums.append(figure.said)
    for one in sums:
        said = said.replace(one, ";", 1)
    words = words_of(said, tongue)
    if any(sign.isdecimal() for sign in sentence.text):
        found += [Fact(run, run, tuple(run.split())) for run in number_runs(words, tongue)]
    days = [word for word in words if word in day_words(tongue.code)]
    found += [Fact(word.title(), word, (word,)) for word in dict.fromkeys(days)]
    return tuple(found)


def _names_in(sentence: Sentence, names: Mapping[str, str]) -> Iterator[Fact]:
    """Yield each word of a name that a sentence has; small words of a business are no names."""
    written = set(_NAMED.findall(sentence.text))
    for name, said in names.items():
        parts, spoken = _NAMED.findall(name), _NAMED.findall(said)
        alike = len(parts) == len(spoken)
        for at, part in enumerate(parts):
            if part not in written or part == part.lower() != part.upper() or len(part) < 2:
                continue
            written.discard(part)
            sounds = spoken[at] if alike else said
            bare, heard = _POSSESSIVE.sub("", part), _POSSESSIVE.sub("", sounds)
            stands = next((one for one in (heard, bare) if one in sentence.said), "")
            yield Fact(bare, stands, whose=name, before=_word_before(sentence.said, stands))


def _word_before(said: str, name: str) -> str:
    words = _NAMED.findall(said[: said.find(name)]) if name else []
    return words[-1] if words else ""


def find_misheard(
    sentence: Sentence, facts: Sequence[Fact], heard: str, code: str
) -> tuple[Misheard, ...]:
    """Return which facts of a sentence aren't in `heard`, a transcript in the language `code`.

    In other languages than English nothing is, where the rest of the sentence was misheard too:
    there the ears hear badly, and not the voice speaks.
    """
    tongue = language(code)
    given = words_of(_DOLLARS.sub(r"\1", heard), tongue)
    spelt = _NAMED.findall(heard)
    found = []
    for fact in facts:
        if fact.is_name:
            right = _is_name_heard(fact, spelt, tongue)
            other = closest(fact.text, spelt)
        else:
            right, other = _are_heard(fact.words, given, tongue), heard
        if not right:
            found.append(Misheard(fact.text, " ".join(other.split()), whose=fact.whose))
    if found and tongue.code != "en" and not _rest_is_heard(sentence, facts, given, tongue):
        return ()
    return tuple(found)


def _is_name_heard(fact: Fact, spelt: Sequence[str], tongue: Language) -> bool:
    ways = [one for one in (fact.text, fact.said) if one]
    if tongue.code == "en":
        return any(is_heard(one, spelt, fact.before) for one in ways)
    sounds = [sound_of(word) for word in spelt]
    return any(likeness(sound_of(one), word) >= _FOREIGN_NAME for one in ways for word in sounds)


def _are_heard(wanted: Sequence[str], given: Sequence[str], tongue: Language) -> bool:
    """Return whether words were heard in a row: numbers and days as they are, units nearly so."""
    exact = number_words(tongue.code) | day_words(tongue.code)

    def same(one: str, other: str) -> bool:
        if one in exact or other in exact:
            return one == other
        sounds = sound_of(one), sound_of(other)
        bones = [sound.replace("a", "") for sound in sounds]
        return likeness(*sounds) >= _UNIT and likeness(*bones) >= _UNIT

    count = len(wanted)
    return any(
        all(map(same, wanted, given[at : at + count]))
        and not _goes_on(given, at, at + count, wanted, tongue)
        for at in range(len(given) - count + 1)
    )


def _goes_on(
    given: Sequence[str], start: int, end: int, wanted: Sequence[str], tongue: Language
) -> bool:
    """Return whether a number begins before, or ends after, what was wanted of it."""
    numbers = number_words(tongue.code)
    before = start > 0 and given[start - 1] in numbers and wanted[0] in numbers
    after = end < len(given) and given[end] in numbers and wanted[-1] in numbers
    return before or after


def _rest_is_heard(
    sentence: Sentence, facts: Sequence[Fact], given: Sequence[str], tongue: Language
) -> bool:
    taken = {word for fact in facts for word in words_of(fact.said or fact.text, tongue)}
    rest = [word for word in words_of(sentence.said, tongue) if word not in taken]
    sounds = {sound_of(word) for word in given}
    heard = sum(len(word) for word in rest if sound_of(word) in sounds)
    return bool(rest) and heard >= _HEARD * sum(map(len, rest))
