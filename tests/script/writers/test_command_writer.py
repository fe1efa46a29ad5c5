"""The command writer: no shell, a time limit, bounded output, and plain errors."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.fakes.made import options_from
from voicenote.errors import BadData, BadSettings, Unavailable
from voicenote.script.writers.answers import script_schema
from voicenote.script.writers.command_writer import CommandWriter
from voicenote.script.writers.port import Task, WritingRequest

REQUEST = WritingRequest(
    task=Task.SCRIPT, instructions="x" * 200_000, facts={}, schema=script_schema()
)


def writer(*argv: str, **more: object) -> CommandWriter:
    return CommandWriter(options_from(CommandWriter, {"argv": list(argv), **more}, "writer"))


def python(source: str, **more: object) -> CommandWriter:
    return writer(sys.executable, "-c", source, **more)


def test_a_program_that_reads_nothing_may_answer() -> None:
    assert python("print('{\"sections\": []}')").answer(REQUEST) == {"sections": []}


def test_its_words_are_no_shell(tmp_path: Path) -> None:
    made = writer(sys.executable, "-c", "import sys; print('{\"a\": 1}')", f"; touch {tmp_path}/x")
    assert made.answer(REQUEST) == {"a": 1}
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("source", ["print('sorry')", "pass", "print('[]')"])
def test_what_is_no_json_object_is_bad_data(source: str) -> None:
    with pytest.raises(BadData) as bad:
        python(source).answer(REQUEST)
    assert bad.value.advice


def test_a_failing_program_says_its_last_line() -> None:
    with pytest.raises(Unavailable, match="ended with 3: no model"):
        python("import sys; print('no model', file=sys.stderr); sys.exit(3)").answer(REQUEST)


def test_a_missing_program_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="can't be started"):
        writer("/nowhere/at/all").answer(REQUEST)


def test_it_is_ended_at_its_time_limit_with_what_it_started() -> None:
    source = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)"
    )
    start = time.monotonic()
    with pytest.raises(Unavailable, match="longer than"):
        python(source, time_limit=0.5).answer(REQUEST)
    assert time.monotonic() - start < 20


def test_endless_output_is_stopped() -> None:
    with pytest.raises(BadData, match="too much"):
        python("while True: print('x' * 10_000)").answer(REQUEST)


@pytest.mark.parametrize("argv", ["a b", [1], ["a\0b"], []])
def test_a_wrong_list_of_words_is_refused(argv: object) -> None:
    with pytest.raises(BadSettings):
        options_from(CommandWriter, {"argv": argv}, "writer")
