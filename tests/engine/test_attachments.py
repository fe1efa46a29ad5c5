"""Files of customers are fetched after their messages count, and kept whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.chat import OFFERED, Chat
from tests.engine.listening import listening
from tests.engine.world import Clock, person, release, states, take, told
from voicenote.cli.commands.show import page
from voicenote.delivery.inbound import UPLOAD, Fetches, Unpacks
from voicenote.engine.admin.archive import backup, restore
from voicenote.engine.case.attention import post_problems
from voicenote.engine.case.case_view import case_view
from voicenote.engine.ledger_identity import MachineRecords
from voicenote.engine.run import file_store
from voicenote.engine.run.match_arrival import match_by_hand
from voicenote.engine.run.match_undo import undo_match
from voicenote.engine.run.poll import receive, take_over, unmatched
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, TookTooLong, TooLarge
from voicenote.ledger import attachments
from voicenote.ledger.store import Transaction, open_ledger
from voicenote.model.attachment import FileKind, FileView, OfferedFile

MARI = "+37255512345"
VOICE = b"OggS" + bytes(range(256)) * 500
SHA = hashlib.sha256(VOICE).hexdigest()
#: The steps of receiving a message with a file: at each of them a run may be killed.
STEPS = 13


@pytest.fixture
def world() -> Chat:
    chat = Chat()
    assert isinstance(chat, Fetches)
    assert isinstance(chat, Unpacks)
    return chat


@pytest.fixture
def ws(tmp_path: Path, clock: Clock, world: Chat) -> Iterator[Workspace]:
    (tmp_path / "home").mkdir()
    with listening(tmp_path / "home", clock, world) as opened:
        opened.whereabouts = MachineRecords(tmp_path / "records", "here")
        yield opened


@pytest.fixture
def sent(ws: Workspace, clock: Clock) -> int:
    """The case of Mari, whose memo has left."""
    mari = person(name="Mari Tamm", whatsapp=MARI, time_zone="Europe/Tallinn")
    (number,) = take(ws, told("A", customer=mari))
    release(ws, number)
    assert one_pass(ws).sent == 1
    clock.move(hours=1)
    return number


def speaks(world: Chat, mark: str = "a", files: Any = (OFFERED,), **more: Any) -> None:
    """Mari sends a voice message, which is on the server."""
    world.files.setdefault("v1", [(replace(OFFERED, kind=FileKind.FILE), VOICE)])
    words = {"address": MARI, "text": "[a voice message of 9 s]", **more}
    world.comes(mark, files=tuple(files), **words)


def files_of(ws: Workspace, number: int) -> list[FileView]:
    view = case_view(ws, number)
    return [*(file for answer in view.answers for file in answer.files), *view.files]


def test_a_voice_message_is_fetched_and_kept_for_its_answer(
    ws: Workspace, world: Chat, sent: int
) -> None:
    speaks(world)
    received = receive(ws)
    (answer,) = case_view(ws, sent).answers
    (file,) = answer.files
    assert (file.kind, file.state, file.size, file.seconds) == ("voice", "kept", len(VOICE), 9)
    assert Path(file.file).read_bytes() == VOICE
    assert (file.sha256, received.files) == (SHA, [file])
    assert f"a voice message (9 s, 128 kB): {file.file}" in page(case_view(ws, sent))


def test_only_the_owner_can_read_it(ws: Workspace, world: Chat, sent: int) -> None:
    speaks(world)
    receive(ws)
    path = Path(files_of(ws, sent)[0].file)
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)]
    assert modes == [0o600, 0o700]


@pytest.mark.parametrize(
    ("name", "kind", "ending"),
    [
        ("../../../etc/passwd", "audio/ogg", "ogg"),
        ("memo.exe", "application/x-msdownload", "bin"),
        ("page.html", "text/html", "bin"),
        ("x.svg", "image/svg+xml", "bin"),
        ("memo.m4a", "application/octet-stream", "m4a"),
        ("a\x00b\n.pdf", "application/pdf; name=x", "pdf"),
        ("nul", "", "bin"),
        ("run.exe", "image/png", "png"),
    ],
)
def test_its_name_on_the_disk_is_ours(
    ws: Workspace, world: Chat, sent: int, name: str, kind: str, ending: str
) -> None:
    speaks(world, files=[replace(OFFERED, name=name, media_type=kind)])
    world.files["v1"] = [(OfferedFile(kind=FileKind.FILE), VOICE)]
    receive(ws)
    (file,) = files_of(ws, sent)
    assert Path(file.file).relative_to(ws.home).as_posix() == f"attachments/000001/1.{ending}"
    assert file.name.isprintable()


def test_a_server_that_fails_delays_no_answer_and_is_asked_by_the_next_run(
    ws: Workspace, world: Chat, clock: Clock, sent: int
) -> None:
    speaks(world, text="It is good now.")
    good, world.files["v1"] = world.files["v1"], [Postponed("no net", "wait")]
    world.during = lambda: pytest.fail("nothing comes")
    turn = one_pass(ws)
    assert (turn.received, states(ws, sent)[0]) == (1, "memo answered")
    (file,) = files_of(ws, sent)
    assert (file.state, file.reason, file.file) == ("waiting", "no net", "")
    assert "could not be fetched yet (no net); the next run tries again" in page(
        case_view(ws, sent)
    )
    assert [what for what, _ in post_problems(ws)] == [
        "1 file of customers could not be fetched yet: no net"
    ]
    world.files["v1"], world.during = good, lambda: None
    assert one_pass(ws).files[0].state == "kept"
    assert Path(files_of(ws, sent)[0].file).read_bytes() == VOICE
    assert list(post_problems(ws)) == []


def test_an_opt_out_counts_before_its_file_is_asked_for(
    ws: Workspace, world: Chat, sent: int
) -> None:
    speaks(world, text="[a voice message of 9 s] Stop", opt_out=True)
    before: list[bool] = []
    world.during = lambda: before.append(case_view(ws, sent).opted_out)
    receive(ws)
    assert before == [True]
    assert [file.state for file in files_of(ws, sent)] == ["kept"]


def test_after_many_attempts_it_is_given_up_and_the_owner_told_once(
    ws: Workspace, world: Chat, clock: Clock, sent: int
) -> None:
    speaks(world)
    world.files["v1"] = [Postponed("no net", "wait")]
    notes: list[str] = []
    for _ in range(40):
        notes += [text for _, text in receive(ws).nudges if "cannot be fetched" in text]
        clock.move(hours=6)
    assert len(world.wanted) == attachments.TRIES
    assert notes == [
        f"case {sent}: Mari Tamm has sent a voice message that cannot be fetched: no net"
    ]
    assert [file.state for file in files_of(ws, sent)] == ["gone"]


def test_the_first_attempts_are_those_of_the_next_runs(
    ws: Workspace, world: Chat, clock: Clock, sent: int
) -> None:
    speaks(world)
    world.files["v1"] = [Postponed("no net", "wait")]
    for _ in range(10):
        receive(ws)
        clock.move(minutes=5)
    assert len(world.wanted) == attachments.AT_ONCE


def test_what_is_gone_is_asked_for_once_and_told(ws: Workspace, world: Chat, sent: int) -> None:
    speaks(world, files=[replace(OFFERED, source="nowhere")])
    (note,) = [text for _, text in receive(ws).nudges if "fetched" in text]
    assert note.endswith("a voice message that cannot be fetched: it is gone")
    receive(ws)
    assert world.wanted == ["nowhere"]


def test_what_is_too_big_is_told_and_fetched_under_a_higher_limit(
    ws: Workspace, world: Chat, sent: int
) -> None:
    film = OfferedFile(kind=FileKind.FILM, source="v1", name="cake.mp4", size=48_000_000)
    speaks(world, files=[film])
    world.files["v1"] = [TooLarge("it is larger", size=48_000_000)]
    (note,) = [text for _, text in receive(ws).nudges if "larger" in text]
    assert "raise [receive] attachment_mb" in note
    assert "a film (cake.mp4, 48 MB): too big for [receive] attachment_mb" in page(
        case_view(ws, sent)
    )
    receive(ws)
    assert world.wanted == ["v1"]
    world.files["v1"] = [(film, VOICE)]
    limit = replace(ws.settings.receive, attachment_mb=60)
    ws.settings = replace(ws.settings, receive=limit)
    receive(ws)
    assert [file.state for file in files_of(ws, sent)] == ["kept"]


def test_what_telegram_itself_refuses_as_too_big_is_asked_for_once(
    ws: Workspace, world: Chat, sent: int
) -> None:
    speaks(world, files=[replace(OFFERED, size=21_000_000)])
    world.files["v1"] = [TooLarge("a bot gets no more than 20 MB", ours=False)]
    (note,) = [text for _, text in receive(ws).nudges if "20 MB" in text]
    assert note.endswith("Look into the chat")
    receive(ws)
    assert world.wanted == ["v1"]
    assert "too big (a bot gets no more than 20 MB)" in page(case_view(ws, sent))


def test_more_bytes_than_were_announced_are_not_kept(ws: Workspace, world: Chat, sent: int) -> None:
    speaks(world, files=[replace(OFFERED, size=10)])
    ws.settings = replace(ws.settings, receive=replace(ws.settings.receive, attachment_mb=1))
    small = (replace(OFFERED, name="b.ogg"), VOICE)
    world.files["v1"] = [(OFFERED, bytes(1_000_001)), small]
    receive(ws)
    assert [file.state for file in files_of(ws, sent)] == ["too-big", "kept"]
    assert sorted(path.name for path in (ws.home / "attachments").rglob("*.*")) == ["2.ogg"]


def test_with_a_limit_of_nothing_no_file_is_fetched(ws: Workspace, world: Chat, sent: int) -> None:
    ws.settings = replace(ws.settings, receive=replace(ws.settings.receive, attachment_mb=0))
    speaks(world)
    receive(ws)
    assert world.wanted == []
    assert "not fetched yet" in page(case_view(ws, sent))


@pytest.mark.parametrize("when", ["writing", "before"])
def test_a_full_disk_is_told_and_counts_as_no_attempt(
    ws: Workspace, world: Chat, sent: int, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    speaks(world, text="It is good now.")
    with monkeypatch.context() as patch:
        if when == "before":
            patch.setattr(file_store, "ROOM", 2**62)
        else:

            def full(*_: Any, **__: Any) -> Any:
                raise OSError(errno.ENOSPC, "No space left on device")

            patch.setattr(file_store, "open_beside", full)
        received = receive(ws)
    ((name, error),) = received.troubles
    assert name == "world"
    assert "make room" in error.advice
    (file,) = files_of(ws, sent)
    assert (file.state, file.reason) == ("waiting", "")
    receive(ws)
    assert files_of(ws, sent)[0].state == "kept"


def test_a_letter_that_takes_too_long_is_given_up_and_stops_nothing(
    ws: Workspace, world: Chat, sent: int
) -> None:
    speaks(world, files=[replace(OFFERED, source="hostile"), OFFERED])
    world.files["hostile"] = [TookTooLong("it took more than 60 s", "look at it")]
    receive(ws)
    found = [(file.state.value, file.reason) for file in files_of(ws, sent)]
    assert found == [("gone", "it took more than 60 s"), ("kept", "")]


def test_strangers_do_not_fill_the_disk(
    ws: Workspace, world: Chat, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may write to a bot; what comes from customers is kept all the same."""
    monkeypatch.setattr("voicenote.engine.run.fetch_files.STRANGERS", 0.004)
    for number in range(3):
        speaks(world, f"s{number}", address=f"+491512345678{number}", sender="Somebody")
        receive(ws)
    speaks(world)
    receive(ws)
    kept = [[file.state.value for file in one.files] for one in unmatched(ws)]
    assert kept == [["kept"], ["waiting"], ["waiting"]]
    assert [file.state for file in files_of(ws, sent)] == ["kept"]


def test_an_error_of_the_channel_stops_nothing_else(ws: Workspace, world: Chat, sent: int) -> None:
    speaks(world)
    world.files["v1"] = [KeyError("a slip of the channel")]
    receive(ws)
    (file,) = files_of(ws, sent)
    assert file.state == "waiting"
    assert "KeyError" in file.reason


def test_a_letter_brings_files_that_were_not_known_before(
    ws: Workspace, world: Chat, sent: int
) -> None:
    """Only the beginning of a letter is read at first."""
    speaks(world, files=[OfferedFile(kind=FileKind.FILE, source="letter")])
    second = OfferedFile(kind=FileKind.PICTURE, name="cake.jpg", media_type="image/jpeg")
    world.files["letter"] = [(replace(OFFERED, name="memo.ogg"), VOICE), (second, b"\xff\xd8")]
    receive(ws)
    found = [(file.kind.value, file.name, file.state.value) for file in files_of(ws, sent)]
    assert found == [("voice", "memo.ogg", "kept"), ("picture", "cake.jpg", "kept")]


def test_our_own_memo_that_comes_back_is_not_kept(ws: Workspace, world: Chat, sent: int) -> None:
    memo = case_view(ws, sent).memo
    assert memo is not None
    speaks(world, files=[replace(OFFERED, source="letter")])
    world.files["letter"] = [(OFFERED, Path(memo.files["ogg"]).read_bytes())]
    receive(ws)
    assert files_of(ws, sent) == []
    assert not any((ws.home / "attachments").rglob("*.*"))


def test_what_fits_no_case_is_kept_too_and_goes_with_the_message(
    ws: Workspace, world: Chat, sent: int
) -> None:
    speaks(world, address="+4915123456789", sender="Somebody")
    receive(ws)
    (message,) = unmatched(ws)
    (file,) = message.files
    assert Path(file.file).read_bytes() == VOICE
    match_by_hand(ws, message.number, sent)
    (answer,) = case_view(ws, sent).answers
    assert [one.file for one in answer.files] == [file.file]
    assert undo_match(ws) is not None
    assert files_of(ws, sent) == []
    assert [one.files for one in unmatched(ws)] == [(file,)]


def test_a_letter_that_was_handed_over_is_unpacked_and_then_removed(
    ws: Workspace, world: Chat, sent: int
) -> None:
    speaks(world, files=[replace(OFFERED, source=f"{UPLOAD}abc")])
    received = take_over(ws, b"letter", name="world")
    (file,) = files_of(ws, sent)
    assert received.files == [file]
    assert Path(file.file).read_bytes() == b"letter"
    assert list((ws.home / "attachments" / "letters").iterdir()) == []


def test_a_letter_whose_files_were_lost_can_be_given_again(
    ws: Workspace, world: Chat, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaks(world, files=[replace(OFFERED, source=f"{UPLOAD}abc")])
    with monkeypatch.context() as patch:
        patch.setattr("voicenote.engine.run.poll.keep_letter", lambda *_: None)
        take_over(ws, b"letter", name="world")
    assert [file.state for file in files_of(ws, sent)] == ["gone"]
    take_over(ws, b"letter", name="world")
    assert [file.state for file in files_of(ws, sent)] == ["kept"]


def test_a_letter_that_concerns_nobody_leaves_nothing(
    ws: Workspace, world: Chat, sent: int
) -> None:
    world.is_mailbox = True
    address = "spam@example.org"
    speaks(world, files=[replace(OFFERED, source=f"{UPLOAD}abc")], address=address)
    take_over(ws, b"letter", name="world")
    assert [path for path in (ws.home / "attachments").rglob("*") if path.is_file()] == []


def test_a_backup_takes_the_files_with_it(
    ws: Workspace, world: Chat, sent: int, tmp_path: Path
) -> None:
    speaks(world)
    receive(ws)
    backup(ws.ledger, ws.home, tmp_path / "it.tar.gz")

    def open_at(url: str) -> Any:
        return open_ledger(url, clock=ws.clock, actor="tester", new_id=ws.new_id)

    restore(
        tmp_path / "it.tar.gz",
        tmp_path / "new",
        open_at,
        MachineRecords(tmp_path / "other", "here"),
    )
    assert (tmp_path / "new" / "attachments" / "000001" / "1.ogg").read_bytes() == VOICE


def test_a_rehearsal_fetches_nothing(ws: Workspace, world: Chat, sent: int) -> None:
    ws.whereabouts = None
    speaks(world)
    receive(ws)
    assert world.wanted == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed by fork and SIGKILL")
@pytest.mark.parametrize("step", range(STEPS + 1))
def test_killed_between_any_two_steps_it_loses_nothing_and_leaves_no_half_file(
    ws: Workspace, world: Chat, sent: int, step: int
) -> None:
    speaks(world, text="It is good now.")
    ws.ledger.close()
    child = os.fork()
    if not child:
        die_at(ws, world, step)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) == (step < STEPS)
    for path in (ws.home / "attachments").rglob("[!.]*.*"):
        assert path.read_bytes() == VOICE
    receive(ws)
    assert [answer.text for answer in case_view(ws, sent).answers] == ["It is good now."]
    (file,) = files_of(ws, sent)
    assert file.state == "kept"
    assert Path(file.file).read_bytes() == VOICE


def die_at(ws: Workspace, world: Chat, step: int) -> None:
    """Receive, and be killed at the step of this number: a commit, a piece, a sync, a move."""
    left = [step]

    def tick() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def ticking(do: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **more: Any) -> Any:
            tick()
            done = do(*args, **more)
            tick()
            return done

        return act

    real = type(ws.ledger).write

    @contextmanager
    def write(*args: Any, **more: Any) -> Iterator[Transaction]:
        tick()
        with real(*args, **more) as tx:
            yield tx
            tick()
        tick()

    world.during = tick
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fsync", "replace"):
            patch.setattr(os, name, ticking(getattr(os, name)))
        patch.setattr(type(ws.ledger), "write", write)
        try:
            receive(ws)
        finally:
            os._exit(0)
