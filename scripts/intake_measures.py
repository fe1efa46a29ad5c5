"""The `intake` part of `scripts/bench`: real-shaped rows, by processor time and memory."""

import csv
import os
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROWS = 100_000
NAMES = ["Ann Tamm", "Kai Lepik", "Jon Ek", "Ana Ruiz", "Li Wei", "Ada Berg", "Bo Diddley"]
WORDS = [
    "The parcel {n} never came, and nobody answered the phone for two days.",
    "I was charged {n} euros twice for one order. Please help.",
    "The cake of order {n} arrived cold & broken; the ribbon was blue.",
]


def dress(words: str, number: int) -> str:
    """Return the words of a person as one of six systems exports them."""
    html = words.replace("&", "&amp;")
    photo = f'<a href="https://x.example/t?utm_source={number}">photo</a>'
    return (
        f"<div><p>Hi team,</p><p>{html}</p><p>See {photo}</p></div>",
        f"Hello,\n{words}\n\nBest regards,\nAnn\nSent from my iPhone",
        f"@AcmeSupport {words} https://t.co/{number} #fail",
        f"<p>{html}&nbsp;</p><br>",
        words,
        words,
    )[number % 6]


def rows(count: int) -> Iterator[list[object]]:
    """Yield the rows of an export."""
    chance = random.Random(3)  # noqa: S311 - rows that can be had again
    yield ["ref", "customer", "email", "description", "priority", "created_at", "status"]
    for n in range(count):
        words = dress(chance.choice(WORDS).format(n=n), n)
        priority = chance.choice(["P1", "High", "Low", "1 - Critical"])
        day = f"2026-10-{n % 28 + 1:02} 10:00"
        yield [n, chance.choice(NAMES), f"c{n}@example.com", words, priority, day, "open"]


def intake(folder: Path) -> str:
    """Import a tenth of the rows, then all of them, each into a ledger of its own."""
    lines = []
    for count in (ROWS // 10, ROWS):
        home = folder / str(count)
        home.mkdir()
        with (home / "many.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows(count))
        program = str(Path(sys.executable).with_name("voicenote"))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        words = [program, "--home", str(home), "-q", "import", str(home / "many.csv")]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        most = after.ru_maxrss / (1024 if os.uname().sysname == "Linux" else 1024**2)
        lines.append(
            f"{count:,} rows: {took:.1f} s of processor time, {count / took:,.0f} a second;"
            f" {most:.0f} MB at most"
        )
    return "\n".join(lines)
