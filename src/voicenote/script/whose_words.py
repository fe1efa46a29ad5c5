"""Whether the owner's own sentences are the owner's: not the customer's "my", and not their abuse.

Pure. What is found is told where the sentences are entered; the check calls it an error (R21).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from voicenote.model.case import Complaint
from voicenote.script.check.normalise import fold
from voicenote.script.failure import any_of, find_in
from voicenote.script.habits import is_coarse, split_sentences
from voicenote.script.quoting import to_one_line
from voicenote.script.second_person import ENGLISH, to_second_person

#: The sentences that tell the customer what happened to them.
TO_THEM = ("said_back", "meant")
_WORD = re.compile(r"\w+(?:['-]\w+)*")
#: So much of a complaint is read, in characters.
_READ = 20_000


@dataclass(frozen=True, slots=True)
class Misvoiced:
    """Words in a field that the owner can't say: whose they sound, and what may be said instead.

    `instead` is a proposal, "" where there is none.
    """

    field: str
    words: str
    abuse: bool
    instead: str = ""

    @property
    def what(self) -> str:
        """What is wrong with it, and what to do."""
        if self.abuse:
            what = f"it holds abuse (“{self.words}”), which is never said back: leave it out"
            return f"{what}, and say what you did (R21)"
        what = f"it sounds as if the customer said it (“{self.words}”): say it to them"
        return f"{what}, such as “{self.instead}” (R21)" if self.instead else f"{what} (R21)"

    def __str__(self) -> str:
        return f"{self.field.replace('_', ' ')}: {self.what}"


def find_misvoiced(complaint: Complaint, tag: str) -> Iterator[Misvoiced]:
    """Yield what in the owner's own sentences of a complaint isn't theirs to say.

    `tag` is the language in which the customer is spoken to (BCP 47).
    """
    code = tag.partition("-")[0].casefold()
    theirs = f"{complaint.what_happened[:_READ]} {complaint.bothered_most[:_READ]}"
    own = {name: str(getattr(complaint, name)) for name in (*TO_THEM, "our_fault")}
    deeds = [("deed", promise.deed) for promise in complaint.promises]
    for name, text in (*own.items(), *deeds):
        if abuse := find_abuse(text, code):
            yield Misvoiced(name, abuse, abuse=True)
        elif name in TO_THEM and (words := find_first_person(text, theirs, code)):
            shifted = to_second_person(text) if code == ENGLISH else ""
            yield Misvoiced(name, words, abuse=False, instead=shifted)


def find_abuse(text: str, code: str) -> str:
    """Return the first sentence with abuse in it; "" for none, or for what we call ourselves."""
    for sentence in split_sentences(to_one_line(text), code):
        if is_coarse(sentence, code) and not names_only_us(sentence, code):
            return sentence
    return ""


def names_only_us(sentence: str, code: str) -> bool:
    """Return whether a sentence speaks of ourselves and not to anybody: "I was an idiot"."""
    patterns = _patterns(code)
    folded = fold(sentence)[0]
    return bool(patterns) and bool(
        patterns["me"].search(folded) and not patterns["you"].search(folded)
    )


def find_first_person(text: str, theirs: str, code: str) -> str:
    """Return words that are the customer's in their first person; "" where that isn't plain.

    It is plain where "my" is said of kin, or where the words stand in the complaint: three in a
    row, or two where nobody is spoken to.
    """
    patterns = _patterns(code)
    if not patterns:
        return ""
    known = f" {' '.join(_words(theirs))} "
    for sentence in split_sentences(to_one_line(text), code):
        if kin := next(find_in(sentence, patterns["kin"]), ""):
            return kin
        needed = 3 if patterns["you"].search(fold(sentence)[0]) else 2
        words = list(_WORD.finditer(sentence))
        for place, word in enumerate(words[: 1 - needed]):
            row = sentence[word.start() : words[place + needed - 1].end()]
            if patterns["me"].fullmatch(fold(word[0])[0]) and f" {' '.join(_words(row))} " in known:
                return row
    return ""


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text)[0])


@cache
def _patterns(code: str) -> Mapping[str, re.Pattern[str]]:
    tables = tomllib.loads((files(__package__) / "first_person.toml").read_text(encoding="utf-8"))
    return {name: any_of(words, code) for name, words in tables.get(code, {}).items()}
