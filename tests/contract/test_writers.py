"""Every writer keeps the same promises. A new writer adds one line to WRITERS."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_api import chat_server
from tests.fakes.made import options_from
from voicenote.engine.tabled_plugins import makers_of
from voicenote.errors import BadSettings, Unavailable
from voicenote.options import describe, options_of, read
from voicenote.plugins import WRITERS as GROUP
from voicenote.script.writers.answers import read_sentences, script_schema
from voicenote.script.writers.chat_endpoint import EndpointWriter
from voicenote.script.writers.command_writer import CommandWriter
from voicenote.script.writers.port import Task, Writer, WriterMaker, WritingRequest
from voicenote.script.writers.template_writer import TemplateWriter

SAYS = [{"section": "own", "sentences": ["That was our mistake.", "Szkło, שלום, سلام, õun."]}]
REQUEST = WritingRequest(
    task=Task.SCRIPT,
    instructions="Say it.",
    facts={"template_says": SAYS, "language": "en"},
    schema=script_schema(),
)
ECHO = """\
import json, sys
facts = json.loads(sys.stdin.buffer.read())["facts"]
sys.stdout.buffer.write(json.dumps({"sections": facts["template_says"]}).encode())
"""


@dataclass(frozen=True)
class Kind:
    maker: WriterMaker
    table: Callable[[Path], Mapping[str, object]]

    def make(self, folder: Path) -> Writer:
        return self.maker(options_from(self.maker, self.table(folder), "writer"))


def echo(folder: Path) -> Mapping[str, object]:
    (folder / "echo.py").write_text(ECHO)
    return {"argv": [sys.executable, str(folder / "echo.py")]}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with chat_server(lambda facts: {"sections": facts["template_says"]}) as server:
        yield server.url


WRITERS: dict[str, Callable[[str], Kind]] = {
    "template": lambda _: Kind(TemplateWriter, lambda _: {}),
    "endpoint": lambda url: Kind(EndpointWriter, lambda _: {"base_url": url, "model": "toy"}),
    "command": lambda _: Kind(CommandWriter, echo),
}


@pytest.fixture(params=WRITERS)
def kind(request: pytest.FixtureRequest, url: str) -> Kind:
    return WRITERS[request.param](url)


@pytest.fixture
def writer(kind: Kind, tmp_path: Path) -> Iterator[Writer]:
    made = kind.make(tmp_path)
    yield made
    made.close()


def test_the_installed_ones_are_all_tried() -> None:
    assert set(makers_of(GROUP)) == set(WRITERS)


def test_it_is_a_writer_and_its_facts_are_those_of_the_listing(kind: Kind, writer: Writer) -> None:
    assert isinstance(writer, Writer)
    info = kind.maker.info(read(options_of(kind.maker), {}, "writer", []))
    assert (info.name, bool(info.note)) == (writer.name, True)
    assert info.ready or info.advice


def test_its_answer_is_json_of_the_schema_with_letters_of_every_language(writer: Writer) -> None:
    answer = writer.answer(REQUEST)
    said = read_sentences(answer, "en")
    assert [one.text for one in said] == SAYS[0]["sentences"]
    assert json.loads(json.dumps(answer)) == answer


def test_it_is_asked_by_several_threads_at_once(writer: Writer) -> None:
    def ask(number: int) -> Mapping[str, Any]:
        says = [{"section": "own", "sentences": [f"That was number {number}."]}]
        facts = {**REQUEST.facts, "template_says": says}
        return writer.answer(replace(REQUEST, facts=facts))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(12)))
    assert [one["sections"][0]["sentences"] for one in answers] == [
        [f"That was number {number}."] for number in range(12)
    ]


def test_a_refused_draft_is_told_with_its_findings(writer: Writer) -> None:
    again = replace(REQUEST, previous={"sections": []}, findings=("“£500”: nothing has it",))
    assert writer.answer(again)["sections"] == SAYS
    assert again.sha256 == REQUEST.sha256


def test_a_task_that_it_cannot_do_is_refused_with_advice(kind: Kind, writer: Writer) -> None:
    info = kind.maker.info(read(options_of(kind.maker), {}, "writer", []))
    for task in set(Task) - info.tasks:
        with pytest.raises(Unavailable) as refused:
            writer.answer(replace(REQUEST, task=task))
        assert refused.value.advice


def test_it_closes_twice_and_can_be_asked_again(writer: Writer) -> None:
    writer.close()
    writer.close()
    assert writer.answer(REQUEST)["sections"] == SAYS


def test_settings_that_are_wrong_are_all_named(kind: Kind) -> None:
    with pytest.raises(BadSettings) as wrong:
        options_from(kind.maker, {"colour": "red"}, "writer")
    needed = [one.key for one in describe(options_of(kind.maker)) if one.required]
    named = [one.field.removeprefix("writer.") for one in wrong.value.problems]
    assert named == ["colour", *needed]
