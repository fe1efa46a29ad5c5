"""What goes through intake: a raw record in, a good complaint or a bad record out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voicenote.errors import Problem
from voicenote.model.case import Complaint


class Number(str):
    """A number as JSON or TOML wrote it: its point is a decimal point, whatever the country."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One record as its file has it.

    `values` is column → text (dotted paths for nested JSON); `line` the physical line, from 1,
    where it starts; `offset` the bytes of the source taken so far. `raw` is what a ``.rejected``
    file needs: a CSV row's cells, or the JSON text of one element; `user` the JSON text of the
    user that belongs to a ticket. `broken` says why the record could not even be taken apart.
    """

    values: Mapping[str, str]
    line: int
    offset: int
    file: str = ""
    raw: tuple[str, ...] = ()
    user: str = ""
    broken: tuple[Problem, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Good:
    """A complaint that can go in, and the record it came from; `part` as in `Bad`."""

    complaint: Complaint
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


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that cannot go in, with every problem it has.

    `duplicate`: the very same came before; `part` is the index of its file in the source's parts.
    """

    problems: tuple[Problem, ...]
    record: Record
    duplicate: bool = False
    part: int = 0

    @property
    def line(self) -> int:
        """The physical line where the record starts."""
        return self.record.line

    @property
    def offset(self) -> int:
        """The bytes of the source taken so far."""
        return self.record.offset
