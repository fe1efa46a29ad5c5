"""The ears' part of `scripts/bench`: how many wrong takes are kept, and right ones refused.

Complaints become scripts as a user writes them; voices say them in place of their owner, in quiet
and in other rooms. Each take goes through the check that `record` makes, with Whisper's "base"
model. The rules were tuned on the first half of the complaints only; the other half was held out.
Kokoro's voices speak as well when VOICENOTE_TEST_KOKORO names a folder with a model.onnx and voices
(*.bin) in it. VOICENOTE_BENCH_TALK=1 tells each take of the first half that went wrong,
VOICENOTE_BENCH_TALK=2 each. What was said and heard is kept in .bench/takes: a second run only
judges anew.
"""

import contextlib
import csv
import itertools
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import intelligibility_measures as listening
import take_sounds
from take_memory import Listener, Speaker

if TYPE_CHECKING:
    from voicenote.engine.workspace import Workspace
    from voicenote.model.memo import Clip
    from voicenote.model.sentences import Script, Sentence

OWNER, LANGUAGES = listening.OWNER, listening.LANGUAGES
HELD_OUT = listening.COMPLAINTS.with_name("english_held_out.csv")
KEPT = listening.CACHE / "takes"
#: The silence between two sentences, in seconds.
_BETWEEN_S = 0.25
#: The complaints of each half.
HALF = 12
PACKS = "bf_emma am_michael"
#: Which voice says a memo in which room; "retold": with hesitations. Kokoro says every second one.
TAKES = (
    ("hibari", "quiet"),
    ("hibari", "fan"),
    ("hibari", "far off"),
    ("hibari", "telephone"),
    ("hibari", "retold"),
    ("American", "quiet"),
    ("British", "echo"),
    ("British", "retold"),
    ("kokoro", "quiet"),
    ("kokoro", "fan"),
)
_NOTHING = ("silence with offset", "noise", "hum", "music")
#: How many letters are wrong, as a part of all.
_WRONG = (0.05, 0.1, 0.15, 0.2, 0.3)


class Tally:
    """How many takes of each kind went wrong, in each half."""

    def __init__(self) -> None:
        self.all, self.bad = Counter[tuple[bool, str, bool]](), Counter[tuple[bool, str, bool]]()

    def add(self, kind: str, number: int, doubt: str, *, good: bool) -> None:
        """Count a take of case `number`; `good`: it should be kept."""
        held_out = number > HALF
        self.all[good, kind, held_out] += 1
        if good is not bool(doubt):
            return
        self.bad[good, kind, held_out] += 1
        if int(os.environ.get("VOICENOTE_BENCH_TALK", "0")) > held_out:
            print(f"  {kind}, case {number}: {doubt or 'kept'}", flush=True)

    def lines(self) -> Iterator[str]:
        """Yield a line for each kind, and one for all good and all wrong ones."""
        for good, what in ((True, "refused"), (False, "kept unasked")):
            kinds = dict.fromkeys(kind for one, kind, _ in self.all if one is good)
            for kind in kinds:
                yield f"{kind}: {self._halves([kind], good=good)} {what}"
            all_of_them = "all right ones" if good else "all wrong ones"
            yield f"{all_of_them}: {self._halves(kinds, good=good)} {what}"

    def _halves(self, kinds: Collection[str], *, good: bool) -> str:
        halves = [
            tuple(sum(count[good, kind, held] for kind in kinds) for count in (self.bad, self.all))
            for held in (False, True)
        ]
        return " and ".join(f"{bad} of {count}" for bad, count in halves) + " held out"


def open_cases(home: Path) -> "Workspace":
    """Return a workspace in which the complaints have their scripts, the English ones first."""
    from voicenote import wiring
    from voicenote.settings import load

    home.mkdir(parents=True)
    rows: list[dict[str, str]] = []
    for path in (listening.COMPLAINTS, HELD_OUT):
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    rows.sort(key=lambda row: LANGUAGES.index(row["language"]))
    with (home / "complaints.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    given = {"VOICENOTE_OWNER__NAME": OWNER}
    program = str(Path(sys.executable).with_name("voicenote"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOICENOTE_")}
    for words in (["import", str(home / "complaints.csv")], ["script", "--all"]):
        command = [program, "--home", str(home), "-q", *words]
        subprocess.run(command, check=True, env={**kept, **given})
    ws = wiring.open_workspace(load(home, {**given, "VOICENOTE_EARS__THREADS": "1"}))
    make = ws.make_ears
    ws.make_ears = lambda settings: Listener(make(settings), "base", KEPT)
    return ws


def speakers() -> dict[str, list[Speaker]]:
    """Return the voices that stand in for owners, by what they are called here."""
    from voicenote import wiring

    found = {
        name: [Speaker(name, wiring.make_voice(voice, options), KEPT)]
        for name, voice, options in (
            ("hibari", "hibari", {}),
            ("American", "system", {"voice": "gmw/en-us"}),
            ("British", "system", {"voice": "gmw/en-gb-x-rp", "rate": 185}),
        )
    }
    folder = os.environ.get("VOICENOTE_TEST_KOKORO", "")
    packs = os.environ.get("VOICENOTE_BENCH_PACKS", PACKS).split() if folder else []
    files = {"model": f"{folder}/model.onnx"}
    found["kokoro"] = [
        Speaker(pack, wiring.make_voice("kokoro", {**files, "voice": f"{folder}/{pack}.bin"}), KEPT)
        for pack in packs
    ]
    return found


def speak(speaker: Speaker, sentences: Sequence["Sentence"]) -> "Clip":
    """Return one take of all sentences."""
    from voicenote.model.memo import Clip

    clips = [speaker.speak(one) for one in sentences]
    between = bytes(2 * round(clips[0].rate * _BETWEEN_S))
    return Clip(between.join(one.pcm for one in clips), clips[0].rate, synthetic=False)


def right_takes(
    sentences: Sequence["Sentence"], number: int, voices: dict[str, list[Speaker]]
) -> Iterator[tuple[str, "Clip"]]:
    """Yield the takes of a case that say their words, each with its kind."""
    for place, (name, room) in enumerate(TAKES):
        if not voices[name] or (name == "kokoro" and number % 2):
            continue
        speaker = voices[name][number // 2 % len(voices[name])]
        retold = room == "retold"
        said = take_sounds.hesitate(sentences, number * 100 + place) if retold else sentences
        clip = speak(speaker, said)
        yield f"{name}, {room}", clip if retold else take_sounds.in_room(clip, room)


def ears(folder: Path) -> str:
    """Print how many right takes were refused, and how many wrong ones were kept."""
    sys.path.append(str(listening.libraries()))
    from voicenote.engine.memo.drafting import need_draft
    from voicenote.script.disclosing import drop_disclosure

    ws, voices = open_cases(folder / "ears"), speakers()
    numbers = range(1, 2 * HALF + 1)
    scripts = {n: drop_disclosure(need_draft(ws, n)[1].script).sentences for n in numbers}
    tell_texts(ws)
    wholes, singles = Tally(), Tally()
    order = [number for pair in zip(numbers[:HALF], numbers[HALF:], strict=True) for number in pair]
    for number in order:
        measure_wholes(ws, number, scripts, voices, wholes)
        print(f"  {number} of {len(numbers)} cases", file=sys.stderr, flush=True)
    for line in wholes.lines():
        print(line, flush=True)
    measure_singles(ws, scripts, voices["hibari"][0], singles)
    for line in singles.lines():
        print(f"single sentences, {line}")
    ws.close()
    return "the bars: of right takes 1 % refused, of wrong ones none kept"


def measure_wholes(
    ws: "Workspace",
    number: int,
    scripts: dict[int, tuple["Sentence", ...]],
    voices: dict[str, list[Speaker]],
    tally: Tally,
) -> None:
    """Add the takes of one case, and those that aren't its own."""
    takes = dict(right_takes(scripts[number], number, voices))
    for kind, clip in takes.items():
        tally.add(kind, number, _doubt(ws, number, scripts[number], clip), good=True)
    place = (number - 1) % HALF
    some = [clip for kind, clip in takes.items() if kind.endswith("quiet")]
    clip = some[place % len(some)]
    other = number - place + (place + 1) % HALF
    nothing = [_NOTHING[(place + step) % 4] for step in (0, 1)]
    wrong = (
        ("another's memo", other, clip),
        ("cut at 78 %", number, take_sounds.cut(clip, 0.78)),
        ("cut at 93 %", number, take_sounds.cut(clip, 0.93)),
        *((kind, number, take_sounds.unspoken(kind, 2000 + 2000 * place)) for kind in nothing),
    )
    for kind, case, sound in wrong:
        tally.add(kind, case, _doubt(ws, case, scripts[case], sound), good=False)


def measure_singles(
    ws: "Workspace", scripts: dict[int, tuple["Sentence", ...]], speaker: Speaker, tally: Tally
) -> None:
    """Add sentences that are recorded one by one, each once, and wrong ones in their place."""
    done = set[str]()
    for number, sentences in scripts.items():
        for place, one in enumerate(sentences):
            if one.said in done:
                continue
            done.add(one.said)
            clip = speaker.speak(one)
            fan = take_sounds.in_room(clip, "fan")
            for kind, sound in (("quiet", clip), ("fan", fan)):
                tally.add(kind, number, _doubt(ws, number, [one], sound), good=True)
            half = take_sounds.cut(clip, 0.5)
            next_one = sentences[(place + 1) % len(sentences)]
            other = speaker.speak(next_one)
            tally.add("cut at 50 %", number, _doubt(ws, number, [one], half), good=False)
            tally.add("the next sentence", number, _doubt(ws, number, [one], other), good=False)


def tell_texts(ws: "Workspace") -> None:
    """Print how the scripts are told apart as texts, and with letters that are wrong."""
    from voicenote.engine.memo.drafting import need_draft
    from voicenote.errors import VoicenoteError
    from voicenote.script.disclosing import drop_disclosure
    from voicenote.script.take_check import judge_take

    cases, chance = [], random.Random(1)  # noqa: S311 - the same letters each time
    with contextlib.suppress(VoicenoteError):  # after the last case
        for number in itertools.count(1):
            case, found = need_draft(ws, number)
            cases.append((case.customer.name, drop_disclosure(found.script)))

    def lacks(name: str, script: "Script", heard: str) -> bool:
        return bool(judge_take(script.sentences, heard, script.language, [name]))

    for code in LANGUAGES:
        own = [(name, script) for name, script in cases if script.language == code]
        others = [
            lacks(name, script, other.text)
            for name, script in own
            for _, other in own
            if other is not script
        ]
        wrong = [
            lacks(name, script, _misspell(script.text, part, chance))
            for name, script in own
            for part in _WRONG
            for _ in range(6)
        ]
        print(
            f"{code}, as texts: other memos refused {sum(others)} of {len(others)}; right ones "
            f"with wrong letters refused {sum(wrong)} of {len(wrong)}"
        )


def _misspell(text: str, part: float, chance: random.Random) -> str:
    letters = [sign for sign in text if sign.isalpha()]
    return "".join(
        chance.choice(letters) if sign.isalpha() and chance.random() < part else sign
        for sign in text
    )


def _doubt(ws: "Workspace", number: int, sentences: Sequence["Sentence"], clip: "Clip") -> str:
    from voicenote.engine.memo.recording import check_take
    from voicenote.errors import BadData, Doubtful

    try:
        unchecked = check_take(ws, number, sentences, clip)
    except BadData as error:
        return error.what
    except Doubtful as doubt:
        return "; ".join(doubt.missing)
    if unchecked:
        sys.exit(f"Nobody listened: {unchecked}")
    return ""
