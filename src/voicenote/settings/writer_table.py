"""The settings of what writes the scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicenote.options import option, validators


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterTable:
    """What writes the scripts. Only with another writer than `template` may facts leave here.

    `options` are the writer's own, with secrets as `Secret`.
    """

    kind: str = option(
        "template",
        validators.text,
        "Who writes: template (offline), endpoint (a server like OpenAI's), command (a program of "
        "yours), or another one of `voicenote writers`.",
        "endpoint",
    )
    names: str = option(
        "placeholders",
        validators.choice("placeholders", "as they are"),
        "How names and addresses are sent to a writer: as {customer} and the like, or as they are.",
    )
    batch: str = option(
        "personal",
        validators.choice("personal", "whole", "template"),
        "What it writes when there are several scripts: only what is personal (the shared "
        "sentences stay those that you record once), everything, or nothing: the templates do.",
    )
    parallel: int = option(
        4, validators.number(1, 64, whole=True), "How many scripts it writes at the same time."
    )
    redrafts: int = option(
        2,
        validators.number(0, 5, whole=True),
        "How often a draft that the method refuses is written again; then the template is taken.",
    )
    options: Mapping[str, Any] = field(default_factory=dict)
