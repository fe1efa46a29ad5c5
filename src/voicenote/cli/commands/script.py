"""`script`: write what will be said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.batch_report import report_cases
from voicenote.cli.terminal.case_options import Selection, cases_options, reason_option
from voicenote.cli.terminal.editor import edit_text
from voicenote.cli.terminal.file_input import language_tag, read_text
from voicenote.cli.terminal.letter_language import choose_letter_language, warn_of_language
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.written_scripts import (
    choose_writer,
    compose_all,
    show_back,
    write_all,
)
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.cli.terminal.screen import Screen
    from voicenote.engine.memo.drafting import Drafted
    from voicenote.engine.singly import Failed
    from voicenote.engine.workspace import Workspace
    from voicenote.model.sentences import Script


@command()
@cases_options
@click.option("--edit", is_flag=True, help="Edit it in $VISUAL or $EDITOR.")
@click.option(
    "--from",
    "source",
    type=click.Path(dir_okay=False, exists=True, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Take the words from a file, an edited script or a letter; - is standard input.",
)
@click.option(
    "--template", default="", metavar="NAME", help="Use this template instead of the one that fits."
)
@click.option("--language", default="", metavar="TAG", help="Write it in this language, as BCP 47.")
@click.option(
    "--writer", default="", metavar="NAME", help="Let this writer write it; see voicenote writers."
)
@click.option(
    "--whole", is_flag=True, help="Let it write everything, also with several cases or --all."
)
@click.option(
    "--anew", is_flag=True, help="Ask the writer again, also where nothing of a case has changed."
)
@click.option(
    "--back", is_flag=True, help="Show the script in your own language, as a machine reads it."
)
@reason_option("--anyway", "Why it isn't a duplicate of another case.")
def script(
    session: Session,
    /,
    *,
    selection: Selection,
    edit: bool,
    source: Path | None,
    writer: str,
    whole: bool,
    anew: bool,
    back: bool,
    anyway: str,
    **given: str,
) -> int:
    """Write what will be said. With --all, for every case that has no script yet.

    A case with the same complaint and address as another one, open or closed in the last 30 days,
    waits: one failure gets one apology. With --anyway REASON it goes on, and the reason is kept.

    --from takes your own whole letter too, as plain text: it is divided into sentences and
    sections, not a word of it is changed, and you see what the check says and what is missing.

    The templates write it, or what [writer] names. A writer says what happened and that it is ours;
    what is promised stays in your words. What of its draft the case doesn't hold is left out, and
    shown. A draft that breaks the method, or of which too little is left, is written again; then
    the templates write it, and this says so. What a writer wrote for the same facts is kept, unless
    --anew. With several cases it writes only what is personal, unless --whole.

    With --back, the script as it is now, in your language (in --json: {"case", "language",
    "sentences", "writer", "model"}).

    With --json: a list of {"case", "script", "warnings", "fell_back", "changed", "writer", "model",
    "refused", "left_out", "from_before", "failure_guess"}, or {"case", "error"} where it failed.
    """
    from voicenote.model.case import Stage

    numbers = selection.numbers
    if back:
        return show_back(session, numbers, writer, other=edit or source or anyway or whole or anew)
    if (edit or source) and (
        len(numbers) != 1 or given["template"] or (edit and given["language"])
    ):
        raise WrongUse("--edit and --from work on one case", "such as: voicenote script 3 --edit")
    if anyway and (edit or source or not numbers):
        raise WrongUse(
            "--anyway needs the numbers of the cases", "such as: voicenote script 3 --anyway REASON"
        )
    if given["language"]:
        language_tag(given["language"])
    with session.open() as ws:
        if edit or source:
            return _edit_script(session, ws, numbers[0], source, given["language"])
        meant = selection.find_in_touch(session, ws, Stage.OPENED)
        name = choose_writer(ws, writer, meant, selection)
        if anew and name == "template":
            what = "--anew asks a writer again, and the templates always say the same"
            raise WrongUse(what, "add --writer NAME")
        if name != "template":
            work = write_all(ws, meant, name, given | {"anyway": anyway}, whole=whole, anew=anew)
        else:
            work = compose_all(ws, meant, given, anyway)
        return _report(session, meant, work)


def _report(session: Session, numbers: Sequence[int], work: Iterator[Drafted | Failed]) -> int:
    from voicenote.engine.singly import parted

    done, failed = parted(session.screen.progress(work, "Writing", len(numbers)))

    def tell() -> None:
        if len(numbers) == 1:
            _show(session, done[0].script, done[0])
        else:
            _summary(session, done, failed)

    return report_cases(session, numbers, done, failed, _data, tell)


def _words(script: Script) -> dict[str, Any]:
    names = ("language", "template", "sha256", "text")
    sentences = [
        {"section": s.section.value, "text": s.text, "spoken": s.said, "personal": s.personal}
        for s in script.sentences
    ]
    return {**{name: getattr(script, name) for name in names}, "sentences": sentences}


def _data(one: Drafted) -> dict[str, Any]:
    return {
        "case": one.case,
        "script": _words(one.script),
        "warnings": [asdict(warning) for warning in one.warnings],
        "fell_back": one.fell_back,
        "changed": one.changed,
        "writer": one.writer,
        "model": one.model,
        "refused": list(one.refused),
        "left_out": list(one.left_out),
        "from_before": one.from_before,
        "failure_guess": one.failure_guess,
    }


def _show(session: Session, words: Script, drafted: Drafted | None = None) -> None:
    """Print what will be said; the disclosure separately, because it may not be needed."""
    from voicenote.model.sentences import Section
    from voicenote.script.disclosing import drop_disclosure

    screen = session.screen
    screen.out(drop_disclosure(words).text)
    if lines := [one.text for one in words.sentences if one.section is Section.DISCLOSE]:
        screen.note(f"Only if a computer speaks: {' '.join(lines)}")
    if drafted is None:
        return
    if drafted.fell_back:
        screen.warn("It is in English, because there are no templates in the customer's language.")
    screen.warn(*(f"{warning.rule}: {warning.what}" for warning in drafted.warnings))
    _tell_of_writer(screen, drafted)
    case = drafted.case
    if drafted.from_before:
        again = f"ask it again: voicenote script {case} --anew"
        screen.note(f"Kept from before, as nothing of the case has changed; {again}")
    elif not drafted.changed:
        screen.note("The script has not changed.")
    if guess := drafted.failure_guess:
        other = "wrong" if guess == "faulty" else "faulty"
        screen.note(f"I take it for: {guess}; if not: voicenote triage {case} --failure {other}")
    screen.note(
        f"Change it: voicenote script {case} --edit. "
        f"Next: voicenote record {case}, or voicenote render {case} for a computer's voice"
    )


def _tell_of_writer(screen: Screen, drafted: Drafted) -> None:
    """Say who wrote a script, what of their words isn't in it, and what the owner has to judge."""
    if drafted.refused:
        screen.warn("The templates wrote it: the writer's drafts were refused, the last one for:")
        screen.warn(*drafted.refused)
    elif drafted.writer != "template":
        if drafted.left_out:
            screen.warn("Left out of what the writer wrote:")
            screen.warn(*drafted.left_out)
        by = ", ".join(part for part in (drafted.writer, drafted.model) if part)
        rest = "what is left" if drafted.left_out else "it"
        made_up = f"nothing in {rest} was found to be made up. Read it all the same."
        if drafted.warnings:
            made_up = (
                "the case doesn't hold what is named above. Is it so? If not: "
                f"voicenote script {drafted.case} --edit"
            )
        screen.note(f"Written by {by}; {made_up}")


def _summary(session: Session, done: Sequence[Drafted], failed: Sequence[Failed]) -> None:
    if not (done or failed):
        session.screen.note("Nothing to write: every case already has a script.")
        return
    new = sum(one.changed for one in done)
    parts = [f"{new} written"]
    if new < len(done):
        asked = ", --anew asks the writer again" if any(one.from_before for one in done) else ""
        parts.append(f"{len(done) - new} as before{asked}")
    if short := sum(any(lack.missing for lack in one.warnings) for one in done):
        parts.append(f"{short} could say more (voicenote script N shows what)")
    if fell_back := sum(one.fell_back for one in done):
        parts.append(f"{fell_back} in English, because there are no templates")
    if refused := sum(bool(one.refused) for one in done):
        parts.append(f"{refused} by the templates, because the writer's drafts were refused")
    if shortened := sum(bool(one.left_out) for one in done):
        parts.append(f"{shortened} without some of what the writer wrote")
    if failed:
        parts.append(f"{len(failed)} failed")
    session.screen.out(", ".join(parts) + ".")


def _edit_script(
    session: Session, ws: Workspace, number: int, source: Path | None, language: str
) -> int:
    from voicenote.engine.memo.compose_cases import compose_cases
    from voicenote.engine.memo.drafting import current, edit_script
    from voicenote.script.own_letter import is_letter
    from voicenote.script.script_file import from_text, has_sentences, to_text

    text = read_text(source, session.stdin) if source else ""
    if source and not has_sentences(text):
        raise BadData(
            f"{'standard input' if source.name == '-' else source.name} has no words in it",
            f"write what you want to say, or let it be written: voicenote script {number}",
        )
    if is_letter(text):
        return _take_letter(session, ws, number, text, language)
    if language:
        raise WrongUse("--language is for a letter", "an edited script has its own language")
    _, found = current(ws, number)
    before = found.script if found else next(iter(compose_cases(ws, [number]))).script
    if source is None:
        text = edit_text(
            session, to_text(before), "the edited script", f"voicenote script {number} --from FILE"
        )
    name = source.name if source else "the edited script"
    after = from_text(text, before, name)
    changed = edit_script(ws, number, after)
    if session.json:
        session.screen.data([{"case": number, "script": _words(after), "changed": changed}])
        return 0
    _show(session, after)
    warn_of_language(session, after.text, after.language)
    saved = f"Saved. Next: voicenote render {number}"
    session.screen.note(saved if changed else "Nothing was changed.")
    return 0


def _take_letter(session: Session, ws: Workspace, number: int, text: str, language: str) -> int:
    from voicenote.engine.memo.letters import take_letter

    language = choose_letter_language(session, ws, number, text, language)
    taken = take_letter(ws, number, text, language)
    if session.json:
        warnings = [asdict(one) for one in (*taken.warnings, *taken.hints)]
        one = {"case": number, "script": _words(taken.script), "warnings": warnings}
        session.screen.data([{**one, "changed": taken.changed}])
        return 0
    _show(session, taken.script)
    told = (*taken.warnings, *(taken.hints if session.verbose else ()))
    session.screen.warn(*(f"{one.rule}: {one.what}" for one in told))
    if taken.has_errors:
        session.screen.note(
            f"Your letter is kept as a draft. As it is, approving it needs a reason: voicenote "
            f"approve {number} --anyway REASON"
        )
    session.screen.note(
        f"The sections: voicenote script {number} --edit. Next: voicenote record {number}, or "
        f"voicenote render {number}"
    )
    return 0
