"""The owner's own voice over a batch: what is asked for, reused, and filled in by a machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from tests.engine.world import Clock, World, take, told, touches_of, workspace
from tests.fakes.made import info_of
from voicenote.delivery.content import voice_note
from voicenote.delivery.message import build_message
from voicenote.engine.case.approval import approve_cases
from voicenote.engine.case.case_script import templates_of
from voicenote.engine.memo import recording
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.drafting import edit_script, need_draft, words_for
from voicenote.engine.memo.parallel_render import render_many
from voicenote.engine.memo.render_case import Rendered, render_cases
from voicenote.engine.memo.voice_choice import recordings
from voicenote.engine.run.lookahead import look
from voicenote.engine.run.parcels import parcel_of
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.singly import Failed
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo
from voicenote.ledger import case_store
from voicenote.model.case import Customer
from voicenote.model.memo import Clip, Memo, Synthetic
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.model.touch import TouchKind
from voicenote.script.compose import draft
from voicenote.voice.silent import Silent

AUTO = {"VOICENOTE_VOICE__ENGINE": "auto"}
pytestmark = pytest.mark.usefixtures("tones_are_speech")
#: A script that takes a moment to make: one shared sentence, one personal.
SHARED = Sentence(Section.OWN, "It was our mistake, and I am sorry.", personal=False)


def short(customer: str, code: str = "en") -> Script:
    personal = Sentence(Section.THANKS, f"Thank you, {customer}.", personal=True)
    return Script(language=code, template="t", sentences=(personal, SHARED))


def said(pitch: float = 150, seconds: float = 0.6) -> Clip:
    moment = np.arange(round(seconds * 16_000)) / 16_000
    wave = np.sin(2 * np.pi * pitch * moment) * (0.3 + 0.2 * np.sin(2 * np.pi * 4 * moment))
    return Clip((wave * 32767).astype("<i2").tobytes(), 16_000, synthetic=False)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose machine is the silent voice."""
    opened = workspace(
        tmp_path, Clock(), World(), {"VOICENOTE_SOUND__RENDITIONS": '["ogg", "mp3", "m4a"]'}
    )
    yield opened
    opened.close()


@pytest.fixture
def auto(tmp_path: Path) -> Iterator[Workspace]:
    """One that takes the best voice there is; its machine is the silent voice all the same."""
    opened = workspace(tmp_path, Clock(), World(), AUTO)
    silent = replace(info_of(Silent, {}), quality=1)
    opened.describe_voices = lambda _options: [silent]
    yield opened
    opened.close()


def case_of(ws: Workspace, customer: str = "Dana", owner: str = "", language: str = "en") -> int:
    person = Customer(name=customer, language=language)
    complaint = replace(told(ref=f"{customer} {owner} {language}"), customer=person, owner=owner)
    (number,) = take(ws, complaint)
    edit_script(ws, number, short(customer, language))
    return number


def record(ws: Workspace, number: int, sentences: Sequence[Sentence]) -> None:
    for place, sentence in enumerate(sentences):
        recording.keep_take(ws, number, sentence, said(140 + 10 * place))


def memo_of(ws: Workspace, number: int, *, fill_in: bool = False) -> Rendered:
    return next(iter(render_cases(ws, [number], fill_in=fill_in)))


def lines_of(ws: Workspace, number: int) -> list[str]:
    """The line on a machine's voice in the words of a case."""
    script = need_draft(ws, number)[1].script
    return [one.text for one in script.sentences if one.section is Section.DISCLOSE]


def tagged(ws: Workspace, memo: Memo, rendition: str) -> str:
    with av.open(str(ws.home / memo.files[rendition])) as sound:
        tags = {**sound.metadata, **sound.streams.audio[0].metadata}
        return " ".join(tags.values())


# -- a batch, two owners ----------------------------------------------------------------------


def test_in_a_batch_what_everybody_hears_is_asked_once_of_each_owner(auto: Workspace) -> None:
    takes = {"Ada": [case_of(auto, f"A{n}", "Ada") for n in range(25)]}
    takes["Noa"] = [case_of(auto, f"N{n}", "Noa") for n in range(25)]
    for numbers in takes.values():
        asked = []
        for number in numbers:
            missing = recording.to_say(auto, number)
            asked.append(len(missing))
            record(auto, number, missing)
        assert asked == [2] + [1] * 24
    folder = recordings(auto, "Ada")
    assert len(list((auto.home / "recordings").rglob("*.wav"))) == 2 * (25 + 1)
    both = [recordings(auto, owner).stamp(SHARED, "en") for owner in takes]
    assert both[0] != folder.stamp(short("N0").sentences[0], "en") == ""


def test_a_whole_batch_is_said_by_its_owner(auto: Workspace) -> None:
    numbers = [case_of(auto, f"A{n}", "Ada") for n in range(50)]
    for number in numbers:
        record(auto, number, recording.to_say(auto, number))
    made = [one for one in render_many(auto, numbers, processes=1) if isinstance(one, Rendered)]
    assert [one.memo.synthetic for one in made] == [Synthetic.NO] * 50


def test_an_owner_never_speaks_with_another_owners_voice(auto: Workspace) -> None:
    ada, noa = case_of(auto, "Dana", "Ada"), case_of(auto, "Dana", "Noa")
    record(auto, ada, recording.to_say(auto, ada))
    assert recording.to_say(auto, noa) == short("Dana").sentences
    assert memo_of(auto, ada).memo.synthetic is Synthetic.NO
    assert memo_of(auto, noa).memo.synthetic is Synthetic.YES
    assert lines_of(auto, noa)


def test_a_changed_sentence_asks_again_and_only_that_one(auto: Workspace) -> None:
    number = case_of(auto)
    record(auto, number, recording.to_say(auto, number))
    changed = Sentence(Section.OWN, "It was our mistake, all of it.", personal=True)
    old = short("Dana")
    edit_script(auto, number, replace(old, sentences=(old.sentences[0], changed)))
    assert recording.to_say(auto, number) == (changed,)


def test_a_sentence_said_anew_is_heard_in_every_memo_that_says_it(auto: Workspace) -> None:
    numbers = [case_of(auto, name) for name in ("Dana", "Omar")]
    for number in numbers:
        record(auto, number, recording.to_say(auto, number))
    before = [memo_of(auto, number) for number in numbers]
    assert not any(memo_of(auto, number).made for number in numbers)
    recording.keep_take(auto, numbers[0], SHARED, said(220, 0.9))
    after = [memo_of(auto, number) for number in numbers]
    assert all(one.made for one in after)
    pairs = zip(before, after, strict=True)
    assert all(two.memo.duration_s > one.memo.duration_s for one, two in pairs)


def test_a_second_take_of_a_whole_memo_replaces_the_first(auto: Workspace) -> None:
    number = case_of(auto)
    recording.record_whole(auto, number, said(seconds=2))
    first = memo_of(auto, number)
    recording.record_whole(auto, number, said(seconds=4))
    second = memo_of(auto, number)
    assert second.made
    assert second.memo.duration_s > first.memo.duration_s + 1


# -- what is missing --------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["auto", "recorded"])
def test_nobody_says_what_is_missing_without_the_owners_word(auto: Workspace, engine: str) -> None:
    number = case_of(auto)
    record(auto, number, [SHARED])
    voice = replace(auto.settings.voice, engine=engine)
    auto.settings = replace(auto.settings, voice=voice)
    with pytest.raises(RuleSaysNo, match="1 of 2 sentences") as refused:
        memo_of(auto, number)
    assert refused.value.missing == ("Thank you, Dana.",)
    assert refused.value.exit_code == 1
    assert f"voicenote render {number} --fill-in" in refused.value.advice


def test_a_script_of_which_nothing_is_recorded_is_a_machines(auto: Workspace) -> None:
    number = case_of(auto)
    assert memo_of(auto, number).memo.synthetic is Synthetic.YES


def test_with_the_owners_word_a_machine_fills_in_and_every_file_says_so(ws: Workspace) -> None:
    number = case_of(ws)
    record(ws, number, [SHARED])
    memo = memo_of(ws, number, fill_in=True).memo
    assert memo.synthetic is Synthetic.PARTLY
    assert need_draft(ws, number)[1].memo.synthetic is Synthetic.PARTLY  # type: ignore[union-attr]
    for rendition in ("ogg", "mp3", "m4a"):
        assert "synthetic=partly" in tagged(ws, memo, rendition)
    captions = (ws.home / memo.files["vtt"]).read_text()
    assert "NOTE synthetic=partly" in captions
    for words in (captions, (ws.home / memo.files["txt"]).read_text()):
        assert words.count("computer") == 1
        assert "part of them is read by a computer's voice" in words


def test_the_setting_is_the_owners_word_too(tmp_path: Path) -> None:
    env = {"VOICENOTE_VOICE__FILL_IN": "true", "VOICENOTE_SOUND__RENDITIONS": '["ogg"]'}
    opened = workspace(tmp_path, Clock(), World(), env)
    number = case_of(opened)
    record(opened, number, [SHARED])
    assert memo_of(opened, number).memo.synthetic is Synthetic.PARTLY
    opened.close()


def test_what_was_filled_in_once_is_not_asked_again(auto: Workspace) -> None:
    number = case_of(auto)
    record(auto, number, [SHARED])
    memo_of(auto, number, fill_in=True)
    again = memo_of(auto, number)
    assert not again.made
    assert again.memo.synthetic is Synthetic.PARTLY


def test_when_the_rest_is_recorded_a_person_says_it_all_and_no_machine_is_spoken_of(
    auto: Workspace,
) -> None:
    number = case_of(auto)
    record(auto, number, [SHARED])
    memo_of(auto, number, fill_in=True)
    assert lines_of(auto, number)
    record(auto, number, recording.to_say(auto, number))
    made = memo_of(auto, number)
    assert made.made
    assert made.memo.synthetic is Synthetic.NO
    assert lines_of(auto, number) == []


def test_a_memo_that_a_machine_said_before_stays_as_it_is(auto: Workspace) -> None:
    before, other = case_of(auto, "Dana"), case_of(auto, "Omar")
    memo_of(auto, before)
    record(auto, other, recording.to_say(auto, other))
    again = memo_of(auto, before)
    assert not again.made
    assert again.memo.synthetic is Synthetic.YES


def test_what_is_filled_in_by_several_processes_is_the_same(ws: Workspace) -> None:
    number = case_of(ws)
    record(ws, number, [SHARED])
    (made,) = render_many(ws, [number], processes=2, fill_in=True)
    assert not isinstance(made, Failed)
    assert made.memo.synthetic is Synthetic.PARTLY


# -- who says so ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["en", "he", "ro", "pl", "fa", "et"])
@pytest.mark.parametrize("partly", [False, True])
def test_in_every_language_a_memo_says_once_that_a_machine_speaks(
    ws: Workspace, code: str, partly: bool
) -> None:
    number = case_of(ws, language=code)
    if partly:
        record(ws, number, [SHARED])
    memo = memo_of(ws, number, fill_in=partly).memo
    (line,) = lines_of(ws, number)
    transcript = (ws.home / memo.files["txt"]).read_text()
    assert transcript.splitlines()[-1] == line
    assert (ws.home / memo.files["vtt"]).read_text().count(line) == 1
    assert [caption.text for caption in memo.captions][-1] == line


@pytest.mark.parametrize("code", ["en", "he", "ro", "pl", "fa", "et"])
@pytest.mark.parametrize("partly", [False, True])
def test_unspoken_where_the_law_allows_it_is_still_written(
    tmp_path: Path, code: str, partly: bool
) -> None:
    env = {"VOICENOTE_VOICE__DISCLOSURE": "false", "VOICENOTE_SOUND__RENDITIONS": '["ogg"]'}
    opened = workspace(tmp_path, Clock(), World(), env)
    number = case_of(opened, language=code)
    if partly:
        record(opened, number, [SHARED])
    memo = memo_of(opened, number, fill_in=partly).memo
    assert lines_of(opened, number) == []
    assert len(memo.captions) == 2
    note = (opened.home / memo.files["txt"]).read_text().splitlines()[-1]
    assert (note[0], note[-1]) == ("(", ")")
    assert f"synthetic={'partly' if partly else 'yes'}" in tagged(opened, memo, "ogg")
    opened.close()


def test_a_recorded_follow_up_goes_out_in_the_owners_voice(tmp_path: Path) -> None:
    clock, world = Clock(), World()
    ws = workspace(tmp_path, clock, world, {**AUTO, "VOICENOTE_SOUND__RENDITIONS": '["ogg"]'})
    world.now = clock
    (number,) = take(ws, told())
    list(compose_cases(ws, [number]))
    later = recording.to_say_later(ws, number)
    assert {one.personal for one in later} == {False}  # what is personal is in the memo already
    assert not set(later) & set(recording.to_say(ws, number))
    record(ws, number, [*recording.to_say(ws, number), *later])
    assert recording.to_say_later(ws, number) == ()
    memo_of(ws, number)
    list(approve_cases(ws, [number]))
    one_pass(ws)
    clock.move(days=4)
    one_pass(ws)
    assert [parcel.kind for parcel in world.left] == ["memo", "check-in"]
    assert [parcel.synthetic_part for parcel in world.left] == ["no", "no"]
    ws.close()


def test_a_follow_up_that_is_not_recorded_is_a_machines_and_says_so(auto: Workspace) -> None:
    (number,) = take(auto, told())
    list(compose_cases(auto, [number]))
    record(auto, number, recording.to_say(auto, number))
    (later, *_) = recording.to_say_later(auto, number)
    with auto.ledger.read() as tx:
        case = case_store.get(tx, number)
        script = words_for(auto, tx, case, TouchKind.CHECK_IN).draft.script
    assert later in script.sentences
    assert script.sentences[-1].section is Section.DISCLOSE


def test_a_composed_script_expects_the_owner_where_recording_was_begun(auto: Workspace) -> None:
    (number,) = take(auto, told())
    list(compose_cases(auto, [number]))
    assert lines_of(auto, number)
    first = recording.to_say(auto, number)[0]
    recording.keep_take(auto, number, first, said())
    list(compose_cases(auto, [number]))
    assert lines_of(auto, number) == []


@pytest.mark.parametrize("code", ["en", "he", "ro", "pl", "fa", "et"])
@pytest.mark.parametrize("partly", [False, True])
def test_the_letter_says_once_who_speaks_in_its_memo(
    ws: Workspace, code: str, partly: bool
) -> None:
    number = case_of(ws, language=code)
    if partly:
        record(ws, number, [SHARED])
    memo_of(ws, number, fill_in=partly)
    list(approve_cases(ws, [number], anyway="two sentences are enough to hear who speaks"))
    (touch, *_) = touches_of(ws, number)
    with ws.ledger.read() as tx:
        seen = look(ws, tx, [(touch.number, number)])[touch.number]
        parcel, _ = parcel_of(ws, seen, tx.now)
    (line,) = lines_of(ws, number)
    body = build_message(parcel, {}).get_body(("plain",))
    text = str(body.get_content()) if body else ""
    assert line not in text
    assert text.count(voice_note(parcel)) == 1
    assert parcel.synthetic_part == ("partly" if partly else "yes")


def test_a_disclosure_is_added_to_words_that_fit_just_as_it_would_be_composed(
    auto: Workspace,
) -> None:
    (number,) = take(auto, told())
    with auto.ledger.read() as tx:
        case = case_store.get(tx, number)
        worded = words_for(auto, tx, case, TouchKind.MEMO)
    assert worded.context.synthetic
    assert worded.draft == draft(case, worded.context, templates_of(auto))
