"""`receive`: read incoming messages now, from channels or from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

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
    from collections.abc import Sequence

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
    help="You have looked at an unmatched message: let go on what it holds.",
)
def receive(
    session: Session,
    /,
    *,
    file: BinaryIO | None,
    signature: str,
    channel: str,
    unmatched: bool,
    let_go: int | None,
) -> int:
    """Read what came in: answers, bounces, receipts, opt-outs. Every run does it first.

    With --json: {"received", "kinds", "unmatched", "nudges", "troubles"}; with --unmatched a list,
    with --let-go {"cases"}.
    """
    from voicenote.engine.case import consent
    from voicenote.engine.run import poll

    if file is None and (signature or channel):
        raise click.UsageError("--signature and --channel go with --from FILE.")
    if (file is not None) + unmatched + (let_go is not None) > 1:
        raise click.UsageError("Give one of --from, --unmatched and --let-go.")
    with session.open(whole=True) as ws:
        if let_go is not None:
            cases = consent.let_go(ws, let_go)
            many = ", ".join(map(str, cases))
            session.screen.show({"cases": cases}, lambda: f"What waits for case {many} goes on.")
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
    if said:
        screen.out(said)
    elif not received.troubles:
        screen.note("Nothing new.")


def _list(session: Session, found: Sequence[UnmatchedArrival]) -> None:
    rows = [
        (
            str(one.number),
            f"{one.at:%Y-%m-%d %H:%M}",
            one.channel,
            one.sender,
            describe_arrival(one),
            one.reason,
            one.whom,
        )
        for one in found
    ]
    headers = ("number", "when (UTC)", "channel", "from", "what", "why", "holds")
    session.screen.rows(found, headers, rows, "Everything that came in was matched to a case.")
