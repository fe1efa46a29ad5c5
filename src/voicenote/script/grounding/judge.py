"""The judge: is everything that a writer's words claim in the case? Pure.

It doubts the words and not the writer: a name, a number, a sum, a day or a deed that the case does
not hold is named, and the words don't get to the owner's approval as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voicenote.model.case import Case
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.check.findings import Diagnostic, LintLevel
from voicenote.script.compose import LONGEST_S, seconds
from voicenote.script.context import ScriptContext
from voicenote.script.grounding.claim_tables import DEED, claim_tables, known_languages
from voicenote.script.grounding.claimed_figures import numbers_in, percents_in, sums_of, times_in
from voicenote.script.grounding.clauses import Clause, clauses_of
from voicenote.script.grounding.evidence import Evidence, Grounds, evidence_of, words_of
from voicenote.script.grounding.names import strange_names
from voicenote.script.grounding.novelty import novel_words
from voicenote.word_language import detect_language

#: What only eyes can see, or no voice can say (R21).
_MARKUP = re.compile(
    r"[*_#`~|<>{}\[\]()\\^=\"“”„«»‹›]|https?:|www\.|\w\.(?:com|org|net|io|co|pl|ro|ee|il|ir)\b"
    r"|(?<!\w)@\w|\w@\w|(?m:^[ \t]{0,9}(?:[-+•]|\d{1,4}[.)])\s)|[\U0001F000-\U0001FAFF☀-➿️]"
    r"|(?<!\w)'\w[^']{0,300}\w'(?!\w)"
)
#: In Hebrew a double quotation mark stands inside acronyms.
_ACRONYM = re.compile(r"(?<=[א-ת])[\"״](?=[א-ת])")


#: Deeds that are told of only if they are so, also where nothing is promised.
_HEAVY = frozenset({"refund", "credit", "gift", "guarantee", "staff"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in the words that the case does not hold, or that the method refuses.

    `kind` is one word (number, sum, percent, date, time, name, deed, done, markup, person, missing,
    length, language, rule); `text` the words, and `why` says what is wrong.
    """

    kind: str
    text: str
    why: str

    def __str__(self) -> str:
        return f"“{self.text}”: {self.why}" if self.text else self.why


def judge(
    script: Script,
    case: Case,
    context: ScriptContext,
    *,
    template: Script,
    written: Sequence[Sentence] | None = None,
    findings: Sequence[Diagnostic] = (),
) -> tuple[Doubt, ...]:
    """Return every doubt about a script that a writer wrote, wholly or in part.

    `template` is what the templates say of the same case. `written` are the writer's sentences; the
    others are the templates'. `findings` are the check's; its errors are doubts too. A language
    that the judge has no tables for is doubted as a whole.
    """
    code = script.language
    if code not in known_languages():
        return (Doubt("language", "", f"there is no judge for the language {code!r}"),)
    if written is None:
        written = [one for one in script.sentences if one.section is not Section.DISCLOSE]
    promises = context.promises
    if promises is None:
        standing = tuple(one.promise for one in case.round_amends)
        promises = standing if case.amends else case.complaint.promises
    evidence = evidence_of(case, context, code, promises, template.sentences)
    found = [doubt for one in written for doubt in _doubts_of(one, evidence)]
    found += _doubts_of_all(script, written, evidence, template, context)
    found += [
        Doubt("rule", one.text, f"{one.rule}: {one.why} {one.instead}".strip())
        for one in findings
        if one.level is LintLevel.ERROR
    ]
    return tuple(dict.fromkeys(found))


def _doubts_of(sentence: Sentence, evidence: Evidence) -> Iterator[Doubt]:
    plain = _ACRONYM.sub("", sentence.text)
    if evidence.code == "he":
        plain = re.sub(r"(?<=[א-ת])'", "", plain)
    for found in _MARKUP.finditer(plain):
        yield Doubt("markup", found[0], "only eyes can see this, and it is spoken (R21)")
    for name in strange_names(sentence.text, evidence):
        yield Doubt("name", name, "the case knows no such name")
    yield from _strange_persons(sentence, evidence)
    for clause in clauses_of(sentence, evidence.code):
        grounds = evidence.promised if clause.promises else evidence.known
        yield from _strange_figures(clause, grounds, evidence)
        yield from _strange_deeds(clause, evidence)
        for word in novel_words(clause, sentence.section, evidence):
            yield Doubt("deed", word, "nothing promised, and nothing in the case, says this")


def _strange_figures(clause: Clause, grounds: Grounds, evidence: Evidence) -> Iterator[Doubt]:
    where = "nothing promised has it" if clause.promises else "it isn't in the case"
    code, currency = evidence.code, evidence.currency
    sums = sums_of(clause.text, code, currency)
    for money in sums:
        held = {one.amount for one in grounds.sums if one.currency == money.currency}
        if money.amount not in held and money.amount not in {amount // 1 for amount in held}:
            yield Doubt("sum", str(money), where)
    for one in percents_in(clause.text, code):
        if f"{one.value}%" not in grounds.figures:
            yield Doubt("percent", one.text, where)
    for one in numbers_in(clause.text, code):
        counted = bool(sums) or clause.has("units")
        bare = not counted and one.value in evidence.known.figures
        bare = bare or (not counted and f"day {one.value}" in grounds.figures)
        if one.value not in grounds.figures and not bare:
            yield Doubt("number", one.text, where)
    asks = clause.text.endswith(("?", "؟"))
    for one in times_in(clause.text, code):
        harmless = one.kind == "time" and (asks or (one.spans and not clause.promises))
        if one.value not in grounds.figures and not harmless:
            yield Doubt("date" if one.kind == "date" else "time", one.text, where)


def _strange_deeds(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    grounds = evidence.promised if clause.promises else evidence.known
    kinds = {
        hit.group.removeprefix(DEED): clause.folded[hit.start : hit.end]
        for hit in clause.hits
        if hit.group.startswith(DEED)
    }
    for kind, said in kinds.items():
        heavy = clause.promises or kind in _HEAVY
        if heavy and kind not in grounds.deeds:
            yield Doubt("deed", said, "no promise in the ledger says this")
    if kinds and clause.promises:
        yield from _strange_past(clause, evidence)
        yield from _strange_objects(clause, evidence)
    elif not kinds:
        yield from _strange_verbs(clause, evidence)


def _strange_objects(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield what is to be paid for, when nobody promised that."""
    table = claim_tables(evidence.code)
    for hit in clause.hits:
        if hit.group != "objects":
            continue
        thing = clause.folded[hit.start : hit.end].split()[-1]
        if thing not in table.object_words and not _known_stem(thing, evidence.own_words):
            yield Doubt("deed", clause.folded[hit.start : hit.end], "nobody promised to pay for it")


def _strange_past(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield what says that a deed is done, when nothing is (R20)."""
    found = [hit for hit in clause.hits if hit.group == "done"]
    if not found or evidence.done:
        return
    phrases = claim_tables(evidence.code).phrases
    if not any(hit.group == "done" for hit in phrases.find(evidence.promised.text)):
        words = clause.folded[found[0].start : found[0].end]
        yield Doubt("done", words, "nothing promised is done yet, as far as the ledger knows")


def _strange_verbs(clause: Clause, evidence: Evidence) -> Iterator[Doubt]:
    """Yield what somebody will do, when it is neither harmless nor promised."""
    table = claim_tables(evidence.code)
    for found in table.future.finditer(clause.folded) if table.future else ():
        words = found[1].split()
        verb = next((word for word in words if word not in table.adverbs), "")
        if "be" in words and not verb.endswith("ed"):
            continue  # "I'll be glad", "it will be ready"
        if verb and verb not in table.safe and not _known_stem(verb, evidence.own_words):
            yield Doubt("deed", found[0].strip(), "no promise in the ledger says this")


def _known_stem(word: str, words: frozenset[str]) -> bool:
    stem = word[: max(3, len(word) - 2)]
    return any(one.startswith(stem) for one in words)


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
    return f" {' '.join(run)} " in f" {' '.join(words_of(evidence.promised.text))} "


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
    length = seconds(script, context.wpm)
    if length > LONGEST_S:
        what = f"it takes about {length:.0f} seconds to say, at most {LONGEST_S:.0f}"
        yield Doubt("length", "", what)
    said = " ".join(one.text for one in written)
    spoken = detect_language(said) if len(said.split()) >= 12 else ""
    if spoken and spoken != script.language:
        yield Doubt("language", "", f"it is in {spoken!r}, and has to be in {script.language!r}")
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
                yield Doubt("missing", str(value), "the sum that was promised isn't said")
