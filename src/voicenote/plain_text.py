"""A person's own words, without what programs put around them: tags, links, signatures. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Mapping
from functools import cache
from html import unescape
from importlib import resources

_MARKUP = re.compile(r"<[/!?A-Za-z@]|&#?\w")
#: What a page never shows; a part of it that isn't closed goes on to the end.
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(style|script|head|title|template)\b[^<>]*>.*?(?:(</\1\s*>)|(?=(<body\b))|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(
    r"</?(?:br|hr|p|div|li|[uod]l|d[dt]|tr|table|h[1-6]|blockquote|pre|section|article)\b",
    re.IGNORECASE,
)
#: What may be a tag, with > in the values of its attributes; or one that the end of the text cuts.
_TAG = re.compile(
    r"""<(/?)([A-Za-z][\w-]*)(?=[\s/>])((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>"""
    r"|<(/?)([A-Za-z][\w-]*)((?:[\s/][^<>]*)?)(?:>|\Z)"
)
#: Marks that are no words: of Word's HTML, declarations, and those by which Slack names people.
_MARK = re.compile(
    r"""</?(?:o|v|w|m|x|st1|svg|fb):\w(?:[^<>"']|"[^"<]*"|'[^'<]*')*>"""
    r"|</?(?:o|v|w|m|x|st1|svg|fb):\w[^<>]*>|<\?xml[^<>]*>|<@\w[^<>]*>"
    r"|<!(?:\[|doctype|here|channel|everyone|subteam)[^<>]*>",
    re.IGNORECASE,
)
#: Tags that are no words in brackets, as <code> or <name> may be where nothing closes it.
_NAMES = """
a abbr acronym b bdi bdo blockquote body br colgroup dd del dfn div dl dt em fieldset figcaption
font h1 h2 h3 h4 h5 h6 head hr html i iframe img ins kbd li meta nobr noscript ol p pre q rp rt ruby
s samp span strike strong sub sup svg table tbody td textarea tfoot th thead tr tt u ul wbr
"""
_TAGS = frozenset(_NAMES.split())
#: The attributes of a tag: with a value, or one of the few that have none.
_VALUED = re.compile(r"""\s[\w:@.-]+\s?=\s?["'#/\w]""")
_BARE_ATTRIBUTES = re.compile(
    r"(?:[\s/]+(?:nowrap|noshade|compact|hidden|disabled|checked|[a-z]{1,20}-[a-z-]{1,20}))*[\s/]*"
)
_MAILTO = re.compile(r"(?<!\S)<mailto:([^<>\s|?]{1,320})>")
_ENTITY = re.compile(r"&(?:#x?[0-9a-f]{1,8}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_SLACK = re.compile(r"<(?:https?:|mailto:|[#@!])[^<>|\s]*\|([^<>\n]{0,200})>")

_PICTURE = re.compile(
    r"!\[[^\]\n]{0,200}\]\([^()\s]{0,2000}\)"
    r"|\[(?:cid|image|img|inline image|attachment|logo)\b[^\]\n]{0,200}\]"
    r"|^\[[^\]\n]{1,200}\]: ?(?:https?:|mailto:|www\.)\S+",
    re.IGNORECASE | re.MULTILINE,
)
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]{0,200})\]\([^()\s]{1,2000}(?: \"[^\"\n]{0,200}\")?\)")
_LINK = re.compile(
    r"(?:\b(?:https?|ftp)://|\bwww\.|\b(?:mailto|tel):(?=\S)"
    r"|(?<![\w@.])[a-z0-9][\w-]{0,62}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,24}/(?=[\w?#~]))"
    r"[^\s<>\"]*[^\s<>\".,;:!?)\]}'’»”…]",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.+/-])@\w[\w.]{0,38}\w(?:@[\w.-]+\w)?|(?<![\w/])/?u/[\w-]{3,20}\b")
_WORD = re.compile(r"\S+")
_HASHTAG = re.compile(r"#[^\W\d]\w*")
_HASH = re.compile(r"(?<![\w&])#(?=[^\W\d])")
_STARRED = re.compile(
    r"(?<![\w*_])(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)([^*_`~\n]{1,500})(?<=\S)\1(?![\w*_])"
)
_HOLLOW = re.compile(r"\(\s*\)|\[\s*\]|<\s*>|\{\s*\}")

_TRANSLATED = re.compile(r"\([^()\n]{1,40}\bGoogle\)|\(Google[^()\n]{1,40}\)")
_ORIGINAL = re.compile(
    r"\((?:original\w*|oryginał|originaal|מקור|المتن الأصلي|متن اصلی)\)", re.IGNORECASE
)
_DIVIDER = re.compile(r"--\s*|-{4,}\s?\w[^-]{2,40}-{4,}|_{10,}|-{10,}|={10,}")
_QUOTING = re.compile(r".{0,200}[\d@].{0,100}:")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_BARE = re.compile(r"^[\W_]+|[\W_]+$")
#: How many lines a signature has at most, and how long each of them is.
_SIGNATURE_LINES, _SIGNATURE_WIDTH = 10, 100


def strip_markup(text: str) -> str:
    """Return the text of HTML, with a line for each block. Plain text stays as it is.

    Markup that was escaped, even twice, is undone too. A word or an address in angle brackets is
    the writer's, and stays.
    """
    for _ in range(4):
        if not _MARKUP.search(text):
            return text
        before = text
        text = _SLACK.sub(r"\1", _MAILTO.sub(r"\1", _UNSEEN.sub(_drop_unseen, text)))
        text = unescape(_strip_tags(text))
        if text == before:
            break
    return _ENTITY.sub(" ", _strip_tags(text))


def _drop_unseen(found: re.Match[str]) -> str:
    """Return what is left of a style or title: all, if it is a word in brackets and no page's."""
    shown = found[1] and not (found[2] or found[3] or "{" in found[0])
    return found[0] if shown else " "


def _strip_tags(text: str) -> str:
    """Return `text` without tags, and with a line break for those of blocks."""
    if "<" not in text:
        return text
    named = [(one[1] or one[4], (one[2] or one[5]).lower()) for one in _TAG.finditer(text)]
    paired = {name for slash, name in named if slash} & {name for slash, name in named if not slash}

    def stripped(tag: re.Match[str]) -> str:
        if not _is_tag(tag, paired):
            return tag[0]
        return "\n" if _BLOCK.match(tag[0]) else ""

    return _MARK.sub("", _TAG.sub(stripped, text))


def _is_tag(tag: re.Match[str], paired: Container[str]) -> bool:
    """Return whether this is markup rather than a word in brackets; `paired` are closed tags."""
    slash, name, rest = tag[1] or tag[4], (tag[2] or tag[5]).lower(), tag[3] or tag[6] or ""
    if _VALUED.search(rest):
        return True
    if not tag[0].endswith(">") and not slash and len(name) == 1:
        return False
    return (name in _TAGS or name in paired) and bool(_BARE_ATTRIBUTES.fullmatch(rest))


def strip_links(text: str) -> str:
    """Return `text` without links, pictures, handles (@name) and marks of emphasis."""
    if "[" in text:
        text = _MARKDOWN_LINK.sub(r"\1", _PICTURE.sub(" ", text))
    if "/" in text or "www." in text.lower() or ":" in text:
        text = _LINK.sub("", text)
    if "@" in text or "u/" in text:
        text = _HANDLE.sub("", re.sub(r"^RT (?=@)", "", text))
    if "#" in text:
        text = _HASH.sub("", _cut_hashtags(text))
    if any(sign in text for sign in "*_`~"):
        text = _STARRED.sub(r"\2", text)
    return _HOLLOW.sub("", text)


def _cut_hashtags(text: str) -> str:
    """Return `text` without the hashtags at its end; they stay if there is nothing before them."""
    for word in reversed(list(_WORD.finditer(text))):
        if not _HASHTAG.fullmatch(word[0]):
            return text[: word.end()] if word.end() < len(text.rstrip()) else text
    return text


def read_person(text: str) -> str:
    """Return what a person wrote: without markup, links, greeting, signature and quoted letters.

    Of a review that Google translated, the original stays. Where nothing would be left, the
    greeting and the signature stay.
    """
    text = _choose_original(strip_markup(text))
    text = _tidy(strip_links(text))
    return _cut_greeting(_cut_ending(text)) or text


def has_message(text: str) -> bool:
    """Return whether a letter says anything besides a greeting and a signature."""
    lines = [line for line in _tidy(text).split("\n") if any(map(str.isalnum, line))]
    for _ in range(2):
        found = _greeting().match(lines[0]) if lines else None
        if not found or found.end() < len(lines[0]):
            break
        lines = lines[1:]
    return bool(lines) and not (_closes(lines[0]) and _is_short(lines[1:]))


def _tidy(text: str) -> str:
    """Return `text` with single spaces, at most one empty line, and no space before a comma."""
    lines = _SPACES.sub(" ", _INVISIBLE.sub("", text)).replace("\r\n", "\n").split("\n")
    text = "\n".join(line.strip() for line in lines)
    text = re.sub(r"(?<=\w) +(?=[,.;:!?](?:\s|$))", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip(" \n,;")


def _choose_original(text: str) -> str:
    if "Google" not in text or not (mark := _TRANSLATED.search(text)):
        return text
    original = _ORIGINAL.search(text, mark.end())
    if original:
        return text[original.end() :]
    return text[: mark.start()] if text[: mark.start()].strip() else text[mark.end() :]


def _cut_greeting(text: str) -> str:
    rest = text
    for _ in range(2):
        found = _greeting().match(rest)
        if not found or not found.end() or not rest[found.end() :].strip():
            break
        rest = rest[found.end() :].lstrip()
    return rest if rest is text else rest[:1].upper() + rest[1:]


def _cut_ending(text: str) -> str:
    """Return `text` up to its signature, or the letter that it quotes."""
    lines = text.split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line.startswith((">", "##-")) or is_sent_line(line):
            continue
        if kept and (_DIVIDER.fullmatch(line) or line.casefold().startswith(_listed("endings"))):
            break
        if kept and _QUOTING.fullmatch(line) and _next(lines, number).startswith(">"):
            break
        if kept and _closes(line) and _is_short(lines[number + 1 :]):
            break
        kept.append(line)
    if kept and len(sentences := _SENTENCE_END.split(kept[-1])) > 1 and is_sent_line(sentences[-1]):
        kept[-1] = kept[-1][: -len(sentences[-1])]
    return "\n".join(kept).strip()


def _next(lines: list[str], number: int) -> str:
    return next((line for line in lines[number + 1 :] if line), "")


def _is_short(lines: list[str]) -> bool:
    filled = [line for line in lines if line]
    return len(filled) <= _SIGNATURE_LINES and all(len(one) <= _SIGNATURE_WIDTH for one in filled)


def is_sent_line(line: str) -> bool:
    """Return whether a device says that it sent this ("Sent from my iPhone")."""
    if not 8 < len(line) <= 90:
        return False
    folded = _BARE.sub("", line.casefold())
    return folded.startswith(_listed("sent")) and any(one in folded for one in _listed("devices"))


def _closes(line: str) -> bool:
    """Return whether a letter ends here: "Best regards", "Thanks, Kai"."""
    if len(line) > 60:
        return False
    folded = line.casefold()
    first, comma, name = folded.partition(",")
    if _BARE.sub("", first) in (*_listed("thanks"), *_listed("closings")):
        return len(name.split()) <= 4
    closing = next((one for one in _listed("closings") if folded.startswith(f"{one} ")), None)
    return bool(closing and not comma and len(folded[len(closing) :].split()) <= 3)


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    text = resources.files("voicenote").joinpath("boilerplate.toml").read_text("utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text).items()}


def _listed(name: str) -> tuple[str, ...]:
    return _table()[name]


@cache
def _greeting() -> re.Pattern[str]:
    """Return the pattern of a greeting at the start of a text."""
    opening, whom = (
        "|".join(re.escape(one) for one in sorted(_listed(name), key=len, reverse=True))
        for name in ("greetings", "addressees")
    )
    person = rf"(?:(?i:{whom})(?!\w)|(?![\d_])[^\W\d_a-zà-ÿ\u0590-\u07ff][\w.'’-]{{0,30}})"
    end = r"\s*(?:[,!.:;،\-–—]+(?!\w)|\n|\Z)\s*"
    return re.compile(rf"(?:(?i:{opening}))(?!\w)(?:[ ,،/]{{1,3}}{person}){{0,5}}{end}")
