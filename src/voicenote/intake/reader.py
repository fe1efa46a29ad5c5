"""The entry to intake: files in, complaints and problems out, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from voicenote.errors import BadData, Problem, TryAgain, WrongUse
from voicenote.intake import dates
from voicenote.intake.fields import OURS, PROSE, kind_of, show_column
from voicenote.intake.file_sets import Part, find_parts
from voicenote.intake.mapping import check_names
from voicenote.intake.options import Options, check_options
from voicenote.intake.raw_record import Bad, Good, LeftOut, Record
from voicenote.intake.seen import NewestVersions, SeenRefs, fingerprint
from voicenote.intake.sniff import stamp_of
from voicenote.intake.validation import Checker
from voicenote.model.case import is_made_ref
from voicenote.plain_text import read_person, strip_markup

_ENDING = re.compile(r"[.!…。！]+(?!\d)")
#: The field that every file needs → what its column holds, and what to do when none surely does.
_NEEDED = {
    "what_happened": ("what_happened", 'say which: --map what_happened="…"'),
}
#: What the customer said, and not the owner.
_THEIR_WORDS = PROSE - {"amends", "finding_reason"}
_ENDS = (".", "!", "?", "…", ":", ";", "؟")


@dataclass(frozen=True, slots=True)
class ComplaintSource:
    """The files that `open_source` opened. Iterating reads them, and can be repeated."""

    parts: tuple[Part, ...]
    options: Options
    stamps: Mapping[Path, tuple[int, ...]] = field(default_factory=dict)

    @property
    def first(self) -> Part:
        """The first part: its format, its headers, its mapping and its source's name."""
        return self.parts[0]

    @property
    def size(self) -> int:
        """Bytes of all files; a record's `offset` says how many of them were read."""
        return sum(part.size for part in self.parts)

    def __iter__(self) -> Iterator[Good | Bad | LeftOut]:
        """Yield every record, good, bad or left out. Memory use stays flat for files of any size.

        Raises BadData when a file isn't what it seemed (such as a line that doesn't end), and
        TryAgain when one was changed or replaced since it was opened. So store the good ones in
        one transaction that ends after the last.
        """
        before = 0
        with closing(SeenRefs()) as seen, closing(NewestVersions()) as newest:
            for index, part in enumerate(self.parts):
                try:
                    if not index:
                        _note_versions(self.parts, newest)
                    for item in _examine_part(part, self.options, before, seen, newest):
                        yield replace(item, part=index) if index else item
                except (BadData, OSError, UnicodeError) as error:
                    self._need_unchanged()
                    raise _unreadable_now(part.path, error) from None
                before += part.size
        self._need_unchanged()

    def _need_unchanged(self) -> None:
        for path, stamp in self.stamps.items():
            if stamp_of(path) != stamp:
                raise TryAgain(
                    f"{path.name} was changed while it was read; nothing of it was taken in",
                    "wait until it is whole, then run the same command again",
                )


def open_source(paths: Sequence[Path], options: Options) -> ComplaintSource:
    """Open files to import: CSV, JSON, JSON Lines, Zendesk's pages, or its tickets and users.

    Encoding, delimiter, header and columns are detected unless `options` give them. Raises
    WrongUse for fields that don't exist, BadData for unusable files, missing columns and wrong
    defaults, BadSettings for wrong options, Unavailable for files that can't be read.
    """
    check_names("--map", options.mapping)
    check_names("--default", options.defaults)
    if not paths:
        raise WrongUse("there is no file to import", "name one")
    if "ref" in options.defaults:
        raise WrongUse("--default ref would give all complaints one ref", "leave it out")
    check_options(options)
    check_defaults(options)
    files = [Path(path) for path in paths]
    stamps = {path: stamp_of(path) for path in files}
    try:
        parts = find_parts(files, options)
    except UnicodeError as error:
        what = f"a file is not {options.encoding or 'text'} from beginning to end: {error}"
        raise BadData(what, "leave --encoding out, or name the right one") from None
    for part in parts:
        for name, (held, advice) in _NEEDED.items():
            if name not in part.mapping and name not in options.defaults:
                names = ", ".join(show_column(name) for name in part.headers[:30])
                what = f"{part.path.name} has no column that is surely {held}"
                raise BadData(what, f"{advice}; it has: {names}")
    return ComplaintSource(tuple(parts), options, stamps)


def _unreadable_now(path: Path, error: BadData | OSError | UnicodeError) -> BadData:
    """Return the error for a file that could be read a moment ago."""
    if isinstance(error, BadData):
        return error
    if isinstance(error, OSError):
        return BadData(f"{path} cannot be read any more: {error.strerror}", "try again")
    return BadData(f"{path.name} is not text to its end: {error}", "name its --encoding")


def check_defaults(options: Options) -> None:
    """Raise BadData when a default is wrong: once, not for every row."""
    if not options.defaults:
        return
    checker = Checker(options, source="default")
    stand_ins = {"what_happened": "x", "currency": options.currency}
    stand_ins |= {"finding_reason": "x", "amends": "x"}
    if "harm" in options.defaults or "amends_value" in options.defaults:
        stand_ins["currency"] = options.currency or "EUR"
    given = {name: text for name, text in stand_ins.items() if name not in options.defaults}
    checker.complaint(given)


def _note_versions(parts: Sequence[Part], newest: NewestVersions) -> None:
    """Note the newest version of each record, in a reading of its own."""
    for part in parts:
        if part.updated and "ref" in part.mapping:
            for record in part.reader(0):
                if version := _version(record, part):
                    newest.add(*version)


def _version(record: Record, part: Part) -> tuple[str, float] | None:
    """Return a record's ref with its source, and when it was updated; None if one is unknown."""
    ref = _map_field(record, part, "ref")
    text = record.values.get(part.updated, "")
    if record.broken or not ref or not text:
        return None
    try:
        moment = dates.parse_moment(text, order=part.orders["opened_at"].order)
    except BadData:
        return None
    return f"{part.source_name}\x1f{ref}", moment.timestamp()


def _examine_part(
    part: Part, options: Options, before: int, seen: SeenRefs, newest: NewestVersions
) -> Iterator[Good | Bad | LeftOut]:
    checker = Checker(
        options,
        source=part.source_name,
        file=part.path.name,
        columns={field: show_column(" + ".join(names)) for field, names in part.mapping.items()},
        orders={name: one.order for name, one in part.orders.items()},
        naive_zone=part.naive_zone,
        detect=True,
    )
    for record in part.reader(before):
        if record.broken:
            yield Bad(problems=record.broken, record=record)
            continue
        version = _version(record, part) if part.updated else None
        if version and newest.is_older(*version):
            what = "is an older version of a record that comes again"
            problem = Problem(what, "nothing to do: the newest counts", record.file, record.line)
            yield Bad(problems=(problem,), record=record, duplicate=True)
        elif part.where is not None and not part.where.takes(record.values):
            yield LeftOut(record=record, reason="not asked for by --where")
        elif reason := part.sieve.reason(record.values):
            yield LeftOut(record=record, reason=reason)
        else:
            own = replace(checker, file=record.file) if record.file != checker.file else checker
            yield _examine(record, part, own, seen)


def _examine(record: Record, part: Part, checker: Checker, seen: SeenRefs) -> Good | Bad:
    content = fingerprint({k: _fold_cell(v) for k, v in record.values.items() if k not in OURS})
    try:
        complaint, unread = checker.examine(_map_fields(record, part), record.line)
    except BadData as error:
        return Bad(problems=error.problems, record=record)
    key = f"{complaint.source}\x1f{complaint.ref}"
    before_it = seen.first(key, f"{record.file}:{record.line}", content)
    if before_it is None:
        return Good(complaint=complaint, record=record, unread=tuple(unread))
    made = is_made_ref(complaint.ref)
    return _reject_repeat(record, "" if made else checker.columns.get("ref", "ref"), *before_it)


def _fold_cell(text: str) -> str:
    """Return a cell for comparing: lower case, single spaces, no full stops or exclamation marks.

    A point before a digit stays.
    """
    return " ".join(_ENDING.sub("", text).casefold().split())


def _reject_repeat(record: Record, column: str, place: str, same: bool) -> Bad:  # noqa: FBT001 - Seen's
    if same:
        problem = Problem(
            f"is the same as {place}", "nothing to do: that one counts", record.file, record.line
        )
    else:
        what = f"has the same ref as {place}, and says something else"
        advice = "one ref is one complaint: put the two together, give one another ref, "
        advice += "or import what is of another system with --source NAME"
        if not column:
            what = f"is the same person with the same story as {place}, and says something else"
            advice = "put the two together, or give each a ref if they are two complaints"
        problem = Problem(what, advice, record.file, record.line, column)
    return Bad(problems=(problem,), record=record, duplicate=same)


def _map_fields(record: Record, part: Part) -> dict[str, str]:
    """Return field → text of a record, by the mapping of its part."""
    return {name: _map_field(record, part, name) for name in part.mapping}


def _map_field(record: Record, part: Part, name: str) -> str:
    values, columns = record.values, part.mapping[name]
    texts = [_own_text(name, values.get(column, "")) for column in columns]
    if len(texts) == 1:
        return texts[0]
    return _join_prose(texts) if name in PROSE else " ".join(filter(None, map(str.strip, texts)))


def _own_text(name: str, text: str) -> str:
    """Return a cell without what programs put around it; the customer's words without greeting."""
    if not text or kind_of(name):
        return text
    if name in _THEIR_WORDS:
        return read_person(text.replace("\u2028", "\n"))
    return strip_markup(text)


def _join_prose(texts: Sequence[str]) -> str:
    """Return texts as sentences, one per line; one that a later one begins with is left out."""
    kept: list[str] = []
    for position, text in enumerate(texts):
        later = [other.casefold() for other in texts[position + 1 :]]
        if not text or any(other.startswith(text.casefold()) for other in later):
            continue
        last = position == len(texts) - 1
        kept.append(text if last or text.endswith(_ENDS) else f"{text}.")
    return "\n".join(kept)
