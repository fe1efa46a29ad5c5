"""Fetching files that customers have sent: the id of one gives its link, and that its bytes.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media: an id that came by the
webhook works for a week, a link for five minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from voicenote.delivery.http_client import HttpClient, Request, Response
from voicenote.delivery.json_values import as_count, as_text, parse_object
from voicenote.delivery.server_text import AGAIN, plain
from voicenote.errors import Postponed, Refused, TooLarge, VoicenoteError
from voicenote.model.attachment import FileKind, OfferedFile

#: The domains of Meta's links to files. The token is sent to no other one.
HOSTS = (".facebook.com", ".fbsbx.com", ".fbcdn.net", ".whatsapp.net")
_BROKEN = "what came is not the whole file"


@dataclass(frozen=True, slots=True)
class FileLink:
    """Where a file is for the next minutes, and what it must be; "" and None if it isn't said."""

    url: str
    media_type: str
    sha256: str
    size: int | None


def read_link(said: Response, server: str, most: int) -> FileLink:
    """Return the link in an answer, already known as a good one.

    `server` is the URL of the Cloud API. Raises TooLarge, Postponed without a link, and Refused for
    one to a host that isn't Meta's.
    """
    told = parse_object(said.body)
    size, url = as_count(told.get("file_size")), as_text(told.get("url"))
    if size is not None and size > most:
        raise TooLarge("it is larger than what is kept", size=size)
    if not url:
        raise Postponed("WhatsApp does not say where the file is", AGAIN)
    if not _is_metas(url, server):
        host = plain(url.partition("?")[0])[:60]
        raise Refused(f"WhatsApp names a place that isn't its own: {host}", "look into the chat")
    digest = as_text(told.get("sha256")).lower()
    return FileLink(url, as_text(told.get("mime_type")), digest, size)


def download(
    line: HttpClient, link: FileLink, source: str, token: str, most: int
) -> tuple[OfferedFile, Iterator[bytes]]:
    """Return a file and its bytes, which end with Postponed if they aren't those of `link`."""
    call = Request(link.url, headers={"Authorization": f"Bearer {token}"})

    def refusal(said: Response) -> VoicenoteError:
        return Postponed(f"WhatsApp answered {said.status}: {plain(said.body, token)}", AGAIN)

    def pieces() -> Iterator[bytes]:
        digest, came = hashlib.sha256(), 0
        for piece in line.download(call, most, refusal):
            digest.update(piece)
            came += len(piece)
            yield piece
        if link.sha256 not in ("", digest.hexdigest()) or came != (link.size or came):
            raise Postponed(_BROKEN, AGAIN)

    offered = OfferedFile(
        kind=FileKind.FILE, source=source, media_type=link.media_type, size=link.size
    )
    return offered, pieces()


def _is_metas(url: str, server: str) -> bool:
    """Return whether a link leads to the server of the settings, or by https to one of Meta's."""
    try:
        parts, own = urlsplit(url), urlsplit(server)
        same = (parts.scheme, parts.hostname, parts.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return False
    host = f".{parts.hostname or ''}"
    return same or (parts.scheme == "https" and parts.port in (None, 443) and host.endswith(HOSTS))
