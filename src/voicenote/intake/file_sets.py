"""Parts: one file, or several that belong together, with everything needed to read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicenote.addresses import region_of
from voicenote.errors import BadData
from voicenote.intake import delimited, jsons, zendesk
from voicenote.intake.dates import DateOrder, find_order
from voicenote.intake.fields import FIELDS, SOURCE, show_column
from voicenote.intake.leave_out import Sieve
from voicenote.intake.mapping import choose_columns, guess_columns, guess_updated, name_helpdesk
from voicenote.intake.options import Options
from voicenote.intake.raw_record import Record
from voicenote.intake.sniff import Shape, Sniffed, sniff
from voicenote.intake.where import RowFilter

#: Yields the records; the argument is how many bytes of the source were read before.
Reader = Callable[[int], Iterator[Record]]


@dataclass(frozen=True, slots=True)
class Part:
    """One table or document, ready to be read.

    `format` is csv, jsonl, json, zendesk-csv or zendesk-json. `mapping` is field → columns as
    used, `guesses` as guessed. `orders` is the order of day and month for each date field.
    `updated` is the column that says when a record was last changed, or "". `sieve` tells what is
    no complaint, and `where` what the user asked for. `table` is set for delimited text.
    """

    path: Path
    format: str
    encoding: str
    size: int
    headers: tuple[str, ...]
    guesses: Mapping[str, tuple[str, ...]]
    mapping: Mapping[str, tuple[str, ...]]
    source_name: str
    orders: Mapping[str, DateOrder]
    reader: Reader
    sieve: Sieve
    where: RowFilter | None = None
    updated: str = ""
    naive_zone: str = ""
    table: delimited.DelimitedTable | None = None


def find_parts(paths: Sequence[Path], options: Options) -> list[Part]:
    """Return the parts in `paths`: Zendesk's files belong together, all others stand alone.

    Raises BadData and Unavailable as the readers do.
    """
    sniffed = [sniff(path, options) for path in paths]
    tables: dict[Path, delimited.DelimitedTable] = {}
    wanted = [column for column in options.mapping.values() if column]
    for one in sniffed:
        if one.shape is Shape.TABLE:
            tables[one.path] = delimited.find_table(one, options, wanted)
    keys = {one.path: _find_lists(one, options) for one in sniffed if one.shape is Shape.DOCUMENT}
    pages = [one for one in sniffed if "tickets" in keys.get(one.path, ())]
    users = [table for table in tables.values() if zendesk.is_users(table.headers)]
    tickets = [table for table in tables.values() if zendesk.is_tickets(table.headers)]
    found = [_join_pages(pages, options)] if pages else []
    found += [_join_tickets(table, users, options) for table in tickets]
    for one in sniffed:
        if one in pages or (tickets and tables.get(one.path) in [*users, *tickets]):
            continue
        found.append(_read_alone(one, tables.get(one.path), keys.get(one.path, ()), options))
    return found


def _read_alone(
    one: Sniffed, table: delimited.DelimitedTable | None, keys: Sequence[str], options: Options
) -> Part:
    """Return a part that is one file on its own."""
    reader = _open_reader(one, table, keys, options)
    sample = _read_sample(reader, options)
    headers = table.headers if table is not None else _collect_keys(sample)
    if not headers:
        raise BadData(
            f"{one.path.name} contains no complaints", "export it again, with the complaints"
        )
    if table is None and zendesk.has_requesters(headers):

        def told(before: int) -> Iterator[Record]:
            return zendesk.join_requesters(reader(before), zendesk.Users())

        return _assemble(one, "zendesk-json", headers, sample, told, options)
    return _assemble(one, one.shape.value, headers, sample, reader, options, table=table)


def _assemble(
    one: Sniffed,
    kind: str,
    headers: tuple[str, ...],
    sample: Sequence[Record],
    reader: Reader,
    options: Options,
    *,
    size: int = 0,
    table: delimited.DelimitedTable | None = None,
) -> Part:
    """Return the part of format `kind` that begins with `one`; `size` when there are more files."""
    helpdesk = kind.startswith("zendesk")
    guesses = zendesk.map_columns(headers) if helpdesk else guess_columns(headers)
    mapping = choose_columns(headers, options.mapping, guesses, one.path.name)
    if helpdesk:
        origin = zendesk.name_account(sample[0].values) if sample else "zendesk"
    else:
        shape = "csv" if one.shape is Shape.TABLE else "json"
        origin = _read_origin(sample) or name_helpdesk(headers) or shape
    where = RowFilter(options.where, headers, mapping) if options.where else None
    chosen = where.columns if where else ()
    known = () if options.keep_all else headers
    return Part(
        path=one.path,
        format=kind,
        encoding=one.encoding,
        size=size or one.size,
        headers=headers,
        guesses=guesses,
        mapping=mapping,
        source_name=options.source or origin,
        orders=_find_orders(sample, mapping, options),
        reader=reader,
        sieve=Sieve(
            known,
            lambda: (record.values for record in reader(0)),
            source=origin,
            chosen=chosen,
        ),
        where=where,
        updated=next(iter(guess_updated(headers)), ""),
        naive_zone="UTC" if helpdesk else "",
        table=table,
    )


def _open_reader(
    one: Sniffed, table: delimited.DelimitedTable | None, keys: Sequence[str], options: Options
) -> Reader:
    """Return the reader of one file."""
    if table is not None:
        return lambda before: delimited.read_rows(table, options, before)
    if one.shape is Shape.LINES:
        return lambda before: jsons.read_lines(one, options, before)
    if keys:
        return lambda before: jsons.read_list(keys[0], one, options, before)
    return lambda before: _read_single(one, options, before)


def _join_tickets(
    table: delimited.DelimitedTable, users: Sequence[delimited.DelimitedTable], options: Options
) -> Part:
    """Return a part with a warehouse's tickets, joined to its users."""

    def reader(before: int) -> Iterator[Record]:
        known = zendesk.Users()
        for other in users:
            for user in delimited.read_rows(other, options):
                known.add(user.values, "")
        start = before + sum(other.sniffed.size for other in users)
        return zendesk.join_requesters(delimited.read_rows(table, options, start), known)

    joined = [f"requester.{name}" for other in users for name in other.headers]
    headers = tuple(dict.fromkeys((*table.headers, *joined)))
    size = table.sniffed.size + sum(other.sniffed.size for other in users)
    sample = _read_sample(reader, options)
    return _assemble(
        table.sniffed, "zendesk-csv", headers, sample, reader, options, size=size, table=table
    )


def _join_pages(pages: Sequence[Sniffed], options: Options) -> Part:
    """Return a part with the tickets of all API pages, joined to the users of all pages."""
    known = zendesk.Users()
    for page in pages:
        zendesk.page_users(page, known, options)

    def reader(before: int) -> Iterator[Record]:
        for page in pages:
            tickets = jsons.read_list("tickets", page, options, before)
            yield from zendesk.join_requesters(tickets, known)
            before += page.size

    sample = _read_sample(reader, options)
    headers = tuple(dict.fromkeys((*_collect_keys(sample), *known.columns, "requester.name")))
    size = sum(page.size for page in pages)
    return _assemble(pages[0], "zendesk-json", headers, sample, reader, options, size=size)


def _find_lists(one: Sniffed, options: Options) -> list[str]:
    """Return the key of a document's list of complaints, in a list; [] when it is one complaint.

    Reads the whole document, so a broken one is refused before anything is taken from it.
    """
    counts: dict[str, int] = {}
    own = False
    for element in jsons.read_document(one, options):
        if element.listed:
            counts[element.key] = counts.get(element.key, 0) + isinstance(element.value, dict)
        own = own or (bool(element.key) and element.key in FIELDS)
    if "tickets" in counts:
        return ["tickets"]
    filled = [key for key, count in counts.items() if count]
    if len(filled) > 1:
        names = ", ".join(show_column(key) for key in filled)
        advice = "leave only the one that holds the complaints"
        raise BadData(f"{one.path.name} has several lists: {names}", advice)
    if not filled and not own:
        raise BadData(
            f"{one.path.name} contains no complaints", "a complaint is an object in a list"
        )
    return filled


def _read_single(one: Sniffed, options: Options, before: int) -> Iterator[Record]:
    """Yield the single complaint in a document."""
    whole: dict[str, object] = {}
    for element in jsons.read_document(one, options):
        if not element.listed:
            whole[element.key] = element.value
        elif isinstance(held := whole.setdefault(element.key, []), list):
            held.append(element.value)
    text = json.dumps(whole)
    yield jsons.make_record(whole, text, 1, before + one.size, one.path.name, options)


def _read_sample(reader: Reader, options: Options) -> list[Record]:
    """Return the first records, enough to know their keys and date orders."""
    found: list[Record] = []
    taken = 0
    for record in reader(0):
        found.append(record)
        taken += sum(len(part) for part in record.raw)
        if len(found) >= options.limits.sample_rows or taken > options.limits.record:
            break
    return found


def _collect_keys(sample: Sequence[Record]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for record in sample for key in record.values))


def _find_orders(
    sample: Sequence[Record], mapping: Mapping[str, tuple[str, ...]], options: Options
) -> dict[str, DateOrder]:
    """Return the order of day and month for every date field, from its column's first cells."""
    region = options.region or region_of(options.time_zone, options.language)
    orders = {}
    for field in ("opened_at", "promised_by"):
        columns = mapping.get(field, ())
        cells = [record.values.get(name, "") for record in sample for name in columns]
        found = find_order(cells, region, options.language)
        orders[field] = DateOrder("DMY") if options.day_first else found
    return orders


def _read_origin(sample: Sequence[Record]) -> str:
    """Return the source named in a ``.rejected`` file; "" when there isn't exactly one."""
    told = {record.values.get(SOURCE, "") for record in sample}
    return told.pop()[:100] if len(told) == 1 else ""


def open_rows(path: Path, options: Options, wanted: Sequence[str]) -> Part:
    """Return a file of rows that say something about known cases, without a mapping.

    `wanted` are the columns that it may have, by which its header is found. Raises as `find_parts`
    does.
    """
    one = sniff(path, options)
    is_table, is_document = one.shape is Shape.TABLE, one.shape is Shape.DOCUMENT
    table = delimited.find_table(one, options, wanted) if is_table else None
    reader = _open_reader(one, table, _find_lists(one, options) if is_document else (), options)
    headers = table.headers if table else _collect_keys(_read_sample(reader, options))
    return Part(
        path=path,
        format=one.shape.value,
        encoding=one.encoding,
        size=one.size,
        headers=headers,
        guesses={},
        mapping={},
        source_name="",
        orders={},
        reader=reader,
        sieve=Sieve((), lambda: ()),
        table=table,
    )
