"""The template writer: the words that the templates make of a case; always there, offline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicenote.errors import Unavailable
from voicenote.options.declaration import NoOptions
from voicenote.script.writers.port import Task, WriterInfo, WritingRequest


class TemplateWriter:
    """A writer whose words come from the templates: they are among the facts of each request."""

    name = "template"
    model = ""

    def __init__(self, options: NoOptions) -> None:
        del options

    @classmethod
    def info(cls, options: NoOptions) -> WriterInfo:
        """Return what the listing shows."""
        del options
        return WriterInfo(
            name=cls.name,
            ready=True,
            note="the templates, packaged and your own; nothing leaves this machine",
            tasks=frozenset({Task.SCRIPT}),
        )

    def answer(self, request: WritingRequest) -> Mapping[str, Any]:
        """Return the template's own words. The port lists the errors."""
        if request.task is not Task.SCRIPT:
            raise Unavailable(
                "the templates can only write scripts",
                "set a writer in [writer] that can; see `voicenote writers`",
            )
        return {"sections": request.facts["template_says"]}

    def close(self) -> None:
        """Do nothing: it holds nothing."""
