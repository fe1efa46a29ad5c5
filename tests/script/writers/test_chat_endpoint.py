"""The endpoint writer against a fake that is held to OpenAI's published types."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.chat_api import ChatServer, chat_server
from tests.fakes.made import options_from
from voicenote.errors import BadData, Unavailable
from voicenote.script.writers.answers import script_schema
from voicenote.script.writers.chat_endpoint import EndpointWriter
from voicenote.script.writers.port import Task, WritingRequest

SAYS: dict[str, Any] = {"sections": [{"section": "own", "sentences": ["We were late."]}]}
REQUEST = WritingRequest(
    task=Task.SCRIPT, instructions="Say it.", facts={"x": "szkło"}, schema=script_schema()
)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server(lambda _: SAYS) as made:
        yield made


def writer(server: ChatServer, **more: object) -> EndpointWriter:
    table = {"base_url": server.url, "model": "toy", "retries": 0, **more}
    return EndpointWriter(options_from(EndpointWriter, table, "writer"))


def test_it_sends_the_method_the_facts_and_a_strict_schema(server: ChatServer) -> None:
    writer(server, key="sesame").answer(REQUEST)
    (body,) = server.asked
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"] == "Say it."
    assert "szkło" in body["messages"][1]["content"]
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["response_format"]["json_schema"]["schema"] == REQUEST.schema
    assert server.keys == ["Bearer sesame"]


def test_a_redraft_carries_the_last_answer_and_what_was_wrong(server: ChatServer) -> None:
    writer(server).answer(replace(REQUEST, previous=SAYS, findings=("“£500”: not promised",)))
    roles = [(one["role"], one["content"]) for one in server.asked[0]["messages"][2:]]
    assert [role for role, _ in roles] == ["assistant", "user"]
    assert "We were late." in roles[0][1]
    assert "£500" in roles[1][1]


@pytest.mark.parametrize("refuses", [{"json_schema"}, {"json_schema", "json_object"}])
def test_a_server_without_schemas_is_asked_in_words(server: ChatServer, refuses: set[str]) -> None:
    server.refuses = refuses
    made = writer(server)
    assert made.answer(REQUEST) == SAYS
    assert '"sections"' in server.asked[-1]["messages"][0]["content"]
    made.answer(REQUEST)
    assert len(server.asked) == len(refuses) + 2  # it remembers


@pytest.mark.parametrize("text", ["```json\n{}\n```", '{"sections": []}', " {} \n"])
def test_json_is_read_with_a_fence_and_without(server: ChatServer, text: str) -> None:
    server.write = lambda _: text
    assert isinstance(writer(server).answer(REQUEST), dict)


@pytest.mark.parametrize("text", ["I am sorry", "[1]", "{", "null", "[" * 100_000])
def test_what_is_no_json_object_is_bad_data(server: ChatServer, text: str) -> None:
    server.write = lambda _: text
    with pytest.raises(BadData) as bad:
        writer(server).answer(REQUEST)
    assert bad.value.advice


@pytest.mark.parametrize("raw", [b"", b"<html>", b"{}", b'{"choices": []}', b"[]", b"\xff"])
def test_another_kind_of_server_is_bad_data(server: ChatServer, raw: bytes) -> None:
    server.raw = raw
    with pytest.raises(BadData):
        writer(server).answer(REQUEST)


def test_a_refusal_and_a_cut_answer_are_bad_data(server: ChatServer) -> None:
    server.finish = "length"
    with pytest.raises(BadData, match="cut off"):
        writer(server).answer(REQUEST)
    server.finish, server.refusal = "stop", "I can't help with that"
    with pytest.raises(BadData, match="refused"):
        writer(server).answer(REQUEST)


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 503])
def test_each_status_is_translated_and_shows_no_key(server: ChatServer, status: int) -> None:
    server.statuses = [status]
    with pytest.raises(Unavailable) as refused:
        writer(server, key="sesame").answer(REQUEST)
    assert str(status) in refused.value.what
    assert refused.value.advice
    assert "sesame" not in f"{refused.value.what}{refused.value.advice}"


def test_a_busy_server_is_asked_again_a_few_times(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openai._base_client.BaseClient._calculate_retry_timeout", lambda *_: 0.0)
    server.statuses = [429, 503]
    assert writer(server, retries=2).answer(REQUEST) == SAYS
    server.statuses = [429, 503, 503]
    with pytest.raises(Unavailable):
        writer(server, retries=2).answer(REQUEST)


def test_nobody_there_is_unavailable() -> None:
    with chat_server(lambda _: SAYS) as gone:
        pass
    with pytest.raises(Unavailable, match="does not answer"):
        writer(gone).answer(REQUEST)


def test_a_server_that_drips_is_left_at_the_time_limit(server: ChatServer) -> None:
    server.drip = 0.05
    start = time.monotonic()
    with pytest.raises(Unavailable, match="longer than"):
        writer(server, time_limit=0.5).answer(REQUEST)
    assert time.monotonic() - start < 10


def test_an_endless_answer_is_not_read(server: ChatServer) -> None:
    server.raw = b" " * 2_100_000
    with pytest.raises(BadData, match="too much"):
        writer(server).answer(REQUEST)
