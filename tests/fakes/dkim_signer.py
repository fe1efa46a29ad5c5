"""Signs letters as a provider does, and has the key for its DNS; for the tests of signatures."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from voicenote.delivery.email.signatures import canonical_body, signed_headers, split_letter


@cache
def _private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_record() -> str:
    """Return the record at ``s1._domainkey.DOMAIN``, in pieces as a zone has it."""
    public = _private().public_key()
    packed = base64.b64encode(
        public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).decode()
    return f'"v=DKIM1; k=rsa; p=" "{packed[:200]}" "{packed[200:]}"'


def sign(letter: bytes, domain: str) -> bytes:
    """Return the letter with a signature of `domain` before it."""
    fields, body = split_letter(letter)
    hashed = base64.b64encode(hashlib.sha256(canonical_body(body, "relaxed")).digest()).decode()
    covered = "from:subject:to"
    tags = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1; h={covered}; bh={hashed}; b="
    own = (b"DKIM-Signature", f" {tags}\r\n".encode())
    signed = signed_headers(own, covered, fields, "relaxed")
    found = _private().sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return f"DKIM-Signature: {tags}{base64.b64encode(found).decode()}\r\n".encode() + letter
