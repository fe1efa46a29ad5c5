"""`answer`: record customers' answers that came in another way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_work import Telling, Wanted, run_work, work_options
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.word_choice import WordChoice
from voicenote.counting import count_of
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.model.receipt import Verdict

#: What a column "answer" of a file may say.
SAID = WordChoice("put-right", "not-yet", "unclear")


@command()
@work_options("text", "via", more={"answer": SAID})
@click.option("--put-right", "--yes", "right", is_flag=True, help="They say it has been put right.")
@click.option(
    "--not-yet", "--no", "wrong", is_flag=True, help="They say it has not: start a new round."
)
@click.option("--text", default="", help="Their words.")
@click.option("--via", default="", help="How it reached you: phone, in person, …")
def answer(
    session: Session, /, *, wanted: Wanted, right: bool, wrong: bool, text: str, via: str
) -> int:
    """Record what customers told you by phone, in person or elsewhere. It stops the plan.

    A file has a column answer: put-right, not-yet or unclear. With --all, every case that is
    followed up.
    """
    from voicenote.engine.case.closing import answering
    from voicenote.model.case import Stage
    from voicenote.model.receipt import Verdict

    if right and wrong:
        raise WrongUse("--put-right and --not-yet contradict each other", "give one of them")
    verdict = Verdict.PUT_RIGHT if right else Verdict.NOT_YET if wrong else None
    if verdict is None and not wanted.file:
        verdict = _ask_verdict(session, wanted, text)

    def prepare(given: dict[str, Any]) -> Mapping[str, Any]:
        said = Verdict(given["answer"]) if given.get("answer") else verdict
        if said is None and not given["text"]:
            raise WrongUse("say what they answered", "put-right, not-yet, or their words in text")
        return {**given, "verdict": said or Verdict.UNCLEAR}

    telling = Telling(
        label="Recording",
        counted=("answer recorded", "answers recorded"),
        one=_describe,
        none="No case is being followed up.",
    )
    given, steps = {"text": text, "via": via}, (Stage.FOLLOWING,)
    return run_work(session, wanted, answering, telling, given, steps=steps, prepare=prepare)


def _describe(data: Mapping[str, Any]) -> str:
    from voicenote.model.case import Stage
    from voicenote.model.receipt import Verdict

    number, missing = data["case"], data["missing"]
    again = data["verdict"] is Verdict.NOT_YET and data["stage"] is Stage.OPENED
    waited = count_of(data["dropped"], "message was waiting", "messages were waiting")
    told = f"{waited}, and won't be sent any more.\n" * bool(data["dropped"])
    told += f"Case {number} is open again, round {data['round']}.\n" if again else ""
    saved = ["Saved. Before it can be closed:", *(f"  - {one}" for one in missing)]
    if data["stage"] is Stage.CLOSED:
        saved = [f"Saved. Case {number} stays closed; to open it again: voicenote reopen {number}"]
    elif not missing:
        saved = [f"Saved. Nothing is missing: voicenote close {number}"]
    return told + "\n".join(saved)


def _show_heard(session: Session, number: int) -> None:
    """Show what was heard in the newest answer of a case: only a person can say what it means."""
    from voicenote.engine.case.answer_view import newest_heard

    with session.open() as ws:
        heard = newest_heard(ws, number)
    if heard:
        session.screen.note(f"Heard: “{heard}”\nListen to it: voicenote play {number} --answers")


def _ask_verdict(session: Session, wanted: Wanted, text: str) -> Verdict:
    from voicenote.model.receipt import Verdict

    if text:
        return Verdict.UNCLEAR
    if not session.screen.interactive:
        raise WrongUse("say what they answered", "--put-right, --not-yet, or --text WORDS")
    if wanted.alone:
        _show_heard(session, wanted.selection.numbers[0])
    said = session.screen.choose(
        "Has it been put right?", ("put right", "not yet", "they did not say")
    )
    return {"put right": Verdict.PUT_RIGHT, "not yet": Verdict.NOT_YET}.get(said, Verdict.UNCLEAR)
