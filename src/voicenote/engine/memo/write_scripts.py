"""Scripts by a writer: asked in parallel, judged one by one, and kept as they come.

A writer never decides. What it wrote is judged (`script.grounding`); refused drafts are written
again a few times, and then the template's words are taken, and it is said.
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
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.compose import Draft, Shortfall
from voicenote.script.context import ScriptContext
from voicenote.script.failure import unsaid_failure
from voicenote.script.grounding.claims import Doubt
from voicenote.script.grounding.judge import judge
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


@dataclass(slots=True, kw_only=True)
class WritingTask:
    """How to write: by which writer, whole scripts or what is personal, and how they are wanted.

    `alone`: it is one case, whose owner sees what is written; see `refusing`.
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

    def judge(self, job: WritingJob, script: Script, own: Sequence[Sentence]) -> tuple[Doubt, ...]:
        """Return every doubt about a script; `own` are the sentences that the writer wrote."""
        with self.ws.ledger.read() as tx:
            now = snapshot(tx, job.case.number, self.ws.zone_of)
            errors = errors_in(self.ws, tx, now, script, composed=script)
        return judge(
            script, job.case, job.context,
            template=job.made.script, written=own, findings=errors,
        )  # fmt: skip

    def refusing(self, doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
        """Return the doubts for which a draft is refused.

        What the case doesn't tell, without a sum, a day, a name or a deed, may be so all the same:
        of one case the owner is told, and the check and the approval name it (R20).
        """
        return tuple(one for one in doubts if not (self.alone and one.kind == "fact"))

    def keep(
        self,
        job: WritingJob,
        script: Script,
        written: Written,
        *,
        refused: Sequence[str] = (),
        doubts: Sequence[Doubt] = (),
    ) -> Drafted:
        """Keep a script; `doubts` are those that its owner is told.

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
        told = tuple(Shortfall("R20", str(one), missing=False) for one in doubts)
        return Drafted(
            number, script, job.made.warnings if written.writer == TEMPLATE else told,
            job.made.fell_back, changed, written.writer, written.model, tuple(refused),
            failure_guess=unsaid_failure(job.case),
        )  # fmt: skip


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
    own = _own_sentences(before, job)
    script = _assemble(job, own)
    doubts = task.judge(job, script, own)
    if task.refusing(doubts):
        return job
    kept = task.keep(job, script, task.written(job), doubts=doubts)
    return replace(kept, from_before=True)


def _own_sentences(before: Script, job: WritingJob) -> tuple[Sentence, ...]:
    """Return what a writer wrote of an earlier script of the same brief."""
    shared = set(job.made.script.sentences)
    return tuple(
        one for one in before.sentences
        if one.section is not Section.DISCLOSE and (job.whole or one not in shared)
    )  # fmt: skip


def _assemble(job: WritingJob, own: Sequence[Sentence]) -> Script:
    """Return the whole script: the writer's sentences, and the template's where it wrote none."""
    made = job.made.script
    if not job.whole:
        return replace(made, sentences=merge_personal(made.sentences, own))
    last = tuple(one for one in made.sentences if one.section is Section.DISCLOSE)
    return replace(made, sentences=(*own, *last))


def _settle(task: WritingTask, job: WritingJob, future: Future[Answer]) -> Drafted | WritingRequest:
    """Return the kept script, or the request for another draft."""
    answer: Answer | None = None
    try:
        answer = future.result()
        own = read_sentences(job.brief.redaction.reveal(dict(answer)), job.code, job.brief.sections)
        script = _assemble(job, own)
        doubts = task.judge(job, script, own)
    except BadData as error:
        doubts = (Doubt("form", "", f"{error.what}: {error.advice}"),)
    refused = task.refusing(doubts)
    if not refused:
        return task.keep(job, script, task.written(job), doubts=doubts)
    said = [str(doubt) for doubt in doubts]
    if job.attempts < task.ws.settings.writer.redrafts:
        return job.brief.again(answer, said)
    kinds = ", ".join(dict.fromkeys(doubt.kind for doubt in refused))
    by = ", ".join(part for part in (task.writer.name, task.writer.model) if part)
    written = replace(BY_TEMPLATE, refused=f"{by}: {kinds}")
    return task.keep(job, job.made.script, written, refused=said)
