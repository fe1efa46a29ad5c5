"""Every error voicenote raises on purpose, and the exit code each one ends with.

The tree::

    VoicenoteError                 70  our fault, unless a child says better
    ├── RuleSaysNo                  1  a rule of the method, or something that needs a person
    │   ├── Doubtful                1  a take that a person may keep all the same
    │   └── ImpossibleTransition    1  a status change that the transition table does not have
    ├── WrongUse                    2  the words of the command do not fit together
    ├── BadData                    65  what was given cannot be used; holds every problem found
    │   └── TookTooLong            65  what was given took more time than anything may
    ├── Unavailable                69  a service, a device, a disk or a library is missing
    │   ├── VoiceUnavailable       69  no voice can speak this here
    │   ├── SchemaChanged          69  another release has changed the ledger
    │   ├── Postponed              69  a channel could not take it now; nothing has left
    │   │   └── ConnectionDropped  69  the server went away before the end
    │   ├── Refused                69  a channel will never take it as it is; nothing has left
    │   │   ├── OutsideWindow      69  WhatsApp lets only a template through now
    │   │   └── TooLarge           69  a customer's file is larger than what is kept
    │   └── Unknown                69  a channel cannot say whether it took it: a person decides
    ├── TryAgain                   75  somebody else holds it at the moment
    │   └── Restarting             75  the database server ended the connection
    └── BadSettings                78  a setting is wrong; holds every problem found

Each error says what happened (`what`) and what to do about it (`advice`): one line each. The codes
are those of BSD's ``sysexits.h``. Foreign errors are translated where they arise; nothing outside
this tree is meant to reach the terminal.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: What to do about what nobody has foreseen: there is no address to write to.
OURS = "run it again with --debug: what it shows then is what a bug report needs"


def room_for(error: OSError, place: Path, instead: str = "another place") -> str:
    """Return what to do when `place`, a file or a folder, could not be written: one advice."""
    if error.errno == errno.EFBIG:
        return f"allow larger files here (ulimit -f), or choose {instead}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        within = " within your quota" if error.errno == errno.EDQUOT else ""
        return f"make room{within} on the disk of {_disk(place)}, then run the same command again"
    if error.errno == errno.EROFS:
        return f"{place} can only be read: allow writing there, or choose {instead}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"give yourself the right to write in {place}, or choose {instead}"
    return f"look at {place}, or choose {instead}"


def _disk(place: Path) -> Path:
    """Return where the disk of `place` is mounted: it is full, and not that one folder."""
    whole = Path(os.path.abspath(place))  # noqa: PTH100 - resolve() asks the disk for each part
    return next((one for one in (whole, *whole.parents) if os.path.ismount(one)), whole)


def short(text: str) -> str:
    """Return `text` quoted on one line, cut where it is long: for messages."""
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with something that was given: where, what, and what to do.

    `line` counts physical lines from 1; `field` is a column, a key or a dotted path.
    """

    what: str
    advice: str = ""
    file: str = ""
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        parts = [part for part in (place, self.field, self.what) if part]
        text = ": ".join(parts)
        return f"{text} ({self.advice})" if self.advice else text


class VoicenoteError(Exception):
    """What happened, in one line, and in one more line what to do; `problems` are its parts."""

    exit_code = 70
    #: Everything that would help.
    missing: tuple[str, ...] = ()

    def __init__(self, what: str, advice: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.problems = tuple(problems)

    @property
    def in_one_line(self) -> str:
        """What happened, and what to do about it in brackets."""
        return f"{self.what} ({self.advice})" if self.advice else self.what


class RuleSaysNo(VoicenoteError):
    """A rule of the method refuses, or a person has to decide. `missing` lists what would help."""

    exit_code = 1

    def __init__(self, what: str, advice: str = "", missing: Sequence[str] = ()) -> None:
        super().__init__(what, advice)
        self.missing = tuple(missing)


class Doubtful(RuleSaysNo):
    """A take that seems wrong; `missing` says how. A person may keep it all the same."""


class ImpossibleTransition(RuleSaysNo):
    """The transition table has no such change; `what` names the state and the event."""


class WrongUse(VoicenoteError):
    """The command's words do not fit together."""

    exit_code = 2


class BadData(VoicenoteError):
    """What was given cannot be used. `problems` holds every one found, not only the first."""

    exit_code = 65


class TookTooLong(BadData):
    """What was given took more time than anything may, and was left."""


class Unavailable(VoicenoteError):
    """A service, a device, a disk or a library that is needed is missing."""

    exit_code = 69


class VoiceUnavailable(Unavailable):
    """No voice can speak this here."""


class SchemaChanged(Unavailable):
    """Another release, mostly a newer one, has changed the ledger's tables: this one must end."""


class Postponed(Unavailable):
    """A channel could not take a touch now; surely nothing has left. `retry_after` in seconds."""

    def __init__(self, what: str, advice: str = "", retry_after: float | None = None) -> None:
        super().__init__(what, advice)
        self.retry_after = retry_after


class ConnectionDropped(Postponed):
    """The server went away before the end. On a connection used before, a new one may help."""


class Refused(Unavailable):
    """A channel will never take this touch as it is; surely nothing has left."""


class OutsideWindow(Refused):
    """WhatsApp lets only a template through now."""


class TooLarge(Refused):
    """A customer's file is larger than what is kept. `size` in bytes, None if it isn't known.

    `ours`: our own limit says so, so it may be fetched under a higher one.
    """

    def __init__(
        self, what: str, advice: str = "", *, size: int | None = None, ours: bool = True
    ) -> None:
        super().__init__(what, advice)
        self.size, self.ours = size, ours


class Unknown(Unavailable):
    """A channel cannot say whether a touch left. A person, or a later receipt, settles it.

    With `again` the same touch may be sent once more by this channel, and does no harm there.
    """

    def __init__(self, what: str, advice: str = "", *, again: bool = False) -> None:
        super().__init__(what, advice)
        self.again = again


class TryAgain(VoicenoteError):
    """Somebody else holds it at the moment; the same command may work in a minute."""

    exit_code = 75


class Restarting(TryAgain):
    """The database server ended the connection: all that follows would fail as well."""


class BadSettings(VoicenoteError):
    """A setting is wrong. `problems` holds every one found."""

    exit_code = 78
