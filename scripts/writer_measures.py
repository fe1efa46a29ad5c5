"""The `writer` part of `scripts/bench`: how alike a writer's scripts of real complaints are.

A file of the US consumer bureau's (VOICENOTE_BENCH_NARRATIVES) is written by a fake of an OpenAI
server, which says each story back in the second person, and is held to the method as any writer.
"""

import json
import os
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

from batch_measures import voicenote
from tests.fakes.chat_api import chat_server
from voicenote.script.habits import split_sentences
from voicenote.script.second_person import propose_account

#: The first person of a customer, which an owner must not say as their own.
THEIRS = re.compile(
    r"\bmy (?:wife|son|daughter|mother|father|sister|brother|husband|money|job|life|child\w*|"
    r"account|card|credit|bank|loan|payment|mortgage|address|phone|house|home|report)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
#: What the bureau's file has in its stories, and no ear hears: {$40.00}, (sic), #12.
_UNSAYABLE = re.compile(r"[{}()\[\]#*]")
LABEL = re.compile(r"^[\w' ]{3,50}: \w")


def write(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a careful writer says of a case."""
    account = propose_account(facts["complaint"]["what_happened"])
    told = split_sentences(_UNSAYABLE.sub("", account), "en")
    sections = [{"section": "mirror", "sentences": [one for one in told if ":" not in one]}]
    return {"sections": [one for one in sections if one["sentences"]]}


def writer(folder: Path) -> Iterator[str]:
    """Write the scripts of a file of complaints by a writer, and tell how alike they are."""
    name = os.environ.get("VOICENOTE_BENCH_NARRATIVES", "")
    if not name:
        yield "VOICENOTE_BENCH_NARRATIVES names no file"
        return
    given = {"VOICENOTE_OWNER__NAME": "Ada Berg", "VOICENOTE_VOICE__ENGINE": "silent"}
    story = "what_happened=Consumer complaint narrative"
    deeds = ("amends=your money back", "amends_kind=refund", "promised_by=2099-01-09")
    more = [word for one in ("customer=there", *deeds) for word in ("--default", one)]
    voicenote(folder, given, "-q", "import", name, "--map", story, *more)
    with chat_server(write) as server:
        table = {"KIND": "endpoint", "BASE_URL": server.url, "MODEL": "fake", "RETRIES": "0"}
        asked = {f"VOICENOTE_WRITER__{key}": value for key, value in table.items()}
        told = json.loads(voicenote(folder, given | asked, "script", "--all", "--json"))
    scripts = [one for one in told if "script" in one]
    by = Counter(one["writer"] for one in scripts)
    yield f"{len(scripts)} scripts, {len(told) - len(scripts)} held; by writer: {dict(by)}"
    kinds = Counter(" ".join(doubt.split()[:1]) for one in scripts for doubt in one["refused"])
    yield f"what was refused: {dict(kinds.most_common(8))}"
    shortened = [len(one["left_out"]) for one in scripts]
    yield f"sentences left out: {sum(shortened)}, of {sum(map(bool, shortened))} scripts"
    yield from alike([one["script"]["sentences"] for one in scripts])


def alike(scripts: list[list[dict[str, Any]]]) -> Iterator[str]:
    """Yield how many words are a script's own, what pairs share, and what must not be there."""
    shares = []
    for script in scripts:
        counts = [(len(one["spoken"].split()), one["personal"]) for one in script]
        shares.append(sum(n for n, own in counts if own) / sum(n for n, _ in counts))
    yield f"own words: median {statistics.median(shares):.0%}, least {min(shares):.0%}"
    grams = [_grams(" ".join(one["spoken"] for one in script)) for script in scripts]
    pairs = sorted(
        len(one & other) / min(len(one), len(other)) for one, other in combinations(grams, 2)
    )
    yield (
        f"4-grams that two share: mean {statistics.mean(pairs):.0%}, "
        f"in 99 of 100 pairs at most {pairs[len(pairs) * 99 // 100]:.0%}, most {pairs[-1]:.0%}"
    )
    texts = [QUOTED.sub("", one["text"]) for script in scripts for one in script]
    labels = [text for text in texts if LABEL.search(text)]
    theirs = [text for text in texts if THEIRS.search(text)]
    yield f"sentences with a label and a colon: {len(labels)} {labels[:3]}"
    yield f"first person outside a quotation: {len(theirs)} {theirs[:3]}"


def _grams(text: str) -> set[tuple[str, ...]]:
    said = re.findall(r"\w+(?:['’]\w+)?", text.casefold())
    return {tuple(said[at : at + 4]) for at in range(len(said) - 3)}
