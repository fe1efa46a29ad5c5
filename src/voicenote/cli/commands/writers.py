"""`writers`: list what can write scripts, what each still needs, and where facts would go."""

from __future__ import annotations

from typing import Any

from voicenote.cli.commands.voices import broken_row
from voicenote.cli.terminal.session import Session, command


@command()
def writers(session: Session, /) -> None:
    """List the writers: which one writes your scripts, and what each still needs.

    With --json: a list of {"writer", "ready", "yours", "tasks", "sends", "note", "needs"}. `sends`
    says where the facts of a case would go; empty: they stay here.

    Exit code 78 when a setting is wrong, in any table.
    """
    from voicenote.engine.tabled_plugins import writer_plugins
    from voicenote.plugins import WRITERS, load

    settings = session.draft
    rows: list[dict[str, Any]] = [
        {
            "writer": one.name,
            "ready": one.ready,
            "yours": one.name == settings.writer.kind,
            "tasks": sorted(one.tasks),
            "sends": one.sends,
            "note": one.note,
            "needs": one.advice,
        }
        for one in writer_plugins.describe(settings)
    ]
    broken = load(WRITERS).tried().broken
    rows += [broken_row("writer", name, why) for name, why in broken.items()]
    session.screen.show(rows, lambda: "\n".join(map(_describe_writer, rows)))
    session.check()


def _describe_writer(row: dict[str, Any]) -> str:
    state = "ready  " if row["ready"] else "not yet"
    yours = "; yours" if row.get("yours") else ""
    lines = [f"{row['writer']:<9} {state}{yours}".rstrip(), row["note"]]
    if row.get("sends"):
        lines.append(f"facts go to {row['sends']}")
    if row["needs"]:
        lines.append(f"needs: {row['needs']}")
    return "\n    ".join(lines)
