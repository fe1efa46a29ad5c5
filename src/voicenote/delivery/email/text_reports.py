"""Recognize delivery reports that are only words, in any language, and read what is sure. Pure.

The words of other languages aren't read. That it is a report shows in who wrote it, in the null
return path and in the letter that it returns. What happened, only a status code tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.policy import default

from voicenote.delivery.email.charsets import decode
from voicenote.delivery.email.contents import children, payload
from voicenote.plain_text import strip_markup

#: Local parts of addresses from which only mail servers write: Postfix, Sendmail, Exim, qmail and
#: Gmail (mailer-daemon), MDaemon, Yandex and others in other spellings, and Exchange (its own name
#: and 32 digits: learn.microsoft.com, "ExternalPostmasterAddress"). People are postmasters, too.
_SERVERS = re.compile(
    r"(?:mailer|mail)[-_.]?da?emon|mda?emon|smtp[-_.]?da?emon|microsoftexchange[0-9a-f]{32}"
    r"|mail[-_.]?delivery[-_.]?(?:sub)?system",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?<![\w.+-])([\w.+-]+)@")
#: Headers with which a returned letter begins where it stands among the words of the report.
_RETURNED = re.compile(
    r"^[>|\s]{0,20}(?:Return-Path|Received|Message-ID|DKIM-Signature|ARC-Seal|MIME-Version"
    r"|X-Voicenote-Key|Authentication-Results|Content-Type|Delivered-To|X-Mailer)[ \t]?:",
    re.IGNORECASE | re.MULTILINE,
)
_OURS = re.compile(r"^X-Voicenote-Key[ \t]?:", re.IGNORECASE | re.MULTILINE)
_QUOTING = re.compile(r"^[>|][> |]*", re.MULTILINE)
#: Where servers write a code: first in a line, after a sign or one of these words. Dates, sums and
#: versions ("Exim 4.94.2") stand elsewhere.
_FIRST = r"^[\s>*•-]{0,20}"
_WORD = r"\b(?:smtp|e?smtp|status|code|error|dsn|reply|response)\b\s{0,3}[:=]?\s{0,3}"
#: A reply of RFC 5321, 4.2.3 (and its successors), no size or sum.
_REPLY = (
    r"(?P<reply>4(?:21|5[0-5])|5(?:0[0-4]|2[1-3]|3[0-8]|41|5[0-6]|71))"
    r"(?=[\s:;,)\]-]|$)(?!\s{0,3}(?:[kmg]i?b|bytes?|eur|euro|usd|zł|[€$£₪])\b)"
)
#: A status of RFC 3463, 3: class, subject, detail.
_STATUS = r"[45]\.[0-7]\.\d{1,3}(?![.\d])"
_CODE = re.compile(
    rf"(?:{_FIRST}|[:#(\[<=|\"'«„“]\s{{0,3}}|{_WORD}){_REPLY}(?:[\s-]{{1,3}}#?(?P<fuller>{_STATUS}))?"
    rf"|(?:{_FIRST}|[#(\[]\s?|{_WORD})(?P<status>{_STATUS})",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"(?<![\w.+=-])[\w.+=-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
#: The most characters of a report that are read.
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class TextReport:
    """The words of a report, and the letter that it returns among them ("" for none)."""

    words: str
    returned: str

    @property
    def headers(self) -> Message:
        """The headers of the returned letter."""
        return message_from_string(self.returned, policy=default)

    @property
    def lasts(self) -> bool | None:
        """Whether a status code says that it failed for good, or for now; None without a code."""
        found = _CODE.finditer(self.words)
        codes = [one["fuller"] or one["reply"] or one["status"] for one in found]
        return any(code.startswith("5") for code in codes) if codes else None

    @property
    def recipient(self) -> str:
        """The only address that its words name, beside those of servers; or ""."""
        named = {one.strip(".").lower() for one in _ADDRESS.findall(self.words)}
        named = {one for one in named if not is_server(one) and not one.startswith("postmaster@")}
        return named.pop() if len(named) == 1 else ""


def read_text_report(message: Message) -> TextReport:
    """Return the words of a report and the letter in them; attached letters are left out."""
    text = "\n".join(_texts(message))[:_MOST]
    start = _RETURNED.search(text)
    if start is None:
        return TextReport(text, "")
    returned = _QUOTING.sub("", text[start.start() :]).lstrip()
    return TextReport(text[: start.start()], returned)


def is_server(sender: str) -> bool:
    """Return whether only a mail server writes from this address (or From header)."""
    local = _LOCAL.search(sender)
    return local is not None and bool(_SERVERS.fullmatch(local[1]))


def returns_ours(message: Message) -> bool:
    """Return whether it holds a letter of ours with its headers, as reports do."""
    report = read_text_report(message)
    if _OURS.search(report.returned):
        return True
    enclosed = (one for part in message.walk() for one in _enclosed(part))
    return any(one["X-Voicenote-Key"] for one in enclosed)


def _enclosed(part: Message) -> list[Message]:
    return children(part) if part.get_content_type() in ("message/rfc822", "message/global") else []


def _texts(part: Message, depth: int = 0) -> list[str]:
    kind = part.get_content_type()
    if kind.startswith("message/") or depth > 10:
        return []
    if part.is_multipart():
        below = [(one.get_content_type(), _texts(one, depth + 1)) for one in children(part)]
        if kind == "multipart/alternative":
            plain = [texts for name, texts in below if name == "text/plain" and any(texts)]
            return plain[0] if plain else [text for _, texts in below for text in texts]
        return [text for _, texts in below for text in texts]
    if kind not in ("text/plain", "text/html"):
        return []
    text = decode(payload(part), str(part.get_content_charset("") or ""))
    return [strip_markup(text) if kind == "text/html" else text]
