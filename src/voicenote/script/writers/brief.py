"""The requests: what a writer is told about a case, and what is asked of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from voicenote.model.case import Case, Failure
from voicenote.model.money import Money
from voicenote.model.promise import Amends, Promise
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.compose import LONGEST_S
from voicenote.script.context import ScriptContext
from voicenote.script.languages import language
from voicenote.script.numbers import write_date, write_money
from voicenote.script.writers.answers import OWN_WORDS, WRITABLE, script_schema
from voicenote.script.writers.port import Task, WritingRequest
from voicenote.script.writers.redact import AS_THEY_ARE, Redaction, redaction_of

#: The sections of which a writer writes the personal sentences when it doesn't write everything.
PERSONAL = (Section.MIRROR, Section.OWN, Section.EMPATHISE)
#: The fields that a writer may propose (it decides none), beside the kind of failure.
PROPOSED = ("bothered_most", "feeling", "at_stake", "harm", "expected", "failure", "language")
#: The most characters of a complaint that are sent.
MOST = 8_000
_LANGUAGES = {
    "en": "English", "he": "Hebrew", "ro": "Romanian", "pl": "Polish", "fa": "Persian",
    "et": "Estonian",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brief:
    """A request, and how to put names back into its answer. `sections` are those it may fill."""

    request: WritingRequest
    redaction: Redaction
    sections: tuple[Section, ...] = WRITABLE

    def again(self, answer: Mapping[str, Any] | None, findings: Sequence[str]) -> WritingRequest:
        """Return the request for another draft, after an answer with `findings`."""
        hidden = tuple(self.redaction.hide(list(findings)))
        return replace(self.request, previous=answer, findings=hidden)


def instructions(task: Task) -> str:
    """Return what a writer is told to do for a task, in English."""
    return (files(__package__) / f"{task.value}.txt").read_text(encoding="utf-8")


def name_of(code: str) -> str:
    """Return the English name of a language."""
    from langcodes import Language

    return _LANGUAGES.get(code) or Language.get(code).display_name()


def script_brief(
    case: Case, context: ScriptContext, template: Script, *, whole: bool, names: bool
) -> Brief:
    """Return the request for a script of a case, whole, or only what is personal in it.

    `template` is what the templates say. With `names`, names and addresses are sent as they are.
    """
    redaction = AS_THEY_ARE if names else redaction_of(case, context, _greeted(case, template))
    sections = OWN_WORDS if whole else PERSONAL
    code = template.language
    said = case.complaint
    facts: dict[str, Any] = {
        "language": code,
        "language_name": name_of(code),
        "message": context.kind.value,
        "finding": said.finding.value,
        "write": "whole" if whole else "personal",
        "seconds": LONGEST_S,
        "most_words": _most_words(template, context, sections, whole=whole),
        "owner": {
            "name": context.owner,
            "business": context.business,
            "gender": context.owner_gender,
        },
        "customer": {
            "name": _greeted(case, template),
            **{name: getattr(case.customer, name) for name in _FORMS},
        },
        "complaint": _complaint(case),
        "promises": [_promise(one, context, code) for one in _promises(case, context)],
        "prevention": case.lesson.prevention if case.lesson else "",
        "answers_before": [one.text[:MOST] for one in context.answers if one.text],
        "template_says": _sections(template.sentences),
    }
    request = WritingRequest(
        task=Task.SCRIPT,
        instructions=instructions(Task.SCRIPT),
        facts=redaction.hide(facts),
        schema=script_schema(sections),
    )
    return Brief(request, redaction, sections)


def _most_words(
    template: Script, context: ScriptContext, sections: Sequence[Section], *, whole: bool
) -> int:
    """Return how many words a writer has, beside what is said as the templates say it."""
    most = LONGEST_S * 0.9 * (context.wpm or language(template.language).pace) / 60
    given = [
        one.said
        for one in template.sentences
        if one.section not in sections or not (whole or one.personal)
    ]
    return max(20, int(most) - sum(len(one.split()) for one in given))


_FORMS = ("greet_as", "title", "gender", "how_many", "formality")
_SAID = (
    "product", "what_happened", "bothered_most", "feeling", "at_stake", "identity", "expected",
    "finding_reason", "said_back", "our_fault", "meant",
)  # fmt: skip


def _complaint(case: Case) -> dict[str, Any]:
    said = case.complaint
    facts: dict[str, Any] = {name: getattr(said, name)[:MOST] for name in _SAID}
    facts["failure"] = said.failure.value if said.failure else ""
    facts["harm"] = _money(said.harm)
    return {name: value for name, value in facts.items() if value}


def _money(money: Money | None) -> str:
    return f"{money.amount:f} {money.currency}" if money else ""


def _promises(case: Case, context: ScriptContext) -> Sequence[tuple[Promise, bool]]:
    if context.promises is not None:
        return [(one, False) for one in context.promises]
    if not case.amends:
        return [(one, False) for one in case.complaint.promises]
    standing: Sequence[Amends] = case.round_amends
    if context.amends is not None:
        standing = [one for one in case.standing_amends if one.k == context.amends]
    return [(one.promise, one.settled) for one in standing]


def _promise(promised: tuple[Promise, bool], context: ScriptContext, code: str) -> dict[str, Any]:
    promise, done = promised
    day, tongue = promise.promised_by, language(code)
    return {
        "kind": promise.kind.value,
        "what": promise.text,
        "as_the_owner_says_it": promise.deed,
        "sum": write_money(promise.value, tongue) if promise.value else "",
        "by": write_date(day, context.today, tongue) if day and day >= context.today else "",
        "done": done,
    }


def _sections(sentences: Sequence[Sentence]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in sentences:
        if one.section is Section.DISCLOSE:
            continue
        if not found or found[-1]["section"] != one.section.value:
            found.append({"section": one.section.value, "sentences": []})
        found[-1]["sentences"].append(one.text)
    return found


def _greeted(case: Case, template: Script) -> str:
    """Return what the template calls the customer: the whole name, or the first name."""
    from voicenote.model.greeting import name_to_greet, turn_name

    name = turn_name(name_to_greet(case.customer.name, case.customer.say_as))
    hello = " ".join(one.text for one in template.sentences if one.section is Section.THANKS)
    first = name.split(" ")[0]
    return name if not first or name in hello or first not in hello else first


def back_brief(script: Script, code: str, redaction: Redaction = AS_THEY_ARE) -> Brief:
    """Return the request for a script in the owner's language `code`."""
    facts = {
        "from": script.language,
        "from_name": name_of(script.language),
        "to": code,
        "to_name": name_of(code),
        "sections": _sections(script.sentences),
    }
    request = WritingRequest(
        task=Task.BACK,
        instructions=instructions(Task.BACK),
        facts=redaction.hide(facts),
        schema=script_schema(),
    )
    return Brief(request, redaction)


def heard_brief(
    sentences: Sequence[str], spoken: str, code: str, redaction: Redaction = AS_THEY_ARE
) -> Brief:
    """Return the request for a customer's spoken words in the owner's language `code`.

    It is a translation as `back_brief` asks for, with one section. `spoken` is their language.
    """
    facts = {
        "from": spoken,
        "from_name": name_of(spoken),
        "to": code,
        "to_name": name_of(code),
        "sections": [{"section": Section.MIRROR.value, "sentences": list(sentences)}],
    }
    request = WritingRequest(
        task=Task.BACK,
        instructions=(files(__package__) / "heard.txt").read_text(encoding="utf-8"),
        facts=redaction.hide(facts),
        schema=script_schema((Section.MIRROR,)),
    )
    return Brief(request, redaction, (Section.MIRROR,))


def propose_brief(case: Case, redaction: Redaction = AS_THEY_ARE) -> Brief:
    """Return the request for what a complaint says of feelings, harm and the like."""
    one = {
        "type": "object",
        "properties": {
            "field": {"type": "string", "enum": list(PROPOSED)},
            "value": {"type": "string"},
            "words": {"type": "string"},
        },
        "required": ["field", "value", "words"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {"proposals": {"type": "array", "items": one}},
        "required": ["proposals"],
        "additionalProperties": False,
    }
    facts = {
        "complaint": case.complaint.what_happened[:MOST],
        "product": case.complaint.product,
        "failures": [failure.value for failure in Failure],
    }
    request = WritingRequest(
        task=Task.PROPOSE,
        instructions=instructions(Task.PROPOSE),
        facts=redaction.hide(facts),
        schema=schema,
    )
    return Brief(request, redaction)
