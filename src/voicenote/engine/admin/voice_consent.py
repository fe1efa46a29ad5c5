"""A person's consent to a copy of their voice: the sentence to say, keeping it, taking it back."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from voicenote.engine.memo.coach import check_speech, spoken_seconds
from voicenote.engine.memo.take_hearing import hear_sentences
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadData, Doubtful, RuleSaysNo, WrongUse
from voicenote.ledger.memos import cases_in_voice
from voicenote.model.memo import Clip
from voicenote.model.sentences import Section, Sentence
from voicenote.settings import Settings
from voicenote.settings.voice_table import VoiceFor
from voicenote.voice.copied_voice import (
    FOLDER,
    VoiceConsent,
    find_consent,
    keep_consent,
    revoke_consent,
)
from voicenote.voice.port import primary

_WORDS = Path(__file__).with_name("consent_words.toml")
#: Even said fast, a word takes so long, in seconds.
_LEAST_S = 0.17


@dataclass(frozen=True, slots=True)
class CopiedVoice:
    """A cloned voice of the settings: its name at its server, and whose voice it copies."""

    name: str
    whose: str


def copied_voices(settings: Settings) -> list[CopiedVoice]:
    """Return the cloned voices of the settings, each once."""
    found: dict[str, CopiedVoice] = {}
    for owner, table in _tables(settings):
        if table.options.get("cloned") is True and table.voice:
            whose = str(table.options.get("whose") or owner)
            found.setdefault(table.voice, CopiedVoice(table.voice, whose))
    return list(found.values())


def _tables(settings: Settings) -> Iterator[tuple[str, VoiceFor]]:
    """Yield each table of voices, with the person it is for."""
    common = settings.voice
    for owner, tables in ((settings.owner.name, common), *common.by_owner.items()):
        yield owner, tables
        for table in tables.by_language.values():
            yield owner, table


def find_copied(settings: Settings, name: str) -> CopiedVoice:
    """Return the cloned voice of that name. Raises WrongUse when the settings have none."""
    voices = copied_voices(settings)
    found = next((one for one in voices if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in voices)
        raise WrongUse(
            f"the settings have no cloned voice called {name!r}",
            f"known: {known}"
            if known
            else "add cloned = true to its settings in [voice]: see docs/voices.md",
        )
    if not found.whose:
        raise WrongUse(
            f"it isn't known whose voice {name!r} copies",
            "add whose to its settings, or set [owner] name",
        )
    return found


def consent_row(consent: VoiceConsent) -> dict[str, object]:
    """Return a consent as `voices` shows it."""
    return {**asdict(consent), "stands": consent.stands}


def list_consents(settings: Settings) -> list[dict[str, object]]:
    """Return how the consent to each cloned voice of the settings stands."""
    rows = []
    for voice in copied_voices(settings):
        found = find_consent(settings.home / FOLDER, voice.name)
        if found is None or found.whose != voice.whose:
            empty = {"given_at": "", "revoked_at": "", "sha256": "", "stands": False}
            rows.append({"voice": voice.name, "whose": voice.whose, **empty})
        else:
            rows.append(consent_row(found))
    return rows


def words_to_say(settings: Settings, voice: CopiedVoice, language: str = "") -> tuple[str, str]:
    """Return the sentence that the person reads aloud, and its language; English if none fits."""
    tongue = primary(language or settings.owner.language)
    tongue = tongue if tongue in _words() else "en"
    kind = "own" if voice.whose == settings.owner.name else "others"
    owner = settings.owner.business or settings.owner.name
    return _words()[tongue][kind].format(name=voice.whose, owner=owner), tongue


def record_consent(
    ws: Workspace, voice: CopiedVoice, clip: Clip, language: str = "", *, anyway: bool = False
) -> tuple[VoiceConsent, str]:
    """Keep a recorded sentence as the consent; return it, and why its words weren't checked.

    Raises BadData when a machine or nobody speaks in it, and Doubtful when it doesn't say the
    sentence; not with `anyway`.
    """
    text, tongue = words_to_say(ws.settings, voice, language)
    unchecked = _check(ws, voice, text, tongue, clip, anyway=anyway)
    wav = clip.wav
    with ws.ledger.write() as tx:
        consent = VoiceConsent(
            voice=voice.name,
            whose=voice.whose,
            sentence=text,
            language=tongue,
            given_at=tx.now.isoformat(timespec="seconds"),
            sha256=hashlib.sha256(wav).hexdigest(),
            checked="speech" if unchecked or anyway else "words",
        )
        tx.tell(
            "voice_consent_given",
            voice=consent.voice,
            whose=consent.whose,
            sha256=consent.sha256,
            checked=consent.checked,
        )
        keep_consent(ws.home / FOLDER, consent, wav)
    return consent, unchecked


def _check(
    ws: Workspace, voice: CopiedVoice, text: str, language: str, clip: Clip, *, anyway: bool
) -> str:
    if clip.synthetic:
        raise BadData(
            "a machine speaks in this file, as its tags say (synthetic): it is nobody's consent",
            "let the person whose voice it is read the sentence aloud",
        )
    check_speech(clip)
    if anyway:
        return ""
    least = len(text.split()) * _LEAST_S
    if (seconds := spoken_seconds(clip)) < least:
        raise Doubtful(
            f"it is {seconds:.1f} s of speech, and the sentence needs {least:.0f} s even said fast",
            "record the whole sentence; --anyway keeps this one",
        )
    sentence = Sentence(Section.OWN, text, personal=False)
    hearing = hear_sentences(ws, [sentence], language, clip, (voice.whose,))
    if hearing.doubts:
        raise Doubtful(
            "the recording doesn't say the sentence",
            "record it again; --anyway keeps this one",
            hearing.doubts,
        )
    return hearing.unchecked


def revoke(ws: Workspace, name: str) -> tuple[VoiceConsent, list[int]]:
    """Take a consent back; return it, and the open cases whose memo has that voice.

    From now on nothing is spoken in it, and none of these memos leaves. Raises RuleSaysNo when
    there is no consent that stands.
    """
    consent = find_consent(ws.home / FOLDER, name)
    if consent is None or not consent.stands:
        raise RuleSaysNo(f"no consent to the voice {name!r} stands", "see: voicenote voices")
    with ws.ledger.write() as tx:
        revoked = revoke_consent(ws.home / FOLDER, consent, tx.now.isoformat(timespec="seconds"))
        tx.tell(
            "voice_consent_revoked",
            voice=consent.voice,
            whose=consent.whose,
            sha256=consent.sha256,
        )
        return revoked, cases_in_voice(tx, consent.mark)


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(_WORDS.read_text("utf-8"))
