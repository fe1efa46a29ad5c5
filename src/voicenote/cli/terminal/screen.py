"""The only module that prints (lines, JSON, tables, progress) and asks questions."""

from __future__ import annotations

import contextlib
import json as jsonlib
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO, TypeVar

from voicenote.cli.terminal.colour import PLAIN, paint_error, wants_colour
from voicenote.cli.terminal.json_form import jsonable, write_json
from voicenote.cli.terminal.rule_notes import RuleNotes
from voicenote.cli.terminal.streams import (
    can_redraw,
    escape_controls,
    is_terminal,
    knows_all_letters,
    shown_on,
)
from voicenote.cli.terminal.table import clean, layout
from voicenote.errors import BadData, WrongUse

T = TypeVar("T")


@dataclass(kw_only=True)
class Screen:
    """Standard output for results, and standard error for everything else that is said."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    json: bool
    quiet: bool
    #: The environment, which says what the terminal knows; one without $TERM gets plain lines.
    env: Mapping[str, str] = field(default_factory=dict)
    rules: RuleNotes = field(default_factory=RuleNotes)

    @property
    def interactive(self) -> bool:
        """Whether there is a person at a terminal who can be asked."""
        return is_terminal(self.stdin)

    @property
    def watched(self) -> bool:
        """Whether any stream is a terminal, which none is in cron."""
        return any(map(is_terminal, (self.stdin, self.stdout, self.stderr)))

    @property
    def width(self) -> int | None:
        """The columns of the terminal; None when nothing may be cut, as in a pipe."""
        return shutil.get_terminal_size().columns if is_terminal(self.stdout) else None

    def out(self, text: str = "", *, whole: bool = False) -> None:
        """Print a result and a line end, without characters that a terminal would obey.

        They are taken out in a pipe too, because there is often a terminal behind it. A terminal
        gets its lines broken at words, except `whole` ones, such as code.
        """
        self.rules.hear(text)
        fit = escape_controls(text, self.stdout) if whole else shown_on(self.stdout, text)
        print(fit, file=self.stdout)

    def page(self, text: str) -> None:
        """Print the page of a case, in colour where that is wanted."""
        if not self._colours(self.stdout):
            self.out(text)
            return
        from voicenote.cli.terminal.case_page import print_page

        print_page(self.stdout, shown_on(self.stdout, text))

    def note(self, text: str) -> None:
        """Print a note to standard error; nothing with ``-q``."""
        if not self.quiet:
            self._say("note", text)

    def warn(self, *texts: str) -> None:
        """Print texts that must be seen to standard error, even with ``-q``."""
        self._say("warning", *texts)

    def _say(self, kind: str, *texts: str) -> None:
        """Print texts to standard error: with ``--json`` as JSON, unless a person is asked."""
        with contextlib.suppress(OSError, ValueError):
            self.stdout.flush()  # keeps the order when both go to one file
        for text in texts:
            if self.json and not self.interactive:
                self.log({kind: text})
            else:
                self.rules.hear(text)
                shown = shown_on(self.stderr, text)
                shown = paint_error(shown) if self._colours(self.stderr) else shown
                print(shown, file=self.stderr, flush=True)

    def explain_rules(self) -> None:
        """Say to a person at a terminal what the rules mean whose codes were told."""
        if is_terminal(self.stderr) and not (self.quiet or self.json):
            self.warn(*self.rules.explain())

    def log(self, value: object) -> None:
        """Print `value` to standard error as JSON on one line, for a log."""
        text = jsonlib.dumps(value, default=jsonable)
        print(text, file=self.stderr, flush=True)

    def raw(self, data: bytes) -> None:
        """Write bytes, such as sound, to standard output. Raises WrongUse at a terminal."""
        if is_terminal(self.stdout):
            raise WrongUse(
                "sound can't be shown at a terminal", "pipe it to a player: … -o - | player"
            )
        self.stdout.buffer.write(data)
        self.stdout.flush()

    def data(self, value: object) -> None:
        """Print `value` as JSON; a list has one item per line, so it can be read line by line.

        Characters that a terminal would obey are escaped, so they read back unchanged.
        """
        text = write_json(value, ascii_only=not knows_all_letters(self.stdout))
        print(text, file=self.stdout)

    def show(self, value: object, text: Callable[[], str], *, whole: bool = False) -> None:
        """Print `value` as JSON with ``--json``, else what `text` returns; see `out`."""
        if self.json:
            self.data(value)
        else:
            self.out(text(), whole=whole)

    def rows(
        self,
        value: object,
        headers: Sequence[str],
        rows: Sequence[Sequence[object]],
        none: str = "",
    ) -> None:
        """Print `value` as JSON with ``--json``, else a table of `rows`, or the note `none`."""
        if self.json:
            self.data(value)
        elif rows or not none:
            self.table(headers, rows)
        else:
            self.note(none)

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table, wrapped to the terminal's width; in a pipe nothing is wrapped."""
        lines = layout(
            headers,
            rows,
            width=self.width,
            isolate=knows_all_letters(self.stdout),
            colour=self._colours(self.stdout),
        )
        print("\n".join(lines), file=self.stdout)

    @contextlib.contextmanager
    def bar(self, label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Yield a function to call with how many more are done; shows a bar on a terminal only."""
        if self.quiet or self.json or not can_redraw(self.stderr, self.env):
            yield lambda _more: None
            return
        from voicenote.cli.terminal.progress_bar import terminal_bar

        with terminal_bar(self.stderr, clean(label), total) as advance:
            yield advance

    def progress(self, items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
        """Yield `items`, with a bar that shows how many are done, the rate and the time left."""
        if total is None and isinstance(items, Sequence):
            total = len(items)
        with self.bar(label, total) as advance:
            for item in items:
                yield item
                advance(1)

    def ask(
        self,
        question: str,
        default: str = "",
        *,
        needed: bool = False,
        prose: bool = False,
        prefill: str = "",
    ) -> str:
        """Ask for a text and return it; Enter means `default`. WrongUse when the input ends.

        With `needed`, it asks until there is an answer. With `prose`, a paste of several lines
        stays as it is; elsewhere its lines become one. `prefill` is typed already.
        """
        if prefill and not self._edits:
            default, prefill = " ".join(prefill.split()), ""
        hint = f" [{default}]" if default else ""
        while True:
            answer = self._line(f"{question}{hint}: ", prefill=prefill, prose=prose).strip()
            answer = (answer if prose else " ".join(answer.splitlines())) or default
            if answer or not needed:
                return answer
            self.warn("An answer is needed here.")

    def ask_hidden(self, question: str, *, needed: bool = True) -> str:
        """Ask for a secret, which isn't shown while it is typed; if `needed`, until there is one.

        Raises WrongUse when the input ends.
        """
        while True:
            if not is_terminal(self.stdin):
                answer = self._line(f"{question}: ")
            else:
                import getpass

                try:
                    answer = getpass.getpass(f"{question}: ", stream=self.stderr)
                except EOFError:
                    raise _input_ended() from None
            answer = answer.strip()
            if answer or not needed:
                return answer
            self.warn("An answer is needed here.")

    def confirm(self, question: str, *, default: bool = True) -> bool:
        """Ask yes or no and return the answer. Raises WrongUse when the input ends."""
        choices = "Y/n" if default else "y/N"
        while True:
            answer = self._line(f"{question} [{choices}]: ").strip().lower()
            if not answer:
                return default
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")
            self.warn("Please answer y or n.")

    def choose(
        self,
        question: str,
        choices: Sequence[str] | Mapping[str, str],
        default: str = "",
        *,
        also: Sequence[str] = (),
    ) -> str:
        """Ask for one of `choices`, by number or first letters, and return it.

        A mapping also says what each choice means. `also` are answers that aren't listed.
        """
        meanings = choices if isinstance(choices, Mapping) else {}
        choices = tuple(choices)
        for number, choice in enumerate(choices, start=1):
            means = f": {meanings[choice]}" if choice in meanings else ""
            self.warn(f"  {number}. {choice}{means}")
        from voicenote.options.reading import closest

        while True:
            answer = self.ask(question, default, needed=True)
            if answer in also:
                return answer
            if answer.isdecimal() and len(answer) < 4 and 1 <= int(answer) <= len(choices):
                return choices[int(answer) - 1]
            found = [c for c in choices if c.lower().startswith(answer.lower())]
            if (exact := [c for c in found if c.lower() == answer.lower()]) or len(found) == 1:
                return (exact or found)[0]
            hint = "".join(f" Did you mean {one}?" for one in closest(answer, choices))
            self.warn(f"Please answer with a number from 1 to {len(choices)}, or the word.{hint}")

    def _colours(self, stream: TextIO) -> bool:
        return wants_colour(self.env, terminal=is_terminal(stream), json=self.json)

    @property
    def _edits(self) -> bool:
        """Whether the terminal can move the cursor, so that answers can be edited."""
        knows = sys.platform == "win32" or self.env.get("TERM", "") not in ("", *PLAIN)
        return knows and is_terminal(self.stdin) and is_terminal(self.stderr)

    def _line(self, prompt: str, *, prefill: str = "", prose: bool = False) -> str:
        """Return an answer. The question goes to standard error, so results stay clean."""
        from voicenote.cli.terminal.line_editor import edit_answer, read_waiting

        prompt = escape_controls(prompt, self.stderr)
        try:
            if self._edits:
                line = edit_answer(prompt, self.stdin, self.stderr, prefill=prefill, prose=prose)
            else:
                self.stderr.write(prompt)
                self.stderr.flush()
                line = self.stdin.readline()
                if line and prose and is_terminal(self.stdin):
                    line += read_waiting(self.stdin)
            line.encode()
        except UnicodeError:
            raise BadData("the answer isn't UTF-8 text", "type it again in UTF-8") from None
        if not line:
            self.stderr.write("\n")
            raise _input_ended()
        return line


def _input_ended() -> WrongUse:
    return WrongUse(
        "the input ended before every question was answered",
        "answer at a terminal, or give the answers as options",
    )
