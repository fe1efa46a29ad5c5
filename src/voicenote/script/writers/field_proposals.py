"""What a writer proposes about a complaint: each with the words it stands on, or dropped. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voicenote.errors import BadData
from voicenote.model.case import Failure
from voicenote.model.sums import sums_in
from voicenote.script.check.normalise import fold
from voicenote.script.quoting import to_one_line
from voicenote.script.writers.brief import PROPOSED

#: The most characters of a proposed value; a longer one is a summary, not a field.
MOST = 300
#: The least words that a proposal stands on have this many letters.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class FieldProposal:
    """A proposed value of a field, and the words of the complaint that it stands on."""

    field: str
    value: str
    words: str


def read_proposals(answer: Mapping[str, Any], complaint: str) -> tuple[FieldProposal, ...]:
    """Return the proposals that stand on words of the complaint, the first of each field.

    What stands on words that aren't in it is dropped, and so are a sum, a failure or a language
    that isn't one. Raises BadData for an answer of another form.
    """
    rows = answer.get("proposals")
    if not isinstance(rows, list):
        raise BadData("the writer's answer has no list of proposals", "another model may do better")
    found: dict[str, FieldProposal] = {}
    for one in _read_rows(rows):
        if one.field not in found and _stands(one, complaint):
            found[one.field] = one
    return tuple(found[name] for name in PROPOSED if name in found)


def _read_rows(rows: list[Any]) -> Iterator[FieldProposal]:
    for row in rows[:50]:
        if not isinstance(row, Mapping):
            continue
        parts = [row.get(name) for name in ("field", "value", "words")]
        if all(isinstance(part, str) for part in parts):
            name, value, words = (to_one_line(str(part)) for part in parts)
            if name in PROPOSED and value and len(value) <= MOST:
                yield FieldProposal(name, _plain(name, value), words)


def _plain(name: str, value: str) -> str:
    """Return a harm as a number and a currency code, where it is one sum."""
    sums = sums_in(value) if name == "harm" else ()
    return f"{sums[0].amount:f} {sums[0].currency}" if len(sums) == 1 else value


def _stands(one: FieldProposal, complaint: str) -> bool:
    """Return whether its words are in the complaint, and say what it proposes."""
    words, whole = to_one_line(one.words), to_one_line(complaint)
    if len(words) < _LEAST or words not in whole:
        return False
    if one.field == "failure":
        return one.value in [failure.value for failure in Failure]
    if one.field == "language":
        return _is_language(one.value)
    if one.field == "harm":
        return _is_sum(one.value, words)
    if one.field in ("bothered_most", "expected"):
        return fold(one.value)[0] in fold(whole)[0]  # in the customer's own words
    return True


def _is_language(tag: str) -> bool:
    from langcodes import tag_is_valid

    return len(tag) <= 20 and tag_is_valid(tag)


def _is_sum(value: str, words: str) -> bool:
    """Return whether a harm is one sum, and its amount is in the words."""
    sums = sums_in(value)
    return len(sums) == 1 and any(
        said.amount == sums[0].amount for said in sums_in(words, sums[0].currency)
    )
