"""Translation of what a customer was heard to say into the owner's language, by the writer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.engine.case.case_script import answers_before, memo_kind
from voicenote.engine.memo.drafting import TEMPLATE, context_of, today_of
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import attachments, case_store, hearings
from voicenote.model.attachment import Attachment
from voicenote.script.habits import split_sentences
from voicenote.script.writers.answers import read_sentences
from voicenote.script.writers.brief import heard_brief
from voicenote.script.writers.port import Writer
from voicenote.script.writers.redact import AS_THEY_ARE, Redaction, redaction_of

#: How many sentences are translated at once.
AT_ONCE = 40


def translate_heard(ws: Workspace, cases: Sequence[int]) -> int:
    """Translate what was heard of these cases' customers; return how much of it is new.

    What is in the owner's language already, or was translated into it, stays. Raises RuleSaysNo
    when no writer is set that can; Unavailable and BadData as the writer does.
    """
    code = ws.settings.owner.language.split("-")[0].lower()
    with ws.ledger.read() as tx:
        waiting = [
            one
            for number in cases
            for one in attachments.of_case(tx, number)
            if one.hearing and one.hearing.text
            if code not in (one.hearing.language, one.hearing.translated_to)
        ]
    if not waiting:
        return 0
    name = ws.settings.writer.kind
    if name == TEMPLATE:
        raise RuleSaysNo(
            "the templates can't translate what was heard",
            "set up another writer in [writer]: see docs/writers.md",
        )
    writer = ws.writer(name)
    try:
        for one in waiting:
            text = " ".join(_translate(writer, one, code, _redaction(ws, one)))
            by = " ".join(filter(None, (writer.name, writer.model)))
            with ws.ledger.write() as tx:
                hearings.keep_translation(tx, one.number, text, code, by)
    finally:
        writer.close()
    return len(waiting)


def _translate(writer: Writer, one: Attachment, code: str, hides: Redaction) -> Iterator[str]:
    """Yield the sentences of a translation."""
    heard = one.hearing
    assert heard is not None  # noqa: S101 - only those that were heard
    spoken = heard.language or code
    said = [each.strip() for each in split_sentences(heard.text, spoken) if each.strip()]
    for start in range(0, len(said), AT_ONCE):
        brief = heard_brief(said[start : start + AT_ONCE], spoken, code, hides)
        answer = brief.redaction.reveal(dict(writer.answer(brief.request)))
        yield from (each.text for each in read_sentences(answer, code, brief.sections))


def _redaction(ws: Workspace, one: Attachment) -> Redaction:
    """Return what hides the names of a case, if they stay here."""
    if ws.settings.writer.names != "placeholders" or one.case is None:
        return AS_THEY_ARE
    with ws.ledger.read() as tx:
        case = case_store.get(tx, one.case)
        before, day = answers_before(tx, case), today_of(ws, tx, case)
        return redaction_of(case, context_of(ws, case, memo_kind(case), before, day), "")
