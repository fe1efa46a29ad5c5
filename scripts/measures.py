"""What `scripts/bench` measures. Pairs of commands run in turn, so that a noisy machine is fair."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

BARE_CLICK = """
import click

@click.group()
def main():
    "A bare program."

@main.command()
def hello():
    "Say hello."

main()
"""
ONE_QUERY = """
import sys
import click
import sqlalchemy as sa

@click.command()
@click.argument("url")
def main(url):
    with sa.create_engine(url).connect() as connection:
        rows = connection.execute(sa.text(
            "select c.number, c.ref, p.name, c.stage, c.outcome, c.opened_at"
            " from cases c join customers p on p.number = c.customer order by c.number"
        )).all()
    sys.stdout.writelines(f"{row[0]}  {row[2]}  {row[3]}\\n" for row in rows)

main()
"""
CASES = 10_000


def environment() -> dict[str, str]:
    """Return the environment of both sides: compiled modules are kept, as on a user's machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOICENOTE_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


def seconds(command: Sequence[str]) -> float:
    """Return the wall time of a command in seconds. Raises CalledProcessError when it fails."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())
    return time.perf_counter() - begun


def pairs(ours: Sequence[str], baseline: Sequence[str], runs: int = 21) -> str:
    """Run both in turn; return the median times and the median of the ratios."""
    seconds(ours), seconds(baseline)
    timed = [(seconds(ours), seconds(baseline)) for _ in range(runs)]
    ratio = statistics.median(a / b for a, b in timed)
    mine, theirs = (statistics.median(side) for side in zip(*timed, strict=True))
    return f"{mine * 1000:.0f} ms, baseline {theirs * 1000:.0f} ms: {ratio:.2f} x"


def voicenote(home: Path, *words: str) -> list[str]:
    """Return the command line of the installed program."""
    return [str(Path(sys.executable).with_name("voicenote")), "--home", str(home), *words]


def start(folder: Path) -> str:
    """`voicenote --help` against a bare click program."""
    bare = folder / "bare.py"
    bare.write_text(BARE_CLICK)
    return pairs(voicenote(folder, "--help"), [sys.executable, str(bare), "--help"])


def import_many(folder: Path) -> float:
    """Import 10,000 complaints into a fresh ledger in `folder`; return the seconds."""
    file = folder / "many.csv"
    lines = ["ref,customer,email,what_happened,amends,amends_kind,promised_by"]
    lines += [
        f'{n},Customer {n},c{n}@example.com,"The parcel {n} never came.",sent again,redo,2027-01-04'
        for n in range(CASES)
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return seconds(voicenote(folder, "-q", "import", str(file)))


def cases(folder: Path) -> str:
    """`voicenote cases` on 10,000 cases against click + SQLAlchemy + one query."""
    return beside_a_query(folder, "cases")


def status(folder: Path) -> str:
    """`voicenote status` on 10,000 cases against the same query."""
    return beside_a_query(folder, "status")


def next_(folder: Path) -> str:
    """`voicenote next` on 10,000 cases without a script against the same query."""
    return beside_a_query(folder, "next")


def beside_a_query(folder: Path, command: str) -> str:
    """Run a command on 10,000 cases, and a script with one query, in turn."""
    import_many(folder)
    query = folder / "query.py"
    query.write_text(ONE_QUERY)
    url = f"sqlite:///{folder / 'ledger.db'}"
    return pairs(voicenote(folder, command), [sys.executable, str(query), url])


def intake(folder: Path) -> str:
    """How many complaints as helpdesks write them come in a second of processor time."""
    import intake_measures

    return intake_measures.intake(folder)


def strangers(folder: Path) -> str:
    """How long it takes to find whom a message may be from that fits nobody."""
    import strangers_measures

    return strangers_measures.strangers(folder)


def sound(folder: Path) -> str:
    """Speech, cache and splicing against pyttsx3 + pydub + ffmpeg."""
    import sound_measures

    return sound_measures.sound(folder)


def marks(_folder: Path) -> str:
    """Whether the watermark is found after every codec, and nowhere else."""
    import marks_measures

    return marks_measures.marks()


def check(_folder: Path) -> str:
    """How many scripts a second are composed and checked."""
    import check_measures

    return check_measures.check()


def scripting(folder: Path) -> str:
    """How many cases a second get a script by `voicenote script --all`."""
    import scripting_measures

    return scripting_measures.scripting(folder)


def intelligibility(folder: Path) -> str:
    """Finished memos of every voice, listened to by a recogniser."""
    import intelligibility_measures

    return intelligibility_measures.intelligibility(folder)


def listening(folder: Path) -> str:
    """Measure how misheard names, sums and days are caught."""
    import listening_measures

    return listening_measures.listen(folder)


def ears(folder: Path) -> str:
    """Takes that say their words and takes that don't, listened to as `record` does."""
    import ears_measures

    return ears_measures.ears(folder)


def freely(folder: Path) -> str:
    """What takes that are spoken freely lack, and how well they are heard; see there."""
    import freely_measures

    return freely_measures.freely(folder)


def coach(folder: Path) -> str:
    """Faults made over speech, and how many of them the coach finds."""
    import coach_measures

    return coach_measures.coach(folder)


def mail(folder: Path) -> str:
    """Letters a second against mailmerge and apprise."""
    import mail_measures

    return mail_measures.mail(folder)


def storms(folder: Path) -> str:
    """Hundreds of kills over every channel."""
    import storm_measures

    return storm_measures.storms(folder)


def fuzz(_folder: Path) -> str:
    """Fifty thousand odd inputs over every parser and command."""
    import fuzz_measures

    return fuzz_measures.fuzz()


def inbound(_folder: Path) -> str:
    """Ten thousand letters and webhooks that come in, and what was lost or crossed."""
    import inbound_measures

    return inbound_measures.inbound()


def walks(folder: Path) -> str:
    """Hundreds of random walks over the real program."""
    import walk_measures

    return walk_measures.walks(folder)


def loudness(folder: Path) -> str:
    """How loud 100 memos of each voice are."""
    import batch_measures

    for line in batch_measures.loudness(folder):
        print(line, flush=True)
    return "done"


def coding(_folder: Path) -> str:
    """What the coders do to a voice."""
    import coding_measures

    for line in coding_measures.coding():
        print(line, flush=True)
    return "done"


def narratives(folder: Path) -> str:
    """How long a real file of complaints takes."""
    import batch_measures

    for line in batch_measures.narratives(folder):
        print(line, flush=True)
    return "done"


def writer(folder: Path) -> str:
    """How alike the scripts of a writer are."""
    import writer_measures

    for line in writer_measures.writer(folder):
        print(line, flush=True)
    return "done"


MEASURES: dict[str, Callable[[Path], str]] = {
    "start": start,
    "cases": cases,
    "status": status,
    "next": next_,
    "intake": intake,
    "strangers": strangers,
    "sound": sound,
    "check": check,
    "scripting": scripting,
    "intelligibility": intelligibility,
    "ears": ears,
    "freely": freely,
    "listening": listening,
    "coach": coach,
    "mail": mail,
    "storms": storms,
    "walks": walks,
    "loudness": loudness,
    "coding": coding,
    "marks": marks,
    "narratives": narratives,
    "writer": writer,
    "fuzz": fuzz,
    "inbound": inbound,
}
#: What fetches a quarter of a gigabyte at its first time, or takes an hour: only when it is named.
ONLY_BY_NAME = (
    *("marks", "intelligibility", "ears", "freely", "listening", "coach"),
    *("fuzz", "walks", "inbound"),
)


def main(names: Sequence[str]) -> int:
    """Measure what is named, or all but `ONLY_BY_NAME`; return the exit code."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"there is no measure {unknown[0]!r}; there are: {', '.join(MEASURES)}")
        return 2
    for name in names or [name for name in MEASURES if name not in ONLY_BY_NAME]:
        with tempfile.TemporaryDirectory(prefix="voicenote-bench-") as folder:
            print(f"{name}: {MEASURES[name](Path(folder))}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
