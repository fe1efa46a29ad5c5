"""The journey of each case of a demo: what came in, what was said and done, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voicenote.engine.case.case_view import CaseView, case_view
from voicenote.engine.run.demo_story import StoryEvent
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store
from voicenote.model.memo import Caption
from voicenote.plugins import FALLBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMemo:
    """A memo as its customer gets it: the file, and the heights (0 to 1) of its waveform."""

    file: Path
    seconds: float
    heights: tuple[float, ...]
    captions: tuple[Caption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStep:
    """One event of a case, at its customer's local time; `memo` is what was sent then."""

    at: datetime
    event: StoryEvent
    memo: ReceivedMemo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A case as it ended up, and the steps that led there."""

    view: CaseView
    steps: tuple[JourneyStep, ...]

    @property
    def memo(self) -> ReceivedMemo | None:
        """The first memo that was sent."""
        return next((step.memo for step in self.steps if step.memo), None)


def collect_journeys(ws: Workspace, events: Sequence[StoryEvent]) -> list[Journey]:
    """Return the journey of every case of `ws`, from the events of its story."""
    with ws.ledger.read() as tx:
        numbers = case_store.numbers_of(tx)
    journeys = []
    for number in numbers:
        view = case_view(ws, number)
        steps = tuple(
            JourneyStep(
                at=event.at.astimezone(view.local_zone),
                event=event,
                memo=_received(ws.home / FALLBACK / event.key) if event.key else None,
            )
            for event in events
            if event.case == number
        )
        journeys.append(Journey(view=view, steps=steps))
    return journeys


def _received(folder: Path) -> ReceivedMemo | None:
    """Return the memo in a message's folder; the MP3, which every browser plays, if it is there."""
    from voicenote.sound.captions import read_webvtt
    from voicenote.sound.recording_file import read_sound
    from voicenote.sound.waveform import waveform

    files = [file for file in (folder / "memo.mp3", folder / "memo.ogg") if file.is_file()]
    if not files:
        return None
    captions = tuple(read_webvtt((folder / "captions.vtt").read_text("utf-8")))
    wave = waveform(read_sound(files[-1]), captions)
    return ReceivedMemo(
        file=files[0], seconds=wave.seconds, heights=wave.heights, captions=captions
    )
