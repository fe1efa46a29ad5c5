"""Build the email message of a parcel. Pure: the same parcel gives the same bytes.

Names, addresses and words come from customers. None of them can add a header, a part or an HTML
tag: control characters in a header are refused, and HTML is escaped.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from email.headerregistry import Address, BaseHeader, Group, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import lru_cache
from html import escape

from voicenote.delivery.content import AUDIO, notes_of
from voicenote.delivery.letter import Letter, in_lines
from voicenote.delivery.parcel_checks import (
    CONTROLS,
    check_address,
    is_email,
    require_one_line,
    validate_parcel,
)
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

#: The direction of our own languages, which spares a run from loading the tables of all others.
_OURS = {"en": "ltr", "et": "ltr", "fa": "rtl", "he": "rtl", "pl": "ltr", "ro": "ltr"}
#: Headers that hold identifiers, which may be long and must never be encoded.
_PLAIN = {"message-id", "in-reply-to", "references", "x-voicenote-key", "list-unsubscribe"}

#: A line end that isn't a fold: what follows it would become a header of its own.
_BROKEN = re.compile(r"[\r\n](?![\r\n \t]|\Z)")


class _Wire(EmailPolicy):
    """The standard SMTP policy, with two corrections to how headers are written.

    The standard policy would encode, and so break, a long identifier. It also leaves out the space
    that RFC 2047 requires between the encoded name of an empty group and its colon.
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _PLAIN:
            return f"{name}: " + f"{self.linesep} ".join(value.split()) + self.linesep
        return _fold_header(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


class _Headers(HeaderRegistry):
    """The standard header parsers, with a cache: most headers are the same all through a run."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = lru_cache(maxsize=64)(super().__getitem__)
        self._known = lru_cache(maxsize=512)(super().__call__)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        return self._kind(name.lower())

    def __call__(self, name: str, value: object) -> BaseHeader:
        return self._known(name, value) if type(value) is str else super().__call__(name, value)


_STANDARD = EmailPolicy(linesep=SMTP.linesep)


@lru_cache(maxsize=512)
def _fold_header(name: str, value: str) -> str:
    folded = str(_STANDARD.fold(name, value))
    if _BROKEN.search(folded):  # however it was done, no value may become another header
        raise Refused(
            f"the header {name} would be there twice", "correct the case; nothing was sent"
        )
    empty_group = f"?=:;{_STANDARD.linesep}"
    return (
        folded.removesuffix(empty_group) + "?= :;" + _STANDARD.linesep
        if folded.endswith(empty_group)
        else folded
    )


#: The policy for every email message.
POLICY = _Wire(linesep=SMTP.linesep, header_factory=_Headers())


def build_message(
    parcel: Parcel, attachments: Mapping[str, bytes], headers: Mapping[str, str] | None = None
) -> EmailMessage:
    """Return `parcel` as an email: the words as text and HTML, and the sound attached.

    `attachments` maps a rendition (``mp3``, ``m4a``, ``ogg``) to its bytes. If `to` or `sender`
    isn't an email address, its header shows only the name, as an empty group. `headers` are added,
    such as ``Reply-To``. Raises Refused as `validate_parcel` does, and for a control character in
    one of `headers`.
    """
    validate_parcel(parcel)
    message = EmailMessage(policy=POLICY)
    message["From"] = _sender(parcel.sender_name, parcel.sender)
    message["To"] = _mailbox("the customer", parcel.customer, parcel.to)
    message["Subject"] = _words(parcel.subject)
    message["Date"] = parcel.made_at
    message["Message-ID"] = parcel.message_id
    if parcel.thread:
        message["In-Reply-To"] = parcel.thread[-1]
        message["References"] = " ".join(parcel.thread)
    message["X-Voicenote-Key"] = parcel.key
    for name, value in (headers or {}).items():
        message[name] = require_one_line(f"the header {name}", value)
    _fill(message, parcel, attachments)
    return message


def wire(message: EmailMessage) -> bytes:
    """Return the message as bytes for sending: ASCII only, with CRLF line ends."""
    return message.as_bytes(policy=POLICY)


def write_letter(
    parcel: Parcel, attachments: Mapping[str, bytes], headers: Mapping[str, str] | None = None
) -> Letter:
    """Return the same bytes as ``wire(build_message(…))``, in a fraction of the time.

    The standard library handles the thousands of lines of a sound one by one. So it writes the
    message around a short mark in place of each sound. The marks are searched from the end, and the
    words come before the first sound, so no one can forge a mark.
    """
    marks = {kind: hashlib.sha256(f"{parcel.key} {kind}".encode()).digest() for kind in attachments}
    rest = wire(build_message(parcel, marks, headers))
    words: list[bytes] = []
    for mark in reversed(marks.values()):
        rest, _, after = rest.rpartition(in_lines(mark))
        words.append(after)
    return Letter((rest, *reversed(words)), tuple(attachments.values()))


def _words(text: str) -> str:
    """Return `text` for a header, with encoded words left visible.

    Text that looks like an encoded word (RFC 2047) would be decoded in the header, line ends
    included, and so could add another header. An extra space prevents that.
    """
    return text.replace("=?", "= ?")


@lru_cache
def direction(language: str) -> str:
    """Return ``rtl`` or ``ltr`` for a BCP 47 tag; ``ltr`` for an unknown language."""
    if language in _OURS:
        return _OURS[language]
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError, TypeError):
        return "ltr"


def _mailbox(what: str, name: str, address: str) -> Address | Group:
    if not is_email(address):
        return Group(display_name=_words(name).strip() or what)
    before, _, after = check_address(what, address).rpartition("@")
    return Address(display_name=_words(name), username=before, domain=after)


@lru_cache(maxsize=64)
def _sender(name: str, address: str) -> BaseHeader:
    """Return the From header, which is the same in every message of a run."""
    header: BaseHeader = POLICY.header_factory("From", _mailbox("the sender", name, address))
    return header


def _fill(message: EmailMessage, parcel: Parcel, attachments: Mapping[str, bytes]) -> None:
    text = parcel.text.translate(CONTROLS)
    notes = notes_of(parcel, attached=bool(attachments))
    plain = "\n\n".join(
        ["\n".join(text.splitlines()), *(["-- \n" + "\n".join(notes)] if notes else [])]
    )
    message.set_content(plain + "\n", cte=_encoding(plain))
    html = _html(parcel.language, text, notes)
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    for part in message.iter_parts():
        part["Content-Language"] = _tag(parcel.language)
    for rendition, sound in attachments.items():
        maintype, subtype = AUDIO[rendition].split("/")
        name = f"voice-memo.{rendition}"
        message.add_attachment(sound, maintype=maintype, subtype=subtype, filename=name)
    for number, part in enumerate(message.walk()):
        del part["MIME-Version"]
        if part.is_multipart():
            part.set_boundary(_boundary(number))
    message["MIME-Version"] = "1.0"


def _html(language: str, text: str, notes: list[str]) -> str:
    words = "\n".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    below = "<br>\n".join(escape(note) for note in notes)
    return (
        f'<!DOCTYPE html>\n<html lang="{_tag(language)}" dir="{direction(language)}">\n'
        '<head><meta charset="utf-8"></head>\n<body>\n'
        f"{words}\n" + (f"<p><small>{below}</small></p>\n" if below else "") + "</body>\n</html>\n"
    )


def _tag(language: str) -> str:
    """Return a language tag, or ``und`` (undetermined, BCP 47) if `language` isn't one."""
    return language if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language) else "und"


def _encoding(text: str) -> str:
    """Return the shorter encoding. Both avoid lines that are too long or look like a boundary."""
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return "base64" if foreign * 3 > len(text) else "quoted-printable"


def _boundary(number: int) -> str:
    """Return a boundary with `=_`, which never occurs in quoted-printable or base64 (RFC 2045).

    So it can be the same in every message, and its header is parsed once a run.
    """
    return f"=_voicenote_{number}"
