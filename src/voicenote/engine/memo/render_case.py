"""From script to memo: decides who speaks, makes what is missing, and saves it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicenote.engine.case.case_script import templates_of
from voicenote.engine.case.memo_notes import note_unlistened, note_unsaid, notes_misheard
from voicenote.engine.memo.drafting import keep, need_draft
from voicenote.engine.memo.hearing_plan import listens_back, names_of, said_in
from voicenote.engine.memo.unkept import watch_memos
from voicenote.engine.memo.voice_choice import Chosen, choose_voice, gaps_in
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData
from voicenote.ledger import case_store, memos
from voicenote.ledger.changes import change_case
from voicenote.ledger.scripts import StoredDraft
from voicenote.model.case import Case
from voicenote.model.memo import Memo, Synthetic
from voicenote.model.sentences import Script
from voicenote.script.disclosing import add_disclosure, drop_disclosure

if TYPE_CHECKING:
    from voicenote.engine.memo.render_job import Job


@dataclass(frozen=True, slots=True)
class Rendered:
    """A memo, why this voice said it, whether it had to be made, and what it leaves out.

    `misheard` tells of names, sums and days of which something else is heard, a line each.
    """

    case: int
    memo: Memo
    why: str
    made: bool
    note: str = ""
    misheard: tuple[str, ...] = ()


def spoken_by_a_person(found: StoredDraft) -> Script:
    """Return what the owner says of a script. Raises BadData when that is nothing."""
    script = drop_disclosure(found.script)
    if not script.sentences:
        raise BadData(
            f"the script of case {found.case} says nothing but a disclosure",
            f"voicenote script {found.case} --edit",
        )
    return script


def render_cases(
    ws: Workspace, numbers: Sequence[int], *, fill_in: bool = False, anyway: bool = False
) -> Iterator[Rendered]:
    """Make the sound of each case's script, yielding as it goes; only what changed is made again.

    With `fill_in` a synthetic voice says what the owner has not recorded; with `anyway` the sound
    is sent even if hardly anybody understands that voice. After an interruption, finished memos
    are kept. Raises RuleSaysNo for a case without a script, and for one that the owner has recorded
    only in part.
    """
    with watch_memos(ws) as note:
        for number in numbers:
            found, ready, job = to_speak(ws, number, fill_in=fill_in, anyway=anyway)
            if ready is None:
                note(job.folder)
                memo = _speak_here(ws, job)
                ready = told(ws, found, memo, job)
                keep_memo(ws, found, ready)
            yield ready


def told(ws: Workspace, found: StoredDraft, memo: Memo, job: Job) -> Rendered:
    """Return what is told of a memo that was made of a draft."""
    return _as_rendered(ws, found, memo, job.chosen.why, made=True)


def _as_rendered(
    ws: Workspace, found: StoredDraft, memo: Memo, why: str, *, made: bool
) -> Rendered:
    note = " ".join(filter(None, (note_unsaid(found, memo), note_unlistened(found.case, memo))))
    misheard = notes_misheard(found.case, memo, ws.settings.owner)
    return Rendered(found.case, memo, why, made=made, note=note, misheard=misheard)


def keep_memo(ws: Workspace, found: StoredDraft, rendered: Rendered) -> None:
    """Save a new memo in the ledger.

    If its files were damaged or missing and are now the same again, it isn't new, and its approval
    stays.
    """
    memo, before = rendered.memo, found.memo
    if before and (before.files, before.digests) == (memo.files, memo.digests):
        return
    with ws.ledger.write() as tx:
        memo_number = memos.keep_memo(tx, rendered.case, found.script_number, memo)
        facts: dict[str, object] = {"memo": memo_number, "voice": memo.voice}
        facts |= {"synthetic": memo.synthetic.value, "sha256": memo.sha256}
        facts |= {"misheard": memo.misheard, "anyway": memo.anyway} if memo.misheard else {}
        change_case(tx, rendered.case, "render", facts=facts)


def to_speak(
    ws: Workspace, number: int, *, fill_in: bool = False, anyway: bool = False
) -> tuple[StoredDraft, Rendered | None, Job]:
    """Return a case's draft, its memo if it already exists, and what to speak if not.

    Who speaks is known now, so the disclosure of a machine's voice is corrected in the script, and
    a changed script is saved. What was once to be sent `anyway` still is. Raises as `render_cases`
    does.
    """
    case, found = need_draft(ws, number)
    gaps = gaps_in(ws, found.memo, follow_up=False, fill_in=fill_in)
    anyway = anyway or (found.memo is not None and found.memo.anyway)
    chosen = choose_voice(ws, found.script, case, gaps, anyway=anyway)
    script = found.script
    if chosen.synthetic is Synthetic.NO:
        script = spoken_by_a_person(found)
    elif chosen.unheard:
        script = drop_disclosure(script)
    elif ws.settings.voice.disclosure:
        script = add_disclosure(script, chosen.synthetic, templates_of(ws))
    if script != found.script:
        with ws.ledger.write() as tx:
            keep(tx, case_store.get(tx, number), script)
        case, found = need_draft(ws, number)
    return found, *_prepare_job(ws, case, found, chosen)


def render(ws: Workspace, case: Case, found: StoredDraft, note: Callable[[Path], None]) -> Memo:
    """Make the sound of a follow-up's draft, as `words_for` expected it to be spoken.

    `note` is that of `watch_memos`, within which the caller keeps the memo.
    """
    chosen = choose_voice(ws, found.script, case, gaps_in(ws, None, follow_up=True))
    ready, job = _prepare_job(ws, case, found, chosen)
    if ready is None:
        note(job.folder)
    return ready.memo if ready else _speak_here(ws, job)


def _speak_here(ws: Workspace, job: Job) -> Memo:
    from voicenote.engine.memo.render_job import speak

    return speak(
        job, lambda: ws.voice(job.chosen.name, job.chosen.options), ws.cache, lambda: ws.ears
    )


def _prepare_job(
    ws: Workspace, case: Case, found: StoredDraft, chosen: Chosen
) -> tuple[Rendered | None, Job]:
    """Return the memo of a draft if the same voice has said it, and what to speak if not."""
    from voicenote.engine.memo.render_job import Job
    from voicenote.engine.memo.signing import credentials_of
    from voicenote.sound.formats import Tags

    ready = None
    memo = found.memo
    folder = ws.home / "memos" / f"{case.number:06d}"
    folder /= f"{found.slot}-r{case.round}-{ws.new_id()[:8]}"
    listens, said_as = listens_back(ws, chosen), said_in(ws, found.script)
    if memo and _is_same(memo, chosen, listens, said_as):
        if broken_seal(ws.home, memo) is None:
            ready = _as_rendered(ws, found, memo, chosen.why, made=False)
        else:  # made again in its place
            folder = (ws.home / memo.files["ogg"]).parent
    owner = ws.settings.owner
    tags = Tags(
        title=f"{found.slot.capitalize()} for {case.customer.name}",
        artist=", ".join(part for part in (ws.owner_of(case), owner.business) if part),
        language=found.script.language,
        voice=chosen.version,
    )
    sound = ws.settings.sound
    return ready, Job(
        script=found.script,
        chosen=chosen,
        tags=tags,
        folder=folder,
        root=ws.home,
        renditions=tuple(dict.fromkeys(("ogg", *sound.renditions))),
        bit_rate=sound.bitrate * 1000,
        loudness=sound.loudness,
        said_as=said_as,
        listens=listens,
        signed_by=credentials_of(ws.settings),
        names=names_of(ws, case, found.script.language) if listens else {},
    )


def _is_same(memo: Memo, chosen: Chosen, listens: str, said_as: Mapping[str, str]) -> bool:
    """Return whether a memo is what would be made: by this voice, with these names, listened to."""
    made = (memo.voice, memo.misheard, memo.anyway)
    heard = memo.listening.by or memo.synthetic is Synthetic.NO or not listens
    return (
        made == (chosen.version, chosen.misheard, chosen.anyway)
        and bool(heard)
        and (memo.synthetic is Synthetic.NO or memo.listening.said_as == said_as)
    )


def broken_seal(root: Path, memo: Memo) -> tuple[Path, bool] | None:
    """Return the first file that differs from its seal, and whether it exists; else None.

    The hashes are of what was made, not of what the disk kept: they also detect a file damaged by
    a power cut, which is made again.
    """
    expected = {"ogg": memo.sha256, **memo.digests}
    for name, digest in expected.items():
        path = root / memo.files[name]
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return path, False
        if found != digest:
            return path, True
    return None
