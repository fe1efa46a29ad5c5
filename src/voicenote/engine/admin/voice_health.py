"""What `doctor` says of the voices: which speaks each language, and whether it is understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from voicenote.engine.admin.check_result import CheckResult, fault, fine
from voicenote.engine.memo.voice_choice import voice_options
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings, VoiceUnavailable
from voicenote.ledger.case_store import load, numbers_of
from voicenote.ledger.unreadable import readable
from voicenote.model.case import OPEN_STAGES
from voicenote.script.templating import Templates
from voicenote.voice.choose import MISHEARD, Offer, VoiceChoice, choose
from voicenote.voice.port import primary


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
    languages = Templates((ws.home / "templates",)).languages()
    for language in _languages(ws):
        if language.partition("-")[0].lower() not in languages:
            yield fault(
                "templates",
                f"there are none in {language}, so its customers hear English",
                f"write some in {ws.home / 'templates' / language}",
            )


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
