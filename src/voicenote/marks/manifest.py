"""Signed metadata as the C2PA specifies: what a file is, sealed with its owner's certificate.

It goes into mp3, m4a and wav. The signing library knows no Ogg, whose manifest is a file beside it.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

from voicenote.errors import Unavailable
from voicenote.extras import how_to_install
from voicenote.model.memo import Synthetic

#: Rendition → its media type.
TYPES = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "wav": "audio/wav", "ogg": "audio/ogg"}
#: The terms of IPTC for how a sound came about.
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_TRAINED, _COMPUTED, _MIXED = "trainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic"
#: The terms that say that a machine speaks, in all of it or a part.
SYNTHETIC = frozenset({_TRAINED, _COMPUTED, _MIXED, "compositeWithTrainedAlgorithmicMedia"})
_BY_RULES = ("espeak-ng ", "silent ")
_UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs: a chain of certificates, the signer's first, and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a file's manifest says and whether that holds.

    `valid`: nothing was changed since it was signed. `trusted`: one of the given certificates
    vouches for the signer. `problems` are codes of the C2PA. `source` is IPTC's term for
    how it was made.
    """

    valid: bool
    trusted: bool
    signer: str
    source: str
    beside: bool
    problems: tuple[str, ...] = ()


def source_of(synthetic: Synthetic, voice: str) -> str:
    """Return IPTC's term for the sound of a memo, "" for a person's.

    espeak-ng, and the hum of the silent voice, are computed by rules; other voices were trained.
    """
    if synthetic is Synthetic.NO:
        return ""
    if synthetic is Synthetic.PARTLY:
        return _MIXED
    return _COMPUTED if voice.startswith(_BY_RULES) else _TRAINED


def sign(data: bytes, rendition: str, source: str, title: str, by: Credentials) -> bytes:
    """Return the signed file; for Ogg, the manifest, for a file next to it.

    Raises Unavailable when the library is missing, or certificate or key don't fit.
    """
    c2pa = _library()
    action = {"action": "c2pa.created", "digitalSourceType": _SOURCE + source}
    claim = {
        "claim_generator_info": [{"name": "voicenote"}],
        "title": title,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    made = io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(_algorithm(by.key), by.certificate, by.key, None)
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(claim) as builder:
            if rendition == "ogg":
                builder.set_no_embed()
            manifest = builder.sign(signer, TYPES[rendition], io.BytesIO(data), made)
    except (c2pa.C2paError, ValueError, TypeError) as error:
        raise Unavailable(
            f"the memo can't be signed: {str(error) or type(error).__name__}",
            "check certificate and key in [marks]: see docs/marks.md",
        ) from error
    return bytes(manifest) if rendition == "ogg" else made.getvalue()


def read_manifest(
    data: bytes, rendition: str, beside: bytes | None = None, trusted: str = ""
) -> Manifest | None:
    """Return what the manifest in `data`, or the one `beside` it, says; None if there is none.

    `trusted` are PEM certificates of those whom the reader trusts. Raises Unavailable when the
    library is missing.
    """
    c2pa = _library()
    given = [beside] if beside else []
    if rendition not in TYPES or (rendition == "ogg" and not given):
        return None
    config: dict[str, Any] = {"verify": {"verify_trust": True}}
    if trusted:
        config["trust"] = {"trust_anchors": trusted}
    try:
        context = c2pa.Context.from_dict(config)
        with c2pa.Reader(TYPES[rendition], io.BytesIO(data), *given, context=context) as reader:
            told = json.loads(reader.json())
    except c2pa.C2paError as error:
        if "ManifestNotFound" in type(error).__name__:
            return None
        return Manifest(
            valid=False, trusted=False, signer="", source="", beside=bool(given),
            problems=(str(error),),
        )  # fmt: skip
    return _manifest_of(told, beside=bool(given))


def _manifest_of(told: dict[str, Any], *, beside: bool) -> Manifest:
    active = told["manifests"][told["active_manifest"]]
    signer = active.get("signature_info") or {}
    failures = (told.get("validation_results") or {}).get("activeManifest", {}).get("failure", [])
    actions = [
        action
        for assertion in active.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", [])
    ]
    sources = [str(action.get("digitalSourceType", "")) for action in actions]
    return Manifest(
        valid=told.get("validation_state") in ("Valid", "Trusted"),
        trusted=told.get("validation_state") == "Trusted",
        signer=str(signer.get("common_name") or signer.get("issuer") or ""),
        source=next((one.rpartition("/")[2] for one in sources if one), ""),
        beside=beside,
        problems=tuple(one["code"] for one in failures if one.get("code") != _UNTRUSTED),
    )


def _algorithm(key: bytes) -> bytes:
    """Return the name of the way to sign with a private key. Raises ValueError or TypeError."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private = load_pem_private_key(key, None)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return b"ed25519"
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return {256: b"es256", 384: b"es384"}.get(private.key_size, b"es512")
    return b"ps256"


def _library() -> Any:
    try:
        import c2pa
    except Exception as error:  # it also fails to load its own library
        raise Unavailable(
            "signed metadata needs a library that isn't installed", how_to_install("marks")
        ) from error
    return c2pa
