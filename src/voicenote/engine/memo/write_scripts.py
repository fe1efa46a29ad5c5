"""Scripts by a writer: asked in parallel, judged one by one, and kept as they come.

A writer never decides, and promises nothing: what it wrote is weighed (`script.grounding`), and
what is in doubt is left out. A draft of which too little is left, or that breaks the method, is
written again a few times; then the template's words are taken, and it is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

from voicenote.engine.case.case_script import errors_in, memo_kind
from voicenote.engine.case.duplicates import told_apart
from voicenote.engine.memo.drafting import (
    BY_TEMPLATE,
    TEMPLATE,
    Drafted,
    composed_now,
    keep,
    words_for,
)
from voicenote.engine.singly import OF_ONE_CASE, Failed
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, RuleSaysNo
from voicenote.ledger import case_store, scripts
from voicenote.ledger.scripts import Written
from voicenote.ledger.snapshots import snapshot
from voicenote.ledger.store import Transaction
from voicenote.model.case import Case
from voicenote.model.sentences import Script, Sentence
from voicenote.script.check.findings import LintLevel
from voicenote.script.compose import Draft, Shortfall
from voicenote.script.context import ScriptContext
from voicenote.script.failure import unsaid_failure
from voicenote.script.grounding.claims import Doubt
from voicenote.script.grounding.judge import doubts_of_form
from voicenote.script.grounding.leaving_out import put_in, weigh_words
from voicenote.script.writers.answers import read_sentences
from voicenote.script.writers.brief import Brief, script_brief
from voicenote.script.writers.personal_words import merge_personal
from voicenote.script.writers.port import Writer, WritingRequest

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingJob:
    """A case to be written: what the templates say, the request, how often it was sent again."""

    case: Case
    context: ScriptContext
    made: Draft
    brief: Brief
    whole: bool
    attempts: int = 0

    @property
    def code(self) -> str:
        """The language of the script."""
        return self.made.script.language


@dataclass(frozen=True, slots=True)
class WrittenDraft:
    """A script with what may be said of a writer's words.

    `left_out` says what may not, and why; `named` what is said and may not be so; `refused` why the
    script can't be taken as it is.
    """

    script: Script
    left_out: tuple[Doubt, ...]
    named: tuple[Doubt, ...]
    refused: tuple[Doubt, ...]


@dataclass(slots=True, kw_only=True)
class WritingTask:
    """How to write: by which writer, whole scripts or what is personal, and how they are wanted.

    `alone`: it is one case, whose owner sees what is written. What the case doesn't tell, without a
    sum, a day or a name, may be so all the same: the owner is told, and the check and the approval
    name it (R20). In a batch it is left out.
    """

    ws: Workspace
    writer: Writer
    whole: bool
    template: str = ""
    language: str = ""
    anyway: str = ""
    anew: bool = False
    alone: bool = False

    def prepare(self, tx: Transaction, number: int) -> WritingJob:
        """Return the job of a case. Raises as the template's composing does."""
        ws, case = self.ws, case_store.get(tx, number)
        kind = memo_kind(case)
        worded = words_for(ws, tx, case, kind, template=self.template, language=self.language)
        made, context = worded.draft, worded.context
        names = ws.settings.writer.names != "placeholders"
        brief = script_brief(case, context, made.script, whole=self.whole, names=names)
        return WritingJob(case=case, context=context, made=made, brief=brief, whole=self.whole)

    def written(self, job: WritingJob) -> Written:
        """Return who writes this, and a hash of what is asked."""
        return Written(self.writer.name, self.writer.model, job.brief.request.sha256)

    def weigh(self, job: WritingJob, own: Sequence[Sentence]) -> WrittenDraft:
        """Return the draft that a writer's sentences make."""
        made = job.made.script
        found = weigh_words(own, job.case, job.context, made, seen=self.alone)
        script = replace(made, sentences=_assemble(job, found.said))
        with self.ws.ledger.read() as tx:
            now = snapshot(tx, job.case.number, self.ws.zone_of)
            findings = errors_in(self.ws, tx, now, script, composed=script)
        refused = list(doubts_of_form(script, found.said, job.context))
        refused += [
            Doubt("rule", one.text, f"{one.rule}: {one.why} {one.instead}".strip())
            for one in findings
            if one.level is LintLevel.ERROR
        ]
        if not found.enough:
            refused = [*found.left_out, *refused]
        return WrittenDraft(script, found.left_out, found.named, tuple(dict.fromkeys(refused)))

    def keep(
        self,
        job: WritingJob,
        script: Script,
        written: Written,
        *,
        refused: Sequence[str] = (),
        named: Sequence[Doubt] = (),
        left_out: Sequence[Doubt] = (),
    ) -> Drafted:
        """Keep a script; its owner is told what is `named`, `refused` and `left_out`.

        Raises RuleSaysNo when the case has changed since it was asked about.
        """
        number = job.case.number
        with self.ws.ledger.write() as tx:
            again = self.prepare(tx, number)
            if again.brief.request.sha256 != job.brief.request.sha256:
                raise RuleSaysNo(
                    f"case {number} has changed while it was being written",
                    f"voicenote script {number}",
                )
            made = composed_now(self.ws, tx, again.case, job.made.script)
            changed = keep(tx, again.case, script, made, written)
        told = tuple(Shortfall("R20", str(one), missing=False) for one in named)
        return Drafted(
            number, script, job.made.warnings if written.writer == TEMPLATE else told,
            job.made.fell_back, changed, written.writer, written.model, tuple(refused),
            failure_guess=unsaid_failure(job.case), left_out=tuple(map(str, left_out)),
        )  # fmt: skip

    def keep_draft(self, job: WritingJob, draft: WrittenDraft) -> Drafted:
        """Keep what a writer wrote. Raises as `keep` does."""
        return self.keep(
            job, draft.script, self.written(job), named=draft.named, left_out=draft.left_out
        )


def write_cases(
    ws: Workspace,
    numbers: Sequence[int],
    name: str,
    *,
    whole: bool,
    template: str = "",
    language: str = "",
    anyway: str = "",
    anew: bool = False,
) -> Iterator[Drafted | Failed]:
    """Write the memo's script of each case by the writer `name`, yielding as they are ready.

    What was written for the same facts before is taken again, and the writer isn't asked, unless it
    is wanted `anew`. Raises
    Unavailable when the writer can't be reached; what was yielded is kept, and the rest can be
    written later.
    """
    writer = ws.writer(name)
    task = WritingTask(
        ws=ws, writer=writer, whole=whole, template=template, language=language, anyway=anyway,
        anew=anew, alone=len(numbers) == 1,
    )  # fmt: skip
    pool = ThreadPoolExecutor(ws.settings.writer.parallel, "writer")
    try:
        yield from _write_all(task, iter(numbers), pool)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        writer.close()  # ends what is still being asked


def _write_all(
    task: WritingTask, waiting: Iterator[int], pool: ThreadPoolExecutor
) -> Iterator[Drafted | Failed]:
    flying: dict[Future[Answer], WritingJob] = {}
    while True:
        while len(flying) < task.ws.settings.writer.parallel:
            number = next(waiting, None)
            if number is None:
                break
            try:
                job = _begin(task, number)
            except OF_ONE_CASE as error:
                yield Failed(number, error)
                continue
            if isinstance(job, Drafted):
                yield job
            else:
                flying[pool.submit(task.writer.answer, job.brief.request)] = job
        if not flying:
            return
        for future in wait(flying, return_when=FIRST_COMPLETED).done:
            job = flying.pop(future)
            try:
                after = _settle(task, job, future)
            except OF_ONE_CASE as error:
                yield Failed(job.case.number, error)
                continue
            if isinstance(after, Drafted):
                yield after
            else:
                again = replace(job, attempts=job.attempts + 1)
                flying[pool.submit(task.writer.answer, after)] = again


def _begin(task: WritingTask, number: int) -> WritingJob | Drafted:
    """Return the job of a case; or the script itself when it was written for the same facts."""
    told_apart(task.ws, [number], task.anyway)
    with task.ws.ledger.read() as tx:
        job = task.prepare(tx, number)
        before = scripts.find_written(tx, number, job.case.round, task.written(job))
    if before is None or task.anew:
        return job
    draft = task.weigh(job, _own_sentences(before, job))
    if draft.refused:
        return job
    return replace(task.keep_draft(job, draft), from_before=True)


def _own_sentences(before: Script, job: WritingJob) -> tuple[Sentence, ...]:
    """Return what a writer wrote of an earlier script of the same brief."""
    shared = set(job.made.script.sentences)
    return tuple(
        one for one in before.sentences if one.section in job.brief.sections and one not in shared
    )


def _assemble(job: WritingJob, own: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return the whole script: the writer's sentences, and the template's where it wrote none."""
    made = job.made.script.sentences
    return put_in(made, own, job.brief.sections) if job.whole else merge_personal(made, own)


def _settle(task: WritingTask, job: WritingJob, future: Future[Answer]) -> Drafted | WritingRequest:
    """Return the kept script, or the request for another draft."""
    answer: Answer | None = None
    try:
        answer = future.result()
        own = read_sentences(job.brief.redaction.reveal(dict(answer)), job.code, job.brief.sections)
        draft = task.weigh(job, own)
    except BadData as error:
        wrong = Doubt("form", "", f"{error.what}: {error.advice}")
        draft = WrittenDraft(job.made.script, (), (), (wrong,))
    if not draft.refused:
        return task.keep_draft(job, draft)
    said = [str(one) for one in dict.fromkeys((*draft.refused, *draft.left_out))]
    if job.attempts < task.ws.settings.writer.redrafts:
        return job.brief.again(answer, said)
    kinds = ", ".join(dict.fromkeys(doubt.kind for doubt in draft.refused))
    by = ", ".join(part for part in (task.writer.name, task.writer.model) if part)
    written = replace(BY_TEMPLATE, refused=f"{by}: {kinds}")
    return task.keep(job, job.made.script, written, refused=said)
