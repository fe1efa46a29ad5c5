"""A word of a choice is taken as people type it."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import Result

from voicenote.cli.commands.withdraw import REASONS
from voicenote.cli.terminal.word_choice import WordChoice, pick_word

Call = Callable[..., Result]


@pytest.mark.parametrize(
    ("said", "words", "meant"),
    [
        ("Justified", ("justified", "partly", "unfounded"), "justified"),
        ("unf", ("justified", "partly", "unfounded"), "unfounded"),
        ("partially", ("justified", "partly", "unfounded"), ""),
        ("partial", ("justified", "partly", "unfounded"), "partly"),
        ("put right", ("put-right", "not-yet"), "put-right"),
        ("no_answer", ("neutral", "no-answer"), "no-answer"),
        ("n", ("neutral", "no-answer"), ""),
        ("no", ("put-right", "not-yet"), ""),  # to what was asked, "no" may be good news
        ("yes", ("put-right", "not-yet"), ""),
        ("OK", ("put-right", "not-yet"), ""),
        ("p", ("put-right", "not-yet"), ""),
        ("not", ("put-right", "not-yet"), "not-yet"),
        ("Female", ("woman", "man"), "woman"),
        ("E-Mail", ("email", "telegram"), "email"),
        ("money", ("money", "product"), "money"),
        ("money", ("refund", "fix"), "refund"),
        ("", ("refund", "fix"), ""),
        ("mon", ("refund", "fix"), ""),  # the beginning of another word for it is a guess
        ("wro", ("justified", "unfounded"), ""),
        ("small", ("serious", "low"), "low"),
    ],
)
def test_a_word_is_picked_by_what_people_say(said: str, words: tuple[str, ...], meant: str) -> None:
    if meant:
        assert WordChoice(*words).convert(said, None, None) == meant
    else:
        with pytest.raises(click.BadParameter):
            WordChoice(*words).convert(said, None, None)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        *(
            ("typo", "mistyped"),
            ("Duplicate", "doubled"),
            ("dup", "doubled"),
            ("SPAM", "no complaint"),
        ),
        *(("solved", "solved elsewhere"), ("mistyped", "mistyped"), ("d", ""), ("whatever", "")),
        *((one, "") for one in ("not", "set", "mis", "sol", "err", "res", "not a")),
        *(("test", "only a test"), ("only", "only a test"), ("Not a complaint", "no complaint")),
    ],
)
def test_a_short_reason_is_picked_too(said: str, reason: str) -> None:
    also = {other: one for one, others in REASONS.items() for other in others}
    assert pick_word(said, REASONS, also, 3, whole=True) == reason


def test_a_case_is_withdrawn_for_a_typo(call: Call) -> None:
    done = call("withdraw", "1", "--why", "typo")
    assert done.exit_code == 0, done.stderr
    assert "is withdrawn: mistyped" in done.stdout
    assert call("withdraw", "2", "--why", "it is about another shop").exit_code == 0
    refused = call("withdraw", "3", "--why", "whatever")
    assert refused.exit_code == 2
    assert "gives no reason" in refused.stderr


def test_the_help_tells_the_other_words(call: Call) -> None:
    assert "mistyped (or typo), only a test (or test), doubled (or duplicate)" in " ".join(
        call("withdraw", "--help").stdout.split()
    )
