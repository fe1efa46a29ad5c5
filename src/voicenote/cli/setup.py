"""`init`, `voices`, `channels`, `doctor`: what there is, and what it still needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.session import Session, json_option, pass_session
from voicenote.errors import BadSettings, Unavailable, VoicenoteError, WrongUse

if TYPE_CHECKING:
    from voicenote.engine.admin.health import CheckResult


@click.command()
@click.option("--name", metavar="NAME", help="Your name, as customers know you.")
@click.option("--business", metavar="NAME", help="The name of your business.")
@click.option("--email", metavar="ADDRESS", help="Where nudges go.")
@click.option("--time-zone", metavar="ZONE", help="IANA name, such as Europe/Warsaw.")
@click.option("--language", metavar="TAG", help="BCP 47, such as en.")
@click.option("--force", is_flag=True, help="Write new settings; the old ones are kept beside.")
@click.option(
    "--anew", is_flag=True, help="Begin with an empty ledger where another one was, and is gone."
)
@json_option
@pass_session
def init(session: Session, /, *, force: bool, anew: bool, **given: str | None) -> None:
    """Make a workspace: commented settings, and the ledger. Again does no harm.

    With --json: {"home", "settings", "written", "ledger"}.
    """
    from voicenote.engine.admin.workspace_init import check_answer, write_settings
    from voicenote.settings import FILE_NAME, load
    from voicenote.wiring import open_ledger

    screen, home = session.screen, session.home
    answers = {
        name: check_answer(name, value) for name, value in given.items() if value is not None
    }
    file = home / FILE_NAME
    written = force or not file.exists()
    if written:
        owner = _ask_owner(session, answers)
        # the ledger first: where it is refused, nothing is made
        open_ledger(load(home, session.env, fresh=True), anew=anew).close()
        kept = write_settings(home, owner)
        if kept:
            screen.note(f"The old settings are in {kept.name}.")
    else:
        if answers:
            screen.warn(f"{file} stays as it is; --force writes a new one.")
        open_ledger(session.settings, anew=anew).close()
    data = {"home": home, "settings": file, "written": written, "ledger": "ready"}
    screen.show(
        data, lambda: f"{file} {'is written' if written else 'was there'}. The ledger is ready."
    )
    _warn_of_templates(session)
    screen.note("Next: voicenote new, or voicenote import FILE. All of it on samples: demo")


def _warn_of_templates(session: Session) -> None:
    """Say so when there are no templates in the owner's language."""
    from voicenote.script.languages import language_for
    from voicenote.script.templating import Templates

    language = session.settings.owner.language
    known = sorted(Templates((session.home / "templates",)).languages())
    if language_for(language, known).fell_back:
        session.screen.warn(
            f"There are no templates in {language!r} yet, so scripts come out in English."
            f" There are some in {', '.join(known)}; yours: voicenote templates new"
        )


def _ask_owner(session: Session, answers: dict[str, str]) -> dict[str, str]:
    """Ask at a terminal for what was not given; elsewhere take what is likely."""
    from voicenote.engine.admin.workspace_init import QUESTIONS, check_answer, guess_zone

    screen = session.screen
    likely = {"time_zone": guess_zone(), "language": "en"}
    if not screen.interactive:
        return {**likely, **answers}
    found: dict[str, str] = {}
    for name, question, _ in QUESTIONS:
        while name not in answers and name not in found:
            try:
                found[name] = check_answer(name, screen.ask(question, likely.get(name, "")))
            except WrongUse as error:
                screen.warn(f"{error.what}: {error.advice}" if error.advice else error.what)
    return {**found, **answers}


@click.command()
@json_option
@pass_session
def voices(session: Session, /) -> None:
    """Voices: what they speak and how well, and what each still needs.

    With --json: a list of {"voice", "ready", "languages", "speaks", "synthetic", "licence",
    "size_mb", "misheard", "note", "needs"}. `speaks`: the languages that your settings give it.
    `misheard`: of 100 words, how many a recogniser heard otherwise, by language, as measured.
    """
    from voicenote.engine.memo.voice_listing import list_voices
    from voicenote.plugins import VOICES, load
    from voicenote.wiring import voice_facts

    rows: list[dict[str, Any]] = [
        {
            "voice": one.facts.name,
            "ready": one.facts.installed,
            "languages": sorted(one.facts.languages),
            "speaks": sorted(one.speaks),
            "synthetic": one.facts.synthetic,
            "licence": one.facts.licence,
            "size_mb": one.facts.size_mb,
            "misheard": dict(one.facts.misheard),
            "note": one.facts.note,
            "needs": "" if one.facts.installed else one.facts.advice,
        }
        for one in list_voices(session.settings, voice_facts)
    ]
    broken = load(VOICES).tried().broken
    rows += [_broken_row("voice", name, why) for name, why in broken.items()]
    if session.json:
        session.screen.data(rows)
    for row in [] if session.json else rows:
        session.screen.out(_describe_voice(row))


def _describe_voice(row: dict[str, Any]) -> str:
    """A voice in a few lines."""
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


def _broken_row(kind: str, name: str, why: str) -> dict[str, Any]:
    return {kind: name, "ready": False, "note": "broken plug-in", "needs": why}


def _tongues(languages: list[str] | None) -> str:
    if languages is None:
        return ""
    if not languages:
        return "any language"
    return ", ".join(languages) if len(languages) < 9 else f"{len(languages)} languages"


def _listing(session: Session, rows: list[dict[str, Any]], kind: str, more: Any) -> None:
    if session.json:
        session.screen.data(rows)
        return
    session.screen.table(
        (kind, "ready", "", "what it is"),
        [
            (
                row[kind],
                "yes" if row["ready"] else "no",
                more(row),
                f"{row['note']}. It needs: {row['needs']}" if row["needs"] else row["note"],
            )
            for row in rows
        ],
    )


@click.command()
@click.argument("words", nargs=-1, metavar="[NAME link N]")
@json_option
@pass_session
def channels(session: Session, /, *, words: tuple[str, ...]) -> None:
    """Channels: those that are set up here, those that could be, and what each still needs.

    `channels telegram link N` makes the link by which the customer of case N lets your bot write to
    them. It is good for one use; a new one ends it. With --json: {"case", "channel", "link"}.
    """
    from voicenote.plugins import CHANNELS, load

    if words:
        from voicenote.cli.joining import link

        link(session, words)
        return
    found = load(CHANNELS).tried()
    declared = session.settings.channels
    rows = [_channel(session, name) for name in dict.fromkeys((*declared, "outbox"))]
    used = {declared[name].kind for name in declared} | {"outbox"}
    rows += [
        {
            "channel": name,
            "ready": False,
            "kind": name,
            "note": "not set up here",
            "needs": f"a table [channels.{name}] in voicenote.toml",
            "tells": [],
        }
        for name in found.good
        if name not in used
    ]
    rows += [_broken_row("channel", name, why) for name, why in found.broken.items()]
    _listing(session, rows, "channel", lambda row: row.get("kind", ""))


def _channel(session: Session, name: str) -> dict[str, Any]:
    """Say what is known of a channel that the settings have."""
    from voicenote.wiring import make_channel, now

    declared = session.settings.channels.get(name)
    row: dict[str, Any] = {"channel": name, "kind": declared.kind if declared else name}
    try:
        channel = make_channel(session.settings, name, now)
    except BadSettings as error:
        needs = "; ".join(str(one) for one in error.problems) or f"{error.what}: {error.advice}"
        return {**row, "ready": False, "note": "set up wrongly", "needs": needs, "tells": []}
    except Unavailable as error:
        return {**row, "ready": False, "note": error.what, "needs": error.advice, "tells": []}
    try:
        facts = channel.facts
        needs = "; ".join(facts.missing)
        tells = sorted(kind.value for kind in facts.tells)
        return {**row, "ready": facts.ready, "note": facts.about, "needs": needs, "tells": tells}
    finally:
        channel.close()


@click.command()
@json_option
@pass_session
def doctor(session: Session, /) -> int:
    """Every problem of this set-up at once, each with its cure. Exit code 1 when there is one.

    With --json: a list of {"about", "ok", "what", "cure"}.
    """
    found = _examine(session)
    problems = [one for one in found if not one.ok]
    if session.json:
        session.screen.data(found)
        return 1 if problems else 0
    for one in found:
        if one.ok:
            session.screen.note(f"  ok  {one.about}: {one.what}")
    for one in problems:
        session.screen.out(f"  !!  {one.about}: {one.what}\n      {one.cure}")
    if not problems:
        session.screen.out("All is well.")
    return 1 if problems else 0


def _examine(session: Session) -> list[CheckResult]:
    from voicenote.engine.admin import health as examining
    from voicenote.engine.missing_ledger import refuse_missing
    from voicenote.plugins import CHANNELS, VOICES, load
    from voicenote.wiring import now, open_workspace, whereabouts

    broken = {**load(VOICES).tried().broken, **load(CHANNELS).tried().broken}
    found = list(examining.look_around(session.home, now(), broken))
    try:
        settings = session.settings
    except BadSettings as error:
        return [*found, *examining.settings_problems(error)]
    file = session.home / "ledger.db"
    try:
        if not settings.ledger.url and not file.is_file():
            refuse_missing(whereabouts, settings.ledger.address(session.home))
            return [
                *found,
                examining.fault("ledger", f"there is no {file} yet", "voicenote init"),
            ]
        ws = open_workspace(settings)
    except BadSettings as error:
        return [*found, *examining.settings_problems(error)]
    except VoicenoteError as error:
        return [*found, examining.fault("ledger", error.what, error.advice)]
    try:
        return [*found, *examining.look_inside(ws, session.env)]
    finally:
        ws.close()
