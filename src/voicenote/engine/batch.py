"""Work on many cases, where the failure of one must not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

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

#: Errors that concern one case. Anything else (a full disk, a lock) stops them all.
OF_ONE_CASE = (RuleSaysNo, BadData, WrongUse, VoiceUnavailable)


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that failed, and why."""

    case: int
    error: VoicenoteError


def singly(
    work: Callable[[Sequence[int]], Iterable[R]], numbers: Sequence[int], size: int = 1
) -> Iterator[R | Failed]:
    """Yield what `work` yields for each case, or `Failed` for a case where it fails.

    `work` gets `size` cases at a time. When one of them fails, `work` must keep nothing of that
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
            yield Failed(chunk[0], failed)
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
