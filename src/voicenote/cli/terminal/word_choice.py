"""Options that are one of a few words: in any case, by first letters, or as people also say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

#: What people also say, where a choice has the word that is meant.
_ALSO = {
    **dict.fromkeys(("partial", "in part"), "partly"),
    **dict.fromkeys(("unjustified", "false", "wrong"), "unfounded"),
    **dict.fromkeys(("f", "female"), "woman"),
    **dict.fromkeys(("m", "male"), "man"),
    **dict.fromkeys(("high", "severe"), "serious"),
    **dict.fromkeys(("minor", "small"), "low"),
    "fixed": "put-right",  # not "yes" and "no": what they answer depends on what was asked
    "not right": "not-yet",
    **dict.fromkeys(("silent", "silence"), "no-answer"),
    **dict.fromkeys(("mail", "e-mail", "gmail"), "email"),
    **dict.fromkeys(("money", "money back"), "refund"),
    **dict.fromkeys(("replace", "replacement"), "exchange"),
    **dict.fromkeys(("repair", "mend"), "fix"),
    **dict.fromkeys(("again", "repeat"), "redo"),
    **dict.fromkeys(("happy", "content"), "satisfied"),
    **dict.fromkeys(("du", "informal"), "familiar"),
    "sie": "formal",
}

#: Fewer letters than this may be the beginning of another word: "no" isn't "not yet".
_SHORTEST = 3


class WordChoice(click.Choice[str]):
    """One of a few words, as `pick_word` reads it."""

    def __init__(self, *words: str) -> None:
        super().__init__(words, case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word. Raises click.BadParameter."""
        return super().convert(
            pick_word(str(value), self.choices, _ALSO, _SHORTEST) or value, param, ctx
        )


def pick_word(
    said: str,
    words: Iterable[str],
    also: Mapping[str, str],
    shortest: int = 1,
    *,
    whole: bool = False,
) -> str:
    """Return the word that is meant; "" when it is none of them, or may be several.

    Case, spaces, - and _ don't matter. The first letters are enough, from `shortest` on; with
    `whole`, where anything may be said, the first whole words. `also` tells which word is meant by
    another one, which has to be said to its end.
    """
    known = {_plain(word): word for word in words}
    every = {_plain(other): word for other, word in also.items() if word in known.values()} | known
    said = _plain(said)
    if said in every or len(said) < shortest:
        return every.get(said, "")
    start = f"{said} " if whole else said
    found = {word for name, word in known.items() if name.startswith(start)}
    return found.pop() if len(found) == 1 else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
