"""R24: a memo whose voice hardly anybody understands leaves as a letter without sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.world import Clock, World, release, take, told, without_sound, workspace
from voicenote.engine.case.approval import approve_cases
from voicenote.engine.case.attention import what_needs_me
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.drafting import current, edit_script
from voicenote.engine.memo.render_case import Rendered, render_cases
from voicenote.engine.memo.voice_choice import recordings
from voicenote.engine.run.parcels import pack_parcel
from voicenote.engine.run.rehearsal import MovedClock, rehearse
from voicenote.engine.run.run_once import one_pass
from voicenote.engine.workspace import Workspace
from voicenote.model.case import Customer
from voicenote.model.memo import Clip, Synthetic
from voicenote.model.receipt import Parcel
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.model.touch import TouchKind
from voicenote.voice.port import VoiceInfo
from voicenote.voice.silent import Silent

DISCLOSED = {"en": "computer", "he": "מחשב", "ro": "calculator", "pl": "komputer", "et": "arvuti"}
DISCLOSED["fa"] = "رایانه"


def mumbling(_options: object) -> list[VoiceInfo]:
    """The one voice there is: chosen automatically, and only its English is understood."""
    misheard = {"en": 5, "et": 20} | dict.fromkeys(("he", "fa", "pl", "ro"), 36)
    return [replace(Silent.info(Silent.Options()), quality=10, misheard=misheard)]


@pytest.fixture
def auto(tmp_path: Path, clock: Clock, world: World) -> Iterator[Workspace]:
    """A workspace whose voice is chosen automatically."""
    env = {"VOICENOTE_VOICE__ENGINE": "auto", "VOICENOTE_OWNER__EMAIL": "ada@linden.example"}
    with without_sound():
        opened = workspace(tmp_path, clock, world, env)
        opened.describe_voices = mumbling
        yield opened
        opened.close()


def spoken(ws: Workspace, *numbers: int, anyway: bool = False) -> list[Rendered]:
    for _ in compose_cases(ws, numbers):
        pass
    return list(render_cases(ws, numbers, anyway=anyway))


def parcel(ws: Workspace, number: int = 1) -> Parcel:
    case, found = current(ws, number)
    assert found is not None
    return pack_parcel(ws, case, found, TouchKind.MEMO, "key", "dana@example.com", ws.clock())


def speaks(language: str) -> Customer:
    return replace(told().customer, language=language)


@pytest.mark.parametrize("language", ["he", "pl", "ro", "fa"])
def test_what_is_not_understood_leaves_as_a_letter(auto: Workspace, language: str) -> None:
    """No sound, no word of a computer's voice, and no subject that promises something to hear."""
    take(auto, told(customer=speaks(language)))
    (made,) = spoken(auto, 1)
    left = parcel(auto)
    assert made.memo.misheard == 36
    assert (dict(left.files), left.duration_s, left.synthetic_part) == ({}, 0, "no")
    _, found = current(auto, 1)
    assert found is not None
    assert DISCLOSED[language] not in found.script.text
    assert not any(word in left.subject for word in ("קול", "voc", "głos", "صوت", "صدا"))


@pytest.mark.parametrize("language", ["en", "et"])
def test_what_is_understood_leaves_with_its_sound(auto: Workspace, language: str) -> None:
    """20 of 100 is still understood."""
    take(auto, told(customer=speaks(language)))
    spoken(auto, 1)
    left = parcel(auto)
    assert "ogg" in left.files
    assert left.synthetic
    _, found = current(auto, 1)
    assert found is not None
    assert DISCLOSED[language] in found.script.text


def test_a_voice_that_the_settings_name_is_the_owners_word(
    tmp_path: Path, clock: Clock, world: World
) -> None:
    with without_sound():
        ws = workspace(tmp_path, clock, world)
        ws.describe_voices = mumbling
        take(ws, told(customer=speaks("pl")))
        spoken(ws, 1)
        assert parcel(ws).synthetic
        ws.close()


def test_anyway_sends_the_sound_and_holds_when_it_is_made_again(auto: Workspace) -> None:
    take(auto, told(customer=speaks("he")))
    spoken(auto, 1)
    spoken(auto, 1, anyway=True)
    assert parcel(auto).synthetic
    assert DISCLOSED["he"] in parcel_words(auto)
    (again,) = spoken(auto, 1)
    assert (again.made, again.memo.unheard) == (False, False)


def parcel_words(ws: Workspace) -> str:
    _, found = current(ws, 1)
    assert found is not None
    return found.script.text


def test_a_memo_of_an_earlier_release_is_made_again_before_it_counts(auto: Workspace) -> None:
    """Of those it isn't known whether anybody named the voice; none that is approved is touched."""
    take(auto, told(customer=speaks("he")))
    auto.describe_voices = lambda _: [replace(mumbling(0)[0], misheard={})]
    spoken(auto, 1)
    auto.describe_voices = mumbling
    auto._facts.clear()
    (again,) = render_cases(auto, [1])
    assert (again.made, again.memo.unheard) == (True, True)


def test_who_approves_it_is_told_and_what_to_do(auto: Workspace) -> None:
    take(auto, told(customer=speaks("he")))
    spoken(auto, 1)
    (need,) = what_needs_me(auto).needs
    assert "leaves without sound (R24)" in need.sentence
    (approved,) = approve_cases(auto, [1])
    (note,) = approved.notes
    assert "mishears about 36 of 100 words" in note
    assert "voicenote render N --anyway" in note


def test_a_follow_up_leaves_without_sound_too(auto: Workspace, clock: Clock, world: World) -> None:
    """It is made when nobody is there to say anyway."""
    take(auto, told(customer=speaks("he"), days=None))
    release(auto, 1)
    for _ in range(12):
        one_pass(auto)
        clock.now += timedelta(days=1)
    assert len(world.left) > 1
    assert not any(one.files or one.synthetic for one in world.left)


def test_a_rehearsal_says_which_letters_have_no_sound(auto: Workspace, clock: Clock) -> None:
    take(auto, told(customer=speaks("he")))
    release(auto, 1)
    first = next(rehearse(auto, MovedClock(clock.now), clock.now + timedelta(days=2)))
    assert ["a letter without sound" in one.why for one in first.messages] == [True]


#: Ten words in four sentences, in Polish.
SAID = ("Dziękuję, Dana.", "To był nasz błąd.", "Przepraszam.", "Naprawimy to jutro.")


@pytest.fixture
def mixed(tmp_path: Path, clock: Clock, world: World) -> Iterator[Workspace]:
    """One that makes real sound, with a case of which the owner has recorded nothing yet."""
    env = {"VOICENOTE_VOICE__ENGINE": "auto", "VOICENOTE_SOUND__RENDITIONS": '["ogg"]'}
    opened = workspace(tmp_path, clock, world, env)
    opened.describe_voices = mumbling
    take(opened, told(customer=speaks("pl")))
    sentences = tuple(Sentence(Section.OWN, text, personal=True) for text in SAID)
    edit_script(opened, 1, Script(language="pl", template="t", sentences=sentences))
    yield opened
    opened.close()


def record(ws: Workspace, *texts: str) -> None:
    case, _ = current(ws, 1)
    clip = Clip(b"\x00\x40\x00\xc0" * 4000, 16_000, synthetic=False)
    for text in texts:
        sentence = Sentence(Section.OWN, text, personal=True)
        recordings(ws, ws.owner_of(case)).add(sentence, "pl", clip)


def filled_in(ws: Workspace, *, anyway: bool = False) -> Rendered:
    (made,) = render_cases(ws, [1], fill_in=True, anyway=anyway)
    return made


def test_what_the_owner_said_counts_as_understood(mixed: Workspace) -> None:
    """Of ten words a machine says five: 18 of 100 are misheard, not 36."""
    record(mixed, SAID[1], SAID[2])
    made = filled_in(mixed)
    left = parcel(mixed)
    assert (made.memo.synthetic, made.memo.misheard) == (Synthetic.PARTLY, 0)
    assert "ogg" in left.files
    assert left.synthetic_part == "partly"
    assert DISCLOSED["pl"] in parcel_words(mixed)


def test_who_recorded_too_little_is_told_of_the_memo_and_to_say_the_rest(mixed: Workspace) -> None:
    """Of ten words a machine says six: 22 of 100 are misheard."""
    record(mixed, SAID[1])
    assert filled_in(mixed).memo.misheard == 22
    assert parcel(mixed).files == {}
    assert DISCLOSED["pl"] not in parcel_words(mixed)
    (approved,) = approve_cases(mixed, [1], anyway="it is enough")
    (note,) = (one for one in approved.notes if "R24" in one)
    assert "mishears about 22 of 100 words of this memo" in note
    assert "say the rest yourself" in note


def test_anyway_lasts_until_enough_is_recorded(mixed: Workspace) -> None:
    record(mixed, SAID[1])
    assert filled_in(mixed, anyway=True).memo.anyway
    assert not filled_in(mixed).made
    record(mixed, SAID[2])
    again = filled_in(mixed).memo
    assert (again.misheard, again.anyway, again.unheard) == (0, False, False)
