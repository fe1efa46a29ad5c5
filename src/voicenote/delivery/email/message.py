"""A parcel as an email message. Pure: the same parcel gives the same bytes.

Names, addresses and words come from customers. None of them can add a header, a part or a tag:
control characters in a header are refused, and HTML is escaped.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from email.headerregistry import Address, BaseHeader, Group
from email.message import EmailMessage
from functools import lru_cache
from html import escape

from voicenote.delivery.email.letter import Letter, in_lines
from voicenote.delivery.footer import notes_of
from voicenote.delivery.headers import POLICY
from voicenote.errors import Refused
from voicenote.model.receipt import Parcel

#: How a rendition travels: its media type. Its file is called ``voice-memo.`` and the rendition.
AUDIO = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg"}

#: The direction of our own languages, for which no pass has to load the tables of all.
_OURS = {"en": "ltr", "et": "ltr", "fa": "rtl", "he": "rtl", "pl": "ltr", "ro": "ltr"}

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def checked_key(key: str) -> str:
    """Return `key` when it is safe as a header and as the name of a folder, or raise Refused.

    Up to 120 of the letters A to Z, digits, dot, hyphen and underscore; it starts with a letter or
    a digit, and does not end with a dot.
    """
    if not _KEY.fullmatch(key) or key.endswith("."):
        raise Refused(
            f"the key {key[:40]!r} is not one that voicenote makes",
            "a key has only letters, digits, dot, hyphen and underscore, 120 at most",
        )
    return key


def build_message(
    parcel: Parcel,
    attachments: Mapping[str, bytes],
    *,
    addressed: bool = False,
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """Return `parcel` as a message: the words as text and as HTML, and the sound attached.

    `attachments` maps a rendition (``mp3``, ``m4a``, ``ogg``) to its bytes. Where `to` or `sender`
    is no email address, the header shows the name alone, as an empty group; with `addressed`, both
    must be addresses. `headers` are further ones, such as ``Reply-To``.

    Raises Refused for a control character in a header, an impossible address, Message-ID or key,
    and for words that are not Unicode text.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _sender(parcel.sender_name, parcel.sender, addressed=addressed)
    message["To"] = _mailbox("the customer", parcel.customer, parcel.to, addressed=addressed)
    message["Subject"] = _words("the subject", parcel.subject)
    message["Date"] = parcel.made_at
    message["Message-ID"] = _identifier(parcel.message_id)
    if parcel.thread:
        thread = [_identifier(each) for each in parcel.thread]
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join(thread)
    message["X-Voicenote-Key"] = checked_key(parcel.key)
    for name, value in (headers or {}).items():
        message[name] = one_line(f"the header {name}", value)
    _fill(message, parcel, attachments)
    return message


def wire(message: EmailMessage) -> bytes:
    """Return the message as it travels: CRLF at each line's end, and nothing but ASCII."""
    return message.as_bytes(policy=POLICY)


def write_letter(
    parcel: Parcel,
    attachments: Mapping[str, bytes],
    *,
    addressed: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Letter:
    """Return ``wire(build_message(…))`` of the same, byte by byte, in a fraction of its time.

    The standard library writes the letter around a short mark in place of each sound, because it
    handles the thousands of lines of a sound one by one. The words stand before the first sound,
    so that nobody can forge the last mark.
    """
    marks = {kind: hashlib.sha256(f"{parcel.key} {kind}".encode()).digest() for kind in attachments}
    rest = wire(build_message(parcel, marks, addressed=addressed, headers=headers))
    words: list[bytes] = []
    for mark in reversed(marks.values()):
        rest, _, after = rest.rpartition(in_lines(mark))
        words.append(after)
    return Letter((rest, *reversed(words)), tuple(attachments.values()))


def one_line(what: str, text: str) -> str:
    """Return `text` when it can stand in a header, or raise Refused, which names `what`."""
    if any(ord(letter) < 32 or ord(letter) in range(127, 160) for letter in text):
        raise Refused(
            f"{what} holds a line break or another control character: {text[:60]!r}",
            "correct it on the case; nothing was sent",
        )
    return _unicode(what, text)


def _words(what: str, text: str) -> str:
    """Return words for a header, as `one_line`, and as they are seen.

    Words that look like an encoded word (RFC 2047) would be decoded on their way into the header,
    line ends and all, and so could add another one. A space shows them as what they are.
    """
    return one_line(what, text).replace("=?", "= ?")


@lru_cache(maxsize=256)
def valid_address(what: str, address: str) -> str:
    """Return an email address as it travels, with its domain in ASCII (IDNA), or raise Refused.

    The part before the @ has to be ASCII: few servers take anything else. Whether the domain
    exists is not looked up; those under ``.test`` are taken.
    """
    from email_validator import EmailNotValidError, validate_email

    one_line(what, address)
    try:
        found = validate_email(
            address,
            allow_smtputf8=False,
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise Refused(
            f"the address {address[:80]!r} of {what} cannot be right: {error}",
            "correct it on the case, or choose another channel",
        ) from error
    return f"{found.local_part}@{found.ascii_domain}"


@lru_cache
def direction(language: str) -> str:
    """Return ``rtl`` or ``ltr`` for a BCP 47 tag; ``ltr`` where the language is not known."""
    if language in _OURS:
        return _OURS[language]
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError, TypeError):
        return "ltr"


def _unicode(what: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(
            f"{what} holds half a character (a lone surrogate)",
            "the text was damaged on its way here; type it again",
        ) from None
    return text


def _identifier(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Refused(
            f"{message_id[:80]!r} is no Message-ID",
            "a Message-ID looks like <something@your.domain>",
        )
    return message_id


def _mailbox(what: str, name: str, address: str, *, addressed: bool) -> Address | Group:
    name = _words(f"the name of {what}", name)
    before, at, after = address.rpartition("@")
    if addressed or (before and at and after):
        before, _, after = valid_address(what, address).rpartition("@")
        return Address(display_name=name, username=before, domain=after)
    one_line(f"the address of {what}", address)
    return Group(display_name=name.strip() or what)


@lru_cache(maxsize=64)
def _sender(name: str, address: str, *, addressed: bool) -> BaseHeader:
    """Return the header of who writes, which is the same in each letter of a pass."""
    header: BaseHeader = POLICY.header_factory(
        "From", _mailbox("the sender", name, address, addressed=addressed)
    )
    return header


def _fill(message: EmailMessage, parcel: Parcel, attachments: Mapping[str, bytes]) -> None:
    text = _unicode("the text", parcel.text).translate(_CONTROLS)
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
    """Return a language tag, or ``und`` (undetermined, BCP 47) for what cannot be one."""
    return language if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language) else "und"


def _encoding(text: str) -> str:
    """Return the shorter encoding. In both, a line can neither be too long nor be a boundary."""
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return "base64" if foreign * 3 > len(text) else "quoted-printable"


def _boundary(number: int) -> str:
    """Return a boundary: `=_` occurs in no quoted-printable and in no base64 text (RFC 2045).

    So it need not differ from letter to letter, and its header is parsed once a pass.
    """
    return f"=_voicenote_{number}"
