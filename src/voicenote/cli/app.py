"""The frame around every command: global options, commands found by name, failures told well."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from voicenote.cli.commands import COMMANDS, SECTIONS
from voicenote.cli.terminal.session import CommandGroup, Session, json_option
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Frame(CommandGroup):
    """The top group. Commands come from the table and are imported when they are called.

    `main` always ends in SystemExit, with the exit codes of `voicenote.errors`.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name of the table, in its order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None when the table has no such name."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        inside = vars(importlib.import_module(entry.module)).values()
        commands = (one for one in inside if isinstance(one, click.Command))
        return next(one for one in commands if one.name == cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was meant; for a slip, say which is nearest."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        close = get_close_matches(name, COMMANDS, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise click.UsageError(f"{name!r} isn't a command.{hint}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections; nothing is imported for it."""
        del ctx
        width = max(map(len, COMMANDS))
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(entry.name.ljust(width), entry.help) for entry in entries])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names from the table; nothing is imported for it."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(entry.name, help=entry.help)
            for entry in COMMANDS.values()
            if entry.name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that has gone away (``| head``) ends it quietly."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            from voicenote.cli.terminal.failures import NOBODY_READS

            _mute(sys.stdout)
            raise click.exceptions.Exit(NOBODY_READS) from None
        return result

    def main(  # type: ignore[override]  # it never returns
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run with `args` (default: the process's), tell what failed, and exit."""
        del prog_name
        extra.pop("standalone_mode", None)
        _open_closed()
        for stream in (sys.stdout, sys.stderr):
            _never_choke(stream)
        session = extra.setdefault("obj", from_process())
        words = sys.argv[1:] if args is None else list(args)
        try:
            _letters(words)
            code = super().main(args, "voicenote", standalone_mode=False, **extra)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  the one place that tells
            code = _tell(
                error,
                session,
                in_json=session.json or not {"--json", "--log-json"}.isdisjoint(words),
            )
        if "screen" in vars(session):
            with contextlib.suppress(OSError):
                session.screen.explain_rules()
        sys.exit(code if isinstance(code, int) else 0)


def from_process() -> Session:
    """Return a session on the process's own environment and streams."""
    return Session(env=os.environ, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr)


def _open_closed() -> None:
    """Put the null device where the caller closed a stream (``>&-``), for which Python has None."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  open until the end
            setattr(sys, name, stream)


def _letters(words: Sequence[str]) -> None:
    """Raise WrongUse for a word with bytes that are no letters: nothing could keep or show it."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = word.encode("utf-8", "backslashreplace").decode()
            raise WrongUse(f"{shown} isn't UTF-8 text", "type it again in UTF-8") from None


def _never_choke(stream: TextIO) -> None:
    """Let a terminal that knows few letters show their numbers instead of a crash."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _mute(stream: TextIO) -> None:
    """Send what is left in `stream` nowhere, so that Python does not complain at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _tell(error: BaseException, session: Session, *, in_json: bool) -> int:
    from voicenote.cli.terminal import failures

    failure = failures.explain(error, session.if_stopped, session.kept)
    if session.debug and not isinstance(error, click.ClickException):
        import traceback

        session.screen.warn("".join(traceback.format_exception(error)).rstrip())
    with contextlib.suppress(OSError):
        if in_json:
            session.screen.log(failures.as_data(failure))
        elif type(error).__name__ == "NoArgsIsHelpError" and isinstance(error, click.UsageError):
            error.show()
        else:
            session.screen.warn(failures.as_text(failure))
    if isinstance(error, OSError):
        _mute(sys.stdout)
    return failure.exit_code


def _logging(verbose: int) -> None:
    import logging

    from voicenote.cli.terminal.table import clean

    class Cleaned(logging.Formatter):
        """What a library logs may be the words of a server."""

        def format(self, record: logging.LogRecord) -> str:
            return "\n".join(map(clean, super().format(record).split("\n")))

    level = logging.DEBUG if verbose > 1 else logging.INFO
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Cleaned("%(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


@click.group(cls=Frame, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="The workspace; default: $VOICENOTE_HOME.")
@click.option("-q", "--quiet", is_flag=True, help="Print only results and errors.")
@click.option("-v", "--verbose", count=True, help="Print more; -vv prints everything.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="voicenote", message="%(prog)s %(version)s")
@click.pass_obj
def voicenote(
    session: Session, *, home: str | None, quiet: bool, verbose: int, debug: bool
) -> None:
    """Say sorry in your own voice, and keep the promise.

    For one angry customer: voicenote new. For many: voicenote import. To see how it works, on
    samples and offline: voicenote demo.

    Where an option is one of a few words, its first letters are enough.
    """
    session.home_option = home
    session.quiet = quiet
    session.verbose = verbose
    session.debug = debug
    if verbose:
        _logging(verbose)


voicenote.params.append(json_option())
