"""The reading of an import: what comes in is counted, and what is wrong with it is kept to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from voicenote.cli.terminal.import_report import describe_reason
from voicenote.errors import Problem, short

if TYPE_CHECKING:
    from voicenote.intake.raw_record import Bad, Good
    from voicenote.intake.reader import ComplaintSource
    from voicenote.intake.rejected import Rejected


@dataclass(slots=True, kw_only=True)
class RecordReader:
    """A reading of records: the good ones pass through it, the others are counted and reported.

    `reasons` counts the bad ones by reason, `left_out` those that are no complaint. `unread`
    counts the good ones of which a field couldn't be read, `nameless` those whose name greets
    nobody, such as `stand_in`. At most `most` problems are kept to be shown; `more` counts the
    others.
    """

    source: ComplaintSource
    rejected: Rejected | None
    most: float
    read: int = 0
    again: int = 0
    bad: int = 0
    unread: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    nameless: int = 0
    stand_in: str = ""
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    def good(self, step: Callable[[int], None]) -> Iterator[Good]:
        """Yield the good records; `step` gets how many more bytes were read."""
        from voicenote.intake.raw_record import Good, LeftOut
        from voicenote.model.greeting import NOBODY, name_to_greet
        from voicenote.script.deed_conflicts import deed_notes
        from voicenote.script.whose_words import find_misvoiced

        before = 0
        for item in self.source:
            self.read += 1
            step(item.offset - before)
            before = item.offset
            if isinstance(item, Good):
                self.unread += bool(item.unread)
                for problem in item.unread:
                    self._show(replace(problem, what=f"{problem.what}; added without it"))
                who = item.complaint.customer
                greeted = who.greet_as or name_to_greet(who.name, who.say_as)
                if who.name != NOBODY and not greeted:
                    self.nameless += 1
                    self.stand_in = self.stand_in or who.name
                for one in find_misvoiced(item.complaint, who.language):
                    advice = "correct it with voicenote triage N, or in the file"
                    at = (item.record.file, item.line, one.field)
                    self._show(Problem(one.what, advice, *at))
                for promise in item.complaint.promises:
                    for note in deed_notes(promise, who.language):
                        what, _, advice = note.partition(": ")
                        self._show(Problem(what, advice, item.record.file, item.line, "deed"))
                yield item
            elif isinstance(item, LeftOut):
                self.left_out[item.reason] += 1
            elif item.duplicate:
                self.again += 1
            else:
                self.reject(item)

    def reject(self, bad: Bad) -> None:
        """Count a bad record and keep its problems."""
        self.bad += 1
        if self.rejected is not None:
            self.rejected.add(bad)
        self.reasons[describe_reason(bad.problems[0])] += 1
        for problem in bad.problems:
            self._show(problem)

    def _show(self, problem: Problem) -> None:
        if len(self.problems) < self.most:
            self.problems.append(problem)
        else:
            self.more += 1

    def reject_clash(self, good: Good, case: int, *, second: bool) -> None:
        """Reject a record whose ref already belongs to another complaint's case.

        With `second` it is a second complaint of the same person.
        """
        from voicenote.intake.raw_record import Bad

        who, advice = (
            "another person with another complaint",
            "if it comes from another system, import the .rejected file with --source NAME",
        )
        if second:
            who = "another complaint of the same person"
            advice = "give it a ref of its own in the .rejected file, and import that"
        what = f"ref {short(good.complaint.ref)} already belongs to case {case}, and this is {who}"
        problem = Problem(what, advice, good.record.file, good.line, "ref")
        self.reject(Bad(problems=(problem,), record=good.record, part=good.part))
