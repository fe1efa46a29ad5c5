"""What `doctor` says of the voices: which speaks each language, and whether it is understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from voicenote.engine.admin.check_result import CheckResult, fault, fine
from voicenote.engine.memo.signing import credentials_of
from voicenote.engine.memo.voice_choice import voice_options
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, VoicenoteError, VoiceUnavailable
from voicenote.extras import how_to_install_packages
from voicenote.ledger.case_store import load, numbers_of
from voicenote.ledger.unreadable import readable
from voicenote.marks.manifest import sign, source_of
from voicenote.marks.network import runs_here
from voicenote.model.case import OPEN_STAGES
from voicenote.model.memo import Clip, Synthetic
from voicenote.script.templating import Templates
from voicenote.settings import Settings
from voicenote.voice.choose import MISHEARD, Offer, VoiceChoice, choose
from voicenote.voice.port import primary

#: What is signed to see whether that works.
SHORTEST_WAV = Clip(bytes(800), 8_000, synthetic=True).wav


def check_voices(ws: Workspace, _env: Mapping[str, str]) -> Iterator[CheckResult]:
    """Check the voice and the templates of each language that is spoken here."""
    for language in _languages(ws):
        options = voice_options(ws.settings, language, ws.settings.owner.name)
        offers = [Offer(info=one) for one in ws.describe_voices(options)]
        spoken = [offer for offer in offers if offer.info.synthetic]
        wish = ws.settings.voice.of(language, ws.settings.owner.name).engine
        if wish == "recorded":
            yield fine("voices", f"{language}: your own recordings only")
            continue
        try:
            choice = choose([wish], language, spoken)
            ws.voice(choice.name, options)
        except (VoiceUnavailable, BadSettings) as error:
            yield fault("voices", error.what, error.advice)
        else:
            info = next(one.info for one in spoken if one.info.name == choice.name)
            yield _understood(language, choice, info.misheard.get(primary(language), 0))
    yield _watermark(wanted=ws.settings.sound.watermark)
    yield _signing(ws.settings)
    languages = Templates((ws.home / "templates",)).languages()
    for language in _languages(ws):
        if language.partition("-")[0].lower() not in languages:
            yield fault(
                "templates",
                f"there are none in {language}, so its customers hear English",
                f"write some in {ws.home / 'templates' / language}",
            )


def _watermark(*, wanted: bool) -> CheckResult:
    """Return whether synthetic voices are watermarked here."""
    if not wanted:
        return fine("marks", "synthetic voices aren't watermarked: [sound] watermark is off")
    if not runs_here():
        return fault(
            "marks",
            "synthetic voices can't be watermarked, so only the file's tag and the spoken line "
            "say what they are",
            how_to_install_packages("onnxruntime"),
        )
    return fine("marks", "synthetic voices are watermarked")


def _signing(settings: Settings) -> CheckResult:
    """Return whether memos in a synthetic voice are signed, and by whom."""
    try:
        by = credentials_of(settings)
        if by is None:
            return fine("marks", "memos aren't signed: [marks] certificate is empty")
        sign(SHORTEST_WAV, "wav", source_of(Synthetic.YES, ""), "a trial", by)
    except VoicenoteError as error:
        return fault("marks", error.what, error.advice)
    return fine("marks", f"memos in a synthetic voice are signed with {settings.marks.certificate}")


def _understood(language: str, choice: VoiceChoice, misheard: float) -> CheckResult:
    """Return whether listeners understand a voice, as far as that was measured."""
    if misheard > MISHEARD:
        what = f"{choice.name} is hardly understood in {language}: a listener mishears about "
        letters = "; their memos leave as letters without sound" if choice.misheard else ""
        return fault(
            "voices",
            f"{what}{misheard:g} of 100 words{letters}",
            "speak those memos yourself (voicenote record N), or choose another voice: "
            "voicenote voices",
        )
    return fine("voices", f"{language}: {choice.name}, {choice.why}")


def _languages(ws: Workspace) -> Sequence[str]:
    """Return the languages of the owner and of the customers of open cases, each once."""
    with ws.ledger.read() as tx:
        found, _ = readable(partial(load, tx), numbers_of(tx, stages=OPEN_STAGES))
        spoken = {case.customer.language for case in found.values()}
    return sorted({ws.settings.owner.language, *spoken} - {""})
