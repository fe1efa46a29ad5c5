"""The settings of what listens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicenote.options import option, validators


@dataclass(frozen=True, slots=True, kw_only=True)
class EarsTable:
    """What listens to a sound and writes down what is said in it. Only `endpoint` sends it away.

    `options` are the ears' own, with secrets as `Secret`.
    """

    kind: str = option(
        "whisper",
        validators.text,
        "Who listens: whisper (on this machine, the extra `ears`), endpoint (a server like "
        "OpenAI's), or none.",
        "endpoint",
    )
    listen_back: str = option(
        "auto",
        validators.choice("auto", "on", "off"),
        "Whether what a synthetic voice says of names, sums and days is listened to, and said "
        "otherwise where it is misheard: auto (where the ears are ready), on (and say each time "
        "that they aren't), or off.",
        "off",
    )
    options: Mapping[str, Any] = field(default_factory=dict)
