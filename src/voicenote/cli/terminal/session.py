"""The session that every command gets: global options, workspace and screen."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from voicenote.errors import BadSettings, WrongUse

if TYPE_CHECKING:
    from voicenote.cli.terminal.screen import Screen
    from voicenote.engine.workspace import Workspace
    from voicenote.ledger.command_log import Recorder
    from voicenote.ledger.store import Ledger
    from voicenote.settings import Settings

#: The variable that names the workspace.
HOME = "VOICENOTE_HOME"
#: The variable that says where the ledger is.
LEDGER = "VOICENOTE_LEDGER__URL"
#: Commands that begin a workspace where none is, and those that do without one. For all others, a
#: named folder that is missing must be a typing error.
BEGINNING = frozenset(("demo", "import", "init", "new", "restore"))
WITHOUT = frozenset(
    (
        *("cache", "channels", "check", "completion", "doctor", "hear", "say", "schedule"),
        *("templates", "verify", "voices", "writers"),
    )
)


@dataclass(kw_only=True)
class Session:
    """One call of ``voicenote``; each command gets it as its first argument.

    `home`, `settings` and `screen` are made when first used; `settings` raises BadSettings.
    `if_stopped` says what is kept if Ctrl-C ends it now; "" when everything finished is kept.
    `kept` says the same, and is told whatever ends it. `secrets_in` is where a secret of the
    channel that is set up now was kept.
    """

    env: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    home_option: str | None = None
    json: bool = False
    quiet: bool = False
    verbose: int = 0
    debug: bool = False
    if_stopped: str = ""
    kept: str = ""
    secrets_in: str = ""
    _recorded: Recorder | None = None

    @cached_property
    def home(self) -> Path:
        """The workspace: ``--home``, else ``$VOICENOTE_HOME``, else the platform's usual folder."""
        from voicenote.settings import find_home

        return find_home(self.home_option, self.env)

    @cached_property
    def settings(self) -> Settings:
        """The checked settings of the workspace.

        Raises BadSettings when they are wrong, and WrongUse when a named workspace doesn't exist
        and the command wouldn't create one.
        """
        if self.draft.source.problems:
            self.check()
        return self.draft

    @cached_property
    def draft(self) -> Settings:
        """The settings with a default in place of each wrong one, for `wiring.check`."""
        from voicenote.settings import load_draft

        self._need_home(unless=BEGINNING | WITHOUT)
        return load_draft(self.home, self.env)

    def _need_home(self, unless: frozenset[str]) -> None:
        """Raise WrongUse when a named workspace is missing, except in some commands."""
        context = click.get_current_context(silent=True)
        named = self.home_option or self.env.get(HOME)
        if (
            named
            and not self.env.get(LEDGER)  # it may be on a server, without a folder here
            and context
            and context.find_root().invoked_subcommand not in unless
            and not self.home.exists()
        ):
            raise WrongUse(
                f"{self.home} doesn't exist", "check the path; to create one there: voicenote init"
            )

    def check(self) -> None:
        """Raise BadSettings with every problem of the settings, channels and voices included."""
        from voicenote.wiring import check

        check(self.draft)

    def tell_kept(self, kept: str) -> None:
        """Say `kept` if anything ends this command now; "" takes it back."""
        self.kept = self.if_stopped = kept

    def read_settings_again(self) -> None:
        """Read the settings anew at their next use: somebody has written them meanwhile."""
        for name in ("settings", "draft"):
            self.__dict__.pop(name, None)

    @contextmanager
    def open(self, *, whole: bool = False) -> Iterator[Workspace]:
        """Open the workspace, and close it after the block.

        Raises WrongUse when a named workspace doesn't exist and the command creates none, and
        BadSettings with every problem in the settings if the block needs one that is wrong. With
        `whole`, which commands that speak or send should use, any problem is refused.
        """
        from voicenote.wiring import open_workspace

        self._need_home(unless=BEGINNING)
        if whole:
            self.check()
        try:
            with closing(open_workspace(self.draft)) as ws:
                self.record(ws.ledger)
                yield ws
        except BadSettings:
            self.check()  # so that all of it can be corrected at once
            raise

    def record(self, ledger: Ledger) -> None:
        """Keep what this command changes, so that `undo` can take it back."""
        from voicenote.engine.case.undo_command import name_command

        names: list[str] = []
        context = click.get_current_context(silent=True)
        while context is not None and context.parent is not None:
            names.insert(0, context.info_name or "")
            context = context.parent
        named = name_command(names)
        if named is not None:
            what, rows = named
            self._recorded = ledger.record(what, rows=rows, before=self._recorded)

    @cached_property
    def screen(self) -> Screen:
        """The screen, the only thing that prints."""
        from voicenote.cli.terminal.screen import Screen

        return Screen(
            stdin=self.stdin,
            stdout=self.stdout,
            stderr=self.stderr,
            json=self.json,
            quiet=self.quiet,
            env=self.env,
        )


def _json_given(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's order
    if value:
        context.ensure_object(Session).json = True


def json_option() -> click.Option:
    """Return ``--json``; a command reads `session.json`, which ``voicenote --json …`` sets too."""
    return click.Option(
        ["--json"],
        is_flag=True,
        expose_value=False,
        callback=_json_given,
        help="Print JSON with stable keys; errors too, on standard error.",
    )


class _WithExamples(click.Command):
    """A command whose ``--help`` ends with the examples of `voicenote.cli.examples`."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        from voicenote.cli.examples import write_examples

        write_examples(ctx, formatter)


class CommandGroup(_WithExamples, click.Group):
    """A command that has others below it.

    `instead` is what is meant by another word there, such as ``voicenote batch show {}``.
    """

    def __init__(self, *args: Any, instead: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self._instead = instead

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was meant; for another word, say which there are."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            known = ", ".join(self.list_commands(ctx))
            meant = f"; for {args[0]!r}: {self._instead.format(shlex.quote(args[0]))}"
            what = f"{args[0]!r} isn't one of {known}{meant * bool(self._instead)}"
            raise click.UsageError(what, ctx) from None


def command(
    name: str | None = None, *, group: click.Group | None = None, json: bool = True, **attrs: Any
) -> Callable[[Callable[..., object]], click.Command]:
    """Return a decorator for commands whose first argument is the session; adds ``--json`` last."""

    def make(function: Callable[..., object]) -> click.Command:
        made = click.command(name, _WithExamples, **attrs)(click.pass_obj(function))
        if json:
            made.params.append(json_option())
        if group:
            group.add_command(made)
        return made

    return make
