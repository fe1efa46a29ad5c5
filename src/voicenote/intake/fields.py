"""The fields of a complaint as files name them, with their lengths and synonyms."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from voicenote.model.address import KINDS

#: Field → the most characters it may have. The names are a contract: CSV columns, JSON and TOML
#: keys, ``--map`` and ``--default``.
FIELDS: Mapping[str, int] = {
    "ref": 200,
    "opened_at": 100,
    "customer": 200,
    "say_as": 200,
    "language": 100,
    "time_zone": 100,
    "email": 320,
    "phone": 100,
    "telegram": 100,
    "whatsapp": 100,
    "channel": 50,
    "owner": 200,
    "involved": 2_000,
    "what_happened": 100_000,
    "bothered_most": 10_000,
    "feeling": 10_000,
    "at_stake": 10_000,
    "expected": 10_000,
    "identity": 10_000,
    "product": 500,
    "cause": 2_000,
    "severity": 50,
    "finding": 50,
    "finding_reason": 10_000,
    "harm": 100,
    "currency": 20,
    "amends": 10_000,
    "amends_kind": 50,
    "amends_value": 100,
    "promised_by": 100,
}

#: Addresses that only a plug-in's channel can read, such as ``addresses.slack``.
_OTHER = re.compile(r"addresses\.([a-z][a-z0-9_-]{0,39})")
LONGEST_ADDRESS = 320

#: The fields that may have several lines. In all others a line break becomes a space.
PROSE = frozenset(
    {
        "what_happened",
        "bothered_most",
        "feeling",
        "at_stake",
        "expected",
        "identity",
        "finding_reason",
        "amends",
    }
)

#: Extra columns of a ``.rejected`` file, ignored when it is imported again.
#: In JSON they also name the source, because a few records don't show all of its keys.
REASON, LINE, SOURCE = "voicenote_reason", "voicenote_line", "voicenote_source"
OURS = frozenset({REASON, LINE, SOURCE})

#: What exports write for nothing. Only in this exact spelling: Nan and None may be names.
NOTHING = frozenset(
    {"N/A", "n/a", "#N/A", "NULL", "null", "nan", "NaN", "-", "--", "—", "(blank)", "(none)"}
)

#: Enum field → value → other ways to write it. Numbers are Freshdesk's and Jira's priorities.
SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "severity": {
        "low": "low minor trivial lowest small 1 p4",
        "normal": "normal medium moderate standard default none 2 p3",
        "serious": "serious high urgent critical severe major highest blocker emergency 3 4 p1 p2",
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
    close = difflib.get_close_matches(word.casefold(), folded, n=2, cutoff=0.5)
    if close:
        return (
            "did you mean " + " or ".join(repr(show_column(folded[name])) for name in close) + "?"
        )
    listed = ", ".join(show_column(name) for name in names[:30])
    return f"there is: {listed}{', …' if len(names) > 30 else ''}"
