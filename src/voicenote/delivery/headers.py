"""The email policy: how message headers are parsed and written, with a cache.

Most headers are the same in every message of a run, and the standard library is slow with them.
"""

from __future__ import annotations

import re
from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import SMTP, EmailPolicy
from functools import lru_cache

from voicenote.errors import Refused

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
    """The standard header parsers, with a cache."""

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
        raise Refused(f"the header {name} would be two", "correct the case; nothing was sent")
    empty_group = f"?=:;{_STANDARD.linesep}"
    return (
        folded.removesuffix(empty_group) + "?= :;" + _STANDARD.linesep
        if folded.endswith(empty_group)
        else folded
    )


#: The policy for every email message.
POLICY = _Wire(linesep=SMTP.linesep, header_factory=_Headers())
