"""Composing the memos of many cases: what they need is read, and kept, for a group at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.engine.case.case_script import composition, memo_kind
from voicenote.engine.memo.drafting import (
    BY_TEMPLATE,
    Drafted,
    Kept,
    compose_for,
    context_of,
    keep_all,
    today_of,
)
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store, scripts, touches
from voicenote.ledger.store import Transaction
from voicenote.script.failure import unsaid_failure

#: So many cases are kept in one transaction.
_GROUP = 100


def compose_cases(
    ws: Workspace, numbers: Sequence[int], *, template: str = "", language: str = ""
) -> Iterator[Drafted]:
    """Compose the memo's script of each case, yielding as it goes; the same words change nothing.

    Raises WrongUse for a number without a case, ImpossibleTransition for a case whose memo was
    sent, RuleSaysNo and BadData as the script stage does.
    """
    for group in case_store.chunks(list(dict.fromkeys(numbers)), _GROUP):
        with ws.ledger.write() as tx:
            done = _compose_group(ws, tx, group, template, language)
        yield from done


def _compose_group(
    ws: Workspace, tx: Transaction, numbers: Sequence[int], template: str, language: str
) -> list[Drafted]:
    cases = case_store.load(tx, numbers)
    heard = touches.answers_of(tx, numbers)
    before = scripts.drafts(tx, numbers)
    kept: list[Kept] = []
    done: list[Drafted] = []
    for number in numbers:
        case = cases.get(number) or case_store.get(tx, number)
        answers = tuple(said for round_, said in heard.get(number, ()) if round_ < case.round)
        day, found = today_of(ws, tx, case), before.get((number, case.round))
        facts = context_of(
            ws, case, memo_kind(case), answers, day, template=template, language=language
        )
        worded = compose_for(ws, case, facts, found.memo if found else None)
        one, made = worded.draft, composition(case, worded.plain, day)
        kept.append(Kept(case, found, one.script, made, BY_TEMPLATE))
        guess = unsaid_failure(case)
        done.append(
            Drafted(
                number, one.script, one.warnings, one.fell_back, kept[-1].changed,
                failure_guess=guess,
            )
        )  # fmt: skip
    keep_all(tx, kept)
    return done
