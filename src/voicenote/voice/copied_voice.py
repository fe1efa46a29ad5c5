"""The consent to a copied voice: a recorded sentence of the person whose voice it is.

It is kept in the workspace beside its facts: who, when, which words, and the hash of the recording.
A copied voice speaks only while its consent stands; taking it back is a date in the same file, and
its recording stays as the proof that it was once given.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from voicenote.errors import Unavailable
from voicenote.files import write_whole

#: The folder of consents in a workspace.
FOLDER = "consents"
_SOUND, _FACTS = ".wav", ".json"
_MARK = re.compile(r"\bconsent [0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceConsent:
    """A consent: the voice's name at its server, whose voice it is, and what was said.

    `given_at` and `revoked_at` are ISO 8601 in UTC, the latter "" while it stands. `sha256` is the
    recording's. `checked` is "words" if ears heard them, else "speech".
    """

    voice: str
    whose: str
    sentence: str
    language: str
    given_at: str
    sha256: str
    checked: str
    revoked_at: str = ""

    @property
    def stands(self) -> bool:
        """Whether the voice may speak."""
        return not self.revoked_at

    @property
    def mark(self) -> str:
        """What the version of a voice, and so each memo, names the consent by."""
        return f"consent {self.sha256[:12]}"


def keep_consent(folder: Path, consent: VoiceConsent, wav: bytes) -> None:
    """Keep a consent and its recording, in place of an earlier one of this voice.

    Raises Unavailable when they can't be written.
    """
    place = _place(folder, consent.voice)
    write_whole(place.with_suffix(_SOUND), wav)
    _write(place, consent)


def revoke_consent(folder: Path, consent: VoiceConsent, at: str) -> VoiceConsent:
    """Note that a consent was taken back `at`, and return it. Raises Unavailable."""
    revoked = replace(consent, revoked_at=at)
    _write(_place(folder, consent.voice), revoked)
    return revoked


def find_consent(folder: Path, voice: str) -> VoiceConsent | None:
    """Return the consent to a voice; None if there is none, or its recording isn't the one."""
    place = _place(folder, voice)
    try:
        consent = VoiceConsent(**json.loads(place.with_suffix(_FACTS).read_text("utf-8")))
        wav = place.with_suffix(_SOUND).read_bytes()
    except (OSError, ValueError, TypeError):
        return None
    whole = consent.voice == voice and hashlib.sha256(wav).hexdigest() == consent.sha256
    return consent if whole else None


def lacks_consent(folder: Path, version: str) -> bool:
    """Whether a voice of this version copies a person's whose consent to it doesn't stand now."""
    named = _MARK.search(version)
    return named is not None and named[0] not in _standing_marks(folder)


def _standing_marks(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob(f"*{_FACTS}")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            consent = find_consent(folder, json.loads(path.read_text("utf-8"))["voice"])
            if consent is not None and consent.stands:
                yield consent.mark


def _place(folder: Path, voice: str) -> Path:
    return folder / hashlib.sha256(voice.encode()).hexdigest()[:16]


def _write(place: Path, consent: VoiceConsent) -> None:
    data = json.dumps(asdict(consent), ensure_ascii=False, indent=2)
    try:
        write_whole(place.with_suffix(_FACTS), f"{data}\n".encode())
    except UnicodeError as error:
        raise Unavailable("the consent can't be written", "name the voice in letters") from error
