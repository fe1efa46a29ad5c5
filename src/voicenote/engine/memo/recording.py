"""The owner's own voice: what to record, saved takes, and whole memos.

Nobody has to say the same sentence twice: a take is found by its words, its language and whose
voice it is, in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicenote.counting import count_of
from voicenote.engine.case.approval import preview_plan
from voicenote.engine.memo.coach import check_speech, spoken_seconds
from voicenote.engine.memo.drafting import keep, need_draft, words_for
from voicenote.engine.memo.render_case import spoken_by_a_person
from voicenote.engine.memo.take_hearing import hear_take
from voicenote.engine.memo.take_reading import read_take
from voicenote.engine.memo.voice_choice import recordings
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, Doubtful, RuleSaysNo
from voicenote.ledger import case_store, touches
from voicenote.model.memo import Clip
from voicenote.model.sentences import Script, Sentence
from voicenote.model.touch import OPENING, WAITING, TouchKind
from voicenote.script.check.length import least_seconds
from voicenote.script.disclosing import drop_disclosure
from voicenote.script.spoken import total_weight

#: The longest take, in seconds (R15).
LONGEST_S = 120.0


@dataclass(frozen=True, slots=True)
class WantedSentence:
    """A sentence to record, for a case; a shared one counts for every other case too."""

    case: int
    customer: str
    language: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class SentenceToSay:
    """One sentence that a person says for a case, and whether it is recorded."""

    sentence: Sentence
    recorded: bool


def lines_of(ws: Workspace, number: int, *, follow_ups: bool = False) -> tuple[SentenceToSay, ...]:
    """Return what a person says for a case, in order: all but the disclosure of a machine's voice.

    With `follow_ups` also what is not recorded of them. Raises RuleSaysNo when there is no script.
    """
    case, found = need_draft(ws, number)
    said = drop_disclosure(found.script)
    missing = set(recordings(ws, ws.owner_of(case)).missing(said.sentences, said.language))
    lines = tuple(SentenceToSay(one, one not in missing) for one in said.sentences)
    later = to_say_later(ws, number) if follow_ups else ()
    return (*lines, *(SentenceToSay(one, recorded=False) for one in later))


def to_say(ws: Workspace, number: int) -> tuple[Sentence, ...]:
    """Return the sentences of a case that its owner has not recorded yet, in order, each once."""
    return _each_once(line.sentence for line in lines_of(ws, number) if not line.recorded)


def _each_once(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Return sentences without repeated ones: a recording is found by its words alone."""
    found: dict[str, Sentence] = {}
    for one in sentences:
        found.setdefault(one.text, one)
    return tuple(found.values())


def to_say_later(ws: Workspace, number: int) -> tuple[Sentence, ...]:
    """Return what the plan says to the customer after the memo and isn't recorded yet.

    A follow-up whose sentences are all recorded goes out in the owner's voice automatically.
    Promises are assumed to be kept: the owner has to tell of late ones personally.
    """
    case, _ = need_draft(ws, number)
    own = recordings(ws, ws.owner_of(case))
    found: list[Sentence] = []
    with ws.ledger.read() as tx:
        booked = [t.planned for t in touches.of_cases(tx, [number]) if t.state in WAITING]
        for touch in booked or preview_plan(ws, case, tx.now):
            if touch.kind in OPENING or touch.kind is TouchKind.NUDGE:
                continue
            template = "status-kept" if touch.kind is TouchKind.STATUS else ""
            day = touch.due_at.astimezone(ws.zone_of(case)).date()
            script = words_for(
                ws, tx, case, touch.kind, amends=touch.amends, template=template, today=day
            ).draft.script
            found += own.missing(drop_disclosure(script).sentences, script.language)
    already = {one.text for one in to_say(ws, number)}
    return _each_once(one for one in found if one.text not in already)


def list_wanted(
    ws: Workspace, numbers: Sequence[int], *, follow_ups: bool = False
) -> tuple[WantedSentence, ...]:
    """Return what to record for many cases: first what everyone hears, once for all.

    Then what is personal, case by case; with `follow_ups` also what the plan says later. The cases
    have one owner; see `owners`.
    """
    shared: dict[tuple[str, str], WantedSentence] = {}
    personal: dict[tuple[str, str], WantedSentence] = {}
    for number in numbers:
        later = to_say_later(ws, number) if follow_ups else ()
        for one in wanted_of(ws, number, (*to_say(ws, number), *later)):
            group = personal if one.sentence.personal else shared
            group.setdefault((one.language, one.sentence.text), one)
    return (*shared.values(), *(one for key, one in personal.items() if key not in shared))


def wanted_of(
    ws: Workspace, number: int, sentences: Sequence[Sentence]
) -> tuple[WantedSentence, ...]:
    """Return these sentences of one case, as sentences to record."""
    case, found = need_draft(ws, number)
    name, language = case.customer.name, found.script.language
    return tuple(WantedSentence(number, name, language, sentence) for sentence in sentences)


def owners(ws: Workspace, numbers: Sequence[int]) -> dict[str, list[int]]:
    """Return the people responsible for these cases, each with their cases."""
    found: dict[str, list[int]] = {}
    for number in numbers:
        case, _ = need_draft(ws, number)
        found.setdefault(ws.owner_of(case), []).append(number)
    return found


def keep_take(
    ws: Workspace, number: int, sentence: Sentence, clip: Clip, *, anyway: bool = False
) -> str:
    """Save one sentence's take for all cases; return why its words weren't checked, or "".

    Raises BadData for a take in which nobody speaks or a machine does, RuleSaysNo for one that is
    too long for a memo (R15), and Doubtful for one that says other words. With `anyway` only its
    length counts, and that no machine speaks.
    """
    case, found = need_draft(ws, number)
    own, language = recordings(ws, ws.owner_of(case)), found.script.language
    unchecked = "" if anyway else check_take(ws, number, [sentence], clip)
    check_kind(clip)
    own.add(sentence, language, clip)
    own.note_pace(sentence, language, total_weight(sentence.said), spoken_seconds(clip))
    return unchecked


def keep_takes(
    ws: Workspace, number: int, takes: Sequence[tuple[Sentence, Clip]], *, anyway: bool = False
) -> str:
    """Save the takes of several sentences as `keep_take` does: all of them, or none.

    Raises Doubtful about all doubtful ones at once.
    """
    told, doubts = list[str](), list[Doubtful]()
    for one, clip in () if anyway else takes:
        try:
            told.append(check_take(ws, number, [one], clip))
        except Doubtful as doubt:
            doubts.append(doubt)
    if doubts:
        lines = [line for doubt in doubts for line in (doubt.what, *doubt.missing)]
        what = f"{count_of(len(doubts), 'take')} may not say the words"
        raise Doubtful(what, doubts[0].advice, lines)
    for one, clip in takes:
        keep_take(ws, number, one, clip, anyway=True)
    return next(filter(None, told), "")


def check_take(ws: Workspace, number: int, sentences: Sequence[Sentence], clip: Clip) -> str:
    """Return why nobody could check the words of a take; "" if it says them.

    Raises as `keep_take` does.
    """
    check_kind(clip)
    check_speech(clip)
    return _check_words(ws, number, sentences, clip)


def _check_words(ws: Workspace, number: int, sentences: Sequence[Sentence], clip: Clip) -> str:
    case, found = need_draft(ws, number)
    hearing = hear_take(ws, case, sentences, found.script.language, clip)
    if hearing.doubts:
        raise Doubtful(
            f"the take doesn't say the words of case {number}",
            f"record it again, or change the words (voicenote script {number} --edit); --anyway "
            "keeps this one",
            hearing.doubts,
        )
    return hearing.unchecked


def record_whole(ws: Workspace, number: int, clip: Clip, *, anyway: bool = False) -> str:
    """Save a recording of the whole script of a case, in the owner's own voice.

    As a person speaks now, the disclosure of a machine's voice is removed from the script. Returns
    and raises as `keep_take` does; a take too short to say the words is doubtful as well.
    """
    check_kind(clip)
    case, found = need_draft(ws, number)
    script, unchecked = spoken_by_a_person(found), ""
    if not anyway:
        check_speech(clip)
        _long_enough(number, script, spoken_seconds(clip))
        unchecked = _check_words(ws, number, script.sentences, clip)
    recordings(ws, ws.owner_of(case)).add_whole(script.sha256, clip)
    _keep_spoken(ws, number, script, seconds=round(clip.duration_s, 2))
    return unchecked


def check_kind(clip: Clip) -> None:
    """Raise BadData for a take of a machine's voice, RuleSaysNo for one that is too long (R15)."""
    if clip.synthetic:
        raise BadData(
            "a machine speaks in this file, as its tags say (synthetic): it can't be kept as "
            "your own voice",
            "record it yourself, or leave the memo to a machine's voice: voicenote render N",
        )
    _short_enough(clip)


def _short_enough(clip: Clip) -> None:
    if clip.duration_s > LONGEST_S:
        raise RuleSaysNo(
            f"the take is {clip.duration_s:.0f} s long, and nobody hears a memo of more than "
            f"{LONGEST_S:.0f} s to its end (R15)",
            "say it in 20 to 60 seconds, or cut the recording",
        )


def _long_enough(number: int, script: Script, seconds: float) -> None:
    least = least_seconds(script)
    if seconds < least:
        raise Doubtful(
            f"the take is {seconds:.0f} s of speech, and the words of case {number} need "
            f"{least:.0f} s even said fast: it cannot say them all (R15)",
            f"give another take, or other words (voicenote script {number} --edit); "
            "--anyway keeps this one",
        )


def finish(ws: Workspace, number: int) -> bool:
    """Remove the disclosure of a machine's voice if a person now says the whole script.

    Returns whether every sentence is recorded.
    """
    if to_say(ws, number):
        return False
    case, found = need_draft(ws, number)
    script = spoken_by_a_person(found)
    owner = ws.owner_of(case)
    _keep_spoken(ws, number, script, sentences=len(script.sentences), owner=owner)
    return True


def _keep_spoken(ws: Workspace, number: int, script: Script, **facts: object) -> None:
    with ws.ledger.write() as tx:
        keep(tx, case_store.get(tx, number), script)
        tx.tell("memo_recorded", number, **facts)


def takes_of(folder: Path, sentences: Sequence[Sentence]) -> list[tuple[Sentence, Clip]]:
    """Read one take per sentence from a folder, in the order of the files' names.

    Raises BadData when their number differs from that of the sentences, or one can't be read.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    if len(files) != len(sentences):
        many = count_of(len(sentences), "sentence")
        raise BadData(
            f"{folder.name} holds {count_of(len(files), 'file')} for {many}",
            "give one file for each missing sentence, named in their order: record N --list",
        )
    return [(one, read_take(path)) for one, path in zip(sentences, files, strict=True)]
