"""Whom a message that fits no customer may be from: the surest signs win."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from voicenote.followup.likely import MOST, Person, find_likely

MARI = Person(1, "Mari Tamm", frozenset({"+37255512345", "mari.tamm@gmail.com"}))
JAAN = Person(2, "Jaan Õun", frozenset({"jaan@saar.ee", "+37251112222"}))
OTHER = Person(3, "Mari Kask", frozenset({"kask@gmail.com", "ee.99999"}))
NOBODY: tuple[int, ...] = ()


def nobody(most: int | None) -> Sequence[int]:
    del most
    return ()


def without_id(most: int | None) -> Sequence[int]:
    """The cases of Mari and Jaan, who were written to, and whose id isn't known."""
    return (1, 2)[:most]


@pytest.mark.parametrize(
    ("sender", "addresses", "cases"),
    [
        ("Mari Tamm", ["EE.12345"], (1,)),
        ("Tamm, Mari +37250000000", ["+37250000000"], (1,)),
        ("mari tamm (home)", ["x@y.example"], (1,)),
        ("Jaan Oun", ["5512345"], (2,)),
        ("M", ["+4915555512345"], (1,)),
        ("", ["mari.tamm@work.example"], (1,)),
        ("MT", ["mari.tamm@gmail.org"], (1,)),
        ("Jaan", ["sales@saar.ee"], (2,)),
        ("", ["@jaan_oun"], (2,)),
        ("x", ["@mari_tamm"], (1,)),
        ("Mari", ["EE.12345"], (1, 3)),
        ("Mari", ["mari@gmail.com"], (1, 3)),
        ("🌸", ["EE.12345"], (1, 2)),
        ("Peeter", ["EE.12345"], NOBODY),
        ("Peeter", ["+37250000000"], NOBODY),
        ("", [], NOBODY),
    ],
)
def test_the_surest_signs_say_who_it_may_be(
    sender: str, addresses: list[str], cases: tuple[int, ...]
) -> None:
    assert find_likely(sender, addresses, [MARI, JAAN, OTHER], without_id, opt_out=True) == cases


def test_a_first_name_alone_holds_many_only_for_an_opt_out() -> None:
    many = [Person(n, f"Mari Nr{n}x") for n in range(MOST + 1)]
    assert len(find_likely("Mari", ["EE.1"], many, nobody, opt_out=True)) == MOST + 1
    assert find_likely("Mari", ["EE.1"], many, nobody, opt_out=False) == ()


def test_a_domain_of_everybody_hides_no_surer_sign() -> None:
    """Whichever of a customer's addresses is looked at first."""
    for number in range(8):
        more = frozenset({"mari.tamm@work.example", f"m{number}@gmail.com"})
        people = [Person(1, "Mari", more), Person(2, "Mari")]
        assert find_likely("Mari", ["mari.tamm@gmail.com"], people, nobody, opt_out=True) == (1,)
