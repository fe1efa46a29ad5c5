"""The mapping of columns to fields: as asked for, then by our own names, then guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from voicenote import unicode_forms
from voicenote.errors import BadData, Problem, WrongUse
from voicenote.intake.fields import FIELDS, OURS, is_field, kind_of, nearest
from voicenote.model.address import field_of

_SIGNS = re.compile(r"[\W_]+")
#: Fields whose names mean something else to helpdesks: who works on it, how it came, and so on.
_SHARED = frozenset({"owner", "channel", "cause", "product"})
#: Fields whose own names do so, though not their other names in ``headers.toml``.
_COMMON = _SHARED | {"title", "how_many", "failure", "meant", "deed"}
#: Fields that nobody but us calls so: a table that has one of them is ours.
_OURS_ALONE = (
    "what_happened",
    "bothered_most",
    "say_as",
    "at_stake",
    "finding_reason",
    "said_back",
    "our_fault",
    "greet_as",
)
#: Helpdesk → columns that only its exports have together.
_HELPDESKS = {
    "freshdesk": {"description_text", "requester_id"},
    "intercom": {"source.body", "source.author.email"},
    "salesforce": {"CaseNumber", "CreatedDate"},
}


def fold_header(name: str) -> str:
    """Return a column's name for comparing: NFKC, lower case, without spaces and signs.

    So ``customerEmail``, ``Customer E-Mail`` and ``CUSTOMER_EMAIL`` are one name.
    """
    return _SIGNS.sub("", unicode_forms.normal(name, "NFKC").casefold())


@cache
def _table() -> Mapping[str, Sequence[str]]:
    text = resources.files("voicenote.intake").joinpath("headers.toml").read_text("utf-8")
    loaded = tomllib.loads(text)
    pairs: Mapping[str, Sequence[str]] = loaded.pop("pairs")
    names = {field: [fold_header(name) for name in listed] for field, listed in loaded.items()}
    return names | {part: [fold_header(name) for name in listed] for part, listed in pairs.items()}


@cache
def _known_fields() -> frozenset[str]:
    names = {name for listed in _table().values() for name in listed}
    return frozenset(names | {fold_header(field) for field in FIELDS})


def count_familiar(cells: Iterable[str]) -> int:
    """Return how many cells look like column names: how much a row looks like a header."""
    return sum(1 for cell in cells if len(cell) < 100 and fold_header(cell) in _known_fields())


def guess_columns(headers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return field → columns as far as the column names show. Our own field names come first."""
    by_name: dict[str, str] = {}
    for header in headers:
        if header not in OURS:
            by_name.setdefault(fold_header(header), header)
    found = _own_names(headers, by_name)
    taken = {column for columns in found.values() for column in columns}
    table = _table()
    shared = () if _is_ours(by_name) else _SHARED
    for field in FIELDS:
        if field in found or field in shared:
            continue
        hits = (by_name[name] for name in table.get(field, ()) if name in by_name)
        hit = next((hit for hit in hits if hit not in taken), None)
        if field == "customer" and (both := _first_and_last(by_name, hit)):
            found[field] = both
        elif hit:
            found[field] = (hit,)
            taken.add(hit)
    return found


def guess_updated(headers: Iterable[str]) -> list[str]:
    """Return the columns that say when a record was last changed."""
    return [header for header in headers if fold_header(header) in _table()["updated"]]


def name_helpdesk(headers: Iterable[str]) -> str:
    """Return the helpdesk that an export is surely from, by its columns; "" when it isn't sure."""
    keys = set(headers)
    return next((name for name, known in _HELPDESKS.items() if known <= keys), "")


def _is_ours(by_name: Mapping[str, str]) -> bool:
    """Return whether a table has our own column names, and not only words that others have too."""
    return any(fold_header(name) in by_name for name in _OURS_ALONE)


def _own_names(headers: Sequence[str], by_name: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return field → column for the columns that are named like our fields."""
    ours = _is_ours(by_name)
    found: dict[str, tuple[str, ...]] = {
        field: (by_name[own],)
        for field in FIELDS
        if (own := fold_header(field)) in by_name and (ours or field not in _COMMON)
    }
    for header in headers:
        # "Addresses.Slack" in a table, or the key slack in an object under addresses
        if kind := kind_of(header.strip().casefold()):
            found.setdefault(field_of(kind), (header,))
    return found


def _first_and_last(by_name: Mapping[str, str], hit: str | None) -> tuple[str, ...]:
    """Return the columns of a name in two parts, unless `hit` already has the whole name."""
    table = _table()
    first = next((by_name[name] for name in table["first"] if name in by_name), None)
    last = next((by_name[name] for name in table["last"] if name in by_name), None)
    whole = hit and fold_header(hit) not in ("name", "nume", "نام", "contact", "client")
    if whole or not (first and last):
        return (first,) if first and not hit else ()
    return (first, last)


def check_names(what: str, fields: Iterable[str]) -> None:
    """Raise WrongUse when one of `fields` isn't a field of ours; `what` is the option's name."""
    for field in fields:
        if not is_field(field):
            raise WrongUse(f"{what} knows no field {field!r}", nearest(field, FIELDS))


def choose_columns(
    headers: Sequence[str],
    asked: Mapping[str, str],
    guesses: Mapping[str, tuple[str, ...]],
    file: str,
) -> dict[str, tuple[str, ...]]:
    """Return the final mapping: what was asked for wins over guesses.

    Raises BadData that names the nearest header for every column that the file doesn't have.
    """
    result = dict(guesses)
    problems: list[Problem] = []
    for field, column in asked.items():
        if not column.strip():
            result.pop(field, None)
            continue
        columns = find_columns(headers, column)
        if columns:
            result[field] = columns
        else:
            what = f"has no column {column!r} for {field}"
            problems.append(Problem(what, nearest(column, headers), file))
    if problems:
        raise BadData(f"{file} {problems[0].what}", problems[0].advice, problems)
    chosen = {column for field in asked for column in result.get(field, ())}
    return {
        field: columns
        for field, columns in result.items()
        if field in asked or not chosen.intersection(columns)
    }


def find_columns(headers: Sequence[str], column: str) -> tuple[str, ...]:
    """Return the headers that `column` means: itself, another spelling of it, or ``A + B``.

    Returns () when there is no such header.
    """
    if column in headers:
        return (column,)
    wanted = fold_header(column)
    alike = [header for header in headers if wanted and fold_header(header) == wanted]
    if len(alike) == 1:
        return (alike[0],)
    if " + " in column:
        parts = [find_columns(headers, part.strip()) for part in column.split(" + ")]
        if all(parts):
            return tuple(name for part in parts for name in part)
    return ()
