"""A careful change of person in English: "I called you" becomes "You called us".

It makes proposals of what the owner may say back (R19), for the owner to read. Where it can't be
sure who is meant, it proposes nothing: a missing proposal costs a line of typing, a wrong one puts
words into somebody's mouth. The words are in ``second_person.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from voicenote.script.habits import is_coarse, split_sentences, weigh
from voicenote.script.quoting import to_one_line

ENGLISH = "en"
#: A proposal is to be said in a quarter of a minute.
MOST_WORDS = 45
#: So many sentences of a complaint are read, and so much more counts one that tells of them.
_READ, _ABOUT_YOU = 200, 1.5

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_QUOTED = re.compile(
    r"\"[^\"]*\"|“[^“”]*”|«[^«»]*»|(?<!\w)‘[^‘]*?’(?!\w)|(?<!\w)'(?=\w)[^']*(?:\w'\w[^']*)*'(?!\w)"
)
#: Where a quotation began or ended in some other way, or a sentence without the space after it.
_OPEN_QUOTE = re.compile(r"[\"“”„«»‘]|(?<!\w)'(?=\w)|''|\w[.!][^\W\d_]{1,20}\b(?!\.)")

#: The customer's words for themselves, and ours for them.
_THEM = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
    **{f"{who}'{rest}": f"you'{rest}" for who in ("i", "we") for rest in ("ve", "d", "ll")},
    "i'm": "you're",
    "we're": "you're",
    "im": "you're",
    "ive": "you've",
}
#: Their words for us where no other form is possible; "you" itself is `_us`.
_US = {
    "your": "our",
    "yours": "ours",
    "yourself": "ourselves",
    "yourselves": "ourselves",
    "you've": "we've",
    "you'll": "we'll",
}
_ARE = {"am": "are", "was": "were", "wasn't": "weren't"}
_I = frozenset({"i", "i've", "i'd", "i'll", "i'm", "im", "ive"})
_UNSURE = "it isn't plain who is meant"
_THEY = frozenset({"they", "them", "their", "they're", "they've", "they'd", "they'll"})
#: So many words before "they" may say who they are.
_REACH = 30
_JOINING = frozenset({"and", "but", "or", "then"})
_CROWD = re.compile(r"\b([Yy]ou) (?:guys|people|folks|all|lot)\b")
_SAYING = re.compile(
    r"\b(?:said|says|told \w+|replied|answered|wrote|asked|promised)[,:]", re.IGNORECASE
)
#: "My wife and I went" is "You and your wife went", and not "Your wife and you went".
_AND_I = re.compile(
    r"\A((?:My|Our|my|our) (?:[a-z]+ ){1,3}|[A-Z][a-z]+ )and I (?!was\b|am\b|who\b)"
)


@cache
def _tables() -> dict[str, frozenset[str]]:
    text = (files(__package__) / "second_person.toml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in tomllib.loads(text).items()}


def _words(name: str) -> frozenset[str]:
    return _tables()[name]


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a sentence, folded; `before` is what stands between each and the last one."""

    words: tuple[str, ...]
    before: tuple[str, ...]

    def word(self, at: int) -> str:
        """Return the word at a place, or "" beyond the ends."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def joined(self, at: int) -> bool:
        """Return whether only a space stands between this word and the one before."""
        return 0 < at < len(self.words) and self.before[at].strip() == ""

    def to_whom(self, at: int) -> bool:
        """Return whether the word before says that something was done to this one."""
        last = self.word(at - 1)
        return self.joined(at) and (last in _words("to") or last in _words("done_to"))

    def skip_adverbs(self, at: int, step: int) -> int:
        """Return the next place in a direction where a word isn't an adverb."""
        at += step
        while self.word(at) in _words("adverbs") or self.word(at).endswith("ly"):
            at += step
        return at


def to_second_person(text: str) -> str:
    """Return an English text of a customer as the owner may say it to them; "" when unsure.

    What is in quotation marks stays as it is. Exclamation marks become full stops.
    """
    shifted = _shift_all(split_sentences(to_one_line(text), ENGLISH))
    return " ".join(shifted) if all(shifted) else ""


def _shift_all(sentences: Sequence[str]) -> list[str]:
    """Return sentences that follow each other in the second person; "" for an unsure one."""
    return [_shift(one, " ".join(sentences[:place])) for place, one in enumerate(sentences)]


def propose_account(text: str) -> str:
    """Return what may be said back of a complaint in English, in at most `MOST_WORDS`; or "".

    Of a long one these are the one or two sentences that complain most, in their order.
    """
    sentences = split_sentences(to_one_line(text), ENGLISH)[:_READ]
    if len(text.split()) <= MOST_WORDS and all(whole := _shift_all(sentences)):
        return " ".join(whole)
    said = {place: shifted for place, one in enumerate(sentences) if (shifted := _shift(one))}
    weights = {place: _weigh(sentences[place], shifted) for place, shifted in said.items()}
    taken: list[int] = []
    for place in sorted(said, key=lambda place: -weights[place]):
        size = sum(len(said[one].split()) for one in (*taken, place))
        if len(taken) < 2 and size <= MOST_WORDS and weights[place] > 0:
            taken.append(place)
    return " ".join(said[place] for place in sorted(taken))


def _weigh(sentence: str, shifted: str) -> float:
    """Return how much a sentence complains; more if it tells of "you"."""
    return weigh(sentence, ENGLISH) + _ABOUT_YOU * ("you" in shifted.casefold())


def _shift(sentence: str, earlier: str = "") -> str:
    """Return a sentence in the second person, or "" when unsure; `earlier` is what comes before."""
    try:
        return _shift_or_raise(sentence.replace("\x00", ""), earlier)
    except ValueError:
        return ""


def _shift_or_raise(sentence: str, earlier: str) -> str:
    kept: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    text = _AND_I.sub(_i_first, _QUOTED.sub(put_aside, sentence))
    text = _CROWD.sub(r"\1", text)
    _check(text, earlier)
    pieces: list[str] = []
    at = 0
    matches = list(_WORD.finditer(text))
    words = tuple(found[0].casefold().replace("’", "'") for found in matches)
    ends = [0, *(found.end() for found in matches)]
    before = tuple(text[ends[n] : found.start()] for n, found in enumerate(matches))
    read = _Words(words, before)
    for place, found in enumerate(matches):
        pieces += [text[at : found.start()], _word(found[0], place, read)]
        at = found.end()
    shifted = re.sub(r"!+", ".", "".join(pieces) + text[at:]).strip()
    shifted = shifted[:1].upper() + shifted[1:]
    if shifted[-1:] not in (".", "…", "\x00"):
        shifted += "."
    return re.sub("\x00(\\d+)\x00", lambda found: kept[int(found[1])], shifted)


def _i_first(found: re.Match[str]) -> str:
    who = found[1]
    return f"I and {who[0].lower() + who[1:] if who.startswith(('My', 'Our')) else who}"


def _check(text: str, earlier: str) -> None:
    """Raise ValueError for a sentence that isn't a plain account of what happened."""
    words = _WORD.findall(text)
    told = [word.casefold() for word in (*_WORD.findall(earlier), *words)]
    they = next((n for n in range(len(told) - len(words), len(told)) if told[n] in _THEY), None)
    first = words[0].casefold() if words else ""
    loud = sum(len(one) > 1 and one.isupper() for one in words)
    if (
        not words
        or "?" in text
        or _OPEN_QUOTE.search(text)
        or _SAYING.search(text)
        or 2 * loud > len(words)
        or first in _words("no_account")
        or _is_past(first)
        or (they is not None and _may_be_us(told[:they]))
        or is_coarse(text, ENGLISH)
    ):
        raise ValueError(_UNSURE)


def _may_be_us(before: Sequence[str]) -> bool:
    """Return whether "they" may mean our own house, by the words before it."""
    for word in reversed(before[-_REACH:]):
        if word in _words("houses"):
            return True
        plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "'s"))
        if word in _words("several") or (plural and word not in _words("not_several")):
            return False
    return True


def _word(word: str, place: int, read: _Words) -> str:
    """Return a word of a sentence as the owner says it. Raises ValueError when unsure."""
    folded = read.words[place]
    if word == "US" and read.word(place - 1) == "the":
        return word
    if folded in _words("unsure"):
        raise ValueError(_UNSURE)
    changed = folded in _THEM or folded in _US or folded == "you"
    if changed and (
        (place and word != "I" and word[0].isupper() and "'" not in folded)
        or (":" in "".join(read.before[: place + 1]))
    ):
        raise ValueError(_UNSURE)  # a name, or somebody else's words
    if folded == "you":
        new = _us(place, read)
    elif folded in _US:
        new = _US[folded]
    elif folded in _THEM:
        _check_them(place, read)
        new = _THEM[folded]
    elif folded in _ARE:
        new = _ARE[folded] if _is_theirs(place, read) else folded
        if new == folded:
            return word
    else:
        return word
    return new[0].upper() + new[1:] if place == 0 else new


def _check_them(place: int, read: _Words) -> None:
    """Raise ValueError where a word of the first person may mean somebody or something else."""
    word, after, last = read.word(place), read.word(place + 1), read.word(place - 1)
    mine = word == "mine" and last in _words("mines")
    number = word == "i" and (last in _words("numbered") or after in ("who", "e"))
    apart = word == "i" and after and not read.joined(place + 1)
    together = word == "we" and (after in _words("together") or after == "was")
    to_come = word in ("i", "we") and after in _words("to_come")
    wish = word in ("i'd", "we'd") and after in _words("wishes")
    if mine or number or apart or together or to_come or wish:
        raise ValueError(_UNSURE)


def _is_theirs(place: int, read: _Words) -> bool:
    """Return whether the verb at `place` is said of "I". Raises ValueError when unsure."""
    verb, before = read.word(place), read.skip_adverbs(place, -1)
    if re.search(r"\d\s?\Z", read.before[place]):
        return False  # 9 am
    if read.word(before) == "i" and all(read.joined(n) for n in range(before + 1, place + 1)):
        return True
    if read.word(place + 1) == "i" and read.word(place - 1) in _words("inverting"):
        return True
    if read.word(before) in _JOINING:
        so_far = read.words[:before]
        if not _I.intersection(so_far):
            return False
        start = next((n for n, one in enumerate(so_far) if one not in _words("openers")), 0)
        apart = (n for n, one in enumerate(so_far) if one != "you" or not read.to_whom(n))
        if so_far[start] in _I and _words("other_subjects").isdisjoint(so_far[n] for n in apart):
            return True
        raise ValueError(_UNSURE)
    if verb == "am":
        raise ValueError(_UNSURE)
    return False


def _is_past(word: str) -> bool:
    return len(word) > 3 and word.endswith("ed") and word not in _words("not_past")


def _us(place: int, read: _Words) -> str:
    """Return we or us for a "you" that means us. Raises ValueError when unsure."""
    after = read.word(read.skip_adverbs(place, 1))
    did = after in _words("did") or _is_past(after)
    if read.word(place + 1) == "was" or did == read.to_whom(place):
        raise ValueError(_UNSURE)
    return "we" if did else "us"
