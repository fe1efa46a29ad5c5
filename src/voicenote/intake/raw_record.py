"""Values of intake: the raw record that goes in, and the good or bad one that comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicenote.errors import Problem
from voicenote.model.case import Complaint


class Number(str):
    """A number from JSON or TOML, as text: its point is a decimal point in every country."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its file has it.

    `values` is column → text (dotted paths for nested JSON). `line` is the physical line, from 1,
    where it starts. `offset` is the bytes of the source read so far. `raw` is what a ``.rejected``
    file needs: a CSV row's cells, or the JSON text of one element; `user` is the JSON text of a
    ticket's user. `broken` says why the record couldn't be parsed.
    """

    values: Mapping[str, str]
    line: int
    offset: int
    file: str = ""
    raw: tuple[str, ...] = ()
    user: str = ""
    broken: tuple[Problem, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examined:
    """A record that was examined; `part` is the index of its file in the source's parts."""

    record: Record
    part: int = 0

    @property
    def line(self) -> int:
        """The physical line where the record starts."""
        return self.record.line

    @property
    def offset(self) -> int:
        """The bytes of the source taken so far."""
        return self.record.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Good(_Examined):
    """A complaint that can be added, and the record it came from.

    `unread` says which fields could not be read: the complaint goes in without them.
    """

    complaint: Complaint
    unread: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut(_Examined):
    """A record that is no complaint to answer; `reason` is a word or two, such as "closed"."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad(_Examined):
    """A record that can't be added, with every problem; `duplicate`: the same one came before."""

    problems: tuple[Problem, ...]
    duplicate: bool = False
