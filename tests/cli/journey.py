"""A hand at a real terminal: it types, pastes and presses keys, and waits for what is shown."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pexpect

#: What a terminal obeys and doesn't show.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")
#: How long anything may take on a busy machine, in seconds.
_PATIENCE_S = 120


class Terminal:
    """A command at a terminal of 100 columns that marks pastes, as most do.

    `answers` counts what was typed and sent; `enters` how often Enter took what was proposed.
    """

    def __init__(self, home: Path, *words: str, **env: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        at = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", "VOICENOTE_HOME": str(home)}
        self.answers, self.enters = 0, 0
        self._plain = env.get("TERM") == "dumb"
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", "voicenote", *words],
            env={**kept, **at, "HOME": str(home.parent), "NO_COLOR": "1", "EDITOR": "true", **env},
            encoding="utf-8",
            timeout=_PATIENCE_S,
            dimensions=(50, 100),
        )
        self.text = ""

    def sees(self, words: str) -> None:
        """Wait until `words` are shown after what was seen before."""
        pattern = re.compile(r"(?:\s|\x1b\[[0-9;?]*[a-zA-Z])+".join(map(re.escape, words.split())))
        try:
            self._child.expect(pattern)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            shown = _CONTROL.sub("", self.text + self._child.before)
            raise AssertionError(f"{words!r} isn't in:\n{shown}") from error
        self.text += self._child.before + self._child.after

    def types(self, line: str = "") -> None:
        """Type a line and press Enter."""
        self.answers, self.enters = self.answers + bool(line), self.enters + (not line)
        self._child.send(f"{line}\r")
        self._taken()

    def presses(self, keys: str) -> None:
        """Press keys, such as "\\x15" for Ctrl-U."""
        self._child.send(keys)

    def types_hidden(self, secret: str) -> None:
        """Type what isn't shown, and press Enter."""
        self.answers += 1
        self._child.waitnoecho(_PATIENCE_S)
        self._child.send(f"{secret}\r")

    def _taken(self) -> None:
        """Wait until the answer was taken: until then the question may be drawn again."""
        if not self._plain:
            self._child.expect_exact("\x1b[?2004l")
            self.text += self._child.before

    def answers_to(self, question: str, *lines: str) -> None:
        """Wait for a question, then type lines, each after it was asked again."""
        for line in lines:
            self.sees(question)
            self.types(line)

    def pastes(self, text: str) -> None:
        """Paste a text as a terminal does, and press Enter."""
        self.answers += 1
        self._child.send(f"\x1b[200~{text}\x1b[201~")
        self._child.send("\r")
        self._taken()

    def presses_ctrl_c(self) -> None:
        """Press Ctrl-C."""
        self._child.sendintr()

    def ends(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and all that was shown."""
        self._child.expect(pexpect.EOF)
        self.text += self._child.before
        self._child.close()
        return self._child.exitstatus, _CONTROL.sub("", self.text)
