"""`answer`: record a customer's answer that came in another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.case_options import case_argument
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.model.receipt import Verdict


@command()
@case_argument
@click.option("--put-right", "--yes", "right", is_flag=True, help="They say it has been put right.")
@click.option(
    "--not-yet", "--no", "wrong", is_flag=True, help="They say it has not: start a new round."
)
@click.option("--text", default="", help="Their words.")
@click.option("--via", default="", help="How it reached you: phone, in person, …")
def answer(
    session: Session, /, *, number: int, right: bool, wrong: bool, text: str, via: str
) -> None:
    """Record what a customer told you by phone, in person or elsewhere. It stops the plan."""
    from voicenote.engine.case.closing import answer as keep
    from voicenote.model.case import Stage
    from voicenote.model.receipt import Verdict

    verdict = _verdict(session, text, right=right, wrong=wrong)
    with session.open() as ws:
        standing = keep(ws, number, verdict, text, via)
    data = {
        "case": number,
        "verdict": verdict.value,
        "stage": standing.stage.value,
        "round": standing.round,
        "missing": list(standing.missing),
        "dropped": standing.dropped,
    }
    again = verdict is Verdict.NOT_YET and standing.stage is Stage.OPENED
    waited = count_of(standing.dropped, "message was waiting", "messages were waiting")
    told = f"{waited}, and won't be sent any more.\n" * bool(standing.dropped)
    told += f"Case {number} is open again, round {standing.round}.\n" if again else ""
    saved = ["Saved. Before it can be closed:", *(f"  - {one}" for one in standing.missing)]
    if not standing.missing:
        saved = [f"Saved. Nothing is missing: voicenote close {number}"]
    session.screen.show(data, lambda: told + "\n".join(saved))


def _verdict(session: Session, text: str, *, right: bool, wrong: bool) -> Verdict:
    from voicenote.model.receipt import Verdict

    if right and wrong:
        raise WrongUse("--put-right and --not-yet contradict each other", "give one of them")
    if right or wrong:
        return Verdict.PUT_RIGHT if right else Verdict.NOT_YET
    if text:
        return Verdict.UNCLEAR
    if not session.screen.interactive:
        raise WrongUse("say what they answered", "--put-right, --not-yet, or --text WORDS")
    said = session.screen.choose(
        "Has it been put right?", ("put right", "not yet", "they did not say")
    )
    return {"put right": Verdict.PUT_RIGHT, "not yet": Verdict.NOT_YET}.get(said, Verdict.UNCLEAR)
