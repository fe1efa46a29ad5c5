"""The list of cases spells the states itself; here they are held to the model's."""

from voicenote.ledger import flags, overview
from voicenote.model.amends import AmendsState
from voicenote.model.case import Stage
from voicenote.model.touch import ARRIVED, TouchKind, TouchState


def test_the_lists_words_are_the_models():
    assert Stage.CLOSED.value == overview.CLOSED
    assert TouchKind.ACKNOWLEDGE.value == overview.ACKNOWLEDGE
    assert (
        TouchState.DUE.value,
        TouchState.UNCERTAIN.value,
    ) == (overview.DUE, overview.UNCERTAIN)
    assert set(overview.ARRIVED) == {state.value for state in ARRIVED}
    assert set(overview.OWED) == {AmendsState.PROMISED.value, AmendsState.BROKEN.value}
    assert set(overview.UNSENT) == {
        stage.value for stage in Stage if stage not in (Stage.FOLLOWING, Stage.CLOSED)
    }
    assert set(flags.RETURNED) == {TouchState.REFUSED.value, TouchState.BOUNCED.value}
    assert (TouchState.HELD.value, TouchKind.NUDGE.value) == (flags.HELD, flags.NUDGE)
