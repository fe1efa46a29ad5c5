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
_TIME = re.compile(r"\d[:.]\d\d")
#: What makes the line above a quotation a program's: an address, a time, a year, a day, or a verb.
_PROGRAMS = re.compile(
    r"@|\d[:.]\d\d|\b\d{4}\b|\d\W+(?:\w+\W+)?\d"
    r"|\b(?:wrote|writes|schrieb|schreibt|kirjutas|scris|napisał|napisała|pisze|écrit|escribió"
    r"|escreveu|scritto|schreef|skrev|kirjoitti|rakstīja|rašė|napsal|napísal|írta|написал|написала"
    r"|пишет|пише|yazdı|כתב|כתבה|نوشت|كتب|quoting|zitat|cytat)\b|写道|のメール",
    re.IGNORECASE,
)
#: What makes it the writer's own: they speak of themselves.
_FIRST_PERSON = re.compile(
    r"\b(?:I|I'm|I've|we|my|our|(?:My|Our|We)(?= [a-z\d])|[Ii]ch|[Ww]ir"
    r"|[Mm]ein[a-z]*|[Uu]nser[a-z]*|[Mm]eie|[Mm]inu|[Kk]irjutasi[nm]e?|[Ss]aatsi[nm]e?|[Ss]ain|[Ss]aime|[Ee]u"
    r"|(?:i-)?[Aa]m (?:scris|trimis|primit)|moj[ae]|nasz[ae]?|\w+(?:łem|łam|liśmy|łyśmy)"
    r"|אני|אנחנו|שלי|שלנו|כתבתי|שלחתי|קיבלתי|نوشتم|فرستادم|گرفتم)\b"
)
_BRACKETED = re.compile(r"<[^<>]{0,300}>|[^\s<>@]{1,100}@[^\s<>@]{1,100}")
_MARKS = (">", "|")
_COLONS = (":", "：")
#: A line of dashes or underscores that is as long as programs write it; people write shorter ones.
_LONG = 30
#: What programs put around lines: spaces, and invisible marks of direction.
_UNSEEN = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff \t\u00a0"
_UNMARKED = "".join(_MARKS) + _UNSEEN
_DIGIT = re.compile(r"\d")
_ENDS = (".", "!", "?", "…", ":")
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
    or "|". Answers between quoted lines are kept, and what the writer introduces in words of their
    own ("My answers:"), without its marks. `whole`: go on behind the beginning of a quotation
    without marks, and keep the lines with one mark, and the mark.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    introductions: list[str] = []
    shown = whole
    for number, line in enumerate(lines):
        bare = line.strip(_UNSEEN)
        deep = whole and bare[1:].lstrip().startswith(_MARKS)
        if shown and bare.startswith(_MARKS) and not deep:
            bare = bare.lstrip(_UNMARKED)
        if bare.startswith(_MARKS) or is_sent_line(bare) or _ADDED.search(bare[:LONGEST]):
            continue
        if bare.endswith(_COLONS) and _quoted_follows(lines, number):
            shown = whole or _introduces_own(bare)
            if not shown:
                introductions += [] if re.search(r"[@\d]", bare) else [bare]
                continue
        if _is_wrapped_introduction(lines, number, bare):
            continue
        if len(bare) <= LONGEST and not whole and _begins_quotation(lines, number, bare):
            _drop_headers(kept)
            break
        marked = line.strip(_UNSEEN).startswith(_MARKS)
        kept.append(
            f"> {bare}" if whole and marked else bare if marked or not bare else line.rstrip()
        )
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(_UNSEEN + "\r\n")
    return text or "\n".join(introductions)


def _introduces_own(line: str) -> bool:
    """Return whether the line above a quotation is in the writer's own words."""
    return _is_personal(line) or not _PROGRAMS.search(line)


def _is_personal(line: str) -> bool:
    """Return whether the writer speaks of themselves in a line, outside addresses."""
    return bool(_FIRST_PERSON.search(_BRACKETED.sub(" ", line)))


def find_wrapped(text: str) -> tuple[str, ...]:
    """Return the lines directly below marked ones: answers, or the ends of wrapped ones."""
    found: list[str] = []
    below = False
    for line in text.splitlines():
        bare = line.strip(_UNSEEN)
        quoted = bare.startswith(_MARKS)
        if below and bare and not quoted:
            found.append(bare)
        below = bool(bare) and (below or quoted)
    return tuple(dict.fromkeys(found))


def _begins_quotation(lines: list[str], number: int, bare: str) -> bool:
    return _divides(bare, _next(lines, number)) or _starts_letter(lines, number)


def _drop_headers(kept: list[str]) -> None:
    """Remove headers at the end of `kept`: some programs write the date before the sender."""
    while kept and kept[-1].strip() and _HEADER.match(kept[-1].strip()) and _DIGIT.search(kept[-1]):
        kept.pop()


def _divides(line: str, after: str) -> bool:
    """Return whether an unmarked quotation begins: a divider, or headers as Outlook writes them.

    A short line of signs alone divides only what a program wrote `after` it.
    """
    if len(line) >= 10 and not line.strip("_-"):
        programs = _HEADER.match(after) or (_PROGRAMS.search(after) and after.endswith(_COLONS))
        return len(line) >= _LONG or bool(programs)
    if line.startswith("--") and line.endswith("--"):
        return len(line) == 2 or (line[:4] == line[-4:] == "----" and len(line.strip("- ")) != 1)
    if _ABOVE.search(line) or (line.startswith("##") and line.endswith("##")):
        return True
    end = re.split(r"[<\[]", line)[-1].removeprefix("mailto:")
    if _HEADER.match(line) and _ADDRESS.fullmatch(end):
        timed = _HEADER.match(after) and _TIME.search(after)
        return bool(_FROM.match(line) or timed)
    return bool(_WROTE.fullmatch(line)) and not _is_personal(line)


def _starts_letter(lines: list[str], number: int) -> bool:
    """Return whether the headers of a letter begin, as programs without dividers write them."""
    bare = lines[number].strip()
    return bool(_FROM.match(bare)) and bool(_HEADER.match(_next(lines, number)))


def _next(lines: list[str], number: int) -> str:
    """Return the next line that isn't empty, of the next three."""
    return next((line.strip() for line in lines[number + 1 : number + 4] if line.strip()), "")


def _is_wrapped_introduction(lines: list[str], number: int, bare: str) -> bool:
    """Return whether a line is the first half of an introduction, and the next one the second.

    A sentence above a whole introduction is the writer's own.
    """
    after = lines[number + 1].strip(_UNSEEN) if number + 1 < len(lines) else ""
    if not (re.search(r"[@\d]", bare) and after.endswith(":")) or bare.endswith(_ENDS):
        return False
    whole = "@" in after and _DIGIT.search(after)
    return not whole and _quoted_follows(lines, number + 1)


def _quoted_follows(lines: list[str], number: int) -> bool:
    """Return whether the next non-empty line is quoted."""
    after = (line.strip(_UNSEEN) for line in lines[number + 1 : number + 6])
    return next(filter(None, after), "").startswith(_MARKS)
