"""`receive`: read incoming messages now, from channels or from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from voicenote.cli.terminal.file_line import file_lines
from voicenote.cli.terminal.run_report import (
    describe_arrival,
    trouble_lines,
    troubled,
    troubles_as_data,
    unmatched_lines,
)
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voicenote.engine.run.match_arrival import MatchedByHand
    from voicenote.engine.run.poll import Received
    from voicenote.ledger.arrivals import UnmatchedArrival


#: The most bytes that are read: webhook calls and emails are smaller, except for attachments.
MOST = 64 << 20


@command()
@click.option(
    "--from",
    "file",
    type=click.File("rb"),
    metavar="FILE",
    help="Read a stored WhatsApp webhook body, or an email (.eml); - is standard input.",
)
@click.option("--signature", default="", help="The header X-Hub-Signature-256 of that body.")
@click.option("--channel", default="", metavar="NAME", help="The channel it came by.")
@click.option(
    "--unmatched", is_flag=True, help="List everything that could not be matched to a case."
)
@click.option(
    "--let-go",
    type=int,
    metavar="NUMBER",
    help="You have looked at an unmatched message: put it away, and let go on what it holds.",
)
@click.option(
    "--match",
    type=int,
    metavar="NUMBER",
    help="You know whose an unmatched message is: give it to --case N.",
)
@click.option("--case", type=int, metavar="N", help="The case that the message is from.")
@click.option("--anyway", is_flag=True, help="Match it although the address is another customer's.")
def receive(
    session: Session,
    /,
    *,
    file: BinaryIO | None,
    signature: str,
    channel: str,
    unmatched: bool,
    let_go: int | None,
    match: int | None,
    case: int | None,
    anyway: bool,
) -> int:
    """Read what came in: answers, bounces, receipts, opt-outs. Every run does it first.

    A message that fits no case is given to one with --match: it counts as if it had been
    recognised, and what comes from that address later fits automatically. `voicenote undo` takes it
    back, unless it opted somebody out or something has followed.

    With --json: {"received", "kinds", "unmatched", "nudges", "files", "ignored", "troubles"}; with
    --unmatched a list, with --let-go {"cases"}, with --match {"message", "case", "customer",
    "kind", "learned", "let_go", "notes", "more"}.
    """
    from voicenote.engine.case import consent
    from voicenote.engine.run import match_arrival, poll

    if file is None and (signature or channel):
        raise click.UsageError("--signature and --channel go with --from FILE.")
    if (file is not None) + unmatched + (let_go is not None) + (match is not None) > 1:
        raise click.UsageError("Give one of --from, --unmatched, --let-go and --match.")
    if (match is None) != (case is None):
        raise click.UsageError("--match NUMBER and --case N go together.")
    if anyway and match is None:
        raise click.UsageError("--anyway goes with --match.")
    with session.open(whole=True) as ws:
        if match is not None and case is not None:
            done = match_arrival.match_by_hand(ws, match, case, anyway=anyway)
            session.screen.show(done, lambda: _matched(done))
            return 0
        if let_go is not None:
            cases = consent.let_go(ws, let_go)
            session.screen.show({"cases": cases}, lambda: _put_away(let_go, cases))
            return 0
        if unmatched:
            _list(session, poll.unmatched(ws))
            return 0
        if file is not None:
            received = poll.take_over(ws, _read_body(file), signature, channel)
        else:
            received = poll.receive(ws)
    _show(session, received)
    return troubled(received.troubles)


def _read_body(file: BinaryIO) -> bytes:
    try:
        raw = file.read(MOST)
    except OSError as error:
        raise BadData(
            f"the file can't be read: {error.strerror or error}", "give another file"
        ) from error
    if not raw.strip():
        raise BadData("the file is empty", "give the body exactly as it came")
    return raw


def _show(session: Session, received: Received) -> None:
    screen = session.screen
    if session.json:
        screen.data(
            {
                "received": received.count,
                "kinds": received.kinds,
                "unmatched": received.unmatched,
                "nudges": [{"case": case, "text": text} for case, text in received.nudges],
                "files": received.files,
                "ignored": received.ignored,
                "troubles": troubles_as_data(received.troubles),
            }
        )
        return
    screen.warn(
        *(text for _, text in received.nudges),
        *unmatched_lines(received.unmatched),
        *trouble_lines(received.troubles),
    )
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(received.kinds.items()))
    for file in received.files:
        screen.note("\n".join(file_lines([file])))
    if said:
        screen.out(said)
    for one in received.ignored:
        screen.note(one)
    if not (said or received.troubles or received.ignored):
        screen.note("Nothing new.")


def _matched(done: MatchedByHand) -> str:
    what = {"opt-out": "opt-out", "joined": "way to join"}.get(done.kind, "answer")
    lines = [f"Message {done.message} is the {what} of {done.customer} (case {done.case}) now."]
    if done.learned:
        theirs = ", ".join(done.learned)
        lines.append(f"What comes from {theirs} later is theirs too: voicenote show {done.case}")
    lines += [*done.notes, *_goes_on(one for one in done.let_go if one != done.case)]
    if done.more:
        more = ", ".join(map(str, done.more))
        lines.append(f"Also from there, and not matched yet: {more}")
    return "\n".join(lines)


def _put_away(number: int, cases: Sequence[int]) -> str:
    return " ".join([f"Message {number} is put away.", *_goes_on(cases)])


def _goes_on(cases: Iterable[int]) -> list[str]:
    many = ", ".join(map(str, cases))
    return [f"What waits for case {many} goes on."] * bool(many)


def _list(session: Session, found: Sequence[UnmatchedArrival]) -> None:
    from voicenote.engine.run_problems import tell_time

    zone = session.settings.owner.time_zone
    rows = [
        (
            str(one.number),
            tell_time(one.at, zone),
            one.channel,
            one.sender,
            describe_arrival(one),
            one.reason,
            one.whom,
        )
        for one in found
    ]
    headers = ("number", "when", "channel", "from", "what", "why", "holds")
    session.screen.rows(found, headers, rows, "Everything that came in was matched to a case.")
    for one in () if session.json else found:
        for file in one.files:
            session.screen.note(f"message {one.number}: " + "\n".join(file_lines([file])))
    if found:
        session.screen.note("If you know whose one is: voicenote receive --match NUMBER --case N")
        session.screen.note("If one is nobody's: voicenote receive --let-go NUMBER")
