"""What takes too long is ended, whoever waits for it goes on, and nothing of it is left running."""

from __future__ import annotations

import operator
import os
import re
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voicenote.errors import BadData, TookTooLong, Unavailable
from voicenote.worker import Worker

#: It takes more than the age of the world, and lets nothing else of Python run meanwhile.
ENDLESS = ("(a|a)*b", "a" * 90)
#: One of the forms of `re.fullmatch`, which has several.
FULLMATCH: Callable[[str, str], object] = re.fullmatch


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(0.5) as made:
        yield made


def test_it_gives_what_the_work_gives(worker: Worker) -> None:
    assert worker.run(int, "ff", 16) == 255
    assert worker.run(sorted, "cab", reverse=True) == ["c", "b", "a"]


def test_it_raises_what_the_work_raises(worker: Worker) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        worker.run(int, "x")
    with pytest.raises(ZeroDivisionError):
        worker.run(operator.truediv, 1, 0)


def test_an_error_of_ours_keeps_its_advice(worker: Worker) -> None:
    from voicenote.addresses import email

    with pytest.raises(BadData) as raised:
        worker.run(email, "nobody")
    assert raised.value.what
    assert raised.value.advice


def test_a_pattern_without_end_is_ended_and_the_next_work_is_done(worker: Worker) -> None:
    with pytest.raises(TookTooLong, match=r"0\.5 seconds"):
        worker.run(FULLMATCH, *ENDLESS)
    assert worker.run(len, "abc") == 3


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], types.ModuleType]:
    """Return a maker of modules that only the working process loads."""

    def make(source: str) -> types.ModuleType:
        (tmp_path / "slow_to_load.py").write_text(f"import re, time\n{source}")
        path = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        monkeypatch.setenv("PYTHONPATH", path)
        here = types.ModuleType("slow_to_load")
        exec("def work(text): ...", here.__dict__)  # noqa: S102  a stand-in to be sent
        monkeypatch.setitem(sys.modules, "slow_to_load", here)
        return here

    return make


def test_what_work_has_to_load_first_is_no_time_of_the_message(
    loaded: Callable[[str], types.ModuleType],
) -> None:
    """Else a slow machine would keep the first message of each pass as unread."""
    module = loaded("time.sleep(0.4)\ndef work(text):\n    return 7\n")
    with Worker(0.3) as worker:
        assert worker.run(module.work, "") == 7


LATER = """
from voicenote.worker import off_the_clock

def work(text):
    with off_the_clock():
        time.sleep(0.5)
    return bool(re.fullmatch("(a|a)*b", text))
"""


def test_nor_is_what_it_loads_when_a_message_needs_it(
    loaded: Callable[[str], types.ModuleType],
) -> None:
    module = loaded(LATER)
    with Worker(0.3) as worker:
        assert worker.run(module.work, "ab") is True


def test_after_such_loading_the_limit_holds_again(
    loaded: Callable[[str], types.ModuleType],
) -> None:
    module = loaded(LATER)
    with Worker(0.3) as worker, pytest.raises(TookTooLong):
        worker.run(module.work, "a" * 90)


@pytest.mark.parametrize(
    "source", ["time.sleep(60)\ndef work(text): ...\n", LATER.replace("0.5", "60")]
)
def test_loading_without_end_is_ended_too(
    loaded: Callable[[str], types.ModuleType], source: str
) -> None:
    """What is loaded has its time too, a long one: nobody may wait for it for ever."""
    module, begun = loaded(source), time.monotonic()
    with Worker(0.02) as worker, pytest.raises(TookTooLong):
        worker.run(module.work, "ab")
    assert time.monotonic() - begun < 30


def test_meanwhile_others_get_a_word_in(worker: Worker) -> None:
    """A thread of this process runs, so that a signal can be obeyed; in `re` itself none does."""
    done = threading.Event()

    def work() -> None:
        with pytest.raises(TookTooLong):
            worker.run(FULLMATCH, *ENDLESS)
        done.set()

    worker.run(len, "")
    thread = threading.Thread(target=work)
    thread.start()
    turns = 0
    while not done.is_set():
        turns += 1
        done.wait(0.01)
    thread.join()
    assert turns > 5


def test_a_process_that_somebody_ends_is_started_again(worker: Worker) -> None:
    worker.run(len, "")
    child = worker._child
    assert child is not None
    child.kill()
    child.wait()
    assert worker.run(len, "abc") == 3


@pytest.mark.unwatched
def test_work_that_ends_its_process_each_time_is_left(worker: Worker) -> None:
    with pytest.raises(TookTooLong, match="ends each time"):
        worker.run(os._exit, 3)
    assert worker.run(len, "abc") == 3


def test_without_a_python_to_start_it_says_so(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Unavailable, match="no process can be started"):
        worker.run(len, "abc")


def test_nothing_is_started_where_there_is_nothing_to_do() -> None:
    with Worker() as worker:
        assert worker._child is None


def test_it_ends_by_itself_when_whoever_asked_was_killed() -> None:
    """Also in the midst of a pattern, where it could not look whether anybody is left."""
    asks = (
        "import re; from voicenote.worker import Worker; worker = Worker(1.0); worker.run(len, '');"
        f"print(worker._child.pid, flush=True); worker.run(re.fullmatch, *{ENDLESS})"
    )
    parent = subprocess.Popen([sys.executable, "-c", asks], stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    patience = time.monotonic() + 30
    while _runs(child) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except OSError:
        return False
    return "(zombie)" not in _state(number)


def _state(number: int) -> str:
    try:
        return Path(f"/proc/{number}/status").read_text("utf-8")
    except OSError:
        return ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_tells_the_first_process_to_end_does_not_end_the_work(
    worker: Worker, number: signal.Signals
) -> None:
    """A terminal or a service tells all of them; the letter at hand is read to its end."""
    worker.run(len, "")
    child = worker._child
    assert child is not None
    child.send_signal(number)
    assert worker.run(len, "abc") == 3
    assert worker._child is child
