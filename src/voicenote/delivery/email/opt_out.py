"""The words that say stop, in six languages (``opt_out.toml``). Pure.

METHOD, section 3: a customer opts out by any reasonable words, at once. Only whole sentences count,
so "please don't stop" and "stop the machine" do not.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

#: So much of a text is looked at: who wants no more letters says so before that.
LOOKED_AT = 4000
#: Where a sentence ends; a comma only parts what is polite from what is said.
_END = re.compile(r"[.!?;\n\r…|]+|\s[-–—]+\s")
#: Marks that say nothing, and the half-space within Persian words.
_MARKS = re.compile(r"[\"'“”„״׳()\[\]*_\u200e\u200f\ufeff]")


def is_opt_out(text: str) -> bool:
    """Whether `text` asks for no more letters, in any language.

    A sentence that names letters or their writing ("please stop emailing me") counts wherever it
    stands. A bare word ("stop") counts where nothing but greeting and thanks stands before it.
    """
    table, first = _words(), True
    for sentence in _END.split(text[:LOOKED_AT]):
        said = _said(sentence, table)
        if table["sentences"].fullmatch(said) or (first and table["alone"].fullmatch(said)):
            return True
        first = first and (not said or bool(table["greets"].fullmatch(_plain(sentence))))
    return False


def may_be_opt_out(text: str) -> bool:
    """Whether `text` has words of an opt-out among others, so that a person has to read it."""
    return bool(_words()["doubt"].search(_plain(text[:LOOKED_AT])))


def _said(sentence: str, table: dict[str, re.Pattern[str]]) -> str:
    """Return what a sentence says, without greeting, please and thanks; "" for nothing else."""
    clauses = [clause for clause in map(_plain, re.split("[,:،]", sentence)) if clause]
    while len(clauses) > 1 and table["greets"].fullmatch(clauses[0]):
        clauses.pop(0)
    said, before = " ".join(clauses), None
    while said != before:
        before = said
        said = table["polite_before"].sub("", table["polite_after"].sub("", said)).strip()
    return said


@lru_cache
def _words() -> dict[str, re.Pattern[str]]:
    """Return one pattern for each list of the file, of all languages together."""
    text = files(__package__).joinpath("opt_out.toml").read_text(encoding="utf-8")
    every: dict[str, list[str]] = {}
    for lists in tomllib.loads(text).values():
        for name, entries in lists.items():
            every.setdefault(name, []).extend(entries)
    joined = {name: "|".join(sorted(entries, key=len)[::-1]) for name, entries in every.items()}
    polite = joined["polite"]
    return {
        "alone": re.compile(rf"(?:(?:{joined['alone']})(?:\s|$))+"),
        "sentences": re.compile(joined["sentences"]),
        "doubt": re.compile(rf"\b(?:{joined['doubt']})\b"),
        "greets": re.compile(rf"(?:{joined['greeting']})(?: \S+){{0,3}}|(?:{polite})"),
        "polite_before": re.compile(rf"^(?:{polite}|{joined['greeting']})(?= |$)"),
        "polite_after": re.compile(rf"(?:^| )(?:{polite})$"),
    }


def _plain(text: str) -> str:
    """Return a text in small letters, without marks, and with single spaces."""
    text = text.casefold().replace("’", "'").replace("\u200c", " ")
    text = re.sub(r"(?<=\w)'(?=\w)", "", text)
    return " ".join(re.sub(r"[.!,;:?]", " ", _MARKS.sub("", text)).split())
