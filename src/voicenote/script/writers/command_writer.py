"""The command writer: any program that reads the request on standard input and prints the answer.

The program gets the JSON of the request, and prints JSON of the request's schema. No shell is
involved; its time and its output are limited.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from voicenote.errors import BadData, Unavailable
from voicenote.options import option, validators
from voicenote.script.writers.answers import read_object
from voicenote.script.writers.port import WriterInfo, WritingRequest

#: The most bytes of output that are read.
MOST = 1_000_000
_LIMIT_S = 300.0


def _argv(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise ValueError("this is not a list of words", 'such as ["my-writer", "--fast"]')
    if any("\0" in word for word in value):
        raise ValueError("a word has a NUL character in it", "remove it")
    return tuple(value)


@dataclass(frozen=True, kw_only=True)
class CommandOptions:
    """The settings of a program that writes."""

    argv: tuple[str, ...] = option(
        (), _argv, "The program and its arguments, one by one.", ["my-writer"], required=True
    )
    model: str = option("", validators.line, "What it writes with, for the record.", "qwen3")
    time_limit: float = option(_LIMIT_S, validators.seconds, "Seconds that one answer may take.")


class CommandWriter:
    """A program of the owner's."""

    Options = CommandOptions
    name = "command"

    def __init__(self, options: CommandOptions) -> None:
        self._options = options
        self.model = options.model

    @classmethod
    def info(cls, options: CommandOptions) -> WriterInfo:
        """Return what the listing shows; the program isn't started."""
        return WriterInfo(
            name=cls.name,
            ready=bool(options.argv),
            note="a program of yours; it gets the facts as JSON",
            sends=options.argv[0] if options.argv else "",
            advice="" if options.argv else 'set [writer] argv, such as ["my-writer"]',
        )

    def answer(self, request: WritingRequest) -> Mapping[str, Any]:
        """Return what the program answers. The port lists the errors."""
        asked = json.dumps(request.as_json(), ensure_ascii=False).encode()
        return read_object(self._run(asked).decode("utf-8", "replace"))

    def close(self) -> None:
        """Do nothing: each request is a process of its own."""

    def _run(self, asked: bytes) -> bytes:
        program, until = self._options.argv[0], time.monotonic() + self._options.time_limit
        try:
            child = subprocess.Popen(  # noqa: S603  the owner's own command, no shell
                self._options.argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=os.name == "posix",
            )
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"the writer's command {program!r} can't be started ({type(error).__name__})",
                "check [writer] argv",
            ) from None
        try:
            return self._exchange(child, asked, until)
        finally:
            _end(child)

    def _exchange(self, child: subprocess.Popen[bytes], asked: bytes, until: float) -> bytes:
        out, err = _Tap(child.stdout), _Tap(child.stderr)
        feeder = threading.Thread(target=_feed, args=(child.stdin, asked), daemon=True)
        feeder.start()
        out.join(max(0.0, until - time.monotonic()))
        if len(out.data) > MOST:
            raise BadData("the writer's command printed too much", f"at most {MOST} bytes")
        code = None
        if not out.is_alive():
            with suppress(subprocess.TimeoutExpired):
                code = child.wait(max(0.1, until - time.monotonic()))
        if code is None:
            raise Unavailable(
                f"the writer's command took longer than {self._options.time_limit:g} seconds",
                "a smaller model may help, or a longer [writer] time_limit",
            )
        if code:
            err.join(1)
            said = err.data.decode("utf-8", "replace").strip().splitlines()
            why = f": {said[-1][:200]}" if said else ""
            raise Unavailable(
                f"the writer's command ended with {code}{why}", "run it by hand and see"
            )
        return bytes(out.data)


class _Tap(threading.Thread):
    """A thread that reads a pipe until it ends, or has given more than `MOST` bytes."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        super().__init__(daemon=True)
        self._pipe, self.data = pipe, bytearray()
        self.start()

    def run(self) -> None:
        """Read."""
        with suppress(OSError, ValueError):  # it was closed
            while self._pipe and len(self.data) <= MOST:
                piece = self._pipe.read1(1 << 16)  # type: ignore[attr-defined]  # buffered
                if not piece:
                    return
                self.data += piece


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    if pipe is not None:
        with suppress(OSError, ValueError):  # it doesn't read everything
            pipe.write(data)
            pipe.close()


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the program and what it started, and close its pipes."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        elif child.poll() is None:
            child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError, ValueError):
                pipe.close()
