"""`voices`: list the voices, their languages, and what each still needs."""

from __future__ import annotations

from typing import Any

from voicenote.cli.terminal.session import Session, command


@command()
def voices(session: Session, /) -> None:
    """List the voices: what they speak and how well, and what each still needs.

    With --json: a list of {"voice", "ready", "languages", "speaks", "synthetic", "licence",
    "size_mb", "misheard", "note", "needs"}. `speaks`: the languages that your settings give it.
    `misheard`: of 100 words, how many a speech recogniser got wrong, by language, as measured.

    Exit code 78 when a setting is wrong, in any table.
    """
    from voicenote.engine.memo.voice_choice import list_voices
    from voicenote.plugins import VOICES, load
    from voicenote.wiring import describe_voices

    rows: list[dict[str, Any]] = [
        {
            "voice": one.info.name,
            "ready": one.info.installed,
            "languages": sorted(one.info.languages),
            "speaks": sorted(one.speaks),
            "synthetic": one.info.synthetic,
            "licence": one.info.licence,
            "size_mb": one.info.size_mb,
            "misheard": dict(one.info.misheard),
            "note": one.info.note,
            "needs": "" if one.info.installed else one.info.advice,
        }
        for one in list_voices(session.draft, describe_voices)
    ]
    broken = load(VOICES).tried().broken
    rows += [broken_row("voice", name, why) for name, why in broken.items()]
    session.screen.show(rows, lambda: "\n".join(map(_describe_voice, rows)))
    session.check()


def _describe_voice(row: dict[str, Any]) -> str:
    """Return a voice's description in a few lines."""
    state = "ready  " if row["ready"] else "not yet"
    lines = [f"{row['voice']:<9} {state}  {_tongues(row.get('languages'))}".rstrip()]
    if row.get("speaks"):
        lines[0] += f"; yours for {', '.join(row['speaks'])}"
    size = f"; {row['size_mb']:g} MB" if row.get("size_mb") else ""
    licence = f"; licence: {row['licence']}" if row.get("licence") else ""
    lines.append(f"{row['note']}{size}{licence}")
    if row.get("misheard"):
        heard = ", ".join(f"{tongue} {count:g}" for tongue, count in row["misheard"].items())
        lines.append(f"misheard of 100 words: {heard}")
    if row["needs"]:
        lines.append(f"needs: {row['needs']}")
    return "\n    ".join(lines)


def broken_row(kind: str, name: str, why: str) -> dict[str, Any]:
    """Return the row of a plug-in that can't be loaded."""
    return {kind: name, "ready": False, "note": "broken plug-in", "needs": why}


def _tongues(languages: list[str] | None) -> str:
    if languages is None:
        return ""
    if not languages:
        return "any language"
    return ", ".join(languages) if len(languages) < 9 else f"{len(languages)} languages"
