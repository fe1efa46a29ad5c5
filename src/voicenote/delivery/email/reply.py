"""Find a person's own words in their reply, without what they quote. Pure.

Only what programs write counts here. Our own sentences are known once the case is: see
`engine.run.arrival_text`.
"""

from __future__ import annotations

import re

from voicenote.plain_text import is_sent_line

#: A longer line cannot be a divider.
LONGEST = 300
#: A header such as "From: …", in any language, perhaps in bold; and the address that it ends with.
_HEADER = re.compile(r"\*?\S+(?: \S+)?\*? ?[:：]\*?\s?")
_ADDRESS = re.compile(r"[^<>\s@]{1,300}@[^<>\s]{1,300}[>;\]]{1,3};?")
#: The first header of a quoted letter, in the languages of many mail programs.
_FROM = re.compile(
    r"\*?(?:from|von|de|da|van|fra|från|od|kellelt|saatja|lähettäjä|expeditor|nadawca|de la|מאת"
    r"|از|فرستنده|من|от|от кого|від|发件人|發件人|寄件者|差出人|送信者"
    r"|보낸 사람|kimden|gönderen|feladó|από|nuo|no|frá|odesílatel|remitente"
    r"|mittente|expéditeur)\*? ?[:：]\*?\s?\S",
    re.IGNORECASE,
)
#: A line that only programs write: an address in angle brackets, and a time or a year.
_WROTE = re.compile(r"(?=.*<[^<>\s@]+@[^<>\s]+>)(?=.*(?:\d[:.]\d\d|\b\d{4}\b)).*[:：]")
_MARKS = (">", "|")
_DIGIT = re.compile(r"\d")
#: Lines that programs add to a letter: of Outlook's apps, virus scanners, and inline PGP.
_ADDED = re.compile(
    r"\boutlook\b.{0,30}\b(?:ios|android)\b|https?://(?:www\.)?(?:aka\.ms|avast\.com)/"
    r"|^virus-free|^yahoo mail: |\breacted via gmail$|^-----BEGIN PGP SIGNED|^Hash: \w+$",
    re.IGNORECASE,
)
_ABOVE = re.compile(r"above this line|powyżej tej linii|üle(?:s)?pool seda rida", re.IGNORECASE)


def own_words(text: str, *, whole: bool = False) -> str:
    """Return what a person wrote, without what they quote.

    In every language, a quotation is introduced by a line that ends in a colon, and marked by ">"
    or "|". So no list of introductions is needed. Answers between quoted lines are kept. So is the
    line before a quotation that may be the writer's own, if it is all there is. `whole`: go on
    behind the beginning of a quotation without marks.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    introductions: list[str] = []
    for number, line in enumerate(lines):
        bare = line.strip("\u200b\u200e\u200f\ufeff \t\u00a0")
        if bare.startswith(_MARKS) or is_sent_line(bare) or _ADDED.search(bare[:LONGEST]):
            continue
        if bare.endswith((":", "：")) and _quoted_follows(lines, number):
            introductions += [] if re.search(r"[@\d]", bare) else [bare]
            continue
        if _quoted_follows(lines, number, through=1) and re.search(r"[@\d]", bare):
            continue  # an introduction that was wrapped onto two lines
        if len(bare) <= LONGEST and not whole and _begins_quotation(lines, number, bare):
            _drop_headers(kept)
            break
        kept.append(bare if not bare else line.rstrip())
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\u200b\ufeff \t\r\n\u00a0")
    return text or "\n".join(introductions)


def _begins_quotation(lines: list[str], number: int, bare: str) -> bool:
    return _divides(bare) or _starts_letter(lines, number)


def _drop_headers(kept: list[str]) -> None:
    """Remove headers at the end of `kept`: some programs write the date before the sender."""
    while kept and kept[-1].strip() and _HEADER.match(kept[-1].strip()) and _DIGIT.search(kept[-1]):
        kept.pop()


def _divides(line: str) -> bool:
    """Return whether an unmarked quotation begins: a divider, or headers as Outlook writes them."""
    if line.startswith("--") and line.endswith("--"):
        return len(line) == 2 or (len(line) > 5 and len(line.strip("-").strip()) != 1)
    if len(line) >= 10 and not line.strip("_"):
        return True
    if _ABOVE.search(line) or (line.startswith("##") and line.endswith("##")):
        return True
    end = re.split(r"[<\[]", line)[-1].removeprefix("mailto:")
    return bool(_HEADER.match(line) and _ADDRESS.fullmatch(end)) or bool(_WROTE.fullmatch(line))


def _starts_letter(lines: list[str], number: int) -> bool:
    """Return whether the headers of a letter begin, as programs without dividers write them."""
    if not _FROM.match(lines[number].strip()):
        return False
    after = next((line.strip() for line in lines[number + 1 : number + 4] if line.strip()), "")
    return bool(_HEADER.match(after))


def _quoted_follows(lines: list[str], number: int, through: int = 0) -> bool:
    """Return whether the next non-empty line is quoted; skip `through` lines that end in ":"."""
    for line in lines[number + 1 : number + 6]:
        bare = line.strip()
        if not bare:
            continue
        if through and bare.endswith(":"):
            through -= 1
            continue
        return bare.startswith(_MARKS) and not through
    return False
