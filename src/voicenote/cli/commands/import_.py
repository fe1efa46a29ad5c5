"""`import`: add many complaints at once, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.import_report import (
    describe_counts,
    describe_dates,
    describe_known,
    overdue,
    read_orders,
)
from voicenote.cli.terminal.record_reader import RecordReader
from voicenote.cli.terminal.session import Session, command
from voicenote.counting import count_of
from voicenote.errors import BadData, WrongUse, short

if TYPE_CHECKING:
    from voicenote.intake.options import Options
    from voicenote.intake.reader import ComplaintSource
    from voicenote.settings import Profile

#: How many problems are shown; the ``.rejected`` file has all, and -v shows all.
SHOWN = 20
#: How many unused columns are named.
UNREAD = 12


@command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="The column that holds a field."
)
@click.option(
    "--default",
    "defaults",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A value for what the file lacks.",
)
@click.option("--profile", metavar="NAME", help="Read the file as saved in [intake.NAME].")
@click.option("--save", metavar="NAME", help="Save how it is read in [intake.NAME].")
@click.option("--source", default="", metavar="NAME", help="The system the complaints come from.")
@click.option("--batch", metavar="NAME", help="A name for this import; default: the file's name.")
@click.option("--encoding", default="", help="If the guess is wrong, such as cp1250.")
@click.option("--delimiter", default="", help="If the guess is wrong, such as ';'.")
@click.option(
    "--where",
    default="",
    metavar="CONDITION",
    help="""Take only these rows, such as 'rating <= 2 and status != "closed"'.""",
)
@click.option("--keep-all", is_flag=True, help="Also what is closed, spam, your team's or praise.")
@click.option("--lines", is_flag=True, help="Each line is what one customer said.")
@click.option("--no-header", is_flag=True, help="Map 'column 1' and so on.")
@click.option("--no-quotes", is_flag=True, help="A quote is a sign like any other.")
@click.option("--day-first", is_flag=True, help="03/04 is the third of April.")
@click.option("--sheet", default="", metavar="NAME", help="The sheet of a workbook.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
def import_(session: Session, /, files: Sequence[str], **given: Any) -> None:
    """Import many complaints: CSV, workbooks, JSON, JSON Lines, exports of helpdesks.

    Good rows are added, even if a field such as the phone can't be read. Each bad row is reported
    with its line and reason, and written to a .rejected file, which you can correct and import.
    What is closed, spam, your team's own or praise is left out. Importing a file again changes
    nothing. Exit code 65 means that nothing could be added.

    With --json: {"read", "added", "unchanged", "rejected", "reasons", "left_out", "unread",
    "reworded", "dates", "rejected_file", "batch"}; "reasons" and "left_out" say how many for each
    reason, "reworded" are cases whose complaint is worded differently now; "dates" says for a field
    with dates such as 03/04 whether the day or the month comes first (DMY or MDY); "batch" is null
    when nothing was added under that name.
    """
    from voicenote.intake.reader import open_source
    from voicenote.settings import save_profile

    session.if_stopped = "nothing was added; import it again when you are ready"
    options = _options(session, given)
    source = open_source([Path(name) for name in files], options)
    batch = given["batch"] or source.parts[0].path.stem
    if not session.json:
        _tell_mapping(session, source)
    result = _take(session, source, batch, dry_run=given["dry_run"])
    if given["save"] and not given["dry_run"]:
        name, file = given["save"], session.settings.file
        save_profile(file, name, _as_profile(options))
        session.screen.note(f"Saved as [intake.{name}]: next time, --profile {name}")
    _report(session, result, dry_run=given["dry_run"])


def _options(session: Session, given: Mapping[str, Any]) -> Options:
    from voicenote.intake.options import Options
    from voicenote.settings import Profile
    from voicenote.wiring import now

    owner, profiles, name = session.settings.owner, session.settings.intake, given["profile"]
    if name is not None and name not in profiles:
        known = ", ".join(profiles) or "none yet"
        raise WrongUse(
            f"[intake.{name}] isn't in your settings", f"known: {known}; --save NAME makes one"
        )
    profile = profiles.get(name, Profile())
    return Options(
        now=now(),
        mapping={**profile.map, **_pairs("--map", given["maps"])},
        defaults={**profile.default, **_pairs("--default", given["defaults"])},
        language=owner.language,
        time_zone=owner.time_zone,
        # a profile's name is its source from the first import on: else the next adds all again
        source=given["source"] or profile.source or name or given["save"] or "",
        encoding=given["encoding"] or profile.encoding,
        delimiter=given["delimiter"].replace("\\t", "\t") or profile.delimiter,
        header=not (given["no_header"] or profile.no_header),
        quotes=not (given["no_quotes"] or profile.no_quotes),
        lines=given["lines"] or profile.lines,
        day_first=given["day_first"] or profile.day_first,
        sheet=given["sheet"] or profile.sheet,
        where=given["where"] or profile.where,
        keep_all=given["keep_all"] or profile.keep_all,
    )


def _as_profile(options: Options) -> Profile:
    """Return how a file was read, to be saved."""
    from voicenote.settings import Profile

    return Profile(
        map=options.mapping,
        default=options.defaults,
        source=options.source,
        where=options.where,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
        keep_all=options.keep_all,
        lines=options.lines,
        no_header=not options.header,
        no_quotes=not options.quotes,
        day_first=options.day_first,
    )


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise WrongUse(
                f"{option} {text!r} has no = in it", f'write {option} what_happened="Column"'
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _tell_mapping(session: Session, source: ComplaintSource) -> None:
    columns = {name: " + ".join(columns) for name, columns in source.first.mapping.items()}
    guessed = [
        f"{name} from {columns[name]!r}"
        for name in source.first.guesses
        if name in columns and columns[name] != name
    ]
    if guessed:
        session.screen.note(f"Reading {', '.join(guessed)}. Correct it with --map FIELD=COLUMN.")
    if "customer" not in columns and "customer" not in source.options.defaults:
        session.screen.note('Which column has the name? Say so: --map customer="…".')
    session.screen.warn(*describe_dates(source.parts))
    read = {column for columns in source.first.mapping.values() for column in columns}
    unread = [name for name in source.first.headers if name not in read]
    if unread:
        more = f" and {len(unread) - UNREAD} more" if len(unread) > UNREAD else ""
        session.screen.note(f"Not read: {', '.join(unread[:UNREAD])}{more}.")


def _take(
    session: Session, source: ComplaintSource, batch: str, *, dry_run: bool
) -> dict[str, Any]:
    from voicenote.engine.case.new_cases import import_cases
    from voicenote.intake.rejected import Rejected
    from voicenote.wiring import open_ledger

    rejected = None if dry_run else Rejected(source, Path.cwd())
    reading = RecordReader(
        source=source, rejected=rejected, most=float("inf") if session.verbose else SHOWN
    )
    with closing(open_ledger(session.settings)) as ledger:
        session.record(ledger)
        with session.screen.bar("Reading", source.size) as step:
            taken = import_cases(
                ledger,
                reading.good(step),
                batch,
                reading.reject_clash,
                owners=session.settings.owner.time_zone,
                rejected=rejected,
                dry_run=dry_run,
            )
        session.if_stopped = ""
    if taken.returned:
        others = len(taken.returned) - 1
        more = f" (and {count_of(others, 'more case')} like this)" if others else ""
        session.screen.warn(f"{taken.returned[0]}{more}. See voicenote lessons")
    if taken.overdue:
        session.screen.warn(overdue(taken.overdue))
    session.screen.warn(*describe_known(taken, dry_run=dry_run), *map(str, reading.problems))
    if reading.more:
        session.screen.warn(f"and {reading.more} more")
    if reading.nameless:
        session.screen.warn(
            f"Greeted without a name: {reading.nameless} (an address, a number or a stand-in such "
            f"as {short(reading.stand_in)} isn't a name; say_as can give one)"
        )
    files = rejected.paths if rejected else ()
    return {
        "read": reading.read,
        "added": taken.added,
        "unchanged": taken.unchanged + reading.again,
        "rejected": reading.bad,
        "reasons": dict(reading.reasons.most_common()),
        "left_out": dict(reading.left_out.most_common()),
        "unread": reading.unread,
        "reworded": taken.reworded,
        "dates": read_orders(source.parts),
        "rejected_file": str(files[0]) if files else None,
        "batch": taken.batch,
    }


def _report(session: Session, result: Mapping[str, Any], *, dry_run: bool) -> None:
    came = result["added"] + result["unchanged"]
    if result["rejected"] and not came:
        raise BadData(
            f"none of {result['read']} records could be added",
            f"correct {result['rejected_file']} and import it"
            if result["rejected_file"]
            else "see the reasons above",
        )
    if not (result["read"] or result["left_out"] or came):
        session.screen.warn("There are no complaints in it: below the header it is empty.")
    would = "would be " if dry_run else ""
    counts = f"{result['added']} {would}added, {result['unchanged']} already there"
    named = f"; batch {result['batch']!r}" if result["batch"] is not None else ""
    lines = [f"{counts}, {result['rejected']} rejected{named}."]
    lines += describe_counts(result)
    if result["rejected_file"]:
        lines.append(f"Correct and import: {result['rejected_file']}")
    if result["added"] and not dry_run:
        lines.append(f"Next: voicenote script --batch {result['batch']!r}")
    session.screen.show(dict(result), lambda: "\n".join(lines))
