"""`record --freely`: an outline, and what somebody says becomes script, letter and memo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.fakes.transcription_api import TranscriptionServer, transcription_server
from voicenote.engine.memo import microphone
from voicenote.engine.memo.free_take import FreeTake, _other_figures
from voicenote.model.memo import Clip
from voicenote.script.heard_facts import Rewritten
from voicenote.sound.recording_file import read_sound

Call = Callable[..., Result]
Take = Callable[..., Result]
#: Half a minute in which somebody speaks.
TAKE = Path(__file__).parents[2] / "samples" / "recording.ogg"
HEARD = (
    "Hi Ada, it's Grace Hopper. Your cake fell over, and nobody from here called you. "
    "We packed it badly, it was our mistake, and I'm sorry. "
    "I'll bring you a new cake by Friday, the 4th of June. "
    "What else would help you?"
)
NO_DAY = HEARD.replace(" by Friday, the 4th of June", "")


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    with transcription_server() as made:
        made.text = HEARD
        yield made


@pytest.fixture
def ears(call: Call, server: TranscriptionServer) -> Call:
    """Three cases without scripts, and ears behind a server."""
    given = {
        "VOICENOTE_EARS__KIND": "endpoint",
        "VOICENOTE_EARS__BASE_URL": server.url,
        "VOICENOTE_EARS__RETRIES": "0",
        "VOICENOTE_SOUND__RENDITIONS": '["ogg"]',
    }
    return lambda *words, **more: call(*words, **{**given, **more})


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its first three seconds; what they say is what the server hears."""
    whole = read_sound(TAKE)
    path = tmp_path_factory.mktemp("takes") / "short.wav"
    path.write_bytes(Clip(whole.pcm[: 2 * 3 * whole.rate], whole.rate, synthetic=False).wav)
    return path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, short: Path) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    monkeypatch.setattr(microphone, "record", lambda _until, _env: read_sound(short))


def freely(call: Call, *words: str, **more: Any) -> Result:
    return call("record", "1", "--freely", *words, **more)


@pytest.fixture
def of_file(short: Path) -> Take:
    """Take the short file, or another."""

    def take(call: Call, *words: str, file: Path = short, **more: Any) -> Result:
        return freely(call, "--from", str(file), *words, **more)

    return take


def shown(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("show", "1", "--json").stdout)
    return found


def kept(home: Path) -> list[Path]:
    return list(home.glob("recordings/**/*.wav"))


# -- the outline --------------------------------------------------------------------------------


def test_the_outline_has_the_cases_own_words(call: Call) -> None:
    done = freely(call, "--list")
    assert done.exit_code == 0, done.stderr
    assert "1. What happened to them\n   The cake fell over.\n   Nobody called me." in done.stdout
    assert "A new cake, by Friday, 4 June" in done.stdout


def test_the_outline_as_json(call: Call) -> None:
    found = json.loads(freely(call, "--list", "--json").stdout)
    assert found["case"] == 1
    assert [one["point"] for one in found["outline"]] == [
        "happened", "meant", "ours", "promise", "question",
    ]  # fmt: skip


def test_showing_the_outline_writes_no_script(call: Call) -> None:
    freely(call, "--list")
    assert shown(call)["script"] is None


# -- from a file, without a terminal ------------------------------------------------------------


def test_what_is_said_becomes_script_captions_and_letter(
    of_file: Take, ears: Call, home: Path
) -> None:
    done = of_file(ears)
    assert done.exit_code == 0, done.stderr
    found = shown(ears)
    assert found["script"]["text"].replace("\n", " ") == HEARD
    assert found["memo"]["synthetic_part"] == "no"
    folder = Path(found["memo"]["files"]["ogg"]).parent
    assert (folder / "transcript.txt").read_text("utf-8").split() == HEARD.split()
    captions = (folder / "captions.vtt").read_text("utf-8")
    assert "What else would help you?" in captions
    assert len(kept(home)) == 1


def test_captions_begin_when_the_words_were_heard(of_file: Take, ears: Call) -> None:
    """The fake says a word each half a second: the second sentence begins with the sixth."""
    of_file(ears)
    captions = (Path(shown(ears)["memo"]["files"]["ogg"]).parent / "captions.vtt").read_text(
        "utf-8"
    )
    second = captions.split("\n2\n")[1].splitlines()[0]
    assert second.startswith("00:00:02."), second


def test_names_and_sums_are_written_as_in_the_case_and_told(
    of_file: Take, ears: Call, server: TranscriptionServer
) -> None:
    server.text = HEARD.replace("Grace Hopper", "Grace Harper")
    done = of_file(ears, "--json")
    assert json.loads(done.stdout)["rewritten"] == [
        {"heard": "Grace Harper", "written": "Grace Hopper"}
    ]
    assert "Grace Hopper" in shown(ears)["script"]["text"]


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        (NO_DAY, "the day of the promise isn't said: by Friday, 4 June"),
        (HEARD.replace("We packed it badly, it was our mistake, and ", ""), "nobody takes respons"),
        (HEARD.replace("I'll bring you a new cake by Friday, the 4th of June. ", ""), "no promise"),
        (HEARD.replace("I'm sorry.", "I'm sorry if you were offended."), "R18"),
        (HEARD.replace("a new cake", "$900"), "900 USD"),
        (HEARD.replace("Friday, the 4th", "Monday, the 7th"), "“monday”"),
    ],
)
def test_what_it_lacks_or_must_not_say_is_refused(
    of_file: Take, ears: Call, home: Path, server: TranscriptionServer, heard: str, told: str
) -> None:
    server.text = heard
    done = of_file(ears)
    assert done.exit_code == 1
    assert told in done.stderr
    assert kept(home) == []
    assert shown(ears)["script"] is None


def test_anyway_keeps_it_as_it_is(
    of_file: Take, ears: Call, home: Path, server: TranscriptionServer
) -> None:
    server.text = NO_DAY
    done = of_file(ears, "--anyway", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["doubts"] == [
        "the day of the promise isn't said: by Friday, 4 June"
    ]
    assert len(kept(home)) == 1


def test_json_tells_of_memo_text_and_ears(of_file: Take, ears: Call) -> None:
    found = json.loads(of_file(ears, "--json").stdout)
    assert found["text"].replace("\n", " ") == HEARD
    assert (found["corrected"], found["doubts"], found["case"]) == (False, [], 1)
    assert found["ears"].startswith("endpoint")
    assert found["duration_s"] > 2
    assert len(found["outline"]) == 5


def test_the_origin_of_the_words_is_kept_and_shown(of_file: Take, ears: Call) -> None:
    of_file(ears)
    assert shown(ears)["script"]["writer"] == "spoken"
    assert "[spoken freely; heard by endpoint" in ears("show", "1").stdout
    (told,) = [row for row in shown(ears)["history"] if row["event"] == "memo_recorded"]
    assert (told["freely"], told["corrected"]) == (True, False)


# -- words of the owner's -----------------------------------------------------------------------


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(HEARD, "utf-8")
    return path


def test_without_ears_a_take_needs_its_words(of_file: Take, call: Call, home: Path) -> None:
    done = of_file(call, VOICENOTE_EARS__KIND="none")
    assert done.exit_code == 1
    assert "nobody wrote down what the take says: no ears are set" in done.stderr
    assert "--words LETTER.txt" in done.stderr
    assert kept(home) == []


def test_without_ears_the_given_words_are_the_letter(
    of_file: Take, call: Call, letter: Path
) -> None:
    done = of_file(call, "--words", str(letter), file=TAKE, VOICENOTE_EARS__KIND="none")
    assert done.exit_code == 0, done.stderr
    assert shown(call)["script"]["text"].replace("\n", " ") == HEARD
    assert "[spoken freely; you wrote down the words]" in call("show", "1").stdout


def test_words_of_ones_own_are_told_no_mishearing(
    of_file: Take, ears: Call, server: TranscriptionServer, tmp_path: Path
) -> None:
    """Nobody wrote what was heard otherwise: the owner wrote it all."""
    server.text = HEARD.replace("Grace Hopper", "Grace Harper")
    words = tmp_path / "words.txt"
    words.write_text(HEARD.replace("it badly", "it very badly"), encoding="utf-8")
    done = of_file(ears, "--words", str(words))
    assert "written “" not in done.stdout + done.stderr


def test_words_that_the_take_doesnt_say_are_refused(
    of_file: Take, ears: Call, letter: Path, server: TranscriptionServer
) -> None:
    server.text = NO_DAY
    done = of_file(ears, "--words", str(letter))
    assert done.exit_code == 1
    assert "missing: “I'll bring you a new cake by Friday, the 4th of June.”" in done.stderr


def test_words_alone_correct_a_take_that_is_kept(
    of_file: Take, ears: Call, home: Path, letter: Path, server: TranscriptionServer
) -> None:
    server.text = HEARD.replace("cake fell", "kayak fell")
    of_file(ears, "--anyway")
    done = freely(ears, "--words", str(letter))
    assert done.exit_code == 0, done.stderr
    assert shown(ears)["script"]["text"].replace("\n", " ") == HEARD
    assert shown(ears)["script"]["writer"] == "spoken, corrected"
    first, second = kept(home)
    assert first.read_bytes() == second.read_bytes()


def test_a_take_that_ears_failed_on_needs_its_words(
    of_file: Take, ears: Call, server: TranscriptionServer
) -> None:
    server.statuses = [503]
    done = of_file(ears)
    assert done.exit_code == 1
    assert "nobody wrote down what the take says: " in done.stderr


# -- at a terminal ------------------------------------------------------------------------------


@pytest.mark.usefixtures("terminal")
def test_at_the_microphone_the_outline_is_shown_and_the_take_kept(ears: Call, home: Path) -> None:
    done = freely(ears, input="\n\n")
    assert done.exit_code == 0, done.output
    assert "What you promise, and by when" in done.output
    assert "keep, play, edit, redo or quit [keep]" in done.output
    assert len(kept(home)) == 1


@pytest.mark.usefixtures("terminal")
def test_a_take_that_lacks_something_is_said_again(
    ears: Call, home: Path, server: TranscriptionServer
) -> None:
    server.text = NO_DAY
    done = freely(ears, input="\n\n\nkeep\n")
    assert done.output.count("[redo]") == 2
    assert len(server.asked) == 2
    assert done.exit_code == 0, done.output
    assert len(kept(home)) == 1


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("words", [(), ("--from", str(TAKE))])
def test_quit_keeps_nothing(ears: Call, home: Path, words: tuple[str, ...]) -> None:
    done = freely(ears, *words, input="quit\n" if words else "\nquit\n")
    assert done.exit_code == 1
    assert "the take was not kept" in done.output
    assert kept(home) == []
    assert shown(ears)["script"] is None


@pytest.mark.usefixtures("terminal")
def test_the_words_can_be_corrected_in_the_editor(
    of_file: Take, ears: Call, programs: Callable[[str, str], str], server: TranscriptionServer
) -> None:
    server.text = HEARD.replace("cake fell", "kayak fell")
    path = programs("mend", '/bin/sed -i "s/kayak/cake/" "$1"')
    done = of_file(ears, input="edit\nkeep\n", PATH=path, EDITOR="mend")
    assert done.exit_code == 0, done.output
    assert shown(ears)["script"]["text"].replace("\n", " ") == HEARD
    assert "and corrected by you" in ears("show", "1").output


@pytest.mark.usefixtures("terminal")
def test_without_ears_the_owner_writes_the_words_after_the_take(
    call: Call, letter: Path, programs: Callable[[str, str], str]
) -> None:
    path = programs("write", f'/bin/cp {letter} "$1"')
    given = {"VOICENOTE_EARS__KIND": "none", "PATH": path, "EDITOR": "write"}
    done = freely(call, input="\nkeep\n", **given)
    assert "Nobody writes down what you say: no ears are set" in done.output
    assert done.exit_code == 0, done.output
    assert shown(call)["script"]["text"].replace("\n", " ") == HEARD


# -- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["record", "--all", "--freely"], "works on one case"),
        (["record", "1", "--freely", "--whole"], "doesn't go with --whole"),
        (["record", "1", "--freely", "--sentence", "2"], "doesn't go with --sentence"),
        (["record", "1", "--words", str(TAKE)], "that was spoken freely"),
        (["record", "1", "--freely", "--from", str(TAKE.parent)], "is a folder"),
        (["record", "1", "--freely"], "recording needs a terminal"),
    ],
)
def test_what_doesnt_go_together_is_said(call: Call, words: list[str], told: str) -> None:
    done = call(*words)
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_machines_memo_is_never_ones_own_words(ready: Call, home: Path) -> None:
    memo = json.loads(ready("show", "2", "--json").stdout)["memo"]["files"]["ogg"]
    done = freely(ready, "--from", memo, "--anyway")
    assert done.exit_code == 65
    assert "a machine speaks in this file" in done.stderr
    assert kept(home) == []


def test_undo_takes_it_back(of_file: Take, ears: Call) -> None:
    of_file(ears)
    assert ears("undo", "--yes").exit_code == 0
    assert shown(ears)["script"] is None


def test_a_figure_that_was_heard_otherwise_is_asked_about() -> None:
    """The customer would hear one sum and read another."""
    take = FreeTake(
        clip=Clip(b"", 16_000, synthetic=False),
        rewritten=(Rewritten("$214", "$240"), Rewritten("Donna", "Dana")),
    )
    assert list(_other_figures(take)) == [
        "“$214” was heard, and “$240” is written: which did you say?"
    ]
