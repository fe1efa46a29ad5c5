"""The pace of the voice that will speak, which decides how much a minute holds; and tomans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.engine.world import Clock, World, take, told, workspace
from voicenote.engine.case.pace import pace_in, pace_of
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.workspace import Workspace
from voicenote.ledger import case_store
from voicenote.model.case import Case, Customer
from voicenote.model.money import Money
from voicenote.model.promise import AmendsKind, Promise
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.port import VoiceInfo
from voicenote.voice.recorded import PACE_TAKES, Recorded, RecordedOptions
from voicenote.voice.silent import Silent, SilentOptions


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., tuple[Workspace, Case]]:
    def make(**settings: str) -> tuple[Workspace, Case]:
        env = {f"VOICENOTE_{name.upper()}": value for name, value in settings.items()}
        ws = workspace(tmp_path, Clock(), World(), env)
        (number,) = take(ws, told(customer=Customer(name="Dana", language="en")))
        with ws.ledger.read() as tx:
            return ws, case_store.get(tx, number)

    return make


def record(ws: Workspace, owner: str, count: int, words: float, seconds: float) -> None:
    (ws.home / "recordings").mkdir(exist_ok=True)
    own = Recorded(RecordedOptions(folder=ws.home / "recordings", owner=owner))
    for number in range(count):
        own.note_pace(Sentence(Section.OWN, f"Say {number}.", personal=True), "en", words, seconds)


@pytest.mark.parametrize(
    ("rate", "tag", "pace"), [("0", "en", 150), ("180", "en", 180), ("180", "et-EE", 134.4)]
)
def test_a_machine_speaks_as_fast_as_it_is_set(opened: Any, rate: str, tag: str, pace: int) -> None:
    ws, case = opened(voice__engine="silent", voice__rate=rate)
    assert pace_of(ws, case, tag) == pytest.approx(pace)


def test_what_was_measured_goes_before_what_is_set() -> None:
    voice = VoiceInfo(
        name="v", languages=frozenset(), licence="", synthetic=True, quality=1, installed=True,
        rate=150, pace={"fa": 131},
    )  # fmt: skip
    assert pace_in(voice, "fa") == 131
    assert pace_in(voice, "ro") == pytest.approx(140)


def test_the_owners_own_pace_goes_before_the_machines(opened: Any) -> None:
    ws, case = opened(voice__engine="auto")
    record(ws, ws.owner_of(case), PACE_TAKES, words=10, seconds=5)
    assert pace_of(ws, case, "en-GB") == 120


def test_a_few_recordings_tell_no_pace_yet(opened: Any) -> None:
    ws, case = opened(voice__engine="auto")
    record(ws, ws.owner_of(case), PACE_TAKES - 1, words=10, seconds=5)
    assert pace_of(ws, case, "en") != 120


def test_more_recordings_do_not_change_the_pace(opened: Any) -> None:
    ws, case = opened(voice__engine="recorded")
    owner = ws.owner_of(case)
    record(ws, owner, PACE_TAKES, words=10, seconds=5)
    own = Recorded(RecordedOptions(folder=ws.home / "recordings", owner=owner))
    own.note_pace(Sentence(Section.OWN, "One more.", personal=True), "en", 500, 1)
    assert own.pace("en") == 120
    assert own.pace("et") is None


def test_a_voice_chosen_by_name_is_not_the_owners(opened: Any) -> None:
    ws, case = opened(voice__engine="silent")
    record(ws, ws.owner_of(case), PACE_TAKES, words=10, seconds=5)
    assert pace_of(ws, case, "en") == 150


def test_a_damaged_file_of_paces_is_as_none(opened: Any) -> None:
    ws, case = opened(voice__engine="silent")
    (ws.home / "recordings").mkdir()
    (ws.home / "recordings" / "pace.json").write_text("[1", "ascii")
    assert Recorded(RecordedOptions(folder=ws.home / "recordings")).pace("en") is None
    assert pace_of(ws, case, "en") == 150


def test_a_slow_voice_says_less_in_its_minute(opened: Any) -> None:
    lengths = []
    for rate in ("60", "150"):
        ws, case = opened(voice__engine="silent", voice__rate=rate)
        (done,) = compose_cases(ws, [case.number])
        lengths.append(len(done.script.text))
        clips = [
            Silent(SilentOptions(rate=int(rate))).speak(one, "en") for one in done.script.sentences
        ]
        assert sum(clip.duration_s for clip in clips) <= 60
    assert lengths[0] <= lengths[1]


@pytest.mark.parametrize(("wish", "said"), [("toman", "تومان"), ("rial", "ریال")])
def test_iranian_money_is_said_as_the_owner_counts_it(tmp_path: Path, wish: str, said: str) -> None:
    ws = workspace(tmp_path, Clock(), World(), {"VOICENOTE_OWNER__IRANIAN_MONEY": wish})
    back = Promise(
        kind=AmendsKind.REFUND, text="بازگرداندن پول", value=Money(Decimal(1200000), "IRR"),
        promised_by=date(2026, 12, 4),
    )  # fmt: skip
    (number,) = take(ws, told(customer=Customer(name="Sara", language="fa"), promises=(back,)))
    (done,) = compose_cases(ws, [number])
    assert said in done.script.text
