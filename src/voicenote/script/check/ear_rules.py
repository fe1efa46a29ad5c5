"""What only eyes can see (R21), and one form of address (R23)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from voicenote.script.check.findings import Violation
from voicenote.script.check.normalise import QUOTED
from voicenote.script.check.passage import CheckInput
from voicenote.script.check.phrases import Hit
from voicenote.script.habits import is_coarse
from voicenote.script.whose_words import names_only_us

_SEEN = re.compile(
    r"https?://\S{1,200}|www\.\S{1,200}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    r"|(?<![\w@#])[@#][A-Za-z_]\w{1,40}|\*\*|__|</?[a-z]{1,10}>|\([^()\n]{2,200}\)"
    r"|\[[^\[\]\n]{1,200}\]|(?m:^(?:#{1,6}|[-*•]) )"
)
#: A sign that all of these have but "www".
_SIGN = re.compile(r"[@#*_<(\[•/-]")
#: A quotation of fewer words is a name or a title.
_QUOTATION = 3
#: So often each form is meant, and not a slip or somebody else.
_MEANT, _SHARE = 2, 0.25
_FORMS = frozenset({"address_familiar", "address_formal", "address_one", "address_several"})
#: Those of them that say how many are spoken to.
_MANY = frozenset({"address_one", "address_several"})
#: The same, by the endings of words.
_ENDINGS = frozenset({"ending_one", "ending_several"})
#: What a customer may be known to want → the forms of address that aren't it.
_UNWANTED = {
    "formal": "address_familiar", "familiar": "address_formal",
    "one": "address_several", "several": "address_one",
}  # fmt: skip


def check_for_the_ear(read: CheckInput) -> Iterator[Violation]:
    """Yield what a listener can't hear, or shouldn't (R21)."""
    told = False
    for one in read.sentences:
        seen, quoted, coarse = _read_sentence(one.text, read.language)
        goes_on = told and bool(QUOTED.search(one.text))
        told_before, told = told, goes_on or one.has("reported", "mirror")
        for start, end in seen:
            yield "R21", "seen", one.start + start, one.start + end
        for start, end in () if told or told_before else quoted:
            yield "R21", "quoted", one.start + start, one.start + end
        if coarse:
            ours = names_only_us(read.text[one.start : one.end], read.language)
            yield "R21", "coarse" if ours else "abuse", one.start, one.end


@lru_cache(maxsize=8192)
def _read_sentence(
    text: str, language: str
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...], bool]:
    """Return where a sentence has what only eyes see, and quotations; and whether it has abuse.

    Short quotations, and those after a colon, are left out.
    """
    quoted = (
        found.span()
        for found in QUOTED.finditer(text)
        if len(found.group().split()) >= _QUOTATION and ":" not in text[: found.start()]
    )
    may_be_seen = _SIGN.search(text) or "www." in text
    return (
        tuple(found.span() for found in _SEEN.finditer(text)) if may_be_seen else (),
        tuple(quoted),
        is_coarse(text, language),
    )


def check_address(read: CheckInput) -> Iterator[Violation]:
    """Yield forms of address that are mixed, or aren't the customer's (R23)."""
    hits = [hit for one in read.having(*_FORMS) for hit in one.hits if hit.group in _FORMS]
    counts = Counter(hit.group for hit in hits)
    if background := read.context.background:
        who = background.case.customer
        for wanted in (who.formality, who.how_many):
            other = _UNWANTED.get(wanted, "")
            if counts[other] >= _MEANT:
                first = next(hit for hit in hits if hit.group == other)
                yield "R23", "form", first.start, first.end
                return
    together = read.free and counts.keys() <= _MANY  # one person, and those who are with them
    if len(counts) == 2 and not together:
        rare, count = counts.most_common()[-1]
        if count >= _MEANT and count >= _SHARE * len(hits):
            first = next(hit for hit in hits if hit.group == rare)
            yield "R23", "mixed", first.start, first.end
            return
    if parted := _find_other_form(read):
        yield "R23", "mixed", parted.start, parted.end


def _find_other_form(read: CheckInput) -> Hit | None:
    """Return where a case's own sentences have one form, and those that all customers hear another.

    None when they agree, or when either has none or both.
    """
    if read.script is None or read.groups.isdisjoint(_FORMS | _ENDINGS):
        return None
    found: dict[bool, dict[str, Hit]] = {True: {}, False: {}}
    for one, sentence in zip(read.sentences, read.script.sentences, strict=True):
        for hit in one.hits if one.has(*_FORMS, *_ENDINGS) else ():
            kind, _, form = hit.group.partition("_")
            if kind in ("address", "ending"):
                found[sentence.personal].setdefault(form, hit)
    own, shared = found[True], found[False]
    if len(own) == len(shared) == 1 and own.keys() != shared.keys():
        return next(iter(own.values()))
    return None
