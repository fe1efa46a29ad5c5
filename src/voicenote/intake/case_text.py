"""The facts of a case as a text for an editor, and back, each checked as on import.

One field a line. Further lines of a field begin with a space; ``#`` at the start begins a comment.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from functools import partial
from typing import Any

from voicenote.addresses import region_of
from voicenote.errors import BadData, Problem, short
from voicenote.intake import dates
from voicenote.intake.cell_text import clean
from voicenote.intake.coming_day import find_day
from voicenote.intake.fields import kind_of, nearest, show_column, text_fields
from voicenote.intake.options import Options
from voicenote.intake.single import complaint_from_fields
from voicenote.model.address import KINDS, field_of
from voicenote.model.case import Case, Complaint, Customer
from voicenote.model.greeting import NOBODY
from voicenote.model.promise import Amends, Promise

#: What a promise's fields are called in the text, and as fields of intake.
PROMISE = {
    "kind": "amends_kind",
    "text": "amends",
    "value": "amends_value",
    "target": "promised_by",
    "promised_by": "promised_by",
    "deed": "deed",
    "owner": "owner",
}
#: The fields of a complaint, in the order of the text.
COMPLAINT = (
    *("opened_at", "what_happened", "bothered_most", "feeling", "at_stake", "expected", "identity"),
    *("product", "failure", "cause", "harm", "severity", "finding", "finding_reason", "abusive"),
    *("said_back", "our_fault", "meant", "owner", "involved"),
)
_HEADER = """\
# Case {number}. Correct what is wrong, then save the file and close it.
# A field that has no text is not known. A field that you delete stays as it is.
# Further lines of a text begin with a space. Lines that begin with # don't count.
"""
_FIELD = re.compile(r"([A-Za-z][\w.-]*)[ \t]*:(.*)")
_PART = re.compile(r"\[\s*(?:amends\s+)?(?:(\d{1,9})\.)?(\d{1,9})\s*\]", re.IGNORECASE)
_PROMISED = re.compile(r"amends\.(\d+)\.(\w+)")
_YES = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False, "": False}


@dataclass(frozen=True, slots=True)
class Facts:
    """A case's facts after changes. `named` are the fields of `complaint` that were changed."""

    complaint: Complaint
    promises: Mapping[int, Promise]
    named: frozenset[str]


def facts_of(case: Case, zone: tzinfo) -> dict[str, str]:
    """Return the fields of a case that can be edited, as texts; a promise's are ``amends.K.NAME``.

    Times are in `zone`.
    """
    told, person = case.complaint, case.customer
    found = {column: str(getattr(person, name)) for name, column in text_fields(Customer).items()}
    if person.name == NOBODY:
        found["customer"] = ""
    for kind in dict.fromkeys((*KINDS, *(one.kind for one in person.addresses))):
        found[field_of(kind)] = "; ".join(
            one.typed if one.typed and ";" not in one.typed and kind not in KINDS else one.value
            for one in person.addresses
            if one.kind == kind
        )
    texts = {name: getattr(told, name) for name in COMPLAINT}
    texts |= {
        "opened_at": f"{told.opened_at.astimezone(zone):%Y-%m-%d %H:%M:%S}".removesuffix(":00"),
        "involved": "; ".join(told.involved),
        "abusive": "yes" if told.abusive else "no",
    }
    found |= {name: str(value or "") for name, value in texts.items()}
    for one in case.amends:
        found |= {f"amends.{one.k}.{name}": text for name, text in _promise_texts(one).items()}
    return found


def _promise_texts(amends: Amends) -> dict[str, str]:
    given = amends.promise
    texts = {name: getattr(given, name) for name in PROMISE}
    return {name: "" if value is None else str(value) for name, value in texts.items()}


def to_text(number: int, facts: Mapping[str, str]) -> str:
    """Return facts as a text to edit; `from_text` gives them back."""
    lines, part = [_HEADER.format(number=number)], ""
    for field, value in facts.items():
        name = field
        if name == COMPLAINT[0]:
            lines.append("")
        if match := _PROMISED.fullmatch(field):
            if part != match[1]:
                part = match[1]
                lines += ["", f"[amends {number}.{part}]"]
            name = match[2]
        first, *rest = value.split("\n")
        lines.append(f"{name}: {first}".rstrip())
        lines += [f"  {line}".rstrip() for line in rest]
    return "\n".join(lines) + "\n"


def from_text(
    text: str, number: int, known: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, int]]:
    """Return the fields in an edited text, and the line of each. `known` are those of the case.

    Raises BadData with a problem for each line that can't be understood.
    """
    found: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    part = name = ""
    for line, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        said = raw.rstrip()
        if raw.startswith("#"):
            continue
        if name and (not said or said[0].isspace()):
            found[name].append(said.removeprefix("  ") if said.startswith("  ") else said.lstrip())
        elif match := _PART.fullmatch(said):
            part, name = f"amends.{match[2]}.", ""
            problems += _foreign(said, line, match[1] or "", number, known=f"{part}text" in known)
        elif (match := _FIELD.fullmatch(said)) and (its := _name(part + match[1], known)):
            if its in found:
                what = f"was already given in line {lines[its]}"
                problems.append(Problem(what, "keep one of them", "", line, match[1]))
            name, lines[its] = its, line
            found[its] = [match[2].strip()]
        elif said:
            problems.append(_not_understood(said, line, part, known))
    if problems:
        raise BadData(f"line {problems[0].line} {problems[0].what}", problems[0].advice, problems)
    return {name: "\n".join(value).strip() for name, value in found.items()}, lines


def _foreign(said: str, line: int, case: str, number: int, *, known: bool) -> Iterator[Problem]:
    """Yield why a heading isn't one of a promise of this case, if it isn't."""
    if case and int(case) != number:
        what = f"{said} is a promise of case {case}, and this is case {number}"
        yield Problem(what, f"to change that one: voicenote edit {case}", "", line)
    elif not known:
        what = f"this case has no {said}"
        yield Problem(what, "add a promise with: voicenote amends add", "", line)


def _name(name: str, known: Mapping[str, str]) -> str:
    """Return a field by its name as typed; "" when there is none."""
    return name if name in known or kind_of(name) else ""


def _not_understood(said: str, line: int, part: str, known: Mapping[str, str]) -> Problem:
    word, colon, _ = said.partition(":")
    names = [name.removeprefix(part) for name in known if name.startswith(part)]
    if colon and difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.7):
        return Problem("isn't a field", nearest(word, names), "", line, show_column(word))
    advice = "if it belongs to the text above it, begin the line with a space"
    return Problem(f"isn't a field with a colon: {short(said)}", advice, "", line)


def need_known(changes: Mapping[str, str], known: Mapping[str, str]) -> None:
    """Raise BadData for changes of fields that a case doesn't have."""
    for name in changes:
        if not _name(name, known):
            listed = [one for one in known if "." not in one or _PROMISED.fullmatch(one)]
            raise BadData(f"{show_column(name)} isn't a field", nearest(name, listed))


def change_facts(
    case: Case, known: Mapping[str, str], changes: Mapping[str, str], options: Options
) -> Facts:
    """Return the facts of a case after `changes`, each checked as a field of a file is.

    `known` are the facts of the case as `facts_of` gives them. Raises BadData with every problem.
    """
    problems: list[Problem] = []
    own = {name: text for name, text in changes.items() if not _PROMISED.fullmatch(name)}
    told = _try(problems, partial(_change_complaint, case, known, own, options)) or case.complaint
    promises: dict[int, Promise] = {}
    for one in case.amends:
        start = f"amends.{one.k}."
        mine = {n.removeprefix(start): text for n, text in changes.items() if n.startswith(start)}
        if mine and (new := _try(problems, partial(_change_promise, one, mine, options))):
            promises[one.k] = new
    raise_problems(problems)
    return Facts(told, promises, frozenset(own))


def raise_problems(problems: Sequence[Problem]) -> None:
    """Raise BadData with all of `problems`, if there are any."""
    for one in problems[:1]:
        raise BadData(f"{one.field} {one.what}", one.advice, problems)


def _try(problems: list[Problem], make: partial[Any]) -> Any:
    try:
        return make()
    except BadData as error:
        problems += error.problems
        return None


def _change_complaint(
    case: Case, known: Mapping[str, str], changes: Mapping[str, str], options: Options
) -> Complaint:
    """Return the complaint after changes of its fields and its customer's."""
    if not changes:
        return case.complaint
    beside = ("customer", "what_happened", "language", "time_zone", "finding", "finding_reason")
    given = {name: known[name] for name in beside} | dict(changes)
    abusive = given.pop("abusive", known["abusive"]).strip().casefold()
    problems = []
    if abusive not in _YES:
        problems.append(_wrong("abusive", f"isn't yes or no: {short(abusive)}", "write yes or no"))
    if not given["what_happened"].strip():
        problems.append(_wrong("what_happened", "is empty", "write what happened"))
        given["what_happened"] = known["what_happened"]
    try:
        read = complaint_from_fields(given, options)
    except BadData as error:
        raise BadData(error.what, error.advice, [*problems, *error.problems]) from None
    raise_problems(problems)
    fields = {name for name, column in text_fields(Complaint).items() if column in changes}
    fields |= {"opened_at", "involved", "failure", "severity", "finding", "harm"} & set(changes)
    values: dict[str, Any] = {name: getattr(read, name) for name in fields}
    if "abusive" in changes:
        values["abusive"] = _YES[abusive]
    person = {name: column for name, column in text_fields(Customer).items() if column in changes}
    theirs: dict[str, Any] = {name: getattr(read.customer, name) for name in person}
    kinds = {kind for name in changes if (kind := kind_of(name))}
    kept = [one for one in case.customer.addresses if one.kind not in kinds]
    theirs["addresses"] = (*read.customer.addresses, *kept) if kinds else case.customer.addresses
    return replace(case.complaint, **values, customer=replace(case.customer, **theirs))


def _change_promise(one: Amends, changes: Mapping[str, str], options: Options) -> Promise:
    """Return a promise after changes of its fields, which are named as in `PROMISE`."""
    texts = _promise_texts(one) | dict(changes)
    problems = list(_empty_parts(one, texts))
    days = {name: texts[name] for name in ("promised_by", "target") if name in changes}
    values: dict[str, Any] = {}
    for name, text in days.items():
        try:
            values[name] = _read_day(text, options)
            texts[name] = str(values[name] or "")
        except BadData as error:
            problems.append(_wrong(f"amends.{one.k}.{name}", error.what, error.advice))
            texts[name] = ""
    given = {PROMISE[name]: text for name, text in texts.items() if name not in ("target", "owner")}
    try:
        said = {"what_happened": "told", **given, "amends": given["amends"] or "a deed"}
        [read] = complaint_from_fields(said, options).promises
        values |= {name: getattr(read, name) for name in set(changes) - {"target", "owner"}}
    except BadData as error:
        back = {column: name for name, column in PROMISE.items() if name != "target"}
        problems += [
            replace(each, field=f"amends.{one.k}.{back.get(each.field, each.field)}")
            for each in error.problems
        ]
    try:
        if "owner" in changes:
            values["owner"] = clean("owner", texts["owner"])
        if not problems:
            return replace(one.promise, **values)
    except BadData as error:
        problems.append(_wrong(f"amends.{one.k}.owner", error.what, error.advice))
    except ValueError as error:
        problems.append(_wrong(f"amends.{one.k}.target", str(error), "change one of the two"))
    raise BadData(problems[0].what, problems[0].advice, problems)


def _read_day(text: str, options: Options) -> date | None:
    region = options.region or region_of(options.time_zone, options.language)
    today = options.now.astimezone(dates.zone_of(options.time_zone)).date()
    return find_day(text, today=today, language=options.language, region=region) if text else None


def _wrong(field: str, what: str, advice: str) -> Problem:
    return Problem(what, advice, field=field)


def _empty_parts(one: Amends, texts: Mapping[str, str]) -> Iterator[Problem]:
    for name in ("kind", "text"):
        if not texts[name].strip():
            advice = f"if they let you off: voicenote amends waive {one.name}"
            yield _wrong(f"amends.{one.k}.{name}", "is empty", advice)
