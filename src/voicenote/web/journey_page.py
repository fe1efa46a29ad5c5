"""One self-contained HTML page that tells the journeys of a demo, with sound and pictures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from importlib import resources

from voicenote.engine.admin.journeys import Journey, ReceivedMemo
from voicenote.model.case import Outcome
from voicenote.model.memo import Caption
from voicenote.settings import Settings

#: The picture of a waveform: a unit a bar, and half its height.
_BAR, _HALF = 5, 30
#: A pause between sections is longer than this, and one between sentences shorter.
_PAUSE_S = 0.45
_TYPES = {".mp3": "audio/mpeg", ".ogg": "audio/ogg"}
#: What was sent, as a heading over its player.
_SENT = {
    "memo": "The memo goes out",
    "check-in": "A check-in",
    "status": "A word on the promise",
    "confirm": "The question: is it put right?",
    "acknowledge": "An acknowledgement",
    "last-word": "A last word",
}
_OUTCOMES = {
    Outcome.ALLY: "an ally",
    Outcome.SATISFIED: "satisfied",
    Outcome.NEUTRAL: "neutral",
    Outcome.LOST: "lost",
    Outcome.NO_ANSWER: "no answer",
    Outcome.OPTED_OUT: "opted out",
}


def write_journey_page(journeys: Sequence[Journey], settings: Settings) -> bytes:
    """Return the page, in UTF-8. The first journey is told in full, the others can be opened."""
    from babel import Locale
    from jinja2 import Environment

    room = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    room.filters |= {
        "bars": _bars,
        "clock": _clock,
        "day": lambda one: f"{one.day} {one:%B}",
        "language_name": lambda tag: Locale.parse(tag, sep="-").get_display_name("en"),
        "moment": lambda one: f"{one.day} {one:%B}, {one:%H:%M}",
        "paragraphs": _paragraphs,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "source": _source,
    }
    text = resources.files(__package__).joinpath("journey.html.jinja").read_text("utf-8")
    steps = [step for one in journeys for step in one.steps]
    page = room.from_string(text).render(
        journeys=journeys,
        owner=settings.owner,
        sent=_SENT,
        outcomes=_OUTCOMES,
        voices=sorted({one.view.memo.voice for one in journeys if one.view.memo and one.memo}),
        begin=min(step.at for step in steps),
        end=max(step.at for step in steps),
        memos=sum(step.memo is not None for step in steps),
        letters=sum(bool(step.event.key) and step.memo is None for step in steps),
        languages=len({one.view.case.customer.language for one in journeys}),
    )
    return page.encode()


def _bars(memo: ReceivedMemo) -> str:
    """Return the waveform as the path of an SVG picture."""
    marks = []
    for index, height in enumerate(memo.heights):
        half = max(1.0, height * _HALF)
        marks.append(f"M{index * _BAR + 2.5:g} {_HALF + 2 - half:.1f}v{2 * half:.1f}")
    return "".join(marks)


def _paragraphs(memo: ReceivedMemo) -> list[list[Caption]]:
    """Return the sentences, in groups that a longer pause divides."""
    groups: list[list[Caption]] = [[]]
    for caption in memo.captions:
        if groups[-1] and caption.start_s - groups[-1][-1].end_s > _PAUSE_S:
            groups.append([])
        groups[-1].append(caption)
    return groups


def _source(memo: ReceivedMemo) -> str:
    data = base64.b64encode(memo.file.read_bytes()).decode()
    return f"data:{_TYPES[memo.file.suffix]};base64,{data}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
