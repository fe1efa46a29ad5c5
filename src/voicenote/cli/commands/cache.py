"""`cache`: show or prune the stored sound of sentences spoken before."""

from __future__ import annotations

import click

from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.word_choice import WordChoice


@command()
@click.argument("what", type=WordChoice("show", "prune"), default="show")
@click.option("--all", "everything", is_flag=True, help="With prune: remove everything.")
def cache(session: Session, /, *, what: str, everything: bool) -> None:
    """Show how much sound of earlier sentences is kept, or prune it to [sound] cache_mb.

    Nothing is lost: what is missing is made again when it is needed.
    With --json: {"entries", "bytes", "limit_bytes", "removed", "removed_bytes"}.
    """
    from voicenote.sound.piece_cache import Cache, Shown

    limit = session.settings.sound.cache_mb * 1_000_000
    kept = Cache(session.settings.home / "cache", limit)
    gone = kept.prune(0 if everything else None) if what == "prune" else Shown(0, 0)
    left = kept.shown()
    data = {
        "entries": left.entries,
        "bytes": left.size,
        "limit_bytes": limit,
        "removed": gone.entries,
        "removed_bytes": gone.size,
    }
    text = f"{left.entries} entries, {left.size / 1e6:.1f} of {limit / 1e6:.0f} MB"
    if what == "prune":
        text = f"{gone.entries} removed, {gone.size / 1e6:.1f} MB. Left: {text}"
    session.screen.show(data, lambda: f"{text}.")
