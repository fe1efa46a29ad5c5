"""`init`, `voices`, `channels`, `templates`, `doctor`."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from tests.voice import tiny_kokoro
from voicenote import wiring
from voicenote.plugins import Plugins

Call = Callable[..., Result]

NO_ENV = {"VOICENOTE_OWNER__NAME": None}


def written(home: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((home / "voicenote.toml").read_text("utf-8"))


# -- init -------------------------------------------------------------------------------------


def test_init_writes_settings_and_makes_the_ledger(bare: Call, home: Path) -> None:
    done = bare("init", "--name", "Ada", "--time-zone", "Europe/Warsaw", "--language", "pl")
    assert done.exit_code == 0, done.stderr
    assert written(home)["owner"] == {
        "name": "Ada",
        "time_zone": "Europe/Warsaw",
        "language": "pl",
    }
    assert (home / "ledger.db").is_file()
    assert "Next:" in done.stderr


def test_init_says_when_a_language_has_no_templates(bare: Call) -> None:
    assert "will be in English" in bare("init", "--language", "sv").stderr


def test_init_knows_a_language_by_its_older_name(bare: Call) -> None:
    assert "will be in English" not in bare("init", "--language", "iw").stderr


def test_init_again_changes_nothing(bare: Call, home: Path) -> None:
    bare("init", "--name", "Ada")
    before = (home / "voicenote.toml").read_bytes()
    done = bare("init", "--name", "Bo")
    assert done.exit_code == 0
    assert "--force" in done.stderr
    assert (home / "voicenote.toml").read_bytes() == before


def test_force_writes_anew_and_keeps_the_old(bare: Call, home: Path) -> None:
    bare("init", "--name", "Ada")
    assert bare("init", "--name", "Bo", "--force").exit_code == 0
    assert written(home)["owner"]["name"] == "Bo"
    assert "Ada" in (home / "voicenote.toml.before").read_text()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--email", "nope"), ("--time-zone", "Mars"), ("--language", "no tag at all")],
)
def test_a_wrong_answer_is_told_and_nothing_written(
    bare: Call, home: Path, option: str, value: str
) -> None:
    done = bare("init", option, value)
    assert done.exit_code == 2
    assert not home.exists()


def test_at_a_terminal_it_asks_and_asks_again(
    bare: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    done = bare("init", input='Ada "the" Baker\nAda\'s\nnope\na@b.example\nEurope/Riga\n\n')
    assert done.exit_code == 0, done.stderr
    assert "not an email address" in done.stderr
    assert written(home)["owner"] == {
        "name": 'Ada "the" Baker',
        "business": "Ada's",
        "email": "a@b.example",
        "time_zone": "Europe/Riga",
        "language": "en",
    }


def test_a_home_that_cannot_be_made_is_told(bare: Call) -> None:
    done = bare("--home", "/proc/nowhere", "init")
    assert done.exit_code == 69
    assert "--home" in done.stderr


# -- listings ---------------------------------------------------------------------------------


def test_voices_tell_what_they_speak(bare: Call) -> None:
    rows = {row["voice"]: row for row in json.loads(bare("voices", "--json").stdout)}
    assert {"recorded", "system", "silent"} <= set(rows)
    assert "en" in rows["system"]["languages"]
    assert rows["recorded"]["synthetic"] is False
    assert "any language" in bare("voices").stdout


def test_voices_tell_whom_the_settings_give_which_language(bare: Call, home: Path) -> None:
    home.mkdir(exist_ok=True)
    tiny_kokoro.files(home)
    (home / "voicenote.toml").write_text(
        '[voice.en]\nengine = "system"\n'
        '[voice.pl]\nengine = "kokoro"\nmodel = "model.onnx"\nvoice = "bm_test.bin"\n'
        '[voice.he]\nengine = "kokoro"\n'
    )
    rows = {row["voice"]: row for row in json.loads(bare("voices", "--json").stdout)}
    assert rows["kokoro"]["ready"]
    assert rows["kokoro"]["speaks"] == ["pl"]
    assert rows["system"]["speaks"] == ["en"]
    assert "British" in rows["kokoro"]["note"]
    assert set(rows["kokoro"]["misheard"]) <= set(rows["kokoro"]["languages"])
    text = bare("voices").stdout
    assert "yours for pl" in text
    assert "misheard of 100 words: en" in text


def test_say_takes_the_voice_that_the_settings_have(bare: Call, home: Path) -> None:
    home.mkdir(exist_ok=True)
    tiny_kokoro.files(home)
    (home / "voicenote.toml").write_text(
        '[voice.en]\nengine = "kokoro"\nmodel = "model.onnx"\nvoice = "bm_test.bin"\n'
    )
    out = home / "out.wav"
    done = bare("say", "Hello Dana.", "-o", str(out), "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["voice"].startswith("kokoro bm_test ")
    other = bare("say", "Hello Dana.", "-o", str(out), "--voice", "silent")
    assert "silent" in other.stdout


def test_a_broken_plug_in_is_listed_with_its_reason(
    bare: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "voicenote.plugins.load", lambda _group: Plugins({}, {"parrot": "no feathers"})
    )
    try:
        for command in ("voices", "channels"):
            assert "no feathers" in bare(command).stdout
    finally:
        wiring._makers.cache_clear()


def test_channels_tell_what_is_set_up_and_what_is_missing(bare: Call, home: Path) -> None:
    home.mkdir()
    (home / "voicenote.toml").write_text(
        '[channels.mail]\nkind = "email"\nport = "x"\n[channels.pigeon]\n'
    )
    done = bare("channels", "--json")
    assert done.exit_code == 78
    rows = {row["channel"]: row for row in json.loads(done.stdout)}
    assert rows["outbox"]["ready"] is True
    assert rows["mail"]["ready"] is False
    assert "channels.mail.host" in rows["mail"]["needs"]
    assert "not installed" in rows["pigeon"]["needs"]
    assert "email" not in rows


def test_a_channel_that_could_be_set_up_is_named(bare: Call) -> None:
    rows = {row["channel"]: row for row in json.loads(bare("channels", "--json").stdout)}
    assert rows["email"]["needs"] == "voicenote channels add email"
    assert "[channels.webhook]" in rows["webhook"]["needs"]


def test_templates_are_listed_with_the_owners_own(bare: Call, home: Path) -> None:
    (home / "templates" / "en").mkdir(parents=True)
    (home / "templates" / "en" / "sorry-cake.jinja").write_text("[thanks]\nThanks.\n")
    rows = {row["language"]: row for row in json.loads(bare("templates", "--json").stdout)}
    assert rows["en"]["own"] == ["sorry-cake"]
    assert "justified" in rows["en"]["templates"]
    assert bare("templates", "show", "en", "sorry-cake").stdout == "[thanks]\nThanks.\n"


@pytest.mark.parametrize("words", [("en", "nope"), ("xx", "justified"), ("..", "x")])
def test_a_template_that_is_not_there_is_wrong_use(bare: Call, words: tuple[str, str]) -> None:
    assert bare("templates", "show", *words).exit_code == 2


# -- doctor -----------------------------------------------------------------------------------


def problems(done: Result) -> dict[str, str]:
    return {row["about"]: row["what"] for row in json.loads(done.stdout) if not row["ok"]}


@pytest.fixture
def well(ready: Call, home: Path) -> Call:
    (home / "voicenote.toml").write_text(
        '[owner]\nname = "Ada"\nemail = "ada@example.com"\ntime_zone = "Europe/Riga"\n'
    )
    return ready


def test_a_good_set_up_is_well(well: Call) -> None:
    done = well("doctor")
    assert done.exit_code == 0, done.stdout
    assert done.stdout == "Everything is fine.\n"
    assert "you asked for silent" in done.stderr


def test_before_init_the_cure_is_init(bare: Call) -> None:
    done = bare("doctor")
    assert done.exit_code == 1
    assert "voicenote init" in done.stdout


def test_an_owner_without_a_name_or_a_clock_is_told(bare: Call, home: Path) -> None:
    bare("init")
    (home / "voicenote.toml").unlink()
    found = problems(bare("doctor", "--json", **NO_ENV))
    assert set(found) == {"owner", "time zone"}


def test_every_wrong_setting_is_told_at_once(well: Call, home: Path) -> None:
    (home / "voicenote.toml").write_text('[owner]\ntime_zone = "Mars"\nlanguage = 7\n')
    done = well("doctor")
    assert done.exit_code == 78
    assert "Mars" in done.stdout
    assert "line 3" in done.stdout


def test_a_broken_plan_is_told(well: Call, home: Path) -> None:
    with (home / "voicenote.toml").open("a") as file:
        file.write('[plans.odd]\nsteps = [{kind = "dance"}]\n')
    assert "settings" in problems(well("doctor", "--json"))


def test_a_voice_that_is_not_there_is_told_by_language(well: Call) -> None:
    found = problems(well("doctor", "--json", VOICENOTE_VOICE__ENGINE="parrot"))
    assert "parrot is not known" in found["voices"]
    assert "there is no voice 'parrot'" in found["settings"]


def test_a_memo_whose_file_is_gone_is_told(well: Call, home: Path) -> None:
    next(home.glob("memos/000002/*/memo.mp3")).unlink()
    assert problems(well("doctor", "--json")) == {"memos": "files of case 2 are gone"}


def test_a_damaged_ledger_is_told(well: Call, home: Path) -> None:
    (home / "ledger.db").write_bytes(b"no database at all" * 500)
    for more in home.glob("ledger.db-*"):
        more.unlink()
    assert "damaged" in problems(well("doctor", "--json"))["ledger"]


def test_a_pass_at_work_is_no_problem(well: Call, home: Path) -> None:
    from filelock import FileLock

    with FileLock(home / "ledger.db.pass"):
        assert well("doctor").exit_code == 0


def test_a_channel_that_is_set_up_wrongly_is_told(well: Call, home: Path) -> None:
    with (home / "voicenote.toml").open("a") as file:
        file.write('[channels.mail]\nkind = "email"\n')
    assert "settings" in problems(well("doctor", "--json"))


def emptied(home: Path) -> None:
    for file in home.glob("ledger.db*"):
        file.unlink()


@pytest.mark.parametrize("left", ["nothing", "an empty file", "an empty database"])
def test_a_new_ledger_where_another_one_lived_is_refused(bare: Call, home: Path, left: str) -> None:
    assert bare("init").exit_code == 0
    emptied(home)
    if left == "an empty file":
        (home / "ledger.db").touch()
    elif left == "an empty database":
        with closing(sqlite3.connect(home / "ledger.db")) as raw:
            raw.execute("pragma journal_mode=wal")
    for command in ("init", "run", "cases"):
        done = bare(command)
        assert done.exit_code == 1, command
        assert "a ledger was there before" in done.stderr
    assert bare("init", "--anew").exit_code == 0
    assert bare("run").exit_code == 0


def test_memos_of_another_ledger_tell_it_too(
    ready: Call, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the state folder is lost as well."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "nothing"))
    emptied(home)
    done = ready("run")
    assert done.exit_code == 1
    assert "init --anew" in done.stderr
