"""The endpoint writer: any server that answers as OpenAI's chat completions do.

There are many: Ollama, llama.cpp and vLLM on your own machine, and hosted ones. The facts are sent
to the server in the settings, and nowhere else. The client is OpenAI's (the extra `writer`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voicenote.deadline import Deadline
from voicenote.errors import BadData
from voicenote.extras import how_to_install
from voicenote.model_server import ModelServer, is_installed
from voicenote.options import Secret, option, validators
from voicenote.script.writers.answers import read_object
from voicenote.script.writers.port import WriterInfo, WritingRequest

if TYPE_CHECKING:
    from openai import OpenAI

#: The most bytes of an answer that are read.
MOST = 2_000_000
#: The ways to ask for JSON, the strictest first; a server that refuses one is asked by the next.
_WAYS = ("schema", "object", "words")


@dataclass(frozen=True, kw_only=True)
class EndpointWriterOptions:
    """The settings of a server that writes."""

    base_url: str = option(
        "",
        validators.server,
        "The address of a server that answers as OpenAI's chat completions do; https, or this "
        "machine.",
        "http://localhost:11434/v1",
        required=True,
    )
    model: str = option(
        "", validators.line, "One of the server's models.", "qwen3:8b", required=True
    )
    key: Secret | None = option(
        None, validators.secret, "A reference to its key; a server on this machine needs none."
    )
    time_limit: float = option(120.0, validators.seconds, "Seconds that one answer may take.")
    retries: int = option(
        2,
        validators.number(0, 10, whole=True),
        "How often a request is sent again when the server is busy or does not answer.",
    )
    temperature: float = option(
        0.4, validators.number(0, 2), "How freely it writes: 0 always takes the likeliest word."
    )
    most_tokens: int = option(
        2000, validators.number(50, 100_000, whole=True), "The longest answer, in tokens."
    )


class EndpointWriter:
    """A model behind a server."""

    Options = EndpointWriterOptions
    name = "endpoint"

    def __init__(self, options: EndpointWriterOptions) -> None:
        self._options = options
        self._server = ModelServer(
            whose="writer",
            table="[writer]",
            url=options.base_url,
            time_limit=options.time_limit,
            retries=options.retries,
            instead="; or: voicenote script N --writer template",
            if_busy="; or set a smaller [writer] parallel",
        )
        self.model = options.model
        self._client: OpenAI | None = None
        self._ways = list(_WAYS)

    @classmethod
    def info(cls, options: EndpointWriterOptions) -> WriterInfo:
        """Return what the listing shows; the server isn't contacted."""
        missing = [name for name in ("base_url", "model") if not getattr(options, name)]
        advice = f"set {' and '.join(missing)} in [writer]" if missing else ""
        if not is_installed():
            advice = f"install its client: {how_to_install('writer')}"
        return WriterInfo(
            name=cls.name,
            ready=not advice,
            note="a model behind a server like OpenAI's; it gets the facts of each case",
            sends=options.base_url,
            advice=advice,
        )

    def answer(self, request: WritingRequest) -> Mapping[str, Any]:
        """Ask the server. The port lists the errors."""
        self._connect()
        import openai

        deadline = Deadline(self._options.time_limit)
        with self._server.translated():
            while True:
                way = self._ways[0]
                try:
                    return _read(self._fetch(request, way, deadline))
                except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                    # an older server knows no schema, or no wish for JSON at all
                    if "response_format" not in str(error) or way == _WAYS[-1]:
                        raise
                    self._ways = [one for one in self._ways if one != way] or [_WAYS[-1]]

    def close(self) -> None:
        """Close its connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _fetch(self, request: WritingRequest, way: str, deadline: Deadline) -> bytes:
        options = self._options
        with self._connect().chat.completions.with_streaming_response.create(
            model=options.model,
            messages=_messages(request, way),  # type: ignore[arg-type]  # as its schema has them
            temperature=options.temperature,
            max_tokens=options.most_tokens,
            timeout=min(options.time_limit, deadline.left()),
            **_format(request, way),
        ) as response:
            data = bytearray()
            for piece in response.iter_bytes():
                deadline.left()
                data += piece
                if len(data) > MOST:
                    raise BadData("the writer's server sent too much", "check its own log")
            return bytes(data)

    def _connect(self) -> OpenAI:
        """Return the client, made once."""
        if self._client is None:
            key = self._options.key
            self._client = self._server.connect(key.reveal() if key else "")
        return self._client


def _messages(request: WritingRequest, way: str) -> list[dict[str, str]]:
    system = request.instructions
    if way != _WAYS[0]:
        system += f"\nThe JSON schema of your answer:\n{json.dumps(request.schema)}\n"
    facts = json.dumps({"facts": request.facts}, ensure_ascii=False)
    said = [{"role": "system", "content": system}, {"role": "user", "content": facts}]
    if request.previous is not None:
        said.append(
            {"role": "assistant", "content": json.dumps(request.previous, ensure_ascii=False)}
        )
    if request.findings:
        listed = "\n".join(f"- {finding}" for finding in request.findings)
        said.append({"role": "user", "content": f"findings:\n{listed}\nAnswer again, whole."})
    return said


def _format(request: WritingRequest, way: str) -> dict[str, Any]:
    if way == "words":
        return {}
    if way == "object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": request.task.value, "strict": True, "schema": request.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _read(data: bytes) -> dict[str, Any]:
    """Return the answer in a chat completion. Raises BadData."""
    try:
        choice = json.loads(data)["choices"][0]
        message, why = choice["message"], choice.get("finish_reason")
        text, refusal = message.get("content"), message.get("refusal")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise BadData(
            "what the writer's server sent isn't a chat completion",
            "check [writer] base_url; it mostly ends in /v1",
        ) from None
    if refusal:
        raise BadData("the writer's model refused to answer", "another model may do it")
    if why == "length":
        raise BadData("the writer's answer was cut off", "set a larger [writer] most_tokens")
    if not isinstance(text, str):
        raise BadData("the writer's answer has no text", "another model may do better")
    return read_object(text)
