"""The report on messages that are held in a copied ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def describe_hold(held: int, cases: Sequence[int], uncertain: int) -> Iterator[str]:
    """Yield what is held in a copied ledger, and what to do about it."""
    if held:
        numbers = ", ".join(map(str, cases[:10]))
        more = f" and {len(cases) - 10} more" if len(cases) > 10 else ""
        yield (
            f"{held} messages are held, because they may have been sent since the copy was made: "
            f"cases {numbers}{more}.\nCheck each, then let it go on: voicenote plan N --resume"
        )
    if uncertain:
        yield (
            f"{uncertain} were being sent when the copy was made. You decide: "
            "voicenote mark-sent N, or voicenote resend N"
        )
