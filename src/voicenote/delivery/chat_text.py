"""What a message of a chat says: the words to show, and all that was written in it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from voicenote.model.attachment import OfferedFile

_DEEP = 7  # levels; no kind of message has more


@dataclass(frozen=True, slots=True)
class ChatText:
    """`words` are shown to the owner; `texts` is all that was written, for finding an opt-out.

    `files` came with it.
    """

    words: str
    texts: tuple[str, ...]
    files: tuple[OfferedFile, ...] = ()


def find_texts(content: object, names: Collection[str], name: str = "") -> dict[str, list[str]]:
    """Return the texts in the fields of these names, wherever they stand in `content`.

    `name` is that of the field with `content` itself.
    """
    found: dict[str, list[str]] = {}
    for field, text in _walk(content, names, name, 0):
        found.setdefault(field, []).append(text)
    return found


def first_said(found: dict[str, list[str]], order: Collection[str]) -> str:
    """Return the first text of the first of these fields that has one, on one line; or ""."""
    return " ".join(next((found[name][0] for name in order if name in found), "").split())


def _walk(
    content: object, names: Collection[str], name: str, deep: int
) -> Iterator[tuple[str, str]]:
    if isinstance(content, str) and name in names and content.strip():
        yield name, content.strip()
    if deep > _DEEP:
        return
    if isinstance(content, list):
        for each in content:
            yield from _walk(each, names, name, deep + 1)
    for field, value in content.items() if isinstance(content, dict) else ():
        yield from _walk(value, names, str(field), deep + 1)
