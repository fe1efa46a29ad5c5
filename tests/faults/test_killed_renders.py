"""Memos made by processes that are killed with kill -9, all of them or one, and started again.

`VOICENOTE_KILLED_MEMOS=500` makes it as many memos; a few are enough to see a slip every day.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.made import make_voice
from tests.sound.sounds import decode
from voicenote.engine.memo.render_job import sounds_of
from voicenote.ledger import scripts
from voicenote.ledger.scripts import StoredDraft
from voicenote.settings import load
from voicenote.sound.formats import Tags
from voicenote.sound.loudness import Samples
from voicenote.sound.mixdown import level_for, make_memo
from voicenote.sound.piece_cache import Cache
from voicenote.voice.system import System
from voicenote.wiring import open_workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

#: At least so many that the memos are made by several processes.
COUNT = int(os.environ.get("VOICENOTE_KILLED_MEMOS", "26"))
#: A run is killed before it has made more than so many.
MOST = 8 if COUNT < 100 else 30
SETTINGS = '[owner]\nname = "Ada"\n[voice]\nengine = "system"\n[sound]\nrenditions = ["ogg"]\n'
#: The same sentence said twice is more alike than this, and than to any other one.
ALIKE = 0.75
#: Said twice, "parcel 134" may be as near to "parcel 144" as to itself; a whole memo never is.
NOISE = 0.02
THINGS = ("wedding cake", "winter coat", "garden fence", "washing machine", "blue parcel")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with scripts, no two of which say the same."""
    (tmp_path / "voicenote.toml").write_text(SETTINGS)
    rows = [
        f"{n},Customer {n},c{n}@example.com,The {THINGS[n % 5]} {n} never came,{n} new ones,redo"
        for n in range(COUNT)
    ]
    head = "ref,customer,email,what_happened,amends,amends_kind"
    (tmp_path / "in.csv").write_text("\n".join([head, *rows]) + "\n")
    for words in (("import", "in.csv"), ("script", "--all")):
        subprocess.run(command(tmp_path, *words), check=True, cwd=tmp_path, capture_output=True)
    return tmp_path


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "voicenote", "--home", str(home), *words]


def test_after_any_kill_each_memo_says_its_own_words_and_is_heard(home: Path) -> None:
    chance = random.Random(COUNT)  # noqa: S311 - not a secret
    killed = storm(home, chance)
    assert killed >= 2
    drafts = drafts_of(home)
    assert len(drafts) == COUNT
    subprocess.run(command(home, "run"), check=False, cwd=home, capture_output=True)
    assert len(list(home.glob("memos/*/*"))) == COUNT  # what nobody kept is swept
    assert not list(home.glob(".copy-*"))
    told = [sentences_in(home, draft) for draft in drafts]
    alone = said_alone(drafts, home / "alone")
    for draft, sounds, own in zip(drafts, told, alone, strict=True):
        assert all(loud > 0.2 for _, loud in sounds)
        likeness = [alike(one, two) for (one, _), two in zip(sounds, own, strict=True)]
        assert min(likeness) > ALIKE, draft.script.sentences[int(np.argmin(likeness))].text
        for other, said in zip(drafts, alone, strict=True):
            # scripts differ in length: as far as both go
            pairs = zip(draft.script.sentences, other.script.sentences, strict=False)
            apart = [place for place, (one, two) in enumerate(pairs) if one.text != two.text]
            theirs = [alike(sounds[place][0], said[place]) for place in apart]
            mine = [likeness[place] for place in apart]
            assert all(a > b - NOISE for a, b in zip(mine, theirs, strict=True)), draft.case
            assert sum(mine) > sum(theirs) or other is draft, (draft.case, other.case)
    print(f"{COUNT} memos, {killed} kills")  # noqa: T201 - for the record of a long run


def storm(home: Path, chance: random.Random) -> int:
    """Render all, killing now and then; return how often it was killed."""
    killed = 0
    while True:
        process = subprocess.Popen(
            command(home, "render", "--all"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        while more(home, process, chance.randint(1, MOST)):
            killed += 1
            if kill(process, chance):
                break
        _, told = process.communicate(timeout=120)
        assert b"Traceback" not in told
        gone(process.pid)
        if process.returncode == 0:
            return killed
        assert process.returncode == -signal.SIGKILL, told


def more(home: Path, process: subprocess.Popen[bytes], count: int) -> bool:
    """Wait until there are so many memos more; return False when it came to its end before."""
    enough = made(home) + count
    while process.poll() is None and made(home) < enough:
        time.sleep(0.01)
    return process.poll() is None


def kill(process: subprocess.Popen[bytes], chance: random.Random) -> bool:
    """Kill one that speaks, the first, or all of them; return whether the first is dead."""
    speaking = children(process.pid)
    victims = chance.choice([speaking[-1:], [process.pid], [process.pid, *speaking]])
    for victim in victims or [process.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    return victims != speaking[-1:] or not speaking


def children(pid: int) -> list[int]:
    """The processes that `pid` has started; none where the system does not tell."""
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in told.read_text().split()] if told.is_file() else []


def gone(group: int) -> None:
    """Wait until nobody of a killed run is left."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("a process of a killed run lives on")


def made(home: Path) -> int:
    return sum(1 for _ in home.glob("memos/*/*/memo.ogg"))


def drafts_of(home: Path) -> list[StoredDraft]:
    ws = open_workspace(load(home, {}))
    with contextlib.closing(ws), ws.ledger.read() as tx:
        return list(scripts.drafts(tx, range(1, COUNT + 1)).values())


def said_alone(drafts: list[StoredDraft], folder: Path) -> list[list[Samples]]:
    """The marks of each script's sentences, said here by one voice that was never killed."""
    voice = make_voice(System, {})
    level = level_for(voice.name, voice.version)
    cache = Cache(folder / "cache")
    found = []
    for draft in drafts:
        memo = make_memo(
            draft.script,
            sounds_of(voice, draft.script, level),
            folder=folder / str(draft.case),
            root=folder,
            tags=Tags(),
            renditions=("ogg",),
            cache=cache,
        )
        found.append([marks for marks, _ in sentences_in(folder, replace(draft, memo=memo))])
    return found


def sentences_in(root: Path, draft: StoredDraft) -> list[tuple[Samples, float]]:
    """The marks of each sentence that is heard in a memo, and its highest sample."""
    assert draft.memo is not None
    words = (root / draft.memo.files["txt"]).read_text("utf-8")
    assert words.startswith(draft.script.text)
    heard, rate = decode((root / draft.memo.files["ogg"]).read_bytes())
    parts = [
        heard[round(caption.start_s * rate) : round(caption.end_s * rate) : rate // 16_000]
        for caption in draft.memo.captions
    ]
    return [(marks_of(part), float(np.abs(part).max())) for part in parts]


def marks_of(sound: Samples) -> Samples:
    """The loudness of 15 bands of each 20 ms: what tells one sentence from another."""
    blocks = sound[: len(sound) // 320 * 320].reshape(-1, 320) * np.hanning(320)
    power = np.abs(np.fft.rfft(blocks, axis=1)) ** 2
    edges = [1, 4, 7, 10, 14, 18, 23, 29, 36, 45, 56, 70, 88, 110, 135]
    marks: Samples = np.log10(np.add.reduceat(power, edges, axis=1) + 1e-3)
    return marks


def alike(one: Samples, two: Samples) -> float:
    """How alike two sentences are, 1 at most. espeak-ng never says one quite the same again."""
    if abs(len(one) - len(two)) > 3:
        return 0.0
    length = min(len(one), len(two))
    return float(np.corrcoef(one[:length].ravel(), two[:length].ravel())[0, 1])
