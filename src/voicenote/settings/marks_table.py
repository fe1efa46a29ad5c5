"""The settings of signed metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voicenote.options import Secret, option, validators


def _key(value: Any) -> Secret | str:
    """Check that it is a secret by reference, or "" for none."""
    return validators.secret(value) or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksTable:
    """Signed metadata (C2PA) in the memos of a synthetic voice."""

    certificate: str = option(
        "",
        validators.text,
        "A PEM file with your certificate, then those of who issued it; a relative path begins in "
        "the workspace. Empty: memos aren't signed.",
        "certificate.pem",
    )
    key: Secret | str = option(
        "", _key, "A reference to its private key (PEM).", {"file": "secrets/sign"}
    )
    trusted: str = option(
        "",
        validators.text,
        "A PEM file with the certificates of those whose signature `voicenote verify` is to trust.",
        "trusted.pem",
    )
