"""What Telegram says about a file that a customer has sent. Pure.

https://core.telegram.org/bots/api#getfile: a bot gets files of up to 20 MB, and the link to one
works for an hour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from voicenote.delivery.http_client import Response
from voicenote.delivery.json_values import as_count, as_text
from voicenote.delivery.server_text import AGAIN, plain
from voicenote.errors import Postponed, Refused, TooLarge, VoicenoteError

#: A path on Telegram's server; a server of one's own may name a file on its own disk instead.
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*", re.ASCII)


def path_of(told: Mapping[str, Any], most: int) -> str:
    """Return the path in an answer to getFile, for a URL. Raises TooLarge, Postponed or Refused."""
    size, path = as_count(told.get("file_size")), as_text(told.get("file_path"))
    if size is not None and size > most:
        raise TooLarge("it is larger than what is kept", size=size)
    if not path:
        raise Postponed("Telegram does not say where the file is", AGAIN)
    if not _PATH.fullmatch(path) or ".." in path:
        raise Refused("Telegram's server keeps the file on its own disk", "look into the chat")
    return quote(path)


def why_not(refused: Refused) -> VoicenoteError:
    """Return what the refusal of getFile means for a file: never, or maybe later."""
    if "too big" in refused.what:
        return TooLarge("Telegram gives a bot no file of more than 20 MB", ours=False)
    if "temporarily unavailable" in refused.what:
        return Postponed(refused.what, AGAIN)
    return refused


def explain_download(said: Response, secret: str) -> VoicenoteError:
    """Return the error of a file that was not given: a new link may help."""
    return Postponed(f"Telegram answered {said.status}: {plain(said.body, secret)}", AGAIN)
