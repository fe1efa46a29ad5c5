"""The sitting of `new`: asks, keeps every answer at once, goes back, and shows a summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voicenote.cli.terminal.answer_draft import AnswerDraft
from voicenote.cli.terminal.case_questions import (
    DEEDS,
    NOTHING,
    QUESTIONS,
    Asker,
    Question,
    fields_of,
    guess_zone,
    next_question,
    previous_question,
)
from voicenote.cli.terminal.own_words import INTRODUCTION, ask_own_sentence
from voicenote.cli.terminal.own_words import QUESTIONS as OWN
from voicenote.cli.terminal.promise_options import ask_day
from voicenote.cli.terminal.session import Session
from voicenote.errors import BadData
from voicenote.model.sums import sums_in

if TYPE_CHECKING:
    from voicenote.intake.options import Options
    from voicenote.model.case import Complaint

#: What goes back to the question before.
BACK = "<"
#: The story, as long as it isn't told, so that other answers can be checked before.
_UNTOLD = "yet to be told"
#: How much of an answer the summary shows.
_SHOWN = 200


@dataclass(slots=True)
class Interview:
    """One case, asked for at a terminal; `draft` holds its answers from one sitting to the next."""

    session: Session
    draft: AnswerDraft
    options: Options
    asker: Asker
    old: dict[str, str] = field(default_factory=dict)
    "Answers that are being changed: they are typed already when their question comes again."

    def hold(self) -> Complaint:
        """Ask everything that isn't answered, let the owner change it, and return the complaint."""
        answers, screen = self.draft.case, self.session.screen
        while True:
            while question := next_question(answers, self.asker):
                self._ask(question)
            changed = self._confirm(self._show_summary())
            if changed is None:
                return self._check({})
            self.old[changed.field] = answers.pop(changed.field, "")
            if changed.field == "amends_kind":  # the amount of another deed is another one
                for name in ("currency", "amends_value", "deed"):
                    self.old[name] = answers.pop(name, "")
            screen.note(f"{changed.label}:")
            self._ask(changed)

    def _ask(self, question: Question) -> None:
        """Ask one question and keep its answer, or go back to the one before."""
        name = question.field
        given = self._asked(question)
        if given == BACK:
            before = previous_question(self.draft.case, question)
            if before is None:
                self.session.screen.warn("This is the first question.")
            else:
                self.old[before.field] = self.draft.case.pop(before.field)
            self.draft.save()
            return
        self.old.pop(name, None)
        self.draft.case[name] = given
        self.draft.save()

    def _asked(self, question: Question) -> str:
        """Return a valid answer, or `BACK`."""
        screen, name, old = self.session.screen, question.field, self.old.get(question.field, "")
        if name in OWN:
            return self._own_sentence(name, old)
        text = question.text
        if name == "amends_kind":
            return screen.choose(text, DEEDS, old or NOTHING, also=(BACK,))
        if name == "promised_by":
            return ask_day(self.session, text, old or "in 7 days", back=BACK)
        default = "" if old else self._default(name)
        while True:
            given = screen.ask(
                text, default, needed=question.needed, prose=question.prose, prefill=old
            )
            if given in (BACK, old + BACK):  # also behind the answer that stands there
                return BACK
            if not (wrong := self._find_wrong(name, given)):
                return given
            screen.warn(wrong)

    def _default(self, name: str) -> str:
        """Return a likely answer, which Enter takes."""
        from voicenote.word_language import detect_language

        answers = self.draft.case
        if name == "language":
            return detect_language(answers.get("what_happened", "")) or self.options.language
        if name == "time_zone":
            return guess_zone(answers, self.asker)
        sums = sums_in(answers.get("amends", "")) if name in ("currency", "amends_value") else ()
        if len(sums) != 1:
            return ""
        return sums[0].currency if name == "currency" else f"{sums[0].amount:f}"

    def _find_wrong(self, name: str, given: str) -> str:
        """Return what is wrong with an answer, and what to do; "" when nothing is."""
        # a currency without an amount isn't checked
        more = {"amends_value": "1", "amends_kind": "refund"} if name == "currency" else {}
        try:
            self._check({name: given, **more})
        except BadData as error:
            mine = [one for one in error.problems if one.field == name]
            return f"{mine[0].what} ({mine[0].advice})" if mine else ""
        return ""

    def _check(self, more: dict[str, str]) -> Complaint:
        """Return the complaint in the answers and `more`. Raises BadData."""
        from voicenote.intake.single import complaint_from_fields

        fields = {"what_happened": _UNTOLD, **fields_of(self.draft.case), **more}
        return complaint_from_fields(fields, self.options)

    def _own_sentence(self, name: str, old: str) -> str:
        """Ask for one of the owner's sentences."""
        from voicenote.word_language import detect_language

        complaint = self._check({})
        tag = complaint.customer.language or detect_language(complaint.what_happened)
        if name == next(iter(OWN)):
            self.session.screen.note(INTRODUCTION)
        return ask_own_sentence(
            self.session.screen,
            complaint,
            name,
            old,
            tag=tag or self.options.language,
            today=self.options.now.date(),
            check=lambda answer: self._check({name: answer}),
            back=BACK,
        )

    def _show_summary(self) -> list[Question]:
        """Show every answer with its number; return the questions in that order."""
        answers = self.draft.case
        shown = [one for one in QUESTIONS if one.fits(answers)]
        width = max(len(one.label) for one in shown)
        assumed = {"language": self.options.language, "time_zone": self.options.time_zone}
        lines = ["", "This is what you have said:"]
        for number, one in enumerate(shown, start=1):
            value = " ".join(answers.get(one.field, "").split())
            if len(value) > _SHOWN:
                value = f"{value[:_SHOWN]}… ({len(value):,} characters)"
            if not value and one.field in assumed:
                value = f"{assumed[one.field]} (as yours)"
            lines.append(f"  {number:2}. {one.label:<{width}}  {value or '–'}")
        self.session.screen.warn(*lines)
        return shown

    def _confirm(self, shown: list[Question]) -> Question | None:
        """Return the question to ask again; None when everything is right."""
        while True:
            given = self.session.screen.ask(
                "Is it right? Press Enter, or type the number of what to change"
            )
            if given.casefold() in ("", "y", "yes"):
                return None
            if given == BACK:
                return next(one for one in reversed(shown) if one.field in self.draft.case)
            if given.isdecimal() and len(given) < 3 and 1 <= int(given) <= len(shown):
                return shown[int(given) - 1]
            self.session.screen.warn(
                f"Please press Enter, or type a number from 1 to {len(shown)}."
            )
