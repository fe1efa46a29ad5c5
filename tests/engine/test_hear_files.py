"""What customers say in sound is listened to once, beside everything else, and decides nothing."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import av
import numpy as np
import pytest

from tests.engine.chat import OFFERED, Chat
from tests.engine.listening import key_of, listening
from tests.engine.world import Clock, Died, person, release, states, take, told, touches_of
from tests.fakes.crash import crash
from voicenote.cli.commands.show import page
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.case.case_view import case_view
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.memo import sound_hearing
from voicenote.engine.memo.sound_hearing import Listener
from voicenote.engine.run.hear_files import hear_files
from voicenote.engine.run.poll import receive
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, Unavailable
from voicenote.model.attachment import FileKind
from voicenote.model.case import Stage
from voicenote.model.hearing import FileHearing
from voicenote.model.memo import Clip
from voicenote.model.receipt import Verdict
from voicenote.model.transcript import HeardSentence, Transcript
from voicenote.settings.ears_table import EarsTable
from voicenote.worker import Worker

MARI = "+37255512345"
PICTURE = {"kind": FileKind.PICTURE, "media_type": "image/png"}


def tone(seconds: float = 1.0, rate: int = 16_000) -> bytes:
    """A sound file in which something can be heard."""
    samples = np.sin(np.arange(int(seconds * rate)) / rate * 1000) * 9000
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return held.getvalue()


@dataclass
class Ears:
    """Ears that hear `text`, or fail."""

    text: str = "It is all fine now."
    trouble: BaseException | None = None
    name: str = "whisper"
    model: str = "tiny"
    languages: list[str] = field(default_factory=list)
    during: Callable[[], object] = lambda: None
    open: int = 0

    def hear(self, clip: Clip, language: str = "") -> Transcript:
        self.languages.append(language)
        self.during()
        if self.trouble:
            raise self.trouble
        spoken = (HeardSentence(0.0, clip.duration_s, self.text),) if self.text else ()
        return Transcript(language=language or "et", speech_s=0.9 * bool(spoken), sentences=spoken)

    def close(self) -> None:
        self.open -= 1


@pytest.fixture
def world() -> Chat:
    return Chat()


@pytest.fixture
def ears() -> Ears:
    return Ears()


class Inline:
    """What decodes files here, as a process of its own takes long to start."""

    def __init__(self, _limit_s: float) -> None: ...

    def run(self, work: Callable[..., Any], *args: object, **named: object) -> Any:
        return work(*args, **named)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None: ...


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_hearing, "Worker", Inline)


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: Chat, ears: Ears, inline: None) -> Iterator[Workspace]:
    (tmp_path / "home").mkdir()

    def make(_settings: object) -> Ears:
        ears.open += 1
        return ears

    with listening(tmp_path / "home", clock, world) as opened:
        opened.whereabouts = MachineRecords(tmp_path / "records", "here")
        table = EarsTable(kind="endpoint", options={"base_url": "http://localhost:1/v1"})
        opened.settings = replace(opened.settings, ears=table)
        opened.make_ears = make
        yield opened
    assert ears.open == 0


@pytest.fixture
def sent(ws: Workspace, clock: Clock) -> int:
    """The case of Mari, whose memo has left."""
    mari = person(name="Mari Tamm", whatsapp=MARI, time_zone="Europe/Tallinn", language="et")
    (number,) = take(ws, told("A", customer=mari))
    release(ws, number)
    assert one_pass(ws).sent == 1
    clock.move(hours=1)
    return number


def speaks(world: Chat, raw: bytes | None = None, mark: str = "a", **more: Any) -> None:
    """Mari sends a voice message."""
    offered = replace(OFFERED, source=f"v{mark}", **more.pop("file", {}))
    world.files[f"v{mark}"] = [(replace(offered, kind=FileKind.FILE), raw or tone())]
    words = {"address": MARI, "text": "[a voice message of 9 s]", **more}
    world.comes(mark, files=(offered,), **words)


def heard(ws: Workspace, number: int) -> FileHearing | None:
    """What was heard in the newest answer."""
    return case_view(ws, number).answers[-1].files[-1].hearing


def need(ws: Workspace, number: int) -> str:
    return next(one.sentence for one in what_needs_me(ws).needs if one.case == number)


def test_a_run_hears_a_voice_message_in_the_language_of_the_case(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    speaks(world)
    (file,) = one_pass(ws).files
    assert file.hearing == heard(ws, sent)
    assert file.hearing is not None
    assert (file.hearing.state, file.hearing.text) == ("heard", "It is all fine now.")
    assert (file.hearing.ears, file.hearing.model, ears.languages) == ("whisper", "tiny", ["et"])
    assert "heard (by whisper tiny): “It is all fine now.”" in page(case_view(ws, sent))


def test_what_was_heard_closes_nothing_and_is_asked(ws: Workspace, world: Chat, sent: int) -> None:
    speaks(world)
    one_pass(ws)
    view = case_view(ws, sent)
    assert (view.answers[0].verdict, view.case.stage) == (Verdict.UNCLEAR, Stage.FOLLOWING)
    assert need(ws, sent).endswith(
        'waits for you: "[a voice message of 9 s]", heard: "It is all fine now."; listen: '
        f"voicenote play {sent} --answers; is it put right? voicenote answer {sent} --put-right"
    )


def test_not_yet_that_was_only_heard_reopens_nothing(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    ears.text = "No, it is not yet right."
    speaks(world)
    one_pass(ws)
    view = case_view(ws, sent)
    assert (view.case.round, view.answers[0].verdict) == (1, Verdict.UNCLEAR)


def test_the_plan_stops_as_for_any_answer_before_anybody_listens(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    speaks(world)
    before: list[list[str]] = []
    ears.during = lambda: before.append(states(ws, sent))
    one_pass(ws)
    assert before[0][0] == "memo answered"
    assert not any(state.endswith(" due") for state in before[0] if "nudge" not in state)


@pytest.mark.parametrize("words", ["Please stop calling me.", "Stop. Stop it.", "STOP"])
def test_a_stop_that_was_heard_holds_what_is_automatic_and_asks_the_owner(
    ws: Workspace, world: Chat, ears: Ears, sent: int, words: str
) -> None:
    (other,) = take(ws, told("B", customer=case_view(ws, sent).case.customer))
    release(ws, other)
    ears.text = words
    speaks(world, keys=(key_of(ws, sent),))
    turn = one_pass(ws)
    (note,) = [text for case, text in turn.nudges if "may want no more" in text]
    assert note.startswith(
        f"case {sent}: Mari Tamm may want no more messages; heard in a voice message: "
    )
    assert f"voicenote play {sent} --answers. If so: voicenote opt-out {sent}" in note
    assert not case_view(ws, sent).opted_out
    waiting = [one for one in touches_of(ws, other) if one.state == "due"]
    assert [one for one in waiting if one.kind != "nudge"] == []


def test_it_is_heard_once(ws: Workspace, world: Chat, ears: Ears, sent: int) -> None:
    speaks(world)
    for _ in range(3):
        one_pass(ws)
    hear_files(ws, by_hand=True)
    assert len(ears.languages) == 1


def test_nothing_said_is_kept_as_that(ws: Workspace, world: Chat, ears: Ears, sent: int) -> None:
    ears.text = ""
    speaks(world)
    one_pass(ws)
    one_pass(ws)
    assert "nothing was said in it" in page(case_view(ws, sent))
    assert len(ears.languages) == 1
    assert "is it put right?" not in need(ws, sent)


def test_silence_is_nothing_said(ws: Workspace, world: Chat, ears: Ears, sent: int) -> None:
    ears.text = ""
    speaks(world, raw=tone()[:44] + bytes(32_000))
    one_pass(ws)
    told = heard(ws, sent)
    assert told is not None
    assert told.state == "silent"


def test_without_ears_nothing_is_tried_and_the_next_run_with_ears_hears_it(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    with_ears, ws.settings = ws.settings, replace(ws.settings, ears=EarsTable(kind="none"))
    speaks(world)
    one_pass(ws)
    assert (heard(ws, sent), ears.languages) == (None, [])
    assert f"voicenote hear {sent} --answers" in page(case_view(ws, sent))
    assert hear_files(ws, [sent], by_hand=True).deaf == "no ears are set"
    one_pass(replace(ws, settings=with_ears, _deaf=None))  # as another process
    assert heard(ws, sent) is not None


@pytest.mark.parametrize(
    "trouble", [Unavailable("no server", "start it"), BadData("nonsense", ""), ValueError("slip")]
)
def test_ears_that_fail_are_asked_again_and_not_for_ever(
    ws: Workspace, world: Chat, ears: Ears, clock: Clock, sent: int, trouble: Exception
) -> None:
    speaks(world)
    ears.trouble = trouble
    one_pass(ws)
    told = heard(ws, sent)
    assert told is not None
    assert (told.state, told.tries) == ("failed", 1)
    for _ in range(9):
        clock.move(hours=48)
        hear_files(ws)
    assert len(ears.languages) == 8
    ears.trouble = None
    assert hear_files(ws, [sent], by_hand=True).left == 0
    assert "heard (by whisper tiny)" in page(case_view(ws, sent))


def test_when_the_ears_are_away_the_other_files_are_not_tried(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    speaks(world)
    speaks(world, mark="b")
    ears.trouble = Unavailable("no server", "start it")
    one_pass(ws)
    assert len(ears.languages) == 1


def test_a_run_that_dies_while_it_listens_is_followed_by_one_that_hears(
    ws: Workspace, world: Chat, ears: Ears, clock: Clock, sent: int
) -> None:
    speaks(world)
    ears.trouble = Died()
    with pytest.raises(Died):
        one_pass(ws)
    ears.trouble = None
    one_pass(ws)
    assert len(ears.languages) == 1  # the other one may still be at it
    assert "it is being listened to" in page(case_view(ws, sent))
    clock.move(minutes=21)
    one_pass(ws)
    assert "heard (by whisper tiny)" in page(case_view(ws, sent))


def test_two_processes_listen_once(ws: Workspace, world: Chat, ears: Ears, sent: int) -> None:
    speaks(world)
    ears.during = lambda: hear_files(ws) if len(ears.languages) == 1 else None
    one_pass(ws)
    assert len(ears.languages) == 1


def test_another_run_may_begin_while_one_listens(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    speaks(world)
    received: list[int] = []

    def meanwhile() -> None:
        speaks(world, mark="b", text="And the ribbon?", file=PICTURE)
        received.append(receive(ws).count)

    ears.during = meanwhile
    one_pass(ws)
    assert received == [1]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it is empty"),
        (b"OggS" + bytes(range(256)) * 500, "it isn't a sound file that can be read"),
        (b"PK\x03\x04" + bytes(5000), "it isn't a sound file that can be read"),
        (b"#EXTM3U\n/etc/passwd\n", "it isn't a sound file that can be read"),
    ],
)
def test_what_is_no_sound_is_said_once_and_listened_to_by_hand(
    ws: Workspace, world: Chat, ears: Ears, sent: int, raw: bytes, why: str
) -> None:
    speaks(world, raw=raw or b" ")
    if not raw:
        world.files["va"] = [(replace(OFFERED, kind=FileKind.FILE), b"")]
    one_pass(ws)
    one_pass(ws)
    told = heard(ws, sent)
    assert told is not None
    assert (told.state, told.tries, ears.languages) == ("unfit", 1, [])
    assert told.reason.startswith(why)


def test_a_file_that_ends_what_decodes_it_ends_no_run(
    ws: Workspace, world: Chat, ears: Ears, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setattr(sound_hearing, "Worker", Worker)
    monkeypatch.setattr(sound_hearing, "read_sound", crash)
    speaks(world)
    one_pass(ws)
    told = heard(ws, sent)
    assert told is not None
    assert (told.state, told.reason) == ("unfit", "the process that works on it ends each time")


@pytest.mark.slow
def test_a_small_file_that_plays_for_hours_is_left(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    speaks(world, raw=tone(seconds=601, rate=8000))
    one_pass(ws)
    told = heard(ws, sent)
    assert told is not None
    assert (told.state, told.reason) == ("unfit", "it is longer than 10 minutes")


def test_pictures_and_bills_are_not_listened_to(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    speaks(world, file=PICTURE)
    speaks(world, mark="b", file={"kind": FileKind.FILE, "media_type": "application/pdf"})
    one_pass(ws)
    assert ears.languages == []


@pytest.mark.parametrize(
    "file",
    [
        {"kind": FileKind.SOUND, "media_type": "audio/mp4"},
        {"kind": FileKind.FILM, "media_type": "video/mp4"},
        {"kind": FileKind.FILE, "media_type": "application/octet-stream", "name": "Voice 001.amr"},
        {"kind": FileKind.FILE, "media_type": "", "name": "memo.CAF"},
    ],
    ids=lambda file: file["media_type"] or file["name"],
)
def test_sounds_films_and_what_ends_like_a_sound_are(
    ws: Workspace, world: Chat, ears: Ears, sent: int, file: dict[str, Any]
) -> None:
    speaks(world, file=file)
    one_pass(ws)
    assert len(ears.languages) == 1


def test_strangers_are_heard_only_when_the_owner_asks(
    ws: Workspace, world: Chat, ears: Ears, sent: int
) -> None:
    speaks(world, address="+37255500000")
    one_pass(ws)
    assert ears.languages == []
    hear_files(ws, by_hand=True)
    assert ears.languages == [""]


def test_a_rehearsal_hears_nothing(ws: Workspace, world: Chat, ears: Ears, sent: int) -> None:
    speaks(world)
    receive_without = replace(ws.settings, ears=EarsTable(kind="none"))
    ears_set, ws.settings = ws.settings, receive_without
    one_pass(ws)
    ws.settings, ws.whereabouts = ears_set, None
    assert hear_files(ws, by_hand=True).files == []
    assert ears.languages == []


@pytest.mark.parametrize(
    ("container", "codec", "ending"),
    [
        ("mp4", "aac", "m4a"),
        ("3gp", "aac", "3gp"),
        ("caf", "pcm_s16le", "caf"),
        ("ogg", "libopus", "ogg"),
        ("wav", "pcm_s16le", "wav"),
        ("mov", "aac", "mov"),
    ],
)
def test_what_telephones_and_mail_programs_record_can_be_listened_to(
    tmp_path: Path, ears: Ears, container: str, codec: str, ending: str
) -> None:
    file = tmp_path / f"memo.{ending}"
    samples = (np.sin(np.arange(48_000) / 16) * 9000).astype("<i2")
    with av.open(str(file), "w", format=container) as made:
        stream = made.add_stream(codec, rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate = 48_000
        for one in (frame, None):
            made.mux(stream.encode(one))
    told = Listener(ears, Inline(1)).listen(file, "en")  # type: ignore[arg-type]
    assert (told.state, told.text) == ("heard", ears.text)
