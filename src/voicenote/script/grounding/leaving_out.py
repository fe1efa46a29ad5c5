"""What may be said of a writer's words, sentence by sentence. Pure.

A promise is never a writer's: the greeting, the amends, what changes and what comes next are said
as the owner and the templates say them (R22). So in the sections that are the writer's nothing is
promised, and whatever looks like a promise there is left out, as is a sentence with a name, a sum,
a number or a day that the case doesn't hold. The rest of the draft stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voicenote.model.case import Case
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.context import ScriptContext
from voicenote.script.grounding.claim_tables import known_languages
from voicenote.script.grounding.claims import Doubt
from voicenote.script.grounding.evidence import Evidence
from voicenote.script.grounding.judge import doubts_of, doubts_of_claim, gather_evidence
from voicenote.script.grounding.unpromised import unlikely_claims

#: From here on a clause counts as a promise where none belongs. Of the honest sentences of a hand
#: that the model had not learned from, six of a hundred were above it.
_VOWED = 0.3
#: A draft of which less is left, by its words, isn't one any more.
_ENOUGH = 0.5
#: What has to be said by somebody: by the templates, where nothing of the writer's is left.
_NEEDED = frozenset({Section.MIRROR, Section.OWN, Section.INVITE})


@dataclass(frozen=True, slots=True)
class Weighed:
    """What may be said of a writer's sentences, and why others are left out.

    `named` are doubts about what is said all the same: things that the case doesn't seem to tell,
    and that only the owner can know.
    """

    said: tuple[Sentence, ...]
    left_out: tuple[Doubt, ...]
    named: tuple[Doubt, ...]
    enough: bool


def weigh_words(
    own: Sequence[Sentence],
    case: Case,
    context: ScriptContext,
    template: Script,
    *,
    seen: bool,
) -> Weighed:
    """Return what may be said of `own`, a writer's sentences, in the language of `template`.

    `seen`: the owner looks at it before anybody hears it; otherwise what would be named is left
    out, too. What the template says as well isn't doubted. Of a language without tables nothing may
    be said.
    """
    code = template.language
    if code not in known_languages():
        doubt = Doubt("language", "", f"there is no judge for {code!r}")
        return Weighed((), (doubt,), (), enough=False)
    evidence = gather_evidence(case, context, template, code)
    known = " ".join(one.text for one in template.sentences)
    said, left_out, named = [], [], []
    for one in own:
        doubted = () if one.text in known else _doubts_about(one, evidence)
        doubts = list(dict.fromkeys(doubted))
        grave = [doubt for doubt in doubts if doubt.kind != "fact" or not seen]
        if grave:
            left_out.append(Doubt(grave[0].kind, one.text, _tell(grave[0], one)))
        else:
            said.append(one)
            named += doubts
    enough = _count_words(said) >= _ENOUGH * _count_words(own)
    return Weighed(tuple(said), tuple(left_out), tuple(named), enough=enough)


def _doubts_about(sentence: Sentence, evidence: Evidence) -> Iterator[Doubt]:
    for claim in unlikely_claims([sentence], evidence):
        if claim.vow >= _VOWED:
            why = "this may be a promise or a deed, and those are said in your own words"
            yield Doubt("promise", claim.clause.text, why)
        else:
            yield from doubts_of_claim(claim, evidence)
    yield from doubts_of(sentence, evidence)


def _tell(doubt: Doubt, sentence: Sentence) -> str:
    inner = doubt.text and doubt.text.rstrip(".!?") != sentence.text.rstrip(".!?")
    return f"“{doubt.text}”: {doubt.why}" if inner else doubt.why


def _count_words(sentences: Sequence[Sentence]) -> int:
    return sum(len(one.text.split()) for one in sentences)


def put_in(
    template: Sequence[Sentence], own: Sequence[Sentence], writable: Sequence[Section]
) -> tuple[Sentence, ...]:
    """Return the sentences of a whole script: in the `writable` sections the writer's `own`.

    What a script needs and `own` has nothing for is said as in `template`, and so is the rest.
    """
    sentences: list[Sentence] = []
    for section in Section:
        mine = [one for one in own if one.section is section]
        theirs = [one for one in template if one.section is section]
        if section not in writable or (not mine and section in _NEEDED):
            sentences += theirs
        else:
            sentences += mine
    return tuple(sentences)
