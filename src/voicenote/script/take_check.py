"""Does a take say its script? What was heard, held against the words that were to be said.

Pure. A recogniser mishears: a word counts as said when it sounds alike, as "Donna" does for "Dana".
A number, a day, a month and a "not" have to be heard as they are. Where most words were misheard,
as in languages that the ears don't know well, a missing detail shows nothing and isn't judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from voicenote.model.sentences import Section, Sentence
from voicenote.script.heard_words import (
    day_words,
    likeness,
    number_words,
    sound_of,
    weekday_words,
    words_of,
)
from voicenote.script.languages import Language, language
from voicenote.script.opposite import count_negations, names_other_currency
from voicenote.script.said_numbers import runs_of, take_numbers

#: So much of a script is heard, in letters: with less it's another text. Scripts share sentences,
#: so half of one is in many others; of Persian and Hebrew even a good take may lose as much.
_LEAST, _LEAST_OF = 0.7, {"en": 0.5, "fa": 0.5, "he": 0.5}
#: In English, so much is heard of nearly every good take.
_USUAL = 0.75
#: In other languages, missing details are only missing where so much was heard to the letter.
_EXACT = 0.95
#: So much of what is personal is heard, as a part of what is heard of the rest; of so many words.
_RELATIVE, _PERSONAL = 0.6, 4
#: So much of a promise is heard, and of any other sentence of so many words.
_PROMISED, _SAID, _WORDS = 0.5, 0.34, 3
#: What is ours and what is promised: there, a "not" too many or too few is asked about.
_OURS = (Section.OWN, Section.AMENDS, Section.PREVENT, Section.EXPECTATIONS)
#: Words sound alike from here on. Names are short: their consonants count too, on their own.
_ALIKE, _NAME, _CONSONANTS = 0.6, 0.8, 0.75
#: A take breaks off when words of so many letters are missing at its end.
_CUT_LETTERS = 6
#: So much more was said than the script has, in words and as a part of it.
_MORE_WORDS, _MORE = 8, 0.15
#: Of a longer text, a line quotes so many signs of its beginning and of its end.
_BEGIN, _END = 100, 60


@dataclass(slots=True)
class _Spoken:
    """A word of the script: its sentence, its sound, and whether it was heard.

    `at` is the word among those heard at which it was looked for.
    """

    text: str
    sentence: int
    sound: str
    heard: bool = False
    at: int = 0


def judge_take(
    sentences: Sequence[Sentence], heard: str, code: str, names: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return what of `sentences` isn't in `heard`, a transcript in the language `code` (BCP 47).

    One line each, the last with what was heard; () if it says its words. `names` are those of
    people, heard when something like them was said in their place.
    """
    tongue = language(code)
    words = [
        _Spoken(word, place, sound_of(word))
        for place, one in enumerate(sentences)
        for word in words_of(one.said, tongue)
    ]
    given = words_of(heard, tongue)
    if not words:
        return ()
    called = {sound_of(word) for name in names for word in words_of(name, tongue)}
    more = _align(words, given, called)
    share = _share(words)
    english = tongue.code == "en"
    if share < _LEAST_OF.get(tongue.code, _LEAST):
        found = [f"only {share:.0%} of the words were heard"]
    elif _lacks_personal(sentences, words):
        found = ["what only this customer is told was hardly heard"]
    elif english or _exactness(words, given, tongue) >= _EXACT:
        found = [
            _break(sentences, words),
            *_missing(sentences, words, given, tongue, called),
            _more_than(words, more),
            f"only {share:.0%} of the words were heard" if share < _USUAL and english else "",
        ]
    else:
        found = []
    doubts = tuple(dict.fromkeys(line for line in found if line))
    return (*doubts, f"heard: {_quote(heard)}") if doubts else ()


def _align(words: Sequence[_Spoken], given: Sequence[str], called: set[str]) -> int:
    """Mark which words were heard; return how many are added.

    Only different ones count that the script doesn't have: a recogniser that is lost repeats
    itself.
    """
    sounds = [sound_of(word) for word in given]
    matcher = SequenceMatcher(None, [word.sound for word in words], sounds, autojunk=False)
    added = set[str]()
    for kind, start, end, begin, stop in matcher.get_opcodes():
        block, other = words[start:end], sounds[begin:stop]
        for place, word in enumerate(block, start=begin):
            word.at = min(place, stop)
        if kind == "equal":
            for word in block:
                word.heard = True
            continue
        joined = "".join(word.sound for word in block)
        together = bool(other) and likeness("".join(other), joined) >= _ALIKE
        name = "".join(word.sound for word in block if word.sound in called)
        for word in block:
            if word.sound in called:
                word.heard = any(_is_name(one, other) for one in (word.sound, name))
            else:
                word.heard = together or _like_any(word.sound, other)
        if len(other) > len(block):
            added.update(other)
    return len(added.difference(word.sound for word in words))


def _like_any(sound: str, others: Sequence[str]) -> bool:
    """Return whether one of `others`, or two of them together, sounds like `sound`.

    The consonants count as well: all vowels are one, so short words resemble each other.
    """
    bones = sound.replace("a", "")
    return any(
        likeness(one, sound) >= _ALIKE and likeness(one.replace("a", ""), bones) >= _ALIKE
        for one in _singly_and_in_pairs(others)
    )


def _is_name(sound: str, others: Sequence[str]) -> bool:
    """Return whether one of `others`, or two of them together, may be a name of this sound."""
    bones = sound.replace("a", "")
    return any(
        likeness(one, sound) >= _NAME
        and (one.startswith(sound) or likeness(one.replace("a", ""), bones) >= _CONSONANTS)
        for one in _singly_and_in_pairs(others)
    )


def _singly_and_in_pairs(others: Sequence[str]) -> tuple[str, ...]:
    return (*others, *(one + two for one, two in pairwise(others)))


def _share(words: Sequence[_Spoken]) -> float:
    """Return which part of the words was heard, in letters; 0.0 of none."""
    whole = sum(len(word.text) for word in words)
    return sum(len(word.text) for word in words if word.heard) / whole if whole else 0.0


def _lacks_personal(sentences: Sequence[Sentence], words: Sequence[_Spoken]) -> bool:
    """Return whether of what is personal far less was heard than of the rest."""
    personal = [word for word in words if sentences[word.sentence].personal]
    shared = [word for word in words if not sentences[word.sentence].personal]
    return len(personal) >= _PERSONAL and _share(personal) < _RELATIVE * _share(shared)


def _exactness(words: Sequence[_Spoken], given: Sequence[str], tongue: Language) -> float:
    """Return which part of what was heard was heard to the letter: how well the ears hear.

    Numbers and days don't count, as they are what is asked about.
    """
    sounds, figures = (
        {sound_of(word) for word in given},
        number_words(tongue.code) | day_words(tongue.code),
    )
    heard = [word for word in words if word.heard and word.text not in figures]
    exact = sum(len(word.text) for word in heard if word.sound in sounds)
    return exact / max(1, sum(len(word.text) for word in heard))


def _break(sentences: Sequence[Sentence], words: Sequence[_Spoken]) -> str:
    """Return what is missing at the end; "" if the take goes on to its end."""
    last = max((place for place, word in enumerate(words) if word.heard), default=-1)
    tail = words[last + 1 :]
    if sum(len(word.text) for word in tail) < _CUT_LETTERS:
        return ""
    return f"it breaks off: the end of {_quote(sentences[words[-1].sentence].text)} is missing"


def _missing(
    sentences: Sequence[Sentence],
    words: Sequence[_Spoken],
    given: Sequence[str],
    tongue: Language,
    called: set[str],
) -> Iterator[str]:
    """Yield what isn't heard: names, sums, days, promises and whole sentences."""
    runs = runs_of(given, tongue)
    for word in words:
        if not word.heard and word.sound in called:
            yield f"missing: the name {word.text.title()}"
    for place, one in enumerate(sentences):
        own = [word for word in words if word.sentence == place]
        least = _PROMISED if one.section is Section.AMENDS else _SAID
        said = [word.text for word in own]
        # what the written text has as a figure, such as a sum and a date
        exact = any(sign.isdecimal() for sign in one.text)
        heard = _heard_of(place, words, given)
        unsaid = len(own) >= _WORDS and _share(own) < least
        if (
            unsaid
            or _lacks_day(said, heard, given, tongue)
            or (exact and not take_numbers(one.text, said, runs, tongue))
        ):
            yield f"missing: {_quote(one.text)}"
        else:
            yield _turned_round(one, said, heard, tongue)


def _heard_of(place: int, words: Sequence[_Spoken], given: Sequence[str]) -> Sequence[str]:
    """Return what was heard from the sentence at `place` up to the next one that was."""
    ats = [(word.sentence, word.at) for word in words if word.heard]
    begin = min((at for sentence, at in ats if sentence == place), default=0)
    return given[begin : min((at for sentence, at in ats if sentence > place), default=len(given))]


def _lacks_day(
    said: Sequence[str], heard: Sequence[str], given: Sequence[str], tongue: Language
) -> bool:
    """Return whether a month or a day of the week is another one.

    Beside a month, a day of the week may be lost: the date says it.
    """
    days, weekdays = day_words(tongue.code), weekday_words(tongue.code)
    lost = {word for word in said if word in days}.difference(given)
    if not lost or not lost <= weekdays:
        return bool(lost)
    dated = any(word in days - weekdays for word in said)
    return not dated or any(word in weekdays for word in heard)


def _turned_round(
    sentence: Sentence, said: Sequence[str], heard: Sequence[str], tongue: Language
) -> str:
    """Return what makes a sentence of ours, or a promise, another one; "" if nothing does."""
    if names_other_currency(said, heard, tongue):
        return f"another currency is heard: {_quote(sentence.text)}"
    more = count_negations(heard, tongue) - count_negations(said, tongue)
    if not more or sentence.section not in _OURS:
        return ""
    return f"a “not” {'is added' if more > 0 else 'is missing'}: {_quote(sentence.text)}"


def _more_than(words: Sequence[_Spoken], more: int) -> str:
    if more < max(_MORE_WORDS, _MORE * len(words)):
        return ""
    return f"more is said than the script has: {more} other words"


def _quote(text: str) -> str:
    line = " ".join(text.split())
    short = line if len(line) <= _BEGIN + _END else f"{line[:_BEGIN]} … {line[-_END:]}"
    return f"“{short}”"
