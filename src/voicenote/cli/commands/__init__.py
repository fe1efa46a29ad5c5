"""All commands as data, so ``--help`` shows them without importing any.

Each has a module of its name: ``mark-sent`` is in `mark_sent`, ``import`` in `import_`.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import NamedTuple


class Entry(NamedTuple):
    """A command: its name, and its line in ``voicenote --help``."""

    name: str
    help: str

    @property
    def module(self) -> str:
        """The module that contains it."""
        stem = self.name.replace("-", "_") + "_" * iskeyword(self.name)
        return f"voicenote.cli.commands.{stem}"


#: The sections of ``--help``, in the order of the pipeline.
SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Start here": (
        Entry("demo", "The whole journey on samples, offline."),
        Entry("init", "Make a workspace: settings and ledger."),
        Entry("new", "One case in one sitting, guided."),
        Entry("next", "The one thing that needs you most now."),
        Entry("status", "Where everything stands, on one screen."),
        Entry("say", "Turn text into sound; no workspace needed."),
    ),
    "Complaints": (
        Entry("import", "Import many complaints: CSV, JSON, Zendesk."),
        Entry("cases", "List what is open, overdue or unanswered."),
        Entry("show", "Show everything about one case."),
        Entry("batch", "The cases of an import: hold, resume."),
        Entry("triage", "Record what you found out; get a proposal."),
        Entry("edit", "Correct a case's facts or its customer."),
        Entry("withdraw", "Take a case out: mistyped, solved elsewhere."),
        Entry("merge", "Join two cases of one failure."),
        Entry("undo", "Take back what the last command changed."),
    ),
    "Words and voice": (
        Entry("script", "Write what will be said."),
        Entry("check", "Check a script against the method."),
        Entry("record", "Record it in your own voice."),
        Entry("render", "Turn scripts into sound."),
        Entry("play", "Listen to a memo."),
        Entry("hear", "Write down what is said in a sound."),
        Entry("verify", "What marks of synthetic speech a file carries."),
        Entry("proof", "Send yourself what a customer would get."),
        Entry("approve", "Approve memos for sending."),
    ),
    "Sending and following up": (
        Entry("plan", "The messages of a case, and when they go."),
        Entry("rehearse", "Show the future on a copy; nothing is sent."),
        Entry("run", "Send what is due, once; for cron."),
        Entry("receive", "Read answers and bounces now."),
        Entry("daemon", "Keep running; send when something is due."),
        Entry("mark-sent", "Settle an uncertain message: it was sent."),
        Entry("resend", "Settle an uncertain message: send it again."),
        Entry("pause", "Paused channels, and why; let one go on."),
        Entry("opt-out", "Never write to this customer again."),
    ),
    "Amends and closing": (
        Entry("amends", "Promises: add, done, confirm, broken."),
        Entry("answer", "Record what the customer said."),
        Entry("close", "Close a case, or list what is missing."),
        Entry("reopen", "Open a closed case again."),
        Entry("lesson", "Write down what to learn from a case."),
        Entry("lessons", "Rank the causes of all complaints."),
    ),
    "Set-up and care": (
        Entry("voices", "Voices, and what each still needs."),
        Entry("writers", "Writers of scripts, and what each needs."),
        Entry("channels", "Channels, and what each still needs."),
        Entry("templates", "List, show, start and test templates."),
        Entry("doctor", "Find every problem of this set-up."),
        Entry("cache", "Show or prune the sound made before."),
        Entry("schedule", "A crontab line or timer for run."),
        Entry("backup", "Copy the workspace into a file."),
        Entry("restore", "Restore a backup."),
        Entry("adopt", "Let a copied or moved ledger send."),
        Entry("completion", "Tab completion for your shell."),
    ),
}

#: All commands by name.
COMMANDS: dict[str, Entry] = {
    entry.name: entry for entries in SECTIONS.values() for entry in entries
}
