"""What a synthetic voice says of names, sums and days is heard once, and said otherwise if need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.world import Clock, World, take, told, workspace
from voicenote.ears.port import EarsInfo
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.drafting import current
from voicenote.engine.memo.hearing_plan import why_unlistened
from voicenote.engine.memo.listen_back import Settled, settle
from voicenote.engine.memo.render_case import Rendered, render_cases
from voicenote.engine.tabled_plugins import TabledPlugins
from voicenote.engine.workspace import Workspace
from voicenote.errors import Unavailable
from voicenote.model.memo import Clip, Misheard, Synthetic
from voicenote.model.sentences import Section, Sentence
from voicenote.model.transcript import HeardSentence, Transcript
from voicenote.script.said_facts import facts_of
from voicenote.voice.port import VoiceInfo
from voicenote.voice.silent import Silent

DANA = Misheard("Dana", "Donna", "Dayna", whose="Dana Levi")


class Speaker(Silent):
    """A voice whose words can be found again by their sound."""

    name = "speaker"
    said: dict[bytes, str] = {}  # noqa: RUF012 - all of them share what was said

    def speak(self, sentence: Sentence, language: str) -> Clip:
        clip = super().speak(sentence, language)
        self.said[clip.pcm] = sentence.said
        return clip


class Hearing:
    """Ears that hear what was said, and "Donna" for "Dana" unless it is spelt otherwise."""

    name, model = "whisper", "test"

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.trouble: Unavailable | None = None

    def hear(self, clip: Clip, language: str = "") -> Transcript:
        if self.trouble:
            raise self.trouble
        said = Speaker.said[clip.pcm]
        self.heard.append(said)
        text = said.replace("Dana", "Donna").replace("Dayna", "Dana")
        spoken = (HeardSentence(0, clip.duration_s, text),)
        return Transcript(language=language, speech_s=clip.duration_s, sentences=spoken)

    def close(self) -> None:
        pass


@pytest.fixture
def ears() -> Hearing:
    return Hearing()


@pytest.fixture
def ws(
    tmp_path: Path, clock: Clock, world: World, ears: Hearing, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    ready = [EarsInfo(name="whisper", ready=True, note="")]
    monkeypatch.setattr(TabledPlugins, "describe", lambda *_: ready)
    with opened(tmp_path, clock, world, ears) as made:
        yield made


@contextmanager
def opened(
    folder: Path, clock: Clock, world: World, ears: Hearing, **env: str
) -> Iterator[Workspace]:
    given = {"VOICENOTE_VOICE__ENGINE": "speaker", "VOICENOTE_SOUND__RENDITIONS": '["ogg"]', **env}
    made = workspace(folder, clock, world, given)
    made.make_voice = lambda *_: Speaker(Silent.Options())
    made.describe_voices = voices
    made.make_ears = lambda _: ears
    yield made
    made.close()


def voices(_options: object) -> list[VoiceInfo]:
    return [replace(Silent.info(Silent.Options()), name="speaker", quality=10)]


def rendered(ws: Workspace, number: int = 1) -> Rendered:
    (made,) = render_cases(ws, [number])
    return made


@pytest.fixture
def scripted(ws: Workspace) -> Workspace:
    case = replace(told(), customer=replace(told().customer, name="Dana Levi"))
    take(ws, case)
    assert list(compose_cases(ws, [1]))
    return ws


def test_a_misheard_name_is_said_in_the_first_spelling_that_is_heard_right(
    scripted: Workspace, ears: Hearing
) -> None:
    made = rendered(scripted)
    assert made.memo.listening.by == "whisper test"
    assert made.memo.listening.misheard == (DANA,)
    assert any("Dayna" in one for one in ears.heard)
    (line,) = made.misheard
    assert "“Dana” so that “Donna” is heard" in line
    assert "voicenote edit 1 --say-as Dayna" in line


def test_what_is_written_stays_as_it_was(scripted: Workspace) -> None:
    made = rendered(scripted)
    _, found = current(scripted, 1)
    assert found is not None
    assert "Dana" in found.script.text
    assert "Dayna" not in found.script.text
    assert "Dayna" not in "".join(one.text for one in made.memo.captions)
    assert made.memo.script_sha256 == found.script.sha256


def test_the_same_words_are_never_listened_to_again(scripted: Workspace, ears: Hearing) -> None:
    rendered(scripted)
    assert ears.heard
    ears.heard.clear()
    case = replace(told(), ref="2", customer=replace(told().customer, name="Dana Levi"))
    take(scripted, case)
    assert list(compose_cases(scripted, [2]))
    assert rendered(scripted, 2).memo.listening.misheard == (DANA,)
    assert not [one for one in ears.heard if "Dana" in one or "Dayna" in one]
    assert not rendered(scripted, 2).made


def test_only_sentences_with_a_fact_are_listened_to(scripted: Workspace, ears: Hearing) -> None:
    rendered(scripted)
    _, found = current(scripted, 1)
    assert found is not None
    plain = [one.said for one in found.script.sentences if "sorry" in one.said]
    assert plain
    assert not set(plain) & set(ears.heard)


def test_ears_that_fail_are_told_of_and_stop_no_memo(scripted: Workspace, ears: Hearing) -> None:
    ears.trouble = Unavailable("the server is away", "start it")
    made = rendered(scripted)
    assert made.memo.listening.by == ""
    assert "nobody listened to its names, sums and days: the server is away" in made.note
    ears.trouble = None
    assert rendered(scripted).memo.listening.misheard == (DANA,)  # the next time, they do


def test_off_listens_to_nothing(
    tmp_path: Path, clock: Clock, world: World, ears: Hearing, ws: Workspace
) -> None:
    with opened(tmp_path, clock, world, ears, VOICENOTE_EARS__LISTEN_BACK="off") as off:
        take(off, told())
        assert list(compose_cases(off, [1]))
        made = rendered(off)
        assert made.memo.listening.by == ""
        assert ears.heard == []
        assert why_unlistened(off, [made.memo], seen=True) == ""


@pytest.mark.parametrize(("wish", "times"), [("auto", 1), ("on", 3)])
def test_that_nobody_listens_is_said_once_or_as_often_as_wished(
    tmp_path: Path, clock: Clock, world: World, ears: Hearing, wish: str, times: int
) -> None:
    with opened(tmp_path, clock, world, ears, VOICENOTE_EARS__LISTEN_BACK=wish) as deaf:
        deaf._deaf = "whisper isn't ready"
        take(deaf, told())
        assert list(compose_cases(deaf, [1]))
        memo = rendered(deaf).memo
        told_ = [why_unlistened(deaf, [memo], seen=True) for _ in range(3)]
        assert len(list(filter(None, told_))) == times
        assert "whisper isn't ready" in told_[0]
        own = replace(memo, synthetic=Synthetic.NO)
        assert why_unlistened(deaf, [own], seen=True) == ""


def test_a_name_of_the_settings_is_said_as_they_spell_it(
    tmp_path: Path, clock: Clock, world: World, ears: Hearing, ws: Workspace
) -> None:
    owner = {"VOICENOTE_OWNER__SAY_AS": "Ayda", "VOICENOTE_OWNER__NAME": "Ada"}
    with opened(tmp_path, clock, world, ears, **owner) as named:
        take(named, told())
        assert list(compose_cases(named, [1]))
        made = rendered(named)
        assert made.memo.listening.said_as == {"Ada": "Ayda"}
        assert any("Ayda" in one for one in ears.heard)
        assert not rendered(named).made
        named.settings = replace(named.settings, owner=replace(named.settings.owner, say_as="Ahda"))
        assert rendered(named).made  # another spelling is another sound


HI = Sentence(Section.THANKS, "Hi Dana.", personal=True)


def listening(*right: str) -> Callable[[Sentence], str]:
    """Ears that hear these words alone as they are meant."""
    return lambda one: "Hi Dana." if one.said in right else "Hi, Donna."


def test_the_first_way_that_helps_is_kept_and_a_pause_is_no_other_spelling() -> None:
    facts = facts_of(HI, {"Dana": "Dana"}, "en")
    assert settle(HI, facts, "en", listening("Hi Dana.")) == Settled("Hi Dana.")
    assert settle(HI, facts, "en", listening("Hi, Dana.")) == Settled("Hi, Dana.")
    found = settle(HI, facts, "en", listening("Hi, Dahnah."))
    assert found == Settled("Hi, Dahnah.", (Misheard("Dana", "Donna", "Dahnah", whose="Dana"),))


def test_where_no_way_helps_it_stays_as_it_was_and_is_told() -> None:
    facts = facts_of(HI, {"Dana": "Dana"}, "en")
    found = settle(HI, facts, "en", listening())
    assert found == Settled("Hi Dana.", (Misheard("Dana", "Donna", whose="Dana"),))
