"""Read what a letter says: the writer's words, labels for its files, and all of its texts. Pure."""

from __future__ import annotations

import io
import mimetypes
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from email.policy import default

from voicenote.delivery.email.charsets import decode, readings
from voicenote.delivery.email.header_fields import field as header
from voicenote.delivery.email.header_fields import limit_headers
from voicenote.delivery.email.reply import find_wrapped, own_words
from voicenote.delivery.inbound import EMPTY
from voicenote.model.attachment import SOUND_ENDINGS, FileKind, OfferedFile
from voicenote.plain_text import strip_markup

#: Media type → what a person calls it.
_KINDS = {"audio": FileKind.SOUND, "image": FileKind.PICTURE, "video": FileKind.FILM}
#: A picture within the words that has fewer bytes is a logo or a tracking pixel.
_LOGO = 30_000
#: Parts of reports, which are read elsewhere.
_SKIPPED = ("text/rfc822-headers", "text/x-voicenote-headers", "text/x-voicenote-delivery-status")
#: How deep parts within parts are read; no program nests more than a few.
_DEEPEST = 50
#: Parts that mail programs add: signatures, keys, the versions of encryption.
_UNSHOWN = (
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/pgp-keys", "application/pgp-encrypted", "text/vcard", "text/x-vcard",
)  # fmt: skip
#: Containers whose text can be found among their bytes, unless it is encrypted or packed.
_CONTAINERS = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef")
_PRINTABLE = re.compile(rb"(?:[\t\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}){4,}")
_CHARSET = re.compile(
    rb"""<meta\b[^<>]{0,200}?charset\s{0,20}=\s{0,20}["']?\s{0,20}([\w:.-]{1,40})""", re.IGNORECASE
)

_QUOTE = re.compile(r"<blockquote\b[^<>]*>|</blockquote\s*>", re.IGNORECASE)
#: Signs in their places while the other tags are taken out.
_OPENED_SIGN, _CLOSED_SIGN = "\ue010", "\ue011"
_OPENED, _CLOSED = f"<br>{_OPENED_SIGN}<br>", f"<br>{_CLOSED_SIGN}<br>"
#: The line before a quotation, as Gmail and Thunderbird mark it.
_INTRODUCTION = re.compile(
    r"""<div\b[^<>]{0,200}\bclass=["']?[^"'<>]{0,99}(?:gmail_attr|moz-cite-prefix)[^<>]{0,200}>.{0,900}?</div>""",
    re.IGNORECASE | re.DOTALL,
)
#: Where the letter that it answers begins, as Outlook, Yahoo, Proton, Zoho and Tuta mark it.
_ANSWERED = re.compile(
    r"""<\w{1,20}\b[^<>]{0,300}\b(?:id|class)=["']?[^"'<>]{0,99}(?:divRplyFwdMsg|appendonsend|yahoo_quoted"""
    r"""|reference-message|protonmail_quote|zmail_extra|tutanota_quote)""",
    re.IGNORECASE,
)
_CELL = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Contents:
    """What is in a letter: `words` its writer's own; `labels` of files; `texts` all there are.

    `whole` are the longest words with what they may quote without any mark. `wrapped` are lines
    directly below marked ones. `files` are the files that have labels, with their bytes; a letter
    within the letter is not written out.
    """

    words: str = ""
    whole: str = ""
    wrapped: tuple[str, ...] = ()
    labels: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    files: list[tuple[OfferedFile, bytes | Message]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The words with the labels of files, never empty."""
        return "\n".join(filter(None, (self.words, *dict.fromkeys(self.labels)))) or EMPTY


def read_contents(message: Message, *, cut: bool = False) -> Contents:
    """Read a letter; `cut`: only its beginning was fetched, so its last file is larger."""
    found = Contents()
    found.words = _read(message, found).strip()
    if cut and found.labels:
        found.labels[-1] = re.sub(r", (\d+ kB\])$", r", more than \1", found.labels[-1])
    if cut:
        last = found.files.pop()[0] if found.files else OfferedFile(kind=FileKind.FILE)
        found.files.append((replace(last, size=None, seconds=None), b""))
    found.texts = [text for text in dict.fromkeys(found.texts) if text.strip()]
    return found


def _read(part: Message, found: Contents, depth: int = 0) -> str:
    """Return the words in a part, and add its labels and texts to what was `found`."""
    kind, below = part.get_content_type(), depth + 1
    if kind == "multipart/alternative":
        parts = [(one.get_content_type(), _read(one, found, below)) for one in children(part)]
        return _choose(parts)
    if depth > _DEEPEST or kind in _SKIPPED:
        return ""
    if kind in ("message/rfc822", "message/global"):
        _read_enclosed(part, found, below)
        return ""
    if part.is_multipart():
        words = [_read(one, found, below) for one in children(part)]
        return "\n\n".join(filter(None, words))
    if part.get_content_maintype() == "text" and kind not in ("text/calendar", *_UNSHOWN):
        return _read_text(part, found)
    return _read_file(part, found, below)


def children(part: Message) -> list[Message]:
    """Return the parts of a part."""
    inside = part.get_payload()
    return [one for one in inside if isinstance(one, Message)] if isinstance(inside, list) else []


def _read_text(part: Message, found: Contents) -> str:
    raw, is_html = payload(part), part.get_content_type() == "text/html"
    label = str(part.get_content_charset("") or "")
    if is_html and not label and (meta := _CHARSET.search(raw[:4096])):
        label = meta[1].decode("ascii", "replace")
    plain = [html_text(one) if is_html else one for one in readings(raw, label)]
    texts = list(map(own_words, plain))
    found.wrapped += find_wrapped(plain[0])
    if any(len(one) > len(found.whole) for one in plain[:1]):
        found.whole = max(found.whole, own_words(plain[0], whole=True), key=len)
    found.texts.extend(texts)
    if is_html and not texts[0]:
        found.texts.append(own_words(strip_markup(decode(raw, label))))
    if part.get_content_disposition() == "attachment" and part.get_filename():
        _add_file(part, raw, found)
        return ""
    return texts[0]


def _read_enclosed(part: Message, found: Contents, depth: int) -> None:
    """Read a letter within the letter: its words are no answer, but may be an opt-out."""
    for inside in children(part):
        if inside["X-Voicenote-Key"]:
            continue  # a copy of one of ours
        enclosed = Contents()
        _read(inside, enclosed, depth)
        found.texts.extend(enclosed.texts)
        subject = _name(header(inside, "Subject"))
        found.labels.append(f"[a message: {subject}]" if subject else "[a message]")
        name, kind = f"{subject or 'message'}.eml", part.get_content_type()
        letter = OfferedFile(kind=FileKind.FILE, name=name, media_type=kind)
        found.files.append((letter, inside))


def _read_file(part: Message, found: Contents, depth: int) -> str:
    raw, kind = payload(part), part.get_content_type()
    if kind in _CONTAINERS and (at := raw.find(b"Content-Type:")) >= 0 and depth < _DEEPEST:
        # what is signed, but not encrypted, can be read
        inner = message_from_bytes(limit_headers(raw[at:]), policy=default)
        if words := _read(inner, found, depth):
            return words
    if kind in _CONTAINERS:
        found.texts.extend(
            one.decode(errors="replace").strip() for one in _PRINTABLE.findall(raw)[:500]
        )
    if kind not in _UNSHOWN and not _is_decoration(part, raw):
        _add_file(part, raw, found)
    return ""


def _is_decoration(part: Message, raw: bytes) -> bool:
    """Return whether a picture belongs to the letter's looks: a logo, a tracking pixel."""
    within = part["Content-ID"] and part.get_content_disposition() != "attachment"
    return bool(within) and part.get_content_maintype() == "image" and len(raw) < _LOGO


def _add_file(part: Message, raw: bytes, found: Contents) -> None:
    """Add a file with its label: `[a sound: memo.m4a, 9 s]`, `[a file: bill.pdf, 12 kB]`."""
    name = _name(_filename(part))
    kind = part.get_content_maintype()
    if kind not in _KINDS and name:
        kind = (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    if kind not in _KINDS and name.rpartition(".")[2].lower() in SOUND_ENDINGS:
        kind = "audio"  # which endings are known depends on the machine
    seconds = _seconds(raw) if kind == "audio" else None
    size = f"{seconds} s" if seconds else f"{max(1, round(len(raw) / 1000))} kB"
    called = _KINDS.get(kind, FileKind.FILE)
    found.labels.append(f"[{called.label}: {name or part.get_content_subtype()}, {size}]")
    media_type = part.get_content_type()
    offered = OfferedFile(
        kind=called, name=name, media_type=media_type, size=len(raw), seconds=seconds
    )
    found.files.append((offered, raw))


def _filename(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, TypeError, LookupError, AttributeError):  # of a broken header
        return ""


def _name(text: str) -> str:
    text = re.sub(r"[\[\]\x00-\x1f]", " ", text.encode("utf-8", "replace").decode())
    return " ".join(text.split())[:100]


def _seconds(raw: bytes) -> int | None:
    """Return how long a sound is, rounded up; None if it cannot be read."""
    import av

    with suppress(Exception), av.open(io.BytesIO(raw), mode="r") as sound:
        if sound.duration:
            return max(1, -(-sound.duration // av.time_base))
    return None


def _choose(parts: list[tuple[str, str]]) -> str:
    """Return the words of one of several versions: the plain one, unless it only announces HTML."""
    plain = next((words for kind, words in parts if kind != "text/html" and words), "")
    rich = next((words for kind, words in parts if kind == "text/html" and words), "")
    said = set(_WORD.findall(plain.casefold()))
    there = said & set(_WORD.findall(rich.casefold()))
    return rich if rich and len(there) * 2 < max(1, len(said)) else plain


def payload(part: Message) -> bytes:
    """Return the bytes of a part, decoded by its transfer encoding as far as possible."""
    with suppress(ValueError, TypeError, LookupError):
        raw = part.get_payload(decode=True)
        return raw if isinstance(raw, bytes) else b""
    return b""


def html_text(html: str) -> str:
    """Return the text of HTML, with marks at what it quotes; a divider precedes other quotes."""
    html = _QUOTE.sub(lambda tag: _CLOSED if tag[0].startswith("</") else _OPENED, html)
    html = _ANSWERED.sub(rf"<br>{'_' * 40}<br>\g<0>", _INTRODUCTION.sub(" ", html))
    return "\n".join(_mark_quotes(strip_markup(_CELL.sub(" ", html)).split("\n")))


def _mark_quotes(lines: Iterable[str]) -> Iterator[str]:
    depth = 0
    for line in lines:
        if line.strip() in (_OPENED_SIGN, _CLOSED_SIGN):
            depth = max(0, depth + (1 if line.strip() == _OPENED_SIGN else -1))
            yield ">"  # so that what introduces it is known
        else:
            yield f"{'>' * min(depth, 3)} {line}" if depth else line
