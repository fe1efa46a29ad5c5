"""A script in the owner's own language, by the writer, so that they know what they approve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicenote.engine.case.case_script import answers_before, memo_kind
from voicenote.engine.memo.drafting import TEMPLATE, context_of, need_draft, today_of
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.model.sentences import Sentence
from voicenote.script.disclosing import drop_disclosure
from voicenote.script.writers.answers import read_sentences
from voicenote.script.writers.brief import back_brief
from voicenote.script.writers.redact import AS_THEY_ARE, redaction_of


@dataclass(frozen=True, slots=True)
class TranslatedBack:
    """What a machine makes of a script in the owner's language. Not reviewed, and never sent."""

    case: int
    language: str
    sentences: tuple[Sentence, ...]
    writer: str
    model: str


def translate_back(ws: Workspace, number: int, name: str = "") -> TranslatedBack:
    """Return the newest script of a case in the owner's language, by a writer.

    Raises RuleSaysNo when there is no script, it is in that language already, or no writer is set
    that can; Unavailable when the writer can't be reached; BadData when its answer can't be used.
    """
    code = ws.settings.owner.language.split("-")[0].lower()
    case, found = need_draft(ws, number)
    if found.script.language == code:
        raise RuleSaysNo(
            f"the script of case {number} is already in your language ({code})",
            "set [owner] language if that isn't yours",
        )
    name = name or ws.settings.writer.kind
    if name == TEMPLATE:
        raise RuleSaysNo(
            "the templates can't translate a script back",
            "set up another writer in [writer]: see docs/writers.md",
        )
    script = drop_disclosure(found.script)
    redaction = AS_THEY_ARE
    if ws.settings.writer.names == "placeholders":
        with ws.ledger.read() as tx:
            context = context_of(
                ws, case, memo_kind(case), answers_before(tx, case), today_of(ws, tx, case)
            )
        redaction = redaction_of(case, context, "")
    brief = back_brief(script, code, redaction)
    writer = ws.writer(name)
    try:
        answer = brief.redaction.reveal(dict(writer.answer(brief.request)))
    finally:
        writer.close()
    sentences = read_sentences(answer, code)
    _same_sections(script.sentences, sentences)
    return TranslatedBack(number, code, sentences, writer.name, writer.model)


def _same_sections(before: Sequence[Sentence], after: Sequence[Sentence]) -> None:
    """Raise BadData when a whole section is missing: what is left out can't be approved."""
    left = {one.section.value for one in before} - {one.section.value for one in after}
    if left:
        raise BadData(
            f"the translation leaves out a section: {', '.join(sorted(left))}",
            "run it again, or use another model",
        )
