"""Work on many cases, where the failure of one must not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from voicenote.errors import (
    OURS,
    BadData,
    RuleSaysNo,
    VoicenoteError,
    VoiceUnavailable,
    WrongUse,
)
from voicenote.ledger.case_store import chunks

R = TypeVar("R")
Item = TypeVar("Item", "int", "CaseTask")

#: Errors that concern one case. Anything else (a full disk, a lock) stops them all.
OF_ONE_CASE = (RuleSaysNo, BadData, WrongUse, VoiceUnavailable)


@dataclass(frozen=True, slots=True)
class CaseTask:
    """What is to be done with one case, or with promise `k` of it.

    `given` is what the owner says of it, by option. `row` is its place in a file of rows, if it
    is from one: what a file says again isn't done again.
    """

    case: int
    k: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that failed, and why; `row` is its task's."""

    case: int
    error: VoicenoteError
    row: int | None = None

    @classmethod
    def of(cls, one: int | CaseTask, error: VoicenoteError) -> Failed:
        """Return the failure of a case or a task."""
        return cls(one, error) if isinstance(one, int) else cls(one.case, error, one.row)


def singly(
    work: Callable[[Sequence[Item]], Iterable[R]], numbers: Sequence[Item], size: int = 1
) -> Iterator[R | Failed]:
    """Yield what `work` yields for each case or task, or `Failed` for one that fails.

    `work` gets `size` of them at a time. When one of them fails, `work` must keep nothing of that
    group, and they are tried again one by one. Raises errors that don't concern one case.
    """
    for chunk in chunks(numbers, size):
        failed: VoicenoteError
        try:
            done = list(work(chunk))
        except OF_ONE_CASE as error:
            failed = error
        except VoicenoteError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad case must not stop the others
            failed = VoicenoteError(describe_error(error), OURS)
        else:
            yield from done
            continue
        if len(chunk) == 1:
            yield Failed.of(chunk[0], failed)
        else:
            yield from singly(work, chunk)


def parted(found: Iterable[R | Failed]) -> tuple[list[R], list[Failed]]:
    """Split what `singly` yielded into results and failures."""
    done: list[R] = []
    failed: list[Failed] = []
    for one in found:
        if isinstance(one, Failed):
            failed.append(one)
        else:
            done.append(one)
    return done, failed


def describe_error(error: Exception) -> str:
    """Return what went wrong in one line; an unexpected error says that it is our fault."""
    if isinstance(error, VoicenoteError):
        return error.what
    return f"this is our fault ({type(error).__name__}: {error})"[:200]
