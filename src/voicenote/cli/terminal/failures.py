"""How errors are shown: what happened, what to do, and an exit code, without a traceback."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass, replace

import click

from voicenote.errors import OURS, Problem, VoicenoteError, short

#: How many problems are shown on a terminal; ``--json`` shows all.
SHOWN = 50

#: The exit codes that shells use for Ctrl-C (SIGINT) and for a closed pipe (SIGPIPE).
INTERRUPTED = 130
NOBODY_READS = 141

_DISK = {
    errno.ENOSPC: "free some space on this disk, then run the same command again",
    errno.EDQUOT: "free some space in your quota, then run the same command again",
    errno.EFBIG: "allow larger files here (ulimit -f), or choose another --home",
    errno.EIO: "the disk may be failing: check it, and restore a backup on another one",
    errno.EMFILE: "close some programs, or allow more open files (ulimit -n)",
    errno.ENFILE: "close some programs, then run the same command again",
    errno.EACCES: "give yourself permission, or choose another --home",
    errno.EPERM: "give yourself permission, or choose another --home",
    errno.EROFS: "choose a --home you can write to",
}
#: What to do about a path that no disk can have.
_NO_PATH = {errno.ENAMETOOLONG: "use a shorter name", errno.ELOOP: "use a path without that link"}

#: What click says of a word that is no choice.
_NO_CHOICE = re.compile(r"'([^']{1,60})' is not one of")
_GLOBAL = {"--home", "-q", "--quiet", "-v", "--verbose", "--debug"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFailure:
    """A failure as it is shown. `problems` are structured, `missing` is what would help."""

    what: str
    advice: str = ""
    exit_code: int = 70
    problems: tuple[Problem, ...] = ()
    missing: tuple[str, ...] = ()


def explain(error: BaseException, if_stopped: str = "", kept: str = "") -> CommandFailure:
    """Return how to show `error`; an unexpected one is our fault.

    `if_stopped` is what is kept when somebody stopped it, `kept` what is whatever happened.
    """
    failure = _explain(error, if_stopped)
    if not kept or kept == failure.advice:
        return failure
    return replace(failure, missing=(*failure.missing, kept))


def _explain(error: BaseException, if_stopped: str) -> CommandFailure:
    if isinstance(error, VoicenoteError):
        return CommandFailure(
            what=error.what,
            advice=error.advice,
            exit_code=error.exit_code,
            problems=error.problems,
            missing=error.missing,
        )
    if isinstance(error, click.ClickException):
        return CommandFailure(
            what=_say_usage(error),
            advice=_usage(error),
            exit_code=error.exit_code,
        )
    if isinstance(error, click.Abort) and isinstance(error.__cause__, EOFError):
        return CommandFailure(
            what="the input ended before every question was answered",
            advice="answer at a terminal, or give the answers as options",
            exit_code=2,
        )
    if _stopped(error):
        return CommandFailure(
            what="stopped",
            advice=if_stopped or "what was finished is kept; voicenote next shows where to go on",
            exit_code=INTERRUPTED,
        )
    return (_of_disk(error) if isinstance(error, OSError) else None) or CommandFailure(
        what=f"this is our fault ({type(error).__name__})", advice=OURS
    )


def _of_disk(error: OSError) -> CommandFailure | None:
    """Return how to show an error caused by the disk or the machine; None for any other."""
    if error.errno in _DISK:
        place = f"{error.filename}: " if error.filename else ""
        return CommandFailure(
            what=f"{place}{error.strerror}", advice=_DISK[error.errno], exit_code=69
        )
    if error.errno in _NO_PATH:
        what = f"{short(error.filename or 'a path')}: {error.strerror}"
        return CommandFailure(what=what, advice=_NO_PATH[error.errno], exit_code=65)
    if isinstance(error, FileNotFoundError) and "temporary directory" in (error.strerror or ""):
        return CommandFailure(
            what="no folder for temporary files is writable",
            advice="free some space in /tmp, or name another folder: TMPDIR=DIR voicenote …",
            exit_code=69,
        )
    return None


def _stopped(error: BaseException) -> bool:
    """Return whether somebody stopped it. While a library loads, Ctrl-C becomes its ImportError."""
    one: BaseException | None = error
    while one is not None and not isinstance(one, (click.Abort, KeyboardInterrupt)):
        one = one.__cause__ or one.__context__
    return one is not None


def _say_usage(error: click.ClickException) -> str:
    """Return what is wrong, with what was probably meant as a question.

    click finds options alike for the dashes that all of them have; those are left out.
    """
    from voicenote.options.reading import closest

    if isinstance(error, click.NoSuchOption):
        bare = {one.lstrip("-"): one for one in error.possibilities or ()}
        close = closest(error.option_name.lstrip("-"), bare, cutoff=0.65)
        error = click.NoSuchOption(error.option_name, error.message, [bare[one] for one in close])
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    what = error.format_message()
    given = _NO_CHOICE.search(what)
    if not given or not isinstance(kind, click.Choice):
        return what
    close = closest(given[1], map(str, kind.choices))
    return what + "".join(f" Did you mean {one}?" for one in close)


def _usage(error: click.ClickException) -> str:
    option = getattr(error, "option_name", "")
    if isinstance(error, click.NoSuchOption) and option in _GLOBAL:
        return f"{option} goes before the command: voicenote {option} …"
    context = getattr(error, "ctx", None)
    return f"see {context.command_path} --help" if context else "see voicenote --help"


def as_text(failure: CommandFailure) -> str:
    """Return the lines for a terminal: what, advice, then problems, up to `SHOWN`."""
    lines = [f"voicenote: {failure.what}"]
    if failure.advice:
        lines.append(f"  {failure.advice}")
    told = f"{failure.what} ({failure.advice})".replace(":", "")
    notes = [str(problem) for problem in failure.problems] + list(failure.missing)
    # each thing once; in a problem, a colon follows the name of its field
    notes = [note for note in notes if note.replace(":", "") not in told]
    lines += [f"  - {note}" for note in notes[:SHOWN]]
    if len(notes) > SHOWN:
        lines.append(f"  … and {len(notes) - SHOWN} more; --json shows all")
    return "\n".join(lines)


def as_data(failure: CommandFailure) -> dict[str, object]:
    """Return the object that ``--json`` prints on standard error; these keys are stable."""
    return {
        "error": failure.what,
        "advice": failure.advice,
        "exit_code": failure.exit_code,
        "problems": [
            {"what": p.what, "advice": p.advice, "file": p.file, "line": p.line, "field": p.field}
            for p in failure.problems
        ],
        "missing": list(failure.missing),
    }
