"""Every command as data, so that ``--help`` shows them all and imports none.

Each is written in the module of its name: ``mark-sent`` in `mark_sent`, ``import`` in `import_`.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import NamedTuple


class Entry(NamedTuple):
    """One command of the table: its name, and its line in ``voicenote --help``."""

    name: str
    help: str

    @property
    def module(self) -> str:
        """The module in which it is written."""
        stem = self.name.replace("-", "_") + "_" * iskeyword(self.name)
        return f"voicenote.cli.commands.{stem}"


#: The sections of ``--help``, in the order of the pipeline.
SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Start here": (
        Entry("demo", "The whole journey on samples, offline."),
        Entry("init", "Make a workspace: settings and ledger."),
        Entry("new", "One case in one sitting, guided."),
        Entry("next", "The one thing that needs you most now."),
        Entry("say", "Turn text into a memo; no ledger."),
    ),
    "Complaints": (
        Entry("import", "Take in many: CSV, JSON, Zendesk."),
        Entry("cases", "What is open, overdue, silent."),
        Entry("show", "One case, whole."),
        Entry("triage", "Finding, harm, severity, cause."),
    ),
    "Words and voice": (
        Entry("script", "Write what will be said."),
        Entry("check", "Check words against the method."),
        Entry("record", "Say it in your own voice."),
        Entry("render", "Make the sound of every script."),
        Entry("play", "Listen to a memo."),
        Entry("proof", "Send yourself what a customer would get."),
        Entry("approve", "Release scripts and their memos."),
    ),
    "Sending and following up": (
        Entry("plan", "The touches of a case, and when."),
        Entry("rehearse", "The future on a copy; nothing leaves."),
        Entry("run", "One pass, for cron."),
        Entry("receive", "Take in answers and bounces now."),
        Entry("daemon", "Passes, each at the next due time."),
        Entry("undo", "Take back what a wrong clock has skipped."),
        Entry("mark-sent", "Settle an uncertain touch: it left."),
        Entry("resend", "Settle an uncertain touch: send again."),
        Entry("pause", "Paused channels, and why; let one go on."),
        Entry("opt-out", "Never write to this customer again."),
    ),
    "Amends and closing": (
        Entry("amends", "Promises: add, done, confirm, broken."),
        Entry("answer", "What the customer said."),
        Entry("close", "Close a loop, or list what is missing."),
        Entry("reopen", "Take a closed case up again."),
        Entry("lesson", "Write down what to learn from a case."),
        Entry("lessons", "Causes, ranked."),
    ),
    "Set-up and care": (
        Entry("voices", "Voices, and what each still needs."),
        Entry("channels", "Channels, and what each still needs."),
        Entry("templates", "The templates there are."),
        Entry("doctor", "Every problem of this set-up, with its cure."),
        Entry("cache", "Sentences made before: show, prune."),
        Entry("schedule", "The crontab line or timer for run."),
        Entry("backup", "Copy the ledger and sound into a file."),
        Entry("restore", "Bring a backup back."),
        Entry("adopt", "Let a copied or moved ledger send."),
        Entry("completion", "Tab completion for your shell."),
    ),
}

#: The same by name.
COMMANDS: dict[str, Entry] = {
    entry.name: entry for entries in SECTIONS.values() for entry in entries
}
