"""The list of cases spells the states itself; here they are held to the model's."""

from voicenote.ledger import case_rows
from voicenote.model.case import Stage
from voicenote.model.promise import AmendsState
from voicenote.model.touch import ARRIVED, TouchKind, TouchState


def test_the_lists_words_are_the_models() -> None:
    assert Stage.CLOSED.value == case_rows.CLOSED
    assert TouchKind.ACKNOWLEDGE.value == case_rows.ACKNOWLEDGE
    assert (
        TouchState.DUE.value,
        TouchState.UNCERTAIN.value,
    ) == (case_rows.DUE, case_rows.UNCERTAIN)
    assert set(case_rows.ARRIVED) == {state.value for state in ARRIVED}
    assert set(case_rows.OWED) == {AmendsState.PROMISED.value, AmendsState.BROKEN.value}
    assert set(case_rows.UNSENT) == {
        stage.value for stage in Stage if stage not in (Stage.FOLLOWING, Stage.CLOSED)
    }
    assert set(case_rows.RETURNED) == {TouchState.REFUSED.value, TouchState.BOUNCED.value}
    assert (TouchState.HELD.value, TouchKind.NUDGE.value) == (case_rows.HELD, case_rows.NUDGE)
