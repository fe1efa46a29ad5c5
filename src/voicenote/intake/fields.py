"""The fields of a complaint as files name them, with their lengths and synonyms."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_type_hints

from voicenote.errors import BadData, short
from voicenote.model.address import KINDS
from voicenote.model.case import Complaint, Customer, given

LONGEST_ADDRESS = 320
_NUMBERED = re.compile(r"^\d+_(?=\D)")
#: What parts a word of a helpdesk from its code; "Priority 1" as one of them; and what denies one.
_PIECES = re.compile(r"[()\[\]/|:,;–—]|\s-+\s")
_LEVEL = re.compile(r"^(?:severity|priority|prio|urgency|priorytet|prioriteet|prioritate)_?(\d)$")
_DENIED = re.compile(r"(?:not|non|no|mitte|nu|nie|לא|غیر)(?:_|$)")


def _declare(kind: type) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each column that the fields of a class of the model declare, with its metadata."""
    for one in dataclasses.fields(kind):
        if one.name == "customer":
            yield from _declare(Customer)
        elif one.name == "addresses":
            yield from ((kind, given(LONGEST_ADDRESS)) for kind in KINDS)
        elif "most" in one.metadata:
            yield one.metadata["column"] or one.name, one.metadata


#: The columns of files that declare no field of their own: they are parts of a promise or of sums.
_OTHERS = {
    "currency": given(20),
    "amends": given(10_000, prose=True),
    "amends_kind": given(50),
    "amends_value": given(100),
    "deed": given(2_000),
    "promised_by": given(100),
}
_DECLARED = dict(_declare(Complaint)) | _OTHERS
#: Field → the most characters it may have. The names are a contract: CSV columns, JSON and TOML
#: keys, ``--map`` and ``--default``.
FIELDS: Mapping[str, int] = {name: one["most"] for name, one in _DECLARED.items()}
#: The fields that may have several lines. In all others a line break becomes a space.
PROSE = frozenset(name for name, one in _DECLARED.items() if one["prose"])

#: Addresses that only a plug-in's channel can read, such as ``addresses.slack``.
_OTHER = re.compile(r"addresses\.([a-z][a-z0-9_-]{0,39})")

#: Extra columns of a ``.rejected`` file, ignored when it is imported again.
#: In JSON they also name the source, because a few records don't show all of its keys.
REASON, LINE, SOURCE = "voicenote_reason", "voicenote_line", "voicenote_source"
OURS = frozenset({REASON, LINE, SOURCE})

#: What exports write for nothing. Only in this exact spelling: Nan and None may be names.
NOTHING = frozenset(
    {"N/A", "n/a", "#N/A", "NULL", "null", "nan", "NaN", "-", "--", "—", "(blank)", "(none)"}
)

#: Enum field → value → other ways to write it, after case and signs. Numbers are Freshdesk's and
#: Jira's priorities; P and Sev count from 0 or 1, the most urgent.
SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "severity": {
        "low": "low lower minor trivial lowest very_low small planning 1 p4 p5 sev4 sev_4 sev5 "
        "sev_5 s4 madal väike niski niska scăzut scăzută scazut mic mică נמוך נמוכה کم "
        "پایین niedrig gering basse faible baja bassa",
        "normal": "normal medium moderate standard default none not_priority average 2 p3 sev3 "
        "sev_3 s3 keskmine tavaline średni średnia normalny normalna zwykły zwykła mediu "
        "medie normală בינוני בינונית רגיל רגילה متوسط معمولی عادی mittel normale moyenne "
        "media",
        "serious": "serious high higher very_high urgent critical severe major highest immediate "
        "asap priority blocker emergency 3 4 p0 p1 p2 sev0 sev_0 sev1 sev_1 sev2 sev_2 s0 "
        "s1 s2 kõrge kiire väga_kõrge kriitiline pakiline wysoki wysoka bardzo_wysoki "
        "pilny pilna pilne krytyczny krytyczna ridicat ridicată mare urgentă critic "
        "critică גבוה גבוהה דחוף דחופה קריטי קריטית بالا زیاد فوری بحرانی خیلی_زیاد hoch "
        "sehr_hoch dringend kritisch haute élevée urgente critique alta",
    },
    "failure": {
        "late": "late delay delayed too_late",
        "faulty": "faulty fault defect defective damaged",
        "wrong": "wrong wrong_item wrong_order mix_up",
        "money": "money billing overcharged charge price",
        "rude": "rude rudeness attitude behaviour behavior",
        "silence": "silence silent no_answer no_reply unanswered ignored",
        "danger": "danger dangerous safety unsafe hazard",
        "broken": "broken promise_broken broken_promise",
    },
    "gender": {
        "woman": "woman female f w k lady ms mrs miss she אישה אשה נקבה kobieta femeie feminin زن "
        "خانم مونث naine",
        "man": "man male m mr gentleman he גבר זכר mężczyzna bărbat barbat masculin مرد آقا مذکر "
        "mees",
        "": "x d u other unknown divers diverse non_binary nonbinary neutral none not_specified "
        "unspecified prefer_not_to_say",
    },
    "how_many": {
        "one": "one 1 single singular person individual יחיד",
        "several": "several 2 plural couple family group company team רבים",
    },
    "formality": {
        "formal": "formal formally polite v vous sie pan pani teie dumneavoastră dumneavoastra شما",
        "familiar": "familiar informal informally casual first_name t tu ty sina تو",
    },
    "finding": {
        "justified": "justified valid founded upheld confirmed yes true",
        "partly": "partly partial partially part partly_justified partially_justified "
        "partly_upheld partially_upheld",
        "unfounded": "unfounded unjustified invalid rejected not_upheld not_justified no false",
    },
    "amends_kind": {
        "refund": "refund refunded money money_back repayment cash",
        "credit": "credit voucher coupon discount store_credit gift_card credit_note",
        "exchange": "exchange replacement replace swap",
        "redo": "redo repeat again do_over rework",
        "fix": "fix repair correction",
        "call": "call phone_call visit meeting",
        "gift": "gift present",
        "word": "word words apology letter",
    },
}


@cache
def _known_words(field: str) -> Mapping[str, str]:
    return {word: value for value, words in SYNONYMS[field].items() for word in words.split()}


def read_choice(field: str, text: str) -> str:
    """Return the value of an enum field that `text` means, such as ``serious`` for "1 - Critical".

    "" is one for a gender that isn't said. Raises BadData when it means none.
    """
    word = _fold_choice(text)
    known = _known_words(field)
    found = known.get(word, known.get(_NUMBERED.sub("", word)))
    if found is None and field == "severity":
        found = _severity_of(text, known)
    if found is not None:
        return found
    listed = ", ".join(filter(None, SYNONYMS[field]))
    raise BadData(f"is not {listed}: {short(text)}", f"write one of: {listed}")


def _fold_choice(text: str) -> str:
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")


def _severity_of(text: str, known: Mapping[str, str]) -> str | None:
    """Return the severity of a word and a code together, such as "P1 - Urgent" or "High (2)".

    The word counts more than the code, and a number only with "Severity" or "Priority" before it.
    None when words disagree, or one says no.
    """
    words, codes = set[str](), set[str]()
    for piece in map(_fold_choice, _PIECES.split(text)):
        level = _LEVEL.sub(r"p\1", piece)
        if _DENIED.match(piece):
            return None
        if (found := known.get(level)) and not level.isdecimal():
            (codes if any(map(str.isdigit, level)) else words).add(found)
    found_ = words or codes
    return found_.pop() if len(found_) == 1 else None


@cache
def text_fields(kind: type) -> Mapping[str, str]:
    """Return field → column of the plain texts that a class of the model declares."""
    hints = get_type_hints(kind)
    return {
        one.name: one.metadata["column"] or one.name
        for one in dataclasses.fields(kind)
        if "most" in one.metadata and hints[one.name] is str
    }


def kind_of(field: str) -> str:
    """Return the kind of address that a field holds; "" when it doesn't hold addresses."""
    if field in KINDS:
        return field
    found = _OTHER.fullmatch(field)
    return found[1] if found else ""


def is_field(name: str) -> bool:
    """Return whether there is a field of this name."""
    return name in FIELDS or bool(kind_of(name))


def show_column(name: str) -> str:
    """Return a column's name as one printable line, cut at 80 characters."""
    line = "".join(sign if sign.isprintable() else " " for sign in name[:80])
    return " ".join(line.split()) or "(no name)"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice that names the known words closest to `word`, or else lists them."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), folded, n=2)
    if close:
        return (
            "did you mean " + " or ".join(repr(show_column(folded[name])) for name in close) + "?"
        )
    listed = ", ".join(show_column(name) for name in names[:30])
    return f"there is: {listed}{', …' if len(names) > 30 else ''}"
