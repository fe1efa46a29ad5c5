"""Sentence by sentence in the owner's own voice: what was said once is asked for never again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from voicenote.engine.drafting import keep, need_draft
from voicenote.engine.sounding import spoken_by_a_person
from voicenote.engine.voices import recordings
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.ledger import cases
from voicenote.model.memo import Clip
from voicenote.model.script import Section, Sentence
from voicenote.sound.read import read_sound


def to_say(ws: Workspace, number: int) -> tuple[Sentence, ...]:
    """Return the sentences of a case that its owner has not recorded yet, in order.

    Sentences that are said to everybody are recorded once and count for every case. The line that
    discloses a machine's voice is not asked for. Raises RuleSaysNo when there is no script.
    """
    case, found = need_draft(ws, number)
    own = tuple(one for one in found.script.sentences if one.section is not Section.DISCLOSE)
    lacking = recordings(ws, ws.owner_of(case)).missing(own, found.script.language)
    return tuple(dict.fromkeys(lacking))


def keep_take(ws: Workspace, number: int, sentence: Sentence, clip: Clip) -> None:
    """Keep one sentence's take for all cases. Raises BadData for a take without sound."""
    case, found = need_draft(ws, number)
    recordings(ws, ws.owner_of(case)).add(sentence, found.script.language, clip)


def record_whole(ws: Workspace, number: int, clip: Clip) -> None:
    """Keep a recording that says the whole script of a case, in the owner's own voice.

    A person speaks now, so the line that discloses a machine's voice goes from the script.
    """
    case, found = need_draft(ws, number)
    script = spoken_by_a_person(found)
    recordings(ws, ws.owner_of(case)).add_whole(script.sha256, clip)
    with ws.ledger.write() as tx:
        keep(tx, cases.get(tx, number), script)
        tx.tell("memo_recorded", number, seconds=round(clip.duration_s, 2))


def finish(ws: Workspace, number: int) -> bool:
    """Take the disclosure of a machine's voice from a script that a person now says whole.

    Returns whether every sentence is there.
    """
    if to_say(ws, number):
        return False
    case, found = need_draft(ws, number)
    script = spoken_by_a_person(found)
    with ws.ledger.write() as tx:
        keep(tx, cases.get(tx, number), script)
        tx.tell("memo_recorded", number, sentences=len(script.sentences), owner=ws.owner_of(case))
    return True


def takes_of(folder: Path, sentences: Sequence[Sentence]) -> list[tuple[Sentence, Clip]]:
    """Read one take a sentence from a folder, in the order of the files' names; or from one file.

    Raises BadData when their number is not that of the sentences, or one cannot be read: then
    none is kept.
    """
    if not folder.is_dir():
        return [(one, read_sound(folder)) for one in sentences[:1]]
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    if len(files) != len(sentences):
        raise BadData(
            f"{folder.name} holds {len(files)} files for {len(sentences)} sentences",
            "give one file a sentence, named in their order; record N --list shows them",
        )
    return [(one, read_sound(path)) for one, path in zip(sentences, files, strict=True)]
