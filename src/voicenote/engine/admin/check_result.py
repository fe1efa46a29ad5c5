"""The result of one check of a set-up, and the problems of settings as results. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voicenote.errors import BadSettings


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check. If not `ok`, a person has to do what `cure` says."""

    about: str
    ok: bool
    what: str
    cure: str = ""


def fault(about: str, what: str, cure: str) -> CheckResult:
    """Return a problem."""
    return CheckResult(about, ok=False, what=what, cure=cure)


def fine(about: str, what: str) -> CheckResult:
    """Return a result without a problem."""
    return CheckResult(about, ok=True, what=what)


def settings_problems(error: BadSettings) -> Iterator[CheckResult]:
    """Yield every problem of the settings that were refused."""
    for problem in error.problems:
        place = f"line {problem.line}: " if problem.line else ""
        field = f"{problem.field}: " if problem.field else ""
        yield fault("settings", f"{place}{field}{problem.what}", problem.advice or error.advice)
    if not error.problems:
        yield fault("settings", error.what, error.advice)
