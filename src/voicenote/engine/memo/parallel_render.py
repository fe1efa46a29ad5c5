"""Rendering many memos on every core: the sound in worker processes, the ledger in this one.

A speech engine needs its own process, so each worker makes its own voices. They share only the
folder of cached sentences.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Self

from voicenote.ears.port import Ears
from voicenote.engine.memo.render_case import Rendered, keep_memo, render_cases, to_speak, told
from voicenote.engine.memo.render_job import Job, speak
from voicenote.engine.memo.unkept import watch_memos
from voicenote.engine.singly import OF_ONE_CASE, Failed, singly
from voicenote.engine.tabled_plugins import ears_plugins
from voicenote.engine.workspace import Workspace
from voicenote.errors import Unavailable
from voicenote.ledger.scripts import StoredDraft
from voicenote.model.memo import Memo
from voicenote.settings import load
from voicenote.sound.piece_cache import Cache
from voicenote.voice.port import Voice

MakeVoice = Callable[[str, Mapping[str, object]], Voice]
#: Fewer memos than this are made faster without another process.
MANY = 24
#: How many memos each process is given in advance: keeps it busy, and memory use flat.
_AHEAD = 3
#: How often processes may die before another memo is made.
_LIVES = 3
#: How long they may take to end, in seconds: as long as an unwanted memo takes at most.
_PATIENCE_S = 15.0


def render_many(
    ws: Workspace,
    numbers: Sequence[int],
    processes: int = 0,
    *,
    fill_in: bool = False,
    anyway: bool = False,
) -> Iterator[Outcome]:
    """Render many cases, yielding each in order, made or not, or failed.

    `fill_in` and `anyway` are those of `render_cases`. `processes` 0 means one per core, or just
    this one for a few cases. After an interruption, finished memos are kept. Raises errors that
    don't concern one case.
    """
    count = processes or (cores() if len(numbers) >= MANY else 1)
    if count < 2 or not _can_leave(ws.make_voice):
        yield from singly(
            lambda chunk: render_cases(ws, chunk, fill_in=fill_in, anyway=anyway), numbers
        )
        return
    prepare = partial(to_speak, ws, fill_in=fill_in, anyway=anyway)
    with watch_memos(ws) as note, _Processes(ws, count) as speaking:
        begun: deque[Callable[[], Outcome]] = deque()
        for number in numbers:
            begun.append(_begin(ws, speaking, note, number, prepare))
            if len(begun) > count * _AHEAD:
                yield begun.popleft()()
        while begun:
            yield begun.popleft()()


Outcome = Rendered | Failed


def _begin(
    ws: Workspace,
    processes: _Processes,
    note: Callable[[Path], None],
    number: int,
    prepare: Callable[[int], tuple[StoredDraft, Rendered | None, Job]],
) -> Callable[[], Outcome]:
    """Begin a case; return what waits for it, keeps it, and returns how it went."""
    try:
        found, ready, job = prepare(number)
    except OF_ONE_CASE as error:
        failed = Failed(number, error)
        return lambda: failed
    if ready is not None:
        return lambda: ready
    note(job.folder)
    going = processes.start(job)

    def finish() -> Outcome:
        try:
            rendered = told(ws, found, processes.wait(going), job)
            keep_memo(ws, found, rendered)
        except OF_ONE_CASE as error:
            return Failed(number, error)
        return rendered

    return finish


@dataclass(slots=True)
class _Going:
    """A memo that worker processes are making; if they die, it is lost."""

    job: Job
    future: Future[Memo]
    pool: ProcessPoolExecutor


class _Processes:
    """Processes that make sound. When one dies, all are restarted and the memo is made again.

    A speech library that crashes once in ten thousand sentences must not end a night's work. At
    an early end, memos that were not begun are dropped.
    """

    def __init__(self, ws: Workspace, count: int) -> None:
        limit = ws.settings.sound.cache_mb * 1_000_000
        self._fresh = partial(
            ProcessPoolExecutor,
            count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(ws.make_voice, ws.home, limit),
        )
        self._pool = self._fresh()
        self._lives = _LIVES

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        _end_children(_PATIENCE_S)

    def start(self, job: Job) -> _Going:
        """Submit a memo to the processes. Raises Unavailable when they keep dying."""
        while True:
            pool = self._pool
            try:
                with _defer_interrupt():
                    return _Going(job, pool.submit(_in_process, job), pool)
            except BrokenProcessPool as error:
                self._revive(pool, error)

    def wait(self, going: _Going) -> Memo:
        """Return the memo. Raises what the voice and the sound stage raise, and as `start` does."""
        while True:
            try:
                memo = going.future.result()
            except BrokenProcessPool as error:
                self._revive(going.pool, error)
                going = self.start(going.job)
            else:
                self._lives = _LIVES
                return memo

    def _revive(self, dead: ProcessPoolExecutor, error: BrokenProcessPool) -> None:
        if self._pool is not dead:
            return  # they were already restarted
        if not self._lives:
            raise Unavailable(
                "a process that made sound ended unexpectedly",
                "run the command again; what was made is kept",
            ) from error
        self._lives -= 1
        _end_children(0)
        dead.shutdown(cancel_futures=True)
        self._pool = self._fresh()


@contextmanager
def _defer_interrupt() -> Iterator[None]:
    """Delay Ctrl-C until a process has started: half started, it would die with a traceback.

    That process inherits the signal mask; this one handles a delayed Ctrl-C afterwards.
    """
    aside = threading.current_thread() is not threading.main_thread()  # receives no signals
    if not hasattr(signal, "pthread_sigmask") or aside:
        yield
        return
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came and callable(handler):  # also when it could not start
            handler(came[0], None)


def _end_children(patience_s: float) -> None:
    """Wait for the processes to end on their own, then kill them.

    A pool whose process was killed at the wrong moment (while starting or waiting) waits forever
    for the others.
    """
    deadline = time.monotonic() + patience_s
    for child in multiprocessing.active_children():
        child.join(max(0.0, deadline - time.monotonic()))
        if child.is_alive():
            child.kill()


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1


def _can_leave(make_voice: MakeVoice) -> bool:
    """Whether `make_voice` can be sent to another process."""
    try:
        pickle.dumps(make_voice)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


# -- in the other process -------------------------------------------------------------------------


_here: list[tuple[MakeVoice, Cache, Path]] = []
_voices: dict[str, Voice] = {}


def _start(make_voice: MakeVoice, home: Path, limit: int) -> None:
    # Ctrl-C goes to all of them; the first process decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # each process has one core, also to listen
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _here[:] = [(make_voice, Cache(home / "cache", limit), home)]


def _end_with_parent() -> None:
    """Exit when the first process was killed, or this one would wait for its next job forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _in_process(job: Job) -> Memo:
    [(make_voice, cache, home)], chosen = _here, job.chosen
    key = repr((chosen.name, sorted(chosen.options.items())))
    if key not in _voices:
        _voices[key] = make_voice(chosen.name, chosen.options)
    return speak(job, lambda: _voices[key], cache, lambda: _ears_of(home))


@cache
def _ears_of(home: Path) -> Ears:
    """Return the ears of a workspace, made once in this process. Raises BadSettings."""
    return ears_plugins.make(load(home, os.environ))
