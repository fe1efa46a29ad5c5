"""Reports on many cases: which, what failed for some of them, and what is held."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from voicenote.cli.terminal.session import Session
from voicenote.counting import count_of

if TYPE_CHECKING:
    from pathlib import Path

    from voicenote.engine.memo.render_case import Rendered
    from voicenote.engine.singly import Failed

T = TypeVar("T")

#: How many reasons are shown, and how many cases are named for each; ``--json`` has all.
SHOWN = 20
NAMED = 10


def name_cases(numbers: Sequence[int], most: int = NAMED) -> str:
    """Return the numbers of the first few cases, and a count: ``cases 3, 4 and 7 more``."""
    listed = ", ".join(map(str, numbers[:most]))
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return f"{'case' if len(numbers) == 1 else 'cases'} {listed}{more}"


def report_cases(
    session: Session,
    numbers: Sequence[int],
    done: Sequence[T],
    failed: Sequence[Failed],
    as_data: Callable[[T], dict[str, Any]],
    tell: Callable[[], None],
) -> int:
    """Print what was done for cases and what failed; return the exit code.

    `tell` prints what was done, without ``--json``. The error of a single case is raised, so that
    the command ends with its exit code.
    """
    if len(numbers) == 1 and failed:
        raise failed[0].error
    if session.json:
        session.screen.data([*map(as_data, done), *map(failed_data, failed)])
    else:
        tell_failed(session, failed)
        tell()
    return 1 if failed else 0


def failed_data(one: Failed) -> dict[str, Any]:
    """Return a failure as data for ``--json``."""
    data: dict[str, Any] = {"case": one.case, "error": one.error.what, "advice": one.error.advice}
    return {**data, "missing": list(one.error.missing)} if one.error.missing else data


def tell_failed(session: Session, failed: Sequence[Failed]) -> None:
    """Print what failed: one line for each reason, with its cases."""
    reasons: dict[str, list[Failed]] = {}
    for one in failed:
        reasons.setdefault(_without_number(one), []).append(one)
    for reason, alike in list(reasons.items())[:SHOWN]:
        if len(alike) == 1:
            session.screen.warn(named_once(alike[0].case, alike[0].error.in_one_line))
        else:
            session.screen.warn(f"{name_cases([one.case for one in alike])}: {reason}")
        session.screen.warn(*_list_missing(alike))
    if len(reasons) > SHOWN:
        session.screen.warn(f"… and {len(reasons) - SHOWN} other reasons; --json shows all")


def _list_missing(failed: Sequence[Failed]) -> list[str]:
    """Return what these lack, each once with how many lack it, the most frequent first."""
    if len(failed) == 1:
        return [f"  - {text}" for text in failed[0].error.missing]
    # only where it is the case's number: "0 of 3 questions" isn't about case 3
    lacks = Counter(
        re.sub(rf"((?:voicenote [a-z -]{{1,60}}|amends |case )){one.case}\b", r"\1N", text)
        for one in failed
        for text in one.error.missing
    )
    return [f"  - {count} of them: {text}" for text, count in lacks.most_common(SHOWN)]


def named_once(case: int, text: str) -> str:
    """Return a text about a case with its number in front, and not again further on."""
    number = rf"case {case}\b(?!\.)"
    text = re.sub(rf"(?<=[a-z]) (?:of|for) {number}", "", text)
    return text if re.match(number, text) else f"case {case}: {text}"


def _without_number(one: Failed) -> str:
    """Return the reason without its case's number, so the same reason is shown once."""
    return re.sub(rf"\b{one.case}\b", "N", one.error.in_one_line)


def list_some(lines: Sequence[str]) -> list[str]:
    """Return the first of many lines to show, and how many more there are."""
    more = [f"… and {len(lines) - SHOWN} more: voicenote show N"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def memo_data(home: Path, one: Rendered) -> dict[str, Any]:
    """Return a memo for ``--json``, with the full paths of its files."""
    memo = one.memo
    return {
        "case": one.case,
        "made": one.made,
        "why": one.why,
        "voice": memo.voice,
        "synthetic": memo.synthetic.value != "no",
        "synthetic_part": memo.synthetic.value,
        "without_sound": memo.unheard,
        "duration_s": round(memo.duration_s, 2),
        "loudness_lufs": memo.loudness_lufs,
        "files": {name: str(home / file) for name, file in memo.files.items()},
        "sha256": memo.sha256,
        "listening": asdict(memo.listening),
        "note": one.note,
    }


def describe_hold(held: int, cases: Sequence[int], uncertain: int) -> Iterator[str]:
    """Yield what is held in a copied ledger, and what to do about it."""
    if held:
        yield (
            f"{count_of(held, 'message is', 'messages are')} held, because they may have been sent "
            "since the copy was made: "
            f"{name_cases(cases)}.\nCheck each, then let it go on: voicenote plan N --resume"
        )
    if uncertain:
        yield (
            f"{count_of(uncertain, 'was', 'were')} being sent when the copy was made. You decide: "
            "voicenote mark-sent N, or voicenote resend N"
        )
