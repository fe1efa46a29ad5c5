"""Choosing the voice for a script: the settings' wish, and what is available."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from enum import Enum, auto

from voicenote.counting import count_of
from voicenote.engine.memo.marked_voice import mark_voice
from voicenote.engine.workspace import Workspace
from voicenote.errors import RuleSaysNo, VoiceUnavailable
from voicenote.model.case import Case
from voicenote.model.memo import Clip, Memo, Synthetic
from voicenote.model.sentences import Script, Sentence
from voicenote.script.disclosing import drop_disclosure
from voicenote.settings import Settings
from voicenote.voice.choose import AUTO, MISHEARD, Offer, choose
from voicenote.voice.port import VoiceInfo, primary
from voicenote.voice.recorded import Recorded, RecordedOptions, Spans
from voicenote.voice.writing_system import language_of


class Gaps(Enum):
    """What to do with a script of which the owner has recorded only a part.

    REFUSE: only the owner may say the rest. FILL: a machine says the rest. WHOLE: a machine says
    all of it, as nobody is there to record.
    """

    REFUSE = auto()
    FILL = auto()
    WHOLE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A voice for one script, to be made with `options`. `whole` is a recording of all of it.

    `spans` say when each sentence of that recording is said, in seconds, if it is known. If `own`
    is set, its recordings are used instead of the voice for the sentences they have. `marked`: its
    synthetic voice is watermarked. `misheard` and `anyway` are those of its memo.
    """

    name: str
    version: str
    synthetic: Synthetic
    why: str
    options: Mapping[str, object] = field(default_factory=dict)
    whole: Clip | None = None
    spans: Spans = ()
    own: RecordedOptions | None = None
    marked: bool = False
    misheard: float = 0
    anyway: bool = False

    @property
    def unheard(self) -> bool:
        """Whether its memo leaves as a letter without sound (R24)."""
        return self.misheard > 0 and not self.anyway


def recordings(ws: Workspace, owner: str) -> Recorded:
    """Return the recordings of one owner."""
    return Recorded(RecordedOptions(folder=ws.home / "recordings", owner=owner))


def voice_options(settings: Settings, language: str, owner: str = "") -> dict[str, object]:
    """Return the settings of a voice for a language; relative paths start at `home`."""
    return {**settings.voice.of(language, owner).given, "home": str(settings.home)}


def gaps_in(ws: Workspace, memo: Memo | None, *, follow_up: bool, fill_in: bool = False) -> Gaps:
    """Return what to do with a script recorded in part, given its existing `memo`.

    What the owner once let a machine say, it may say again. A follow-up is made when nobody is
    there to record, so a machine says all of it.
    """
    if fill_in or ws.settings.voice.fill_in or (memo and memo.synthetic is Synthetic.PARTLY):
        return Gaps.FILL
    if follow_up or (memo and memo.synthetic is Synthetic.YES):
        return Gaps.WHOLE
    return Gaps.REFUSE


def choose_voice(
    ws: Workspace,
    script: Script,
    case: Case,
    gaps: Gaps = Gaps.REFUSE,
    *,
    anyway: bool = False,
) -> Chosen:
    """Choose the voice that says a script of `case`; recordings are those of the case's owner.

    A recording of just this whole script is used whatever the settings wish. `anyway`: the owner
    sends the sound even if the voice is hardly understood. Raises VoiceUnavailable when no voice
    can say it, and RuleSaysNo, which names the sentences, when the owner has to record some first.
    """
    owner = ws.owner_of(case)
    own = recordings(ws, owner)
    said = drop_disclosure(script)
    whole = own.whole(said.sha256)
    if whole is not None:
        stamp = own.stamp_of_whole(said.sha256)
        chosen = _choose_recorded(own, [stamp], "you recorded the whole memo", whole)
        return replace(chosen, spans=own.spans_of_whole(said.sha256))
    wish = ws.settings.voice.of(script.language, owner).engine
    lacking = own.missing(said.sentences, script.language)
    begun = len(lacking) < len(said.sentences)
    if wish in (AUTO, own.name) or gaps is Gaps.FILL:
        if not lacking and said.sentences:
            stamps = [own.stamp(one, script.language) for one in said.sentences]
            return _choose_recorded(own, stamps, "every sentence is there in your own voice")
        if gaps is not Gaps.FILL and (wish == own.name or (begun and gaps is Gaps.REFUSE)):
            raise _refuse_unrecorded(case.number, said, lacking)
    chosen = _synthetic(ws, script, owner, AUTO if wish == own.name else wish)
    if begun and gaps is Gaps.FILL:
        chosen = _mix_voices(own, said, lacking, chosen)
    return replace(chosen, anyway=anyway and chosen.misheard > 0)


def _choose_recorded(
    own: Recorded, stamps: Sequence[str], why: str, whole: Clip | None = None
) -> Chosen:
    return Chosen(
        name=own.name,
        version=f"{own.version} ({_short(stamps)})",
        synthetic=Synthetic.NO,
        why=why,
        options=asdict(own.options),
        whole=whole,
    )


def _synthetic(ws: Workspace, script: Script, owner: str, wish: str) -> Chosen:
    """Return the machine's voice that the settings wish for."""
    options = voice_options(ws.settings, script.language, owner)
    # The consent to a cloned voice may be taken back at any moment, so its facts are read anew.
    describe = ws.describe_voices if options.get("cloned") else ws.voices_for
    offers = [
        Offer(info=info, lacks=_foreign(info, script))
        for info in describe({**options, "folder": str(ws.home / "recordings")})
        if info.name != Recorded.name
    ]
    choice = choose([wish], script.language, offers)
    marked = ws.settings.sound.watermark
    speaker = mark_voice(ws.voice(choice.name, options), wanted=marked)
    return Chosen(
        name=choice.name,
        version=speaker.version,
        synthetic=Synthetic.YES if speaker.synthetic else Synthetic.NO,
        why=choice.why,
        options=options,
        marked=marked,
        misheard=choice.misheard,
    )


def _mix_voices(
    own: Recorded, said: Script, lacking: Sequence[Sentence], machine: Chosen
) -> Chosen:
    """Return the owner's recordings, with a machine's voice for what they lack.

    The owner is understood: only of the machine's share of the words some are misheard (R24).
    """
    misheard = round(machine.misheard * _words_in(lacking) / _words_in(said.sentences))
    stamps = [own.stamp(one, said.language) for one in said.sentences]
    count = len(said.sentences)
    return replace(
        machine,
        version=f"{machine.version}, {own.version} ({_short(stamps)})",
        synthetic=Synthetic.PARTLY,
        why=f"{count - len(lacking)} of {count_of(count, 'sentence')} in your own voice; for the "
        f"others {machine.why}",
        own=own.options,
        misheard=misheard if misheard > MISHEARD else 0,
    )


def _words_in(sentences: Sequence[Sentence]) -> int:
    return sum(len(one.said.split()) for one in sentences)


def _short(stamps: Sequence[str]) -> str:
    """Return a short hash that tells one set of recordings from another."""
    return hashlib.sha256("\n".join(stamps).encode()).hexdigest()[:8]


def _refuse_unrecorded(number: int, said: Script, lacking: Sequence[Sentence]) -> RuleSaysNo:
    texts = tuple(dict.fromkeys(sentence.text for sentence in lacking))
    return RuleSaysNo(
        f"{len(texts)} of {count_of(len(said.sentences), 'sentence is', 'sentences are')} not "
        "recorded in your own voice",
        f"voicenote record {number}; or let a synthetic voice say what is missing: "
        f"voicenote render {number} --fill-in",
        texts,
    )


def _foreign(info: VoiceInfo, script: Script) -> tuple[str, ...]:
    """Return the sentences in a script that a voice can't read: quotations, mostly."""
    if not info.languages:
        return ()
    return tuple(
        sentence.text
        for sentence in script.sentences
        if (read_in := language_of(sentence.said, script.language)) != script.language
        and primary(read_in) not in info.languages
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A voice in the listing: what it is, for which languages it is chosen, and why."""

    info: VoiceInfo
    speaks: Mapping[str, str]


def list_voices(
    settings: Settings, describe_voices: Callable[[Mapping[str, object]], list[VoiceInfo]]
) -> list[Listed]:
    """Return every voice, the best first, as the settings for any language prepare it.

    The choice for a language is the voice for a sentence that nobody recorded.
    """
    owner, voice = settings.owner, settings.voice
    known: dict[str, VoiceInfo] = {}
    speaks: dict[str, dict[str, str]] = {}
    people = {name: tables.by_language for name, tables in voice.by_owner.items()}
    for name, tables in {owner.name: voice.by_language, **people}.items():
        for language in dict.fromkeys((owner.language, *tables)):
            options = voice_options(settings, language, name)
            found = describe_voices({**options, "folder": str(settings.home / "recordings")})
            for one in found:
                if one.name not in known or (one.installed and not known[one.name].installed):
                    known[one.name] = one
            wish = settings.voice.of(language, name).engine
            with suppress(VoiceUnavailable):
                choice = choose([wish], language, [Offer(info=f) for f in found if f.synthetic])
                speaks.setdefault(choice.name, {}).setdefault(language, choice.why)
    ordered = sorted(known.values(), key=lambda one: (one.synthetic, -one.quality, one.name))
    return [Listed(info=one, speaks=speaks.get(one.name, {})) for one in ordered]
