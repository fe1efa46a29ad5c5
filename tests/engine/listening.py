"""A channel that hears what is in its post, and a workspace one memo of which has left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tests.engine.world import Clock, World, release, states, take, told, touches_of, without_sound
from tests.engine.world import workspace as open_workspace
from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.model.receipt import Answer, Receipt, ReceiptKind, Verdict

FILE = """\
[channels.world]
kind = "outbox"
"""


class Listening(World):
    """A channel that counts, and hears what `post` holds; a place is a number in it."""

    field = "email"
    is_mailbox = True

    def __init__(self) -> None:
        super().__init__()
        self.post: list[Arrival] = []
        self.asked: list[str] = []
        self.trouble: BaseException | None = None

    def poll(self, after: str, since: date) -> Iterator[Arrival]:
        del since
        self.asked.append(after)
        for number, arrival in enumerate(self.post, start=1):
            if number > int(after or 0):
                yield replace(arrival, place=str(number))
        if self.trouble:
            raise self.trouble

    def recognizes(self, raw: bytes) -> bool:
        return raw[:1] != b"{"

    def read_upload(self, raw: bytes, proof: str) -> Iterator[Arrival]:
        del raw, proof
        yield from self.post

    def comes(self, mark: str, **told: Any) -> Inbound:
        """Put a person's words or a machine's receipt into the post."""
        at = told.pop("at", self.now())
        kind = told.pop("kind", ReceiptKind.ANSWERED)
        detail = told.pop("detail", {})
        answer = None
        if kind is ReceiptKind.ANSWERED:
            verdict = told.pop("verdict", Verdict.UNCLEAR)
            answer = Answer(verdict=verdict, at=at, text=told.pop("text", "Thank you"), via="email")
        values = {"sender": "Dana", "subject": "Re: cake", "address": "dana@example.com", **told}
        inbound = Inbound(
            receipt=Receipt(kind=kind, at=at, detail=detail), answer=answer, mark=mark, **values
        )
        self.post.append(
            Arrival(
                mark=mark, at=at, inbound=inbound, sender=inbound.sender, address=inbound.address
            )
        )
        return inbound


@contextmanager
def listening(folder: Path, clock: Clock, world: Listening) -> Iterator[Workspace]:
    """A workspace that polls `world`, and makes no sound."""
    (folder / "voicenote.toml").write_text(FILE, encoding="utf-8")
    with without_sound():
        opened = open_workspace(folder, clock, world)
        yield opened
        opened.close()


def send_one(ws: Workspace, clock: Clock) -> int:
    """Return the number of a case whose memo left an hour ago."""
    (number,) = take(ws, told())
    release(ws, number)
    assert one_pass(ws).sent == 1
    clock.move(hours=1)
    return number


def key_of(ws: Workspace, number: int) -> str:
    return next(touch.key for touch in touches_of(ws, number) if touch.sent_at)


def states_now(ws: Workspace, number: int) -> set[str]:
    return {state.partition(" ")[2] for state in states(ws, number)}
