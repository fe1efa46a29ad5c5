"""What only eyes can see (R21), and one form of address (R23)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from voicenote.script.check.findings import Violation
from voicenote.script.check.normalise import QUOTED
from voicenote.script.check.passage import CheckInput
from voicenote.script.habits import is_coarse

_SEEN = re.compile(
    r"https?://\S{1,200}|www\.\S{1,200}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
    r"|(?<![\w@#])[@#][A-Za-z_]\w{1,40}|\*\*|__|</?[a-z]{1,10}>|\([^()\n]{2,200}\)"
    r"|\[[^\[\]\n]{1,200}\]|(?m:^(?:#{1,6}|[-*•]) )"
)
#: A quotation of fewer words is a name or a title.
_QUOTATION = 3
#: So often each form is meant, and not a slip or somebody else.
_MEANT, _SHARE = 2, 0.25
#: What a customer may be known to want → the forms of address that aren't it.
_UNWANTED = {
    "formal": "address_familiar", "familiar": "address_formal",
    "one": "address_several", "several": "address_one",
}  # fmt: skip


def check_for_the_ear(read: CheckInput) -> Iterator[Violation]:
    """Yield what a listener can't hear, or shouldn't (R21)."""
    for found in _SEEN.finditer(read.text):
        yield "R21", "seen", found.start(), found.end()
    told = False
    for one in read.sentences:
        told_before, told = told, one.has("reported", "mirror")
        for found in QUOTED.finditer(read.text, one.start, one.end):
            long = len(found.group().split()) >= _QUOTATION
            if long and not (told or told_before or ":" in read.text[one.start : found.start()]):
                yield "R21", "quoted", found.start(), found.end()
    if is_coarse(read.text, read.language):
        yield "R21", "abuse", 0, 0


def check_address(read: CheckInput) -> Iterator[Violation]:
    """Yield forms of address that are mixed, or aren't the customer's (R23)."""
    hits = [hit for one in read.sentences for hit in one.hits if hit.group.startswith("address_")]
    counts = Counter(hit.group for hit in hits)
    if background := read.context.background:
        who = background.case.customer
        for wanted in (who.formality, who.how_many):
            other = _UNWANTED.get(wanted, "")
            if counts[other] >= _MEANT:
                first = next(hit for hit in hits if hit.group == other)
                yield "R23", "form", first.start, first.end
                return
    if len(counts) == 2:
        rare, count = counts.most_common()[-1]
        if count >= _MEANT and count >= _SHARE * len(hits):
            first = next(hit for hit in hits if hit.group == rare)
            yield "R23", "mixed", first.start, first.end
