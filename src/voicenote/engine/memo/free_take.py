"""A take that is spoken freely: what to speak of, what was heard, and what letter it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from voicenote.ears.speech import at_16_khz, find_pauses
from voicenote.engine.case.case_script import memo_kind
from voicenote.engine.memo.coach import check_speech, spoken_seconds
from voicenote.engine.memo.drafting import (
    Kept,
    composed_now,
    current,
    keep,
    today_of,
    words_for,
)
from voicenote.engine.memo.letters import judge_letter, tell_finding
from voicenote.engine.memo.recording import check_kind
from voicenote.engine.memo.take_hearing import why_deaf
from voicenote.engine.memo.voice_choice import recordings
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, BadSettings, Unavailable
from voicenote.ledger import case_store
from voicenote.ledger.scripts import SPOKEN, SPOKEN_CORRECTED, Written
from voicenote.model.case import Case
from voicenote.model.memo import Clip
from voicenote.model.sentences import Script
from voicenote.model.transcript import Transcript
from voicenote.plain_text import has_message
from voicenote.script.check.findings import Diagnostic, LintLevel
from voicenote.script.check.learned_likeness import rarity
from voicenote.script.check.length import least_seconds
from voicenote.script.check.normalise import fold
from voicenote.script.check.phrase_tables import languages
from voicenote.script.compose import Shortfall
from voicenote.script.disclosing import drop_disclosure
from voicenote.script.heard_facts import Rewritten, facts_of, write_as_known
from voicenote.script.heard_times import end_at_pauses, time_sentences
from voicenote.script.left_out import Left, Unsaid, find_left_out
from voicenote.script.outline import OutlinePoint, outline_of
from voicenote.script.own_letter import read_letter
from voicenote.script.take_check import judge_take

#: A word that the ears find less likely than this is named; so many at most.
_UNSURE, _NAMED = 0.4, 8
#: A word that is less rare than this tells little by itself.
_RARE = 0.6
_LACKS = {
    Left.RESPONSIBILITY: "nobody takes responsibility: say what we did wrong, and that it is ours",
    Left.PROMISE: "no promise is said",
    Left.SUM: "the sum of the promise isn't said",
    Left.DATE: "the day of the promise isn't said",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTake:
    """A take, and its words as ears wrote them, with names and sums as in the case.

    `unheard` says why nobody wrote them down; then there are none. `model` names the ears, `unsure`
    are words that they found unlikely. `rewritten` is what was heard otherwise than it is written.
    """

    clip: Clip
    text: str = ""
    rewritten: tuple[Rewritten, ...] = ()
    unsure: tuple[str, ...] = ()
    heard: Transcript | None = None
    model: str = ""
    unheard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeLetter:
    """The script that a take becomes.

    `doubts` is what it lacks or must not say, and what of it the take doesn't say; `notes` what
    could be better. `corrected`: its words are the owner's, and not those that were heard.
    """

    script: Script
    doubts: tuple[str, ...]
    notes: tuple[str, ...]
    corrected: bool


def show_outline(ws: Workspace, number: int) -> tuple[OutlinePoint, ...]:
    """Return what to speak of in a case. Raises ImpossibleTransition when its memo has left."""
    case, like = _begin(ws, number)
    with ws.ledger.read() as tx:
        today = today_of(ws, tx, case)
    return outline_of(case, like.language, today)


def _begin(ws: Workspace, number: int) -> tuple[Case, Script]:
    """Return a case whose memo hasn't left, and the script that the templates make of it now."""
    case, found = current(ws, number)
    with ws.ledger.read() as tx:
        like = words_for(ws, tx, case, memo_kind(case)).plain
    _ = Kept(case, found, like, None, None).facts  # raises for one that has left
    return case, like


def kept_take(ws: Workspace, number: int) -> Clip | None:
    """Return the take that is the memo's recording now, if it was spoken freely."""
    case, found = current(ws, number)
    if found is None or found.written.writer not in (SPOKEN, SPOKEN_CORRECTED):
        return None
    return recordings(ws, ws.owner_of(case)).whole(drop_disclosure(found.script).sha256)


def hear_freely(ws: Workspace, number: int, clip: Clip) -> FreeTake:
    """Return a take with its words, where ears can tell them.

    Raises BadData for a take in which nobody speaks or a machine does, and RuleSaysNo for one that
    is too long for a memo (R15).
    """
    check_kind(clip)
    check_speech(clip)
    if why := why_deaf(ws):
        return FreeTake(clip=clip, unheard=why)
    case, like = _begin(ws, number)
    try:
        heard = ws.ears.hear(clip, like.language)
    except (Unavailable, BadData, BadSettings) as error:
        return FreeTake(clip=clip, unheard=error.in_one_line)
    if not has_message(heard.text):
        return FreeTake(clip=clip, unheard="hardly a word could be understood")
    with suppress(Unavailable):  # there are machines without wheels of what finds pauses
        heard = end_at_pauses(heard, find_pauses(at_16_khz(clip)))
    facts = facts_of(case, ws.owner_of(case), ws.settings.owner.business, like.language)
    text, rewritten = write_as_known(heard.text, facts, like.language)
    return FreeTake(
        clip=clip,
        text=text,
        rewritten=rewritten,
        unsure=tuple(_unsure_words(heard, text, like.language)),
        heard=heard,
        model=" ".join(part for part in (ws.ears.name, ws.ears.model) if part),
    )


def _unsure_words(heard: Transcript, text: str, code: str) -> Iterator[str]:
    """Yield words and figures of the text that the ears found unlikely, each once."""
    unlikely = dict.fromkeys(
        word.text.strip(" .,!?;:")
        for one in heard.sentences
        for word in one.words
        if word.probability is not None and word.probability < _UNSURE
    )
    written = {word.strip(" .,!?;:") for word in text.split()}
    yield from [word for word in unlikely if word in written and _tells(word, code)][:_NAMED]


def _tells(word: str, code: str) -> bool:
    """Return whether it matters if a word is misheard: not for "your"."""
    figure = any(map(str.isdecimal, word))
    return figure or (code in languages() and rarity(fold(word)[0], code) >= _RARE)


def read_freely(ws: Workspace, number: int, take: FreeTake, words: str = "") -> FreeLetter:
    """Return the script that a take becomes: of the `words` that the owner gives, or as heard.

    Raises BadData when there are none, and as composing does.
    """
    text = words or take.text
    if not has_message(text):
        raise BadData(
            "nobody wrote down what the take says" if not words else "the words say nothing",
            f"give them: voicenote record {number} --freely --from FILE --words LETTER.txt",
        )
    case, like = _begin(ws, number)
    script = read_letter(text, like)
    with ws.ledger.read() as tx:
        today = today_of(ws, tx, case)
    lacks = find_left_out(script, case, today) if not _is_unfounded(like) else ()
    findings, unknown = judge_letter(ws, number, script)
    grave, mild = _sort(findings, lacks)
    corrected = text.split() != take.text.split()
    doubts = [
        *(_tell_lack(one) for one in lacks),
        *(_line(tell_finding(one)) for one in grave),
        *(_line(one) for one in unknown if one.rule == "S3"),
        *(_unsaid(case, script, take) if corrected else _other_figures(take)),
    ]
    notes = [
        *(_line(one) for one in unknown if one.rule != "S3"),
        *(_line(tell_finding(one)) for one in mild),
    ]
    return FreeLetter(script=script, doubts=tuple(doubts), notes=tuple(notes), corrected=corrected)


def _other_figures(take: FreeTake) -> Iterator[str]:
    """Yield each figure that was heard otherwise than it is written: perhaps it was said so."""
    for one in take.rewritten:
        if _figures(one.heard) and _figures(one.heard) != _figures(one.written):
            yield f"“{one.heard}” was heard, and “{one.written}” is written: which did you say?"


def _figures(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _is_unfounded(like: Script) -> bool:
    return like.template == "unfounded"


def _sort(
    findings: Sequence[Diagnostic], lacks: Sequence[Unsaid]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Return the errors and the warnings that aren't told as something that is left out.

    How long it takes is known of a take, and not guessed from its words (R15).
    """
    missing = {one.what for one in lacks}
    told = {"R15"}
    told |= {"R1"} if missing & {Left.RESPONSIBILITY, Left.PROMISE} else set()
    told |= {"R22"} if missing & {Left.SUM, Left.PROMISE} else set()
    kept = [one for one in findings if one.rule not in told]
    grave = [one for one in kept if one.level is LintLevel.ERROR]
    return grave, [one for one in kept if one.level is LintLevel.WARNING and one.rule != "R1"]


def _tell_lack(one: Unsaid) -> str:
    return f"{_LACKS[one.what]}: {one.about}" if one.about else _LACKS[one.what]


def _line(one: Shortfall) -> str:
    return f"{one.rule}: {one.what}"


def _unsaid(case: Case, script: Script, take: FreeTake) -> tuple[str, ...]:
    """Return what of the owner's words the take doesn't say, as far as ears can tell."""
    if take.text:
        names = (case.customer.name, case.customer.say_as)
        return judge_take(script.sentences, take.text, script.language, names)
    seconds, least = spoken_seconds(take.clip), least_seconds(script)
    if seconds < least:
        return (f"the take is {seconds:.0f} s of speech, and these words need {least:.0f} s (R15)",)
    return ()


def keep_freely(ws: Workspace, number: int, take: FreeTake, letter: FreeLetter) -> None:
    """Make a take the memo's recording, and its words the script of the case.

    Raises ImpossibleTransition when the memo has left, Unavailable when it can't be written.
    """
    case, _ = _begin(ws, number)
    script = letter.script
    spans = time_sentences(script.sentences, take.heard) if take.heard else ()
    recordings(ws, ws.owner_of(case)).add_whole(script.sha256, take.clip, spans)
    written = Written(SPOKEN_CORRECTED if letter.corrected else SPOKEN, take.model)
    with ws.ledger.write() as tx:
        case = case_store.get(tx, number)
        keep(tx, case, script, composed_now(ws, tx, case, script), written)
        tx.tell(
            "memo_recorded",
            number,
            seconds=round(take.clip.duration_s, 2),
            freely=True,
            corrected=letter.corrected,
            ears=take.model,
        )
