"""Recognize opt-outs by their words, in six languages (``opt_out.toml``).

METHOD, section 3: a customer opts out by any reasonable words, at once. Only whole sentences count,
so "please don't stop" and "stop the machine" do not. The patterns are matched by RE2, which reads a
text once, whatever the pattern: a pattern may be wrong, but never slow. So anyone who speaks the
language can safely correct its list of words.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from voicenote.delivery.inbound import Inbound
from voicenote.model.receipt import Answer, Receipt, ReceiptKind, Verdict
from voicenote.unicode_forms import normal
from voicenote.worker import off_the_clock

#: Where a sentence ends. A comma only separates a greeting from the rest.
_END = re.compile(r"[.!?;\n\r…|]+|\s[-–—]+\s")
#: What joins two clauses; and what makes a sentence a condition, a report or a question.
_JOINTS = re.compile(
    r"[,:،]|\s(?:and|but|so|ja|aga|kuid|või|și|si|dar|iar|i|oraz|ale|lecz|und|aber|et|mais|y|pero|и|но|و|ولی|اما|אבל)"
    r"\s|\sו(?=אל\s|לא\s|תמחק|תסיר|תפסיק)"
)
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|until|till|said|says|told|wrote|asked|because|kui|kuni|ütles|dacă|daca|când|cand"
    r"|până|zis|spus|jeśli|jesli|jeżeli|gdy|dopóki|powiedział\w*|wenn|falls|bis|אם|כאשר|עד|אמר\w*|اگر|وقتی|تا|گفت\w*)\b"
)
#: Pictures that may ask to stop, where nothing else is said.
_STOP_SIGNS = ("🛑", "⛔", "🚫", "✋", "✋🏻", "⛔️")
#: Marks that carry no meaning, such as quotes, brackets and invisible direction marks.
_MARKS = re.compile(r"[\"'“”„״׳()\[\]*_\u200e\u200f\ufeff]")
#: Pictures and other signs; what is not seen, with the points of Hebrew and Arabic.
_SIGNS = re.compile(
    r"[\u2190-\u21ff\u2300-\u2bff\U0001f000-\U0001faff\U000e0000-\U000e007f]|[~^<>#•·]"
)
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u0652\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069"
    r"\u20e3\ufe0e\ufe0f\ufeff]"
)
#: A command of a bot, such as "/stop@our_bot"; a word of single letters; a letter drawn out.
_COMMAND = re.compile(r"^[/!\\]\s*(\w+)(?:@\w+)?")
_SPACED = re.compile(r"\w(?: \w){2,}")
_LONG = re.compile(r"([^\W\d])\1{2,}")
#: Letters of other keyboards and older charsets → those that the words are written in.
_SPELLINGS = str.maketrans("يىكţş\u200c\u00a0", "ییکțș  ")
#: A letter or digit of any language, and anything else; RE2's own ``\w`` knows only ASCII.
_LETTER, _OTHER = r"[\pL\pN_]", r"[^\pL\pN_]"
_WORDLESS = re.compile(r"\[[^\[\]]{0,60}\]")
#: Fewer words than this below an opt-out may be a name.
_SENTENCE = 3
#: Most bytes that RE2 keeps of what it has learned about a pattern; with 8 MB it reads slower.
_MEMORY = 1 << 25


def is_opt_out(text: str) -> bool:
    """Return whether `text` asks for no more messages, in any language.

    A sentence that mentions messages or writing ("please stop emailing me") counts anywhere. A bare
    word ("stop") counts only if nothing but greetings and thanks come before it.
    """
    table, first = _words(), True
    seen: set[str] = set()
    for sentence in _END.split(text):
        if sentence in seen:
            continue
        seen.add(sentence)
        said = _strip_politeness(sentence, table)
        bare = " ".join(table["please"].sub(" ", f" {said.replace(' ', '  ')} ").split())
        if any(map(table["sentences"].fullmatch, (said, bare))):
            return True
        if first and table["alone"].fullmatch(said):
            return True
        if any(table["sentences"].fullmatch(clause) for clause in _clauses(sentence)):
            return True
        first = first and bool(
            table["nothing"].fullmatch(said) or table["greets"].fullmatch(_plain(sentence))
        )
    return False


def may_be_opt_out(text: str) -> bool:
    """Return whether `text` has opt-out words among others, so a person has to read it."""
    table = _words()
    whole = _plain(text)
    if table["ask"].fullmatch(whole) or text.strip() in _STOP_SIGNS:
        return True
    return bool(table["doubt"].search(f" {whole} ")) or any(
        table["twice"].match(f"{_plain(sentence)} ") for sentence in set(_END.split(text))
    )


def says_more(text: str) -> bool:
    """Return whether a text with an opt-out says something else too, in a sentence of its own.

    Greetings, thanks and a name below it are nothing else, nor is what a channel puts in brackets
    for what has no words, such as "[a picture]".
    """
    table = _words()
    for sentence in dict.fromkeys(_END.split(_WORDLESS.sub(".", text))):
        said = _strip_politeness(sentence, table)
        known = (table[name] for name in ("sentences", "alone", "nothing", "greets"))
        if len(said.split()) >= _SENTENCE and not any(one.fullmatch(said) for one in known):
            return True
    return False


def add_answer(inbound: Inbound, words: str, at: datetime, via: str) -> Inbound:
    """Return `inbound` as a person's answer in `words`, which came at `at` (UTC) by channel `via`.

    The words are one of its texts: see `look_for_opt_out`.
    """
    return look_for_opt_out(
        replace(
            inbound,
            receipt=Receipt(kind=ReceiptKind.ANSWERED, at=at, detail={"from": inbound.sender}),
            answer=Answer(verdict=Verdict.UNCLEAR, at=at, text=words, via=via),
            texts=tuple(dict.fromkeys((words, *inbound.texts))),
        )
    )


def look_for_opt_out(inbound: Inbound) -> Inbound:
    """Return `inbound` as an opt-out if it was one already, or if any of its texts is."""
    return replace(
        inbound,
        opt_out=inbound.opt_out or any(map(is_opt_out, inbound.texts)),
        may_opt_out=inbound.may_opt_out or any(map(may_be_opt_out, inbound.texts)),
    )


def _clauses(sentence: str) -> list[str]:
    """Return the clauses of a sentence; none if it tells of a condition or of what others say."""
    clauses = [one for one in map(_plain, dict.fromkeys(_JOINTS.split(sentence))) if one]
    return [] if len(clauses) < 2 or _CONDITION.search(sentence.casefold()) else clauses


def _strip_politeness(sentence: str, table: dict[str, re.Pattern[str]]) -> str:
    """Return what a sentence says, without the greetings at its beginning."""
    clauses = [clause for clause in map(_plain, re.split("[,:،]", sentence, maxsplit=20)) if clause]
    greeting = 0
    while greeting < len(clauses) - 1 and table["greets"].fullmatch(clauses[greeting]):
        greeting += 1
    return " ".join(clauses[greeting:])


@lru_cache
def _words() -> dict[str, re.Pattern[str]]:
    """Return a pattern for each kind of phrase in the file, for all languages together."""
    with off_the_clock():
        return _compile()


def _compile() -> dict[str, re.Pattern[str]]:
    import re2

    text = files(__package__).joinpath("opt_out.toml").read_text(encoding="utf-8")
    every: dict[str, list[str]] = {}
    for lists in tomllib.loads(text).values():
        terms = lists.pop("terms", {})
        for name, entries in lists.items():
            every.setdefault(name, []).extend(_fill(entry, terms) for entry in entries)
    joined = {name: f"({'|'.join(entries)})" for name, entries in every.items()}
    alone, polite, greeting = joined["alone"], joined["polite"], joined["greeting"]
    before, after = rf"(({polite}|{greeting}) )*", rf"( {polite})*"
    patterns = {
        "sentences": f"{before}{joined['sentences']}{after}",
        "alone": f"{before}{alone}( {alone}| {polite})*",
        "doubt": rf"\W{joined['doubt']}\W",
        "please": rf" {joined['please']} ",
        "ask": f"{before}{joined['ask']}{after}",
        # someone who says stop twice may mean it, whatever follows
        "twice": rf"{before}{alone} {alone}\W",
        "greets": rf"{greeting}( \S+){{0,3}}|{polite}",
        "nothing": rf"(({polite}|{greeting})( {polite}| {greeting})*)?",
    }
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    return {
        name: re2.compile(pattern.replace(r"\w", _LETTER).replace(r"\W", _OTHER), options)
        for name, pattern in patterns.items()
    }


def _fill(entry: str, terms: dict[str, str]) -> str:
    for name, meant in terms.items():
        entry = entry.replace(f"{{{name}}}", meant)
    return entry


@lru_cache(maxsize=64)  # a text is its own only sentence, and its only clause
def _plain(text: str) -> str:
    """Return a text in lower case, without marks and half characters, and with single spaces.

    However a word was written ("/Stop", "STOP 🛑", "𝐒𝐓𝐎𝐏", "s t o p", "stoooop"), it is the same.
    """
    text = normal(text.encode(errors="replace").decode(), "NFKC").casefold()
    text = _UNSEEN.sub("", text.replace("’", "'").translate(_SPELLINGS))
    text = re.sub(r"(?<=\w)'(?=\w)", "", _SIGNS.sub(" ", text))
    text = _LONG.sub(r"\1", re.sub(r"[.!,;:?]", " ", _MARKS.sub("", text)))
    text = " ".join(_COMMAND.sub(r"\1", text.strip()).split())
    return text.replace(" ", "") if _SPACED.fullmatch(text) else text
