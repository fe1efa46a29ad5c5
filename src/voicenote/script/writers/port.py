"""The port of writers: the facts of a case in, words out, as plain JSON both ways.

A writer is found through the entry points ``voicenote.writers.v1``. The entry point names a class:
its `Options` declares the settings, calling it with these makes the writer, and its `info`
describes it without loading anything heavy. A writer only proposes: `script.grounding` judges what
it wrote, and a person approves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

#: The version of the JSON that a writer reads; it changes when a field changes its meaning.
VERSION = 1


class Task(StrEnum):
    """What a writer is asked for: a script, its translation for the owner, or proposed fields."""

    SCRIPT = "script"
    BACK = "back"
    PROPOSE = "propose"


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingRequest:
    """What a writer gets. `instructions` say in English what to do with `facts`.

    `schema` is the JSON schema of the answer. After an answer that was refused, `previous` is that
    answer and `findings` say what is wrong with it.
    """

    task: Task
    instructions: str
    facts: Mapping[str, Any]
    schema: Mapping[str, Any]
    previous: Mapping[str, Any] | None = None
    findings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the request as plain JSON values."""
        return {
            "version": VERSION,
            "task": self.task.value,
            "instructions": self.instructions,
            "facts": dict(self.facts),
            "schema": dict(self.schema),
            "previous": dict(self.previous) if self.previous is not None else None,
            "findings": list(self.findings),
        }

    @property
    def sha256(self) -> str:
        """The hash of what is asked, the same for each attempt."""
        asked = [VERSION, self.task.value, self.instructions, self.facts, self.schema]
        packed = json.dumps(asked, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(packed.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterInfo:
    """What the `writers` command shows about a writer.

    `sends` says where the facts go, "" when they stay in this program. `advice` says what to do if
    it isn't ready. `tasks` are those it can do.
    """

    name: str
    ready: bool
    note: str
    sends: str = ""
    advice: str = ""
    tasks: frozenset[Task] = field(default=frozenset(Task))


@runtime_checkable
class Writer(Protocol):
    """What answers requests. `model` names what exactly wrote, for the ledger; may be "".

    It may be asked by several threads at once.
    """

    name: str
    model: str

    def answer(self, request: WritingRequest) -> Mapping[str, Any]:
        """Return an answer of the request's schema.

        Raises Unavailable when the writer can't be reached or doesn't do this task, and BadData
        for an answer that can't be used.
        """

    def close(self) -> None:
        """Release its resources. May be called more than once."""


class WriterMaker(Protocol):
    """What an entry point of ``voicenote.writers.v1`` names.

    Its attribute `Options`, a frozen dataclass, declares its settings; without it there are none.
    """

    def __call__(self, options: Any) -> Writer:
        """Make the writer. Raises BadSettings when an option is wrong."""

    def info(self, options: Any) -> WriterInfo:
        """Return the facts known before it is made. Loads nothing heavy and never raises."""
