"""What the ledger of a walk says, read past the program: by plain SQL from its file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

Row = dict[str, Any]

WAITING = {"due", "held"}
FLYING = {"sending", "committing"}
ARRIVED = {"accepted", "delivered", "heard", "answered"}
OPENING = {"memo", "last-word"}
KEPT = {"done", "confirmed"}
TABLES = (
    "cases", "customers", "amends", "touches", "answers", "approvals", "scripts", "memos",
    "lessons", "addresses", "commands",
)  # fmt: skip
KINDS = ("email", "phone", "telegram", "whatsapp")


def moment(text: str | None) -> datetime:
    """Return a time as the ledger keeps it; the beginning of time for none."""
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    found = datetime.fromisoformat(text.replace(" ", "T"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """All rows of the tables that a walk looks at, and the history, oldest first."""

    history: list[Row]
    rows: dict[str, list[Row]]

    @classmethod
    def of(cls, file: Path) -> Seen:
        """Read a ledger; nothing where there is none yet."""
        if not file.exists():
            return cls([], {name: [] for name in TABLES})
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=10)) as plain:
            plain.row_factory = sqlite3.Row
            plain.execute("BEGIN")
            every = {
                name: [dict(row) for row in plain.execute(f"select * from {name}")]  # noqa: S608
                for name in TABLES
            }
            told = [dict(row) for row in plain.execute("select * from history order by number")]
        people = {row["number"]: row for row in every["customers"]}
        for row in people.values():
            row.update(dict.fromkeys(KINDS, ""))
        for row in every["addresses"]:
            people[row["customer"]][row["kind"]] = row["value"]
        return cls(told, every)

    @cached_property
    def cases(self) -> dict[int, Row]:
        return {row["number"]: row for row in self.rows["cases"]}

    @cached_property
    def touches(self) -> dict[int, Row]:
        return {row["number"]: row for row in self.rows["touches"]}

    @cached_property
    def by_key(self) -> dict[str, Row]:
        return {row["key"]: row for row in self.rows["touches"]}

    @cached_property
    def amends(self) -> dict[tuple[int, int], Row]:
        return {(row["case"], row["k"]): row for row in self.rows["amends"]}

    @cached_property
    def customers(self) -> dict[int, Row]:
        return {row["number"]: row for row in self.rows["customers"]}

    def customer(self, case: int) -> Row:
        return self.customers[self.cases[case]["customer"]]

    def of_case(self, name: str, case: int) -> list[Row]:
        return [row for row in self.rows[name] if row["case"] == case]

    def memo_of(self, touch: Row) -> tuple[Row, Row] | None:
        """The memo that a touch carried, and its script."""
        memo = next((m for m in self.rows["memos"] if m["number"] == touch["memo"]), None)
        if memo is None:
            return None
        return memo, next(s for s in self.rows["scripts"] if s["number"] == memo["script"])

    def facts(self, line: Row) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(line["facts"])
        return found

    def since(self, before: Seen) -> list[Row]:
        """The lines of the history that were not there before."""
        return self.history[len(before.history) :]


def sentences(script: Row) -> list[str]:
    """The words of a script, sentence by sentence, without the line on a machine's voice."""
    told = json.loads(script["sentences"])
    return [" ".join(text.split()) for section, text, *_ in told if section != "disclose"]
