"""Signed metadata: what was signed holds, what was changed doesn't, and no claim is false."""

from __future__ import annotations

import pytest

from tests.fakes.signers import make_credentials
from voicenote.errors import Unavailable
from voicenote.marks.manifest import Credentials, read_manifest, sign, source_of
from voicenote.model.memo import Clip, Synthetic

pytest.importorskip("c2pa")
WAV = Clip(bytes(8_000), 8_000, synthetic=True).wav
OGG = b"OggS" + bytes(500)
SOURCE = "trainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def credentials() -> tuple[Credentials, str]:
    return make_credentials()


def test_a_signed_file_says_who_signed_it_and_that_a_machine_speaks(
    credentials: tuple[Credentials, str],
) -> None:
    found = read_manifest(sign(WAV, "wav", SOURCE, "memo", credentials[0]), "wav")
    assert found is not None
    assert (found.valid, found.trusted, found.signer) == (True, False, "Ada's Cakes")
    assert (found.source, found.beside, found.problems) == (SOURCE, False, ())


def test_a_signer_is_trusted_whom_a_given_certificate_vouches_for(
    credentials: tuple[Credentials, str],
) -> None:
    by, root = credentials
    found = read_manifest(sign(WAV, "wav", SOURCE, "memo", by), "wav", trusted=root)
    assert found is not None
    assert found.trusted


def test_a_changed_sample_breaks_the_signature(credentials: tuple[Credentials, str]) -> None:
    signed = bytearray(sign(WAV, "wav", SOURCE, "memo", credentials[0]))
    signed[200] ^= 1
    found = read_manifest(bytes(signed), "wav")
    assert found is not None
    assert not found.valid
    assert "assertion.dataHash.mismatch" in found.problems


def test_an_ogg_file_has_its_manifest_beside_it(credentials: tuple[Credentials, str]) -> None:
    beside = sign(OGG, "ogg", SOURCE, "memo", credentials[0])
    found = read_manifest(OGG, "ogg", beside)
    assert found is not None
    assert (found.valid, found.beside) == (True, True)
    other = read_manifest(OGG[:-1] + b"x", "ogg", beside)
    assert other is not None
    assert not other.valid
    assert read_manifest(OGG, "ogg") is None


def test_a_file_without_a_manifest_has_none() -> None:
    assert read_manifest(WAV, "wav") is None
    assert read_manifest(WAV, "flac") is None


def test_a_key_that_is_none_or_of_another_certificate_is_refused(
    credentials: tuple[Credentials, str],
) -> None:
    by, _ = credentials
    for key in (b"nothing", make_credentials()[0].key):
        with pytest.raises(Unavailable, match="can't be signed"):
            sign(WAV, "wav", SOURCE, "memo", Credentials(by.certificate, key))


@pytest.mark.parametrize(
    ("synthetic", "voice", "source"),
    [
        (Synthetic.NO, "recorded", ""),
        (Synthetic.YES, "hibari-tts 0.2.1 heart 175wpm", "trainedAlgorithmicMedia"),
        (Synthetic.YES, "espeak-ng 1.52.0 auto 165wpm", "algorithmicMedia"),
        (Synthetic.PARTLY, "espeak-ng 1.52.0 auto 165wpm, recorded", "compositeSynthetic"),
    ],
)
def test_it_claims_what_is_so(synthetic: Synthetic, voice: str, source: str) -> None:
    assert source_of(synthetic, voice) == source
