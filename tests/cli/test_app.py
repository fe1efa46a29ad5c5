"""The frame: options, help, suggestions, exit codes, and how every failure is told."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import voicenote as package
from voicenote.cli import commands
from voicenote.cli.app import voicenote
from voicenote.cli.commands import COMMANDS, Entry
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import (
    BadData,
    BadSettings,
    Problem,
    RuleSaysNo,
    TryAgain,
    Unavailable,
    VoicenoteError,
    WrongUse,
)

ROOT = Path(package.__file__).parent

Probe = Callable[[Callable[[Session], object]], None]


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Probe]:
    """A command `probe` that does what the test says."""
    module = types.ModuleType("voicenote.cli.commands.probe")
    monkeypatch.setitem(sys.modules, "voicenote.cli.commands.probe", module)
    monkeypatch.setitem(COMMANDS, "probe", Entry("probe", "A probe."))

    def install(body: Callable[[Session], object]) -> None:
        @command("probe")
        def probe(session: Session) -> object:
            return body(session)

        module.probe = probe  # type: ignore[attr-defined]

    return install  # type: ignore[return-value]


def call(*words: str, **extra: object) -> Result:
    return CliRunner().invoke(voicenote, list(words), **extra)  # type: ignore[arg-type]


def in_shell(words: str, home: Path) -> subprocess.CompletedProcess[str]:
    line = f"{sys.executable} -m voicenote --home {home} {words}"
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", ["cases >&-", "run >&-", "cases >&- 2>&-", "cases <&- >&- 2>&-"])
def test_closed_streams_are_no_crash(words: str, tmp_path: Path) -> None:
    done = in_shell(words, tmp_path)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "our fault" not in done.stderr


@pytest.mark.parametrize("words", ["new <&-", "lesson 1 <&-", "triage 1 <&-", "say - -o s.ogg <&-"])
def test_a_closed_standard_input_is_one_that_has_ended(words: str, tmp_path: Path) -> None:
    done = in_shell(words, tmp_path)
    assert done.returncode not in (0, 70)
    assert "our fault" not in done.stderr


@pytest.mark.parametrize("word", ["\udcff", "caf\udce9"])
def test_a_word_that_is_no_text_is_refused(word: str) -> None:
    done = call("cases", "--batch", word)
    assert done.exit_code == 2
    assert "isn't UTF-8" in done.stderr


def raiser(error: BaseException) -> Callable[[Session], object]:
    def body(_session: Session) -> object:
        raise error

    return body


def run(
    *words: str, code: str = "", env: dict[str, str] | None = None, **extra: object
) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "voicenote"]
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, *start, *words],
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"} | (env or {}),
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **extra},  # type: ignore[call-overload]
    )
    return done


PROBE = """
import sys, types, click
from voicenote.cli.commands import COMMANDS, Entry
from voicenote.cli.terminal.session import command
name = "voicenote.cli.commands.probe"
module = sys.modules[name] = types.ModuleType(name)
COMMANDS["probe"] = Entry("probe", "")
@command()
def probe(session):
    {body}
module.probe = probe
from voicenote.cli import main
main()
"""


def test_help_shows_every_command_in_the_order_of_the_pipeline() -> None:
    result = call("--help")
    assert result.exit_code == 0
    places = [result.output.index(f"\n  {entry.name} ") for entry in COMMANDS.values()]
    assert places == sorted(places)


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from voicenote.cli import main\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    modules = run("--help", code=code).stderr.split()
    ours = {name for name in modules if name.startswith("voicenote")}
    assert ours <= {
        "voicenote",
        "voicenote.cli",
        "voicenote.cli.commands",
        "voicenote.cli.app",
        "voicenote.cli.examples",
        "voicenote.cli.terminal",
        "voicenote.cli.terminal.session",
        "voicenote.errors",
        "voicenote.files",
    }
    heavy = {"rich", "sqlalchemy", "numpy", "av", "babel", "attr", "tomlkit", "logging", "asyncio"}
    assert not heavy & set(modules)


def test_every_command_is_listed_once() -> None:
    assert sum(map(len, commands.SECTIONS.values())) == len(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_module_of_its_name(name: str) -> None:
    command = voicenote.get_command(click.Context(voicenote), name)
    assert command is not None
    assert command.help


def test_an_unknown_command_gets_the_nearest_one() -> None:
    result = call("cass")
    assert result.exit_code == 2
    assert "Did you mean cases?" in result.stderr


def test_an_unknown_option_is_wrong_use() -> None:
    assert call("--hom", "x").exit_code == 2


def test_a_global_option_behind_the_command_is_explained(probe: Probe) -> None:
    probe(lambda _session: None)
    result = call("probe", "--home", "x")
    assert result.exit_code == 2
    assert "voicenote --home" in result.stderr


def test_no_words_show_the_help() -> None:
    result = call()
    assert result.exit_code == 2
    assert "Start here" in result.stderr


@pytest.mark.parametrize("words", [("--json", "probe"), ("probe", "--json")])
def test_json_is_taken_before_and_after_the_command(probe: Probe, words: tuple[str, ...]) -> None:
    probe(lambda session: session.screen.show({"a": 1}, lambda: "a"))
    assert json.loads(call(*words).stdout) == {"a": 1}
    assert call("probe").stdout == "a\n"


def test_global_options_reach_the_command(probe: Probe, tmp_path: Path) -> None:
    seen: list[Session] = []
    probe(seen.append)
    call("--home", str(tmp_path), "-q", "--debug", "probe")
    (session,) = seen
    assert (session.home, session.quiet, session.debug, session.json) == (
        tmp_path,
        True,
        True,
        False,
    )


def test_home_comes_from_the_environment(probe: Probe, tmp_path: Path) -> None:
    seen: list[Path] = []
    probe(lambda session: seen.append(session.home))
    call("probe", env={"VOICENOTE_HOME": str(tmp_path)})
    assert seen == [tmp_path]


@pytest.mark.parametrize(
    ("given", "meant"),
    [("--email", ""), ("--reason", ""), ("--where", ""), ("--jsn", "--json"), ("--hlep", "--help")],
)
def test_an_option_that_is_not_there_is_only_answered_with_one_like_it(
    probe: Probe, given: str, meant: str
) -> None:
    """The dashes, which all options share, make none of them alike."""
    probe(lambda session: None)
    said = call("probe", given).stderr
    assert f"No such option '{given}'." in said
    assert ("Did you mean" in said, meant in said) == (bool(meant), True)


def test_bad_settings_list_every_problem(probe: Probe, tmp_path: Path) -> None:
    (tmp_path / "voicenote.toml").write_text("[owner]\nnmae = 1\n[suond]\n", encoding="utf-8")
    probe(lambda session: session.settings)
    result = call("--home", str(tmp_path), "probe")
    assert result.exit_code == 78
    assert "voicenote.toml:2: owner.nmae" in result.stderr
    assert "did you mean sound?" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuleSaysNo("what", "do"), 1),
        (WrongUse("what", "do"), 2),
        (BadData("what", "do"), 65),
        (Unavailable("what", "do"), 69),
        (VoicenoteError("what", "do"), 70),
        (TryAgain("what", "do"), 75),
        (BadSettings("what", "do"), 78),
    ],
)
def test_our_errors_are_two_lines_and_their_code(
    probe: Probe, error: VoicenoteError, code: int
) -> None:
    probe(raiser(error))
    result = call("probe")
    assert (result.exit_code, result.stderr) == (code, "voicenote: what\n  do\n")


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (KeyboardInterrupt(), 130, "kept"),
        (click.Abort(), 130, "kept"),
        (EOFError(), 2, "input ended"),
        (OSError(errno.ENOSPC, "No space left on device"), 69, "free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "x.db"), 69, "x.db"),
        (ZeroDivisionError("secret detail"), 70, "--debug"),
        (OSError(errno.EIO, "Input/output error"), 69, "failing"),
        (OSError(errno.EFBIG, "File too large"), 69, "ulimit -f"),
        (OSError(errno.EMFILE, "Too many open files"), 69, "ulimit -n"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found"), 69, "TMPDIR"),
        (FileNotFoundError(errno.ENOENT, "No such file"), 70, "--debug"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 999), 65, "shorter name"),
        (OSError(errno.ENOTTY, "odd"), 70, "--debug"),
        (RecursionError(), 70, "--debug"),
    ],
)
def test_foreign_errors_are_told_without_a_traceback(
    probe: Probe, error: BaseException, code: int, word: str
) -> None:
    probe(raiser(error))
    result = call("probe")
    assert result.exit_code == code
    assert word in result.stderr
    assert "Traceback" not in result.stderr
    assert "secret detail" not in result.stderr


def test_an_interrupt_that_a_library_hides_while_it_is_loaded_is_still_one(probe: Probe) -> None:
    error = ImportError("bad install")
    error.__cause__ = KeyboardInterrupt()
    probe(raiser(error))
    assert call("probe").exit_code == 130


def test_debug_shows_the_traceback(probe: Probe) -> None:
    probe(raiser(ZeroDivisionError("detail")))
    result = call("--debug", "probe")
    assert result.exit_code == 70
    assert "Traceback" in result.stderr


def test_what_is_missing_is_listed(probe: Probe) -> None:
    probe(raiser(RuleSaysNo("not closed", "do this", missing=["the customer's yes", "a lesson"])))
    assert "  - the customer's yes\n  - a lesson\n" in call("probe").stderr


def test_many_problems_are_capped_on_a_terminal_and_whole_in_json(probe: Probe) -> None:
    problems = [Problem(what="bad", line=n, file="x.csv") for n in range(1, 121)]
    probe(raiser(BadData("120 rows are bad", "see them", problems)))
    assert "… and 70 more" in call("probe").stderr
    told = json.loads(call("probe", "--json").stderr)
    assert (told["error"], told["advice"], told["exit_code"]) == (
        "120 rows are bad",
        "see them",
        65,
    )
    assert len(told["problems"]) == 120
    assert told["problems"][4] == {
        "what": "bad",
        "advice": "",
        "file": "x.csv",
        "line": 5,
        "field": "",
    }


@pytest.mark.parametrize("words", [("--json", "cass"), ("cass", "--json")])
def test_wrong_use_is_json_too(words: tuple[str, ...]) -> None:
    assert json.loads(call(*words).stderr)["exit_code"] == 2


def test_a_command_may_return_its_exit_code(probe: Probe) -> None:
    probe(lambda _session: 1)
    assert call("probe").exit_code == 1


def test_python_m_voicenote_tells_its_version() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("voicenote ")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_terminal_is_too_poor_for_a_name(encoding: str) -> None:
    code = PROBE.format(body="session.screen.out('Zoë רות \\ud800'); session.screen.warn('רות')")
    done = run("probe", code=code, env={"PYTHONIOENCODING": encoding}, encoding=encoding)
    assert (done.returncode, "Zo" in done.stdout) == (0, True)


@pytest.mark.parametrize("many", [1, 9999])
def test_a_reader_that_goes_away_is_no_drama(many: int) -> None:
    code = PROBE.format(body=f"[session.screen.out('x' * 99) for _ in range({many})]")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as nobody:
        done = run("probe", code=code, stdout=nobody)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("many", [1, 9999])
def test_a_full_disk_is_told(many: int) -> None:
    code = PROBE.format(body=f"[session.screen.out('x' * 99) for _ in range({many})]")
    with Path("/dev/full").open("w") as full:
        done = run("probe", code=code, stdout=full)
    assert done.returncode == 69
    assert "free some space" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_is_one_message() -> None:
    body = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    done = run("probe", code=PROBE.format(body=body))
    assert done.returncode == 130
    assert done.stderr.strip().startswith("voicenote: stopped")


def test_completion_is_written_and_names_commands_without_importing_them() -> None:
    script = call("completion", "zsh")
    assert (script.exit_code, "_VOICENOTE_COMPLETE" in script.output) == (0, True)
    env = {"_VOICENOTE_COMPLETE": "zsh_complete", "COMP_WORDS": "voicenote re", "COMP_CWORD": "1"}
    names = run(env=env).stdout.split()
    assert {"record", "render", "rehearse", "resend", "reopen", "restore"} <= set(names)


def test_wrong_shells_are_wrong_use() -> None:
    assert call("completion", "tcsh").exit_code == 2


def test_what_a_library_logs_cannot_command_a_terminal_either() -> None:
    """With -v the words of a server are shown, and the server may be anybody's."""
    program = (
        "import logging; from voicenote.cli import app; app._logging(1);"
        r"logging.getLogger('smtp').info('250 \x1b]0;x\x07\u202eok\nsecond line')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stderr.decode() == "smtp: 250  ]0;x  ok\nsecond line\n"
