"""Recognize opt-outs by their words, in six languages (``opt_out.toml``).

METHOD, section 3: a customer opts out by any reasonable words, at once. Only whole sentences count,
so "please don't stop" and "stop the machine" do not.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from voicenote.delivery.automaton import Automaton
from voicenote.delivery.inbound import Arrival
from voicenote.errors import TookTooLong
from voicenote.worker import Worker

#: Where a sentence ends. A comma only separates a greeting from the rest.
_END = re.compile(r"[.!?;\n\r…|]+|\s[-–—]+\s")
#: Marks that carry no meaning, such as quotes, brackets and invisible direction marks.
_MARKS = re.compile(r"[\"'“”„״׳()\[\]*_\u200e\u200f\ufeff]")


def is_opt_out(text: str) -> bool:
    """Return whether `text` asks for no more messages, in any language.

    A sentence that mentions messages or writing ("please stop emailing me") counts anywhere. A bare
    word ("stop") counts only if nothing but greetings and thanks come before it.
    """
    table, first = _words(), True
    for sentence in _END.split(text):
        said = _strip_politeness(sentence, table)
        if table["sentences"].matches(said) or (first and table["alone"].matches(said)):
            return True
        first = first and (
            table["nothing"].matches(said) or table["greets"].matches(_plain(sentence))
        )
    return False


def may_be_opt_out(text: str) -> bool:
    """Return whether `text` has opt-out words among others, so a person has to read it."""
    table = _words()
    return table["doubt"].begins(f"{_plain(text)} ") or any(
        table["twice"].begins(f"{_plain(sentence)} ") for sentence in _END.split(text)
    )


def wish_in(text: str) -> tuple[bool, bool]:
    """Return whether `text` is an opt-out, and whether it may be one."""
    return is_opt_out(text), may_be_opt_out(text)


def add_wishes(worker: Worker, arrival: Arrival) -> Arrival:
    """Return `arrival` with its opt-out fields set; marked as broken if that takes too long.

    Raises Unavailable when no process can be started to read the text.
    """
    inbound = arrival.inbound
    if inbound is None or inbound.answer is None or not inbound.answer.text:
        return arrival
    if inbound.opt_out:  # known already; words that take too long must not hide it
        return arrival
    try:
        stop, doubt = worker.run(wish_in, inbound.answer.text)
    except TookTooLong as error:
        return replace(arrival, broken=f"the message cannot be read: {error.what}")
    wished = replace(inbound, opt_out=inbound.opt_out or stop, may_opt_out=doubt)
    return replace(arrival, inbound=wished)


def _strip_politeness(sentence: str, table: dict[str, Automaton]) -> str:
    """Return what a sentence says, without the greetings at its beginning."""
    clauses = [clause for clause in map(_plain, re.split("[,:،]", sentence)) if clause]
    greeting = 0
    while greeting < len(clauses) - 1 and table["greets"].matches(clauses[greeting]):
        greeting += 1
    return " ".join(clauses[greeting:])


@lru_cache
def _words() -> dict[str, Automaton]:
    """Return a matcher for each kind of phrase in the file, for all languages together."""
    text = files(__package__).joinpath("opt_out.toml").read_text(encoding="utf-8")
    every: dict[str, list[str]] = {}
    for lists in tomllib.loads(text).values():
        for name, entries in lists.items():
            every.setdefault(name, []).extend(entries)
    # some words are in the lists of several languages
    joined = {name: f"({'|'.join(dict.fromkeys(entries))})" for name, entries in every.items()}
    alone, polite, greeting = joined["alone"], joined["polite"], joined["greeting"]
    before, after = rf"(({polite}|{greeting}) )*", rf"( {polite})*"
    return {
        "sentences": Automaton(f"{before}{joined['sentences']}{after}"),
        "alone": Automaton(f"{before}{alone}( {alone}| {polite})*"),
        "doubt": Automaton(rf"((\w|\W)*\W)?{joined['doubt']}\W"),
        # someone who says stop twice may mean it, whatever follows
        "twice": Automaton(rf"{before}{alone} {alone}\W"),
        "greets": Automaton(rf"{greeting}( \S+){{0,3}}|{polite}"),
        "nothing": Automaton(rf"(({polite}|{greeting})( {polite}| {greeting})*)?"),
    }


def _plain(text: str) -> str:
    """Return a text in lower case, without marks, and with single spaces."""
    text = text.casefold().replace("’", "'").replace("\u200c", " ")
    text = re.sub(r"(?<=\w)'(?=\w)", "", text)
    return " ".join(re.sub(r"[.!,;:?]", " ", _MARKS.sub("", text)).split())
