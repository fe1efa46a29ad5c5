"""Find a person's own words in their reply, without what they quote. Pure."""

from __future__ import annotations

import re

#: A longer line cannot be a divider.
LONGEST = 300
#: A header such as "From: …", in any language; and the address that it ends with.
_HEADER = re.compile(r"\S+(?: \S+)? ?:\s")
_ADDRESS = re.compile(r"[^<>\s@]+@[^<>\s]+>")


def own_words(text: str) -> str:
    """Return what a person wrote, without what they quote.

    In every language, a quotation is introduced by a line that ends in a colon, and marked by ">".
    So no list of introductions is needed. Answers between quoted lines are kept.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        bare = line.strip().strip("\u200e\u200f\ufeff")
        if len(bare) <= LONGEST and _divides(bare):
            break
        if bare.startswith(">"):
            continue
        if bare.endswith(":") and _quoted_follows(lines, number):
            continue
        if _quoted_follows(lines, number, through=1) and re.search(r"[@\d]", bare):
            continue  # an introduction that was wrapped onto two lines
        kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _divides(line: str) -> bool:
    """Return whether an unmarked quotation begins: a divider, or headers as Outlook writes them."""
    if line.startswith("--") and line.endswith("--"):
        return len(line) == 2 or (len(line) > 5 and len(line.strip("-").strip()) != 1)
    if len(line) >= 10 and not line.strip("_"):
        return True
    end = line.rpartition("<")[2]
    return bool(_HEADER.match(line) and _ADDRESS.fullmatch(end))


def _quoted_follows(lines: list[str], number: int, through: int = 0) -> bool:
    """Return whether the next non-empty line is quoted; skip `through` lines that end in ":"."""
    for line in lines[number + 1 : number + 6]:
        bare = line.strip()
        if not bare:
            continue
        if through and bare.endswith(":"):
            through -= 1
            continue
        return bare.startswith(">") and not through
    return False
