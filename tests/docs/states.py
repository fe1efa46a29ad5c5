"""Makes ``docs/states.md`` from the transition table: ``python tests/docs/states.py``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from voicenote.model.transitions import TABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "states.md"


def page() -> str:
    """Return the text of ``docs/states.md``: one Mermaid state diagram per table."""
    heads = {
        "case": "A case, from the complaint to the closed loop.",
        "amends": "A promise. Done needs evidence; broken is not the end of it.",
        "touch": "A message. Nothing uncertain is sent again automatically.",
    }
    parts = [
        "# States",
        "",
        "Every status change goes through one table, `voicenote/model/transitions.py`. This page",
        "is drawn from it; a test fails when it is not current. To draw it again:",
        "",
        "```text",
        "python tests/docs/states.py",
        "```",
    ]
    for name, table in TABLES.items():
        parts += ["", f"## {name.capitalize()}", "", heads[name], "", "```mermaid"]
        parts += ["stateDiagram-v2", *_arrows(table), "```"]
    return "\n".join([*parts, ""])


def _arrows(table: Mapping[str, Mapping[StrEnum, StrEnum]]) -> list[str]:
    """Return the lines of one diagram; events between the same two states share an arrow."""
    events: dict[tuple[StrEnum, StrEnum], list[str]] = {}
    for event, row in table.items():
        for before, later in row.items():
            events.setdefault((before, later), []).append(event)
    states = list(type(next(iter(events))[0]))
    order = sorted(events, key=lambda pair: (states.index(pair[0]), states.index(pair[1])))
    arrows = [f"    {a.value} --> {b.value} : {', '.join(events[a, b])}" for a, b in order]
    return [f"    [*] --> {states[0].value}", *arrows]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
