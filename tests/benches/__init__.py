"""A bench for each channel that is installed: how to make it, and what comes out at its far end.

The contract, the storms, and the tests of secrets and of injection try every channel that has one.
That of a channel of ours is in the module of its name; a plug-in names its own by an entry point of
the group ``voicenote.benches``, under the name of its channel.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from voicenote.plugins import CHANNELS, load


def find_benches() -> dict[str, type[Any]]:
    """Return the class of bench for each channel. Raises LookupError where a channel has none."""
    own = {point.name: point for point in entry_points(group="voicenote.benches")}
    found = {}
    for kind in load(CHANNELS).good:
        if kind in own:
            found[kind] = own[kind].load()
            continue
        try:
            found[kind] = import_module(f"{__name__}.{kind}").BENCH
        except ModuleNotFoundError as error:
            advice = "see docs/adding-a-channel.md, The trial"
            raise LookupError(f"the channel {kind} has no bench: {advice}") from error
    return found


BENCHES = find_benches()
