"""What may tell people apart who write from unknown addresses, and stories told in other words.

Pure. A sign is a short text: whoever shares one with a writer may be the writer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from voicenote.model.address import is_account_id
from voicenote.unicode_forms import normal

#: How many digits at the end make two numbers alike, with another country or trunk before them.
END = 7
#: The sign of whoever has the id of an account.
HAS_ID = "id"
#: The most letters of a word that count, and of an address in which names are looked for.
_MOST = 40
_WORD = re.compile(r"[^\W\d_]{2,}")
_NOISE = re.compile(r"(?<!\S)\S+@\S+|\+?\d[\d\s()-]{5,}|\b[A-Z]{2}\.(?:ENT\.)?\w{4,}\b")


#: Two tellings of one story share at least this part of their pieces of four letters.
_SHARED = 0.3


def is_retold(one: str, other: str) -> bool:
    """Return whether two texts may tell the same story, so that one is the other in other words.

    A text that was only made longer is; a second complaint shares little with the first.
    """
    pieces, others = _pieces(one), _pieces(other)
    return len(pieces & others) >= _SHARED * min(len(pieces), len(others))


def _pieces(text: str) -> set[str]:
    letters = "".join(re.findall(r"\w", normal(text, "NFKC").casefold()))
    return {letters[at : at + 4] for at in range(max(1, len(letters) - 3))}


def name_words(text: str) -> frozenset[str]:
    """Return the words of a name without accents, addresses and single letters."""
    bare = normal(_NOISE.sub(" ", text).casefold(), "NFKD")
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return frozenset(_WORD.findall(bare))


def letters_of(address: str) -> str:
    """Return the letters of the part of an address that may be made of a name."""
    local, _, domain = address.casefold().rpartition("@")
    return "".join(_WORD.findall(normal(local or domain, "NFKD")))


def signs_of(name: str, marks: Iterable[str]) -> frozenset[str]:
    """Return the signs of a customer with this name and these addresses (as marks)."""
    found = {_of_word(word) for word in name_words(name)}
    for mark in marks:
        found.update(_of_address(mark))
        if is_account_id(mark.upper()):
            found.add(HAS_ID)
    return frozenset(found)


def signs_of_writer(sender: str, addresses: Iterable[str]) -> frozenset[str]:
    """Return the signs of a writer, each of which a customer may share."""
    found = {_of_word(word) for word in name_words(sender)}
    for one in addresses:
        found.update(_of_address(one.casefold()))
    return frozenset(found)


def words_within(address: str) -> frozenset[str]:
    """Return the signs of all words that an address may be made of. None for a number."""
    if address.startswith("+"):
        return frozenset()
    letters = letters_of(address)[:_MOST]
    ends = range(2, len(letters) + 1)
    return frozenset(_of_word(letters[start:end]) for end in ends for start in range(end - 1))


def _of_word(word: str) -> str:
    return f"name {word[:_MOST]}"


def _of_address(mark: str) -> list[str]:
    if mark.startswith("+"):
        return [f"number {mark[-END:]}"]
    local = mark.rpartition("@")[0]
    return [f"local {local[:_MOST]}"] if local else []
