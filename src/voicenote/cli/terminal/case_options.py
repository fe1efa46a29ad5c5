"""Options that select cases: numbers, every case at a step, or a batch."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from voicenote.cli.terminal.batch_report import name_cases
from voicenote.cli.terminal.session import Session
from voicenote.cli.terminal.word_choice import pick_word
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace
    from voicenote.model.case import Stage

#: What is asked for when a reason gives none.
SAY_WHY = "say in a few words why it is right"
_NAME = re.compile(r"(\d{1,12})(?:\.(\d{1,12}))?")
#: The largest case number that a database can hold.
LAST_CASE = 2**31 - 1


class CaseNumber(click.IntRange):
    """The number of a case, and called that when it is wrong."""

    name = "case number"


class PromiseName(click.ParamType[tuple[int, int]]):
    """The name of a promise, ``N.K``, or of a case, ``N``: then K is 0."""

    name = "N.K"

    def __init__(self, *, alone: bool = True) -> None:
        self._alone = alone

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return (case, k)."""
        found = _NAME.fullmatch(str(value))
        case, k = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
        if not 0 < case <= LAST_CASE or k > LAST_CASE or not (k or self._alone):
            self.fail(f"{value!r} isn't a promise of a case; write it such as 3.1", param, ctx)
        return case, k


CASE = CaseNumber(1, LAST_CASE)
PROMISE = PromiseName()
case_argument = click.argument("number", type=CASE, metavar="N")
several_cases = click.argument("numbers", nargs=-1, required=True, type=CASE, metavar="N...")
fill_in_option = click.option(
    "--fill-in", is_flag=True, help="Use a synthetic voice for what you have not recorded."
)


def case_number(digits: str) -> int:
    """Return the number in `digits` (decimal). Raises WrongUse when no case can have it."""
    if len(digits) > len(str(LAST_CASE)) or not 1 <= int(digits) <= LAST_CASE:
        shown = digits if len(digits) <= 20 else f"{digits[:20]}…"
        raise WrongUse(f"{shown} isn't a case number", "see: voicenote cases")
    return int(digits)


#: Words that only agree, and so are no reason.
_NO_REASON = frozenset({
    "a", "an", "y", "yes", "yeah", "yep", "ok", "okay", "k", "n", "no", "none", "sure", "fine",
    "so", "because", "reason", "anyway",
})  # fmt: skip
_A_WORD = re.compile(r"[^\W\d_]+")
#: So many letters are a reason in writing that has no spaces.
_LETTERS_ALONE = 6
#: The least letters of the first words that tell a short reason.
_SHORTEST = 3


def is_reason(text: str) -> bool:
    """Return whether a text can be a reason: more than one word, and not only "yes, ok"."""
    words = [word for word in _A_WORD.findall(text) if word.casefold() not in _NO_REASON]
    alone = sum(unicodedata.category(letter) == "Lo" for letter in text) >= _LETTERS_ALONE
    return len(words) > 1 or alone


def reason_option(
    name: str, about: str, known: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return an option for a reason, which is trimmed, and refused when it gives none.

    `known` are short ones that are taken here, with what else they are called.
    """
    also = {other: reason for reason, others in known.items() for other in others}

    def trim(context: click.Context, parameter: click.Parameter, value: str) -> str:
        source = context.get_parameter_source(parameter.name or "")
        if not value.strip() and source is ParameterSource.COMMANDLINE:
            raise click.BadParameter(f"the reason is empty; {SAY_WHY}")
        if short := pick_word(value, known, also, _SHORTEST, whole=True):
            return short
        given = is_reason(value)
        if source is ParameterSource.COMMANDLINE and not given:
            raise click.BadParameter(f"{value.strip()!r} gives no reason; {SAY_WHY}")
        return value.strip()

    return click.option(name, metavar="REASON", default="", callback=trim, help=about)


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases that a command is for: these numbers, or all at its step, a batch, a condition."""

    numbers: Sequence[int]
    everything: bool
    batch: str | None
    where: str = ""

    @property
    def alone(self) -> bool:
        """Whether it is one case, by its number."""
        return len(self.numbers) == 1 and not (self.everything or self.batch or self.where)

    def find(self, ws: Workspace, *stages: Stage) -> list[int]:
        """Return the numbers of the cases, in order. Raises WrongUse as `select_cases` does."""
        from voicenote.engine.case.selection import select_cases

        return select_cases(
            ws,
            self.numbers,
            everything=self.everything,
            batch=self.batch,
            where=self.where,
            stages=stages,
        )

    def find_in_touch(self, session: Session, ws: Workspace, *stages: Stage) -> list[int]:
        """Return the cases, without those of opted-out customers unless they were named."""
        from voicenote.engine.case.selection import find_opted_out

        meant = self.find(ws, *stages)
        gone = [] if self.numbers else find_opted_out(ws, meant)
        if gone:
            session.screen.note(
                f"{len(gone)} left out, because the customers have opted out: {name_cases(gone)}"
            )
        return [number for number in meant if number not in set(gone)]


def cases_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``N…`` and the options that choose cases; the command gets them as a `Selection`."""

    @wraps(command)
    def select(
        *args: Any,
        numbers: Sequence[int],
        everything: bool,
        batch: str | None,
        where: str,
        **given: Any,
    ) -> Any:
        return command(*args, selection=Selection(numbers, everything, batch, where), **given)

    click.argument("numbers", nargs=-1, type=CASE, metavar="[N]...")(choosing_options(select))
    return select


def choosing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--all``, ``--batch NAME`` and ``--where CONDITION``."""
    for option in (
        click.option(
            "--where",
            metavar="CONDITION",
            default="",
            help="""Those that meet it, such as 'stage = closed and harm > 20'.""",
        ),
        click.option("--batch", metavar="NAME", help="All cases of an import."),
        click.option("--all", "everything", is_flag=True, help="All cases that are at this step."),
    ):
        option(command)
    return command
