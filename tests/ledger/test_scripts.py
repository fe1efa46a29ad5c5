"""Scripts, memos, approvals: the newest counts, and an approval holds both hashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from voicenote.ledger import case_store, memos, scripts
from voicenote.ledger.store import Ledger, Transaction
from voicenote.model.case import Complaint
from voicenote.model.memo import Caption, Memo, Synthetic
from voicenote.model.sentences import Script, Section, Sentence

SCRIPT = Script(
    language="en",
    template="justified",
    sentences=(
        Sentence(Section.THANKS, "Thank you, שלום.", personal=True, spoken="Thank you."),
        Sentence(Section.OWN, "It was my mistake.", personal=False),
    ),
)
OTHER = replace(SCRIPT, sentences=SCRIPT.sentences[1:])


def memo(script: Script, digest: str = "a" * 64) -> Memo:
    return Memo(
        files={"ogg": "memos/1.ogg"},
        duration_s=31.5,
        loudness_lufs=None,
        synthetic=Synthetic.PARTLY,
        voice="silent 1",
        sha256=digest,
        script_sha256=script.sha256,
        captions=(Caption(0.0, 1.5, "Thank you."),),
    )


@pytest.fixture
def case(ledger: Ledger, complaint: Callable[..., Complaint]) -> int:
    with ledger.write() as tx:
        return case_store.add(tx, [complaint()])[0].case


def draft(tx: Transaction, case: int, round_: int = 1) -> scripts.StoredDraft:
    return scripts.drafts(tx, [case])[case, round_]


def test_the_same_words_keep_their_number_and_others_get_a_new_one(
    ledger: Ledger, case: int
) -> None:
    with ledger.write() as tx:
        first = scripts.keep_script(tx, case, 1, "memo", SCRIPT)
        assert scripts.keep_script(tx, case, 1, "memo", SCRIPT) == first
        second = scripts.keep_script(tx, case, 1, "memo", OTHER)
        assert second > first
        assert draft(tx, case).script == OTHER
        assert scripts.keep_script(tx, case, 1, "memo", SCRIPT) > second
        assert draft(tx, case).script == SCRIPT


def test_slots_and_rounds_are_kept_apart(ledger: Ledger, case: int) -> None:
    with ledger.write() as tx:
        scripts.keep_script(tx, case, 1, "memo", SCRIPT)
        scripts.keep_script(tx, case, 1, "check-in-7", OTHER)
        scripts.keep_script(tx, case, 2, "memo", OTHER)
        assert draft(tx, case).script == SCRIPT
        assert draft(tx, case, 2).script == OTHER
        assert scripts.drafts(tx, [case], slot="check-in-7")[case, 1].script == OTHER


def test_an_approval_holds_for_just_this_script_and_this_memo(ledger: Ledger, case: int) -> None:
    with ledger.write() as tx:
        number = scripts.keep_script(tx, case, 1, "memo", SCRIPT)
        assert draft(tx, case).memo is None
        memos.keep_memo(tx, case, number, memo(SCRIPT))
        assert (draft(tx, case).memo, draft(tx, case).approved) == (memo(SCRIPT), False)
        memos.approve(tx, case, memo(SCRIPT), automatic=False)
        assert draft(tx, case).approved
        memos.keep_memo(tx, case, number, memo(SCRIPT, "b" * 64))
        assert not draft(tx, case).approved
        newer = scripts.keep_script(tx, case, 1, "memo", OTHER)
        memos.keep_memo(tx, case, newer, memo(OTHER))
        assert not draft(tx, case).approved


def test_an_approval_of_one_case_releases_nothing_of_another(
    ledger: Ledger, case: int, complaint: Callable[..., Complaint]
) -> None:
    with ledger.write() as tx:
        other = case_store.add(tx, [complaint("B-1")])[0].case
        for number in (case, other):
            script = scripts.keep_script(tx, number, 1, "memo", SCRIPT)
            memos.keep_memo(tx, number, script, memo(SCRIPT))
        memos.approve(tx, case, memo(SCRIPT), automatic=True)
        assert draft(tx, case).approved
        assert not draft(tx, other).approved


def test_only_the_newest_memo_says_whether_a_case_leaves_without_sound(
    ledger: Ledger, case: int
) -> None:
    """Not that of a follow-up."""
    mumbled = replace(memo(SCRIPT), misheard=36.0)
    with ledger.write() as tx:
        number = scripts.keep_script(tx, case, 1, "memo", SCRIPT)
        memos.keep_memo(tx, case, number, mumbled)
        later = scripts.keep_script(tx, case, 1, "check-in-7", OTHER)
        memos.keep_memo(tx, case, later, memo(OTHER))
        assert draft(tx, case).memo == mumbled
        assert memos.unheard(tx, [case]) == {case}
        memos.keep_memo(tx, case, number, replace(mumbled, anyway=True))
        assert memos.unheard(tx, [case]) == set()
