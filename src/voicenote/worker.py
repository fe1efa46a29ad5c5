"""Work on strangers' text in a child process, which ends when the work takes too long.

While Python matches a pattern, it runs nothing else: no thread, no signal handler, no timer of
ours. So such work is done in a process of its own. Past the limit it ends itself with a timer that
does not need Python, even if its parent is long gone.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, ParamSpec, Self, TypeVar

from voicenote.errors import TookTooLong, Unavailable

P = ParamSpec("P")
T = TypeVar("T")

#: How many seconds one message may take; a normal one takes a hundredth of a second.
LIMIT_S = 5.0
#: What the work has to load may take so many times longer, because a busy machine is slow at it.
_LOADING = 24
#: Before each request: the limit in seconds, and how many bytes follow. Before each reply:
#: whether it succeeded, and how many bytes follow.
_REQUEST, _REPLY = struct.Struct("!dQ"), struct.Struct("!?Q")
_HELLO = b"\x06"
#: The exit code of the process when its time is up; see `faulthandler`.
_LATE = 1
#: In the child: the limit of the work that it does now, and where its end is written.
_limits: list[tuple[float, BinaryIO]] = []


class Worker:
    """A child process that is started when there is work. Used with `with`.

    It does one piece of work at a time; several threads may share it.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit = limit_s
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what `work` (a function of a module) returns, or raise what it raises.

        Raises TookTooLong past the limit, or if the process ends twice on the same work;
        Unavailable when no process can be started.
        """
        request = pickle.dumps((work, args, named))
        with self._lock:
            # the process may end for other reasons, so once proves nothing
            for _ in range(2):
                child = self._child = self._child or _start_child()
                reply = _answer(child, self._limit, request)
                if reply is not None:
                    done, answer = reply[0], pickle.loads(reply[1])  # noqa: S301  ourselves
                    if done:
                        return answer  # type: ignore[no-any-return]  # what `work` returned
                    raise answer
                self._end()
                if child.returncode == _LATE:
                    raise TookTooLong(f"it takes longer than {self._limit:g} seconds")
        raise TookTooLong("the process that works on it ends each time")

    def close(self) -> None:
        """End the process; the next piece of work starts another."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            child.wait(1)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _start_child() -> subprocess.Popen[bytes]:
    try:
        # -P: a file in the working folder must not replace a module
        child = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise Unavailable(
            f"no process can be started to read messages in: {error.strerror or error}",
            "make room for it, then run the same command again",
        ) from error
    if child.stdout is None or child.stdout.read(1) != _HELLO:
        child.kill()
        child.wait()
        raise Unavailable(
            f"Python cannot be started again to read messages in ({sys.executable})",
            "install it for the Python that runs it: python3 -m pip install voicenote",
        )
    return child


def _answer(
    child: subprocess.Popen[bytes], limit: float, request: bytes
) -> tuple[bool, bytes] | None:
    """Return whether the work succeeded, and its pickled result; None if the child ended."""
    if child.stdin is None or child.stdout is None:
        return None
    try:
        child.stdin.write(_REQUEST.pack(limit, len(request)) + request)
        child.stdin.flush()
        head = child.stdout.read(_REPLY.size)
        if len(head) < _REPLY.size:
            return None
        done, size = _REPLY.unpack(head)
        reply = child.stdout.read(size)
    except OSError:
        return None
    except BaseException:  # Ctrl-C: its reply would be taken for the next one's
        child.kill()
        raise
    return (done, reply) if len(reply) == size else None


# -- the child ------------------------------------------------------------------------------------


def work_all(requests: BinaryIO, replies: BinaryIO) -> None:
    """Do the requested work until the input ends: the main loop of the child."""
    replies.write(_HELLO)
    replies.flush()
    with Path(os.devnull).open("wb") as nowhere:
        while len(head := requests.read(_REQUEST.size)) == _REQUEST.size:
            limit, size = _REQUEST.unpack(head)
            done, answer = _work(requests.read(size), limit, nowhere)
            replies.write(_REPLY.pack(done, len(answer)) + answer)
            replies.flush()


def _work(request: bytes, limit: float, nowhere: BinaryIO) -> tuple[bool, bytes]:
    try:
        faulthandler.dump_traceback_later(limit * _LOADING, exit=True, file=nowhere)
        try:
            # the limit starts after this, because it imports what the work needs
            work, args, named = pickle.loads(request)  # noqa: S301  ourselves
            faulthandler.dump_traceback_later(limit, exit=True, file=nowhere)
            _limits.append((limit, nowhere))
            return True, pickle.dumps(work(*args, **named))
        finally:
            faulthandler.cancel_dump_traceback_later()
            _limits.clear()
    except Exception as error:  # noqa: BLE001 - the parent raises it
        try:
            return False, pickle.dumps(error)
        except Exception:  # noqa: BLE001 - some errors cannot be sent
            return False, pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"[:300]))


@contextmanager
def off_the_clock() -> Iterator[None]:
    """Count what is loaded in here apart: on a busy machine its time may be the limit.

    It has a longer one of its own. Only for what doesn't depend on the message. Outside a working
    process it does nothing.
    """
    for limit, nowhere in _limits:
        faulthandler.dump_traceback_later(limit * _LOADING, exit=True, file=nowhere)
    try:
        yield
    finally:
        for limit, nowhere in _limits:
            faulthandler.dump_traceback_later(limit, exit=True, file=nowhere)


def _live() -> None:
    # a terminal or service sends these to all its processes; the parent decides what to end
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not end up in a reply
    work_all(sys.stdin.buffer, replies)


if __name__ == "__main__":
    from voicenote.worker import _live as live  # the module that the work imports, not a copy of it

    live()
