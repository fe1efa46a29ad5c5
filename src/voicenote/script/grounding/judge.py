"""The judge: is everything that a writer's words claim in the case? Pure.

It doubts the words and not the writer: a name, a number, a sum, a day or a deed that the case does
not hold is named, and the words don't get to the owner's approval as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voicenote.model.case import Case
from voicenote.model.promise import Promise
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.check.normalise import fold
from voicenote.script.compose import LONGEST_S, seconds
from voicenote.script.context import ScriptContext
from voicenote.script.grounding.aims import telling_words
from voicenote.script.grounding.claim_tables import DEED, claim_tables, known_languages
from voicenote.script.grounding.claimed_figures import (
    figures_of_day,
    numbers_in,
    sums_of,
    times_in,
)
from voicenote.script.grounding.claims import Doubt, strange_figures, strange_lengths, undone_deeds
from voicenote.script.grounding.clauses import clauses_of
from voicenote.script.grounding.evidence import PROMISING, Evidence, evidence_of, words_of
from voicenote.script.grounding.held_words import HeldWords
from voicenote.script.grounding.names import strange_names
from voicenote.script.grounding.unpromised import Likely, unlikely_claims
from voicenote.word_language import detect_language

#: What only eyes can see, or no voice can say (R21).
_MARKUP = re.compile(
    r"[*_#`~|<>{}\[\]()\\^=\"“”„«»‹›]|https?:|www\.|\w\.(?:com|org|net|io|co|pl|ro|ee|il|ir)\b"
    r"|(?<!\w)@\w|\w@\w|(?m:^[ \t]{0,9}(?:[-+•]|\d{1,4}[.)])\s)|[\U0001F000-\U0001FAFF☀-➿️]"
    r"|(?<!\w)'\w[^']{0,300}\w'(?!\w)"
)
#: Words in quotation marks.
_QUOTED = re.compile(
    r"(?<!\w)'[^']{1,80}'(?!\w)|[“„«‹][^“”„«»‹›]{1,80}[”“»›]|(?<!\w)\"[^\"]{1,80}\"(?!\w)"
)
#: In Hebrew a double quotation mark stands inside acronyms.
_ACRONYM = re.compile(r"(?<=[א-ת])[\"״](?=[א-ת])")


#: From here on a clause is refused as a promise that nobody made, or named as perhaps one. Of
#: honest drafts that the model hadn't learned from, two and ten of a hundred were above these.
_SURELY, _PERHAPS = 0.95, 0.5
#: From here on a clause is named as a fact that the case doesn't tell.
_TOLD = 0.85


def judge(
    script: Script,
    case: Case,
    context: ScriptContext,
    *,
    template: Script,
    written: Sequence[Sentence] | None = None,
) -> tuple[Doubt, ...]:
    """Return every doubt about a script that a writer wrote, wholly or in part.

    `template` is what the templates say of the same case. `written` are the writer's sentences; the
    others are the templates'. A language that the judge has no tables for is doubted as a whole.
    """
    code = script.language
    if code not in known_languages():
        return (Doubt("language", "", f"there is no judge for the language {code!r}"),)
    if written is None:
        written = [one for one in script.sentences if one.section is not Section.DISCLOSE]
    evidence = gather_evidence(case, context, template, code)
    found = [doubt for one in written for doubt in doubts_of(one, evidence)]
    found += _unpromised(written, evidence)
    found += _doubts_of_all(script, written, evidence, template, context)
    return tuple(dict.fromkeys(found))


def gather_evidence(case: Case, context: ScriptContext, template: Script, code: str) -> Evidence:
    """Return what words about a case in language `code` may stand on.

    `template` is what the templates say of it.
    """
    promises = context.promises
    if promises is None:
        standing = tuple(one.promise for one in case.round_amends)
        promises = standing if case.amends else case.complaint.promises
    return evidence_of(case, context, code, promises, template.sentences)


def doubts_of(sentence: Sentence, evidence: Evidence) -> Iterator[Doubt]:
    """Yield the figures, names, persons and signs of a sentence that nothing in the case holds."""
    plain = _ACRONYM.sub("", _without_theirs(sentence.text, evidence))
    if evidence.code == "he":
        plain = re.sub(r"(?<=[א-ת])'", "", plain)
    for found in _MARKUP.finditer(plain):
        yield Doubt("markup", found[0], "only eyes can see this, and it is spoken (R21)")
    yield from strange_names(sentence.text, evidence)
    yield from _strange_persons(sentence, evidence)
    for clause in clauses_of(sentence, evidence.code):
        ahead = sentence.section in PROMISING and not clause.text.endswith(("?", "؟"))
        grounds = evidence.told if ahead else evidence.known
        if clause.promises:
            grounds = evidence.promised if sentence.section in PROMISING else evidence.told
        yield from strange_figures(clause, grounds, evidence)
        if sentence.section not in PROMISING:
            yield from strange_lengths(clause, evidence)
        if clause.promises:
            yield from undone_deeds(clause, evidence)


def _without_theirs(text: str, evidence: Evidence) -> str:
    """Return a text without quotations of the case, which are heard as they are said."""
    return _QUOTED.sub(lambda said: "" if _is_theirs(said[0], evidence) else said[0], text)


def _is_theirs(quotation: str, evidence: Evidence) -> bool:
    """Return whether the case has these words: "on the way", which they were told."""
    said = words_of(quotation)
    return bool(said) and f" {' '.join(said)} " in f" {evidence.all_text} "


def _unpromised(written: Sequence[Sentence], evidence: Evidence) -> Iterator[Doubt]:
    """Yield the clauses that likely promise, do or tell what nothing in the case does."""
    said = [one for one in written if one.section is not Section.THANKS]
    for one in unlikely_claims(said, evidence):
        yield from doubts_of_claim(one, evidence)


def doubts_of_claim(one: Likely, evidence: Evidence) -> Iterator[Doubt]:
    """Yield the doubt about one clause, if there is any."""
    text = one.clause.text
    if one.promise >= _SURELY and one.looks_so:
        deeds = {hit.group for hit in one.clause.hits if hit.group.startswith(DEED)}
        known = {f"{DEED}{kind}" for kind in evidence.promised.deeds}
        yield Doubt(
            "deed" if deeds - known else "strange",
            text,
            "no promise in the ledger, and nothing done, says this",
        )
    elif one.promise >= _PERHAPS or one.apart:
        yield Doubt("fact", text, "this may be a promise or a deed that the case doesn't have")
    elif one.fact >= _TOLD:
        yield Doubt("fact", text, "nothing in the case seems to tell this")


def _strange_persons(sentence: Sentence, evidence: Evidence) -> Iterator[Doubt]:
    """Yield the customer's first person where it is said as the owner's own (R21)."""
    table, words = claim_tables(evidence.code), words_of(sentence.text)
    for place, word in enumerate(words):
        if word not in table.mine:
            continue
        after = words[place + 1 : place + 2]
        pair = words[place : place + 2]
        owned = word in table.my and after and after[0] not in table.ours and len(after[0]) > 2
        if owned and any(_holds(text, pair) for text in evidence.theirs):
            if not _in_own_words(pair, evidence):
                yield Doubt(
                    "person", " ".join(pair), "this is the customer's, not the owner's (R21)"
                )
            continue
        for start in range(max(0, place - 3), place + 1):
            run = words[start : start + 4]
            if len(run) == 4 and any(_holds(text, run) for text in evidence.theirs):
                if not _in_own_words(run, evidence):
                    yield Doubt(
                        "person",
                        " ".join(run),
                        "these are the customer's words about themselves (R21)",
                    )
                break


def _in_own_words(run: Sequence[str], evidence: Evidence) -> bool:
    """Return whether the owner says this too, in what they gave as theirs."""
    return f" {' '.join(run)} " in f" {evidence.own_text} "


def _holds(words: Sequence[str], run: Sequence[str]) -> bool:
    size = len(run)
    return any(words[at : at + size] == run for at in range(len(words) - size + 1))


def _doubts_of_all(
    script: Script,
    written: Sequence[Sentence],
    evidence: Evidence,
    template: Script,
    context: ScriptContext,
) -> Iterator[Doubt]:
    yield from doubts_of_form(script, written, context)
    if script.template != template.template or not evidence.promises:
        return
    whole = " ".join(one.text for one in script.sentences)
    told = {one.amount for one in sums_of(whole, evidence.code, evidence.currency)}
    figures = {one.value for one in numbers_in(whole, evidence.code)}
    figures |= {one.value for one in times_in(whole, evidence.code)}
    words = " ".join(one.text for one in template.sentences)
    for promise in evidence.promises:
        value = promise.value
        if value and sums_of(words, evidence.code, evidence.currency):
            parts = {f"{value.amount.normalize():f}"}
            if value.amount % 1:  # with its hundredths
                parts.add(f"{value.amount // 1:f}")
            if value.amount not in told and parts.isdisjoint(figures):
                yield Doubt("missing", str(value), "the sum that was promised isn't said (R22)")
        elif _tells(template, promise, evidence) and not _tells(script, promise, evidence):
            yield Doubt("missing", promise.text, "this was promised, and it isn't said (R22)")


def doubts_of_form(
    script: Script, written: Sequence[Sentence], context: ScriptContext
) -> Iterator[Doubt]:
    """Yield it when a script is too long, or what was `written` of it is in another language."""
    length = seconds(script, context.wpm)
    if length > LONGEST_S:
        what = f"it takes about {length:.0f} seconds to say, at most {LONGEST_S:.0f}"
        yield Doubt("length", "", what)
    said = " ".join(one.text for one in written)
    spoken = detect_language(said) if len(said.split()) >= 12 else ""
    if spoken and spoken != script.language:
        yield Doubt("language", "", f"it is in {spoken!r}, and has to be in {script.language!r}")


def _tells(script: Script, promise: Promise, evidence: Evidence) -> bool:
    """Return whether a script tells of a promise: by its kind of deed, or by a word of it.

    A day that no other promise has tells of it as well.
    """
    ours = [one.text for one in script.sentences if one.section is not Section.MIRROR]
    text = " ".join(ours)
    find = claim_tables(evidence.code).phrases.find
    kinds = {hit.group for hit in find(fold(f"{promise.text}. {promise.deed}")[0])}
    kinds.add(f"{DEED}{promise.kind.value}")
    if any(hit.group in kinds for hit in find(fold(text)[0]) if hit.group.startswith(DEED)):
        return True
    others = [one for one in evidence.promises if one is not promise]
    if promise.promised_by and promise.promised_by not in [one.promised_by for one in others]:
        days = figures_of_day(promise.promised_by)
        if not days.isdisjoint(one.value for one in times_in(text, evidence.code)):
            return True
    promised = telling_words(f"{promise.text} {promise.deed}", evidence.code)
    said = HeldWords(words_of(text), evidence.code)
    return not promised or any(one in said for one in promised)
