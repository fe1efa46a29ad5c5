"""Every command as data, so that ``--help`` shows them all and imports none.

`target` is where a command is written (``module:attribute``, a click command); `help` is its line
in ``voicenote --help``.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command of the table."""

    name: str
    target: str
    help: str


#: The sections of ``--help``, in the order of the pipeline.
SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Start here": (
        Entry("demo", "voicenote.cli.demo:demo", "The whole journey on samples, offline."),
        Entry("init", "voicenote.cli.setup:init", "Make a workspace: settings and ledger."),
        Entry("new", "voicenote.cli.new:new", "One case in one sitting, guided."),
        Entry("next", "voicenote.cli.new:next_", "The one thing that needs you most now."),
        Entry("say", "voicenote.cli.say:say", "Turn text into a memo; no ledger."),
    ),
    "Complaints": (
        Entry("import", "voicenote.cli.intake:import_", "Take in many: CSV, JSON, Zendesk."),
        Entry("cases", "voicenote.cli.cases:cases", "What is open, overdue, silent."),
        Entry("show", "voicenote.cli.cases:show", "One case, whole."),
        Entry("triage", "voicenote.cli.triage:triage", "Finding, harm, severity, cause."),
    ),
    "Words and voice": (
        Entry("script", "voicenote.cli.script:script", "Write what will be said."),
        Entry("check", "voicenote.cli.check:check", "Check words against the method."),
        Entry("record", "voicenote.cli.record:record", "Say it in your own voice."),
        Entry("render", "voicenote.cli.sound:render", "Make the sound of every script."),
        Entry("play", "voicenote.cli.sound:play", "Listen to a memo."),
        Entry("proof", "voicenote.cli.leaving:proof", "Send yourself what a customer would get."),
        Entry("approve", "voicenote.cli.approve:approve", "Release scripts and their memos."),
    ),
    "Sending and following up": (
        Entry("plan", "voicenote.cli.plan:plan", "The touches of a case, and when."),
        Entry("rehearse", "voicenote.cli.engine:rehearse", "The future on a copy; nothing leaves."),
        Entry("run", "voicenote.cli.engine:run", "One pass, for cron."),
        Entry("receive", "voicenote.cli.receiving:receive", "Take in answers and bounces now."),
        Entry("daemon", "voicenote.cli.engine:daemon", "Passes, each at the next due time."),
        Entry("undo", "voicenote.cli.undo:undo", "Take back what a wrong clock has skipped."),
        Entry("mark-sent", "voicenote.cli.engine:mark_sent", "Settle an uncertain touch: it left."),
        Entry("resend", "voicenote.cli.engine:resend", "Settle an uncertain touch: send again."),
        Entry("brake", "voicenote.cli.leaving:brake", "What stopped a channel; let it go on."),
        Entry("opt-out", "voicenote.cli.loop_end:opt_out", "Never write to this customer again."),
    ),
    "Amends and closing": (
        Entry("amends", "voicenote.cli.amends:amends", "Promises: add, done, confirm, broken."),
        Entry("answer", "voicenote.cli.loop_end:answer", "What the customer said."),
        Entry("close", "voicenote.cli.loop_end:close", "Close a loop, or list what is missing."),
        Entry("reopen", "voicenote.cli.loop_end:reopen", "Take a closed case up again."),
        Entry("lesson", "voicenote.cli.loop_end:lesson", "Write down what to learn from a case."),
        Entry("lessons", "voicenote.cli.loop_end:lessons", "Causes, ranked."),
    ),
    "Set-up and care": (
        Entry("voices", "voicenote.cli.setup:voices", "Voices, and what each still needs."),
        Entry("channels", "voicenote.cli.setup:channels", "Channels, and what each still needs."),
        Entry("templates", "voicenote.cli.templates:templates", "The templates there are."),
        Entry(
            "doctor", "voicenote.cli.setup:doctor", "Every problem of this set-up, with its cure."
        ),
        Entry("cache", "voicenote.cli.cache:cache", "Sentences made before: show, prune."),
        Entry("schedule", "voicenote.cli.care:schedule", "The crontab line or timer for run."),
        Entry("backup", "voicenote.cli.care:backup", "Copy the ledger and sound into a file."),
        Entry("restore", "voicenote.cli.care:restore", "Bring a backup back."),
        Entry("adopt", "voicenote.cli.leaving:adopt", "Let a copied or moved ledger send."),
        Entry(
            "completion", "voicenote.cli.completion:completion", "Tab completion for your shell."
        ),
    ),
}

#: The same by name.
COMMANDS: dict[str, Entry] = {
    entry.name: entry for entries in SECTIONS.values() for entry in entries
}
