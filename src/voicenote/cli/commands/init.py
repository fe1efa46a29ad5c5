"""`init`: make a workspace."""

from __future__ import annotations

from collections.abc import Mapping

import click

from voicenote.cli.terminal.answer_draft import load_draft
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.word_choice import WordChoice
from voicenote.errors import WrongUse


@command()
@click.option("--name", metavar="NAME", help="Your name, as customers know you.")
@click.option("--business", metavar="NAME", help="The name of your business.")
@click.option("--email", metavar="ADDRESS", help="Where reminders to you go.")
@click.option("--time-zone", metavar="ZONE", help="IANA name, such as Europe/Warsaw.")
@click.option("--language", metavar="TAG", help="BCP 47, such as en.")
@click.option("--gender", type=WordChoice("woman", "man"), help="For how you say “I”.")
@click.option("--force", is_flag=True, help="Write new settings; keep the old ones beside them.")
@click.option(
    "--anew", is_flag=True, help="Start an empty ledger where another one was and is gone."
)
def init(session: Session, /, *, force: bool, anew: bool, **given: str | None) -> None:
    """Make a workspace: settings with comments, and the ledger. Safe to repeat.

    If a voice says your name or that of your business wrongly, spell it as it sounds: say_as and
    business_say_as in the settings.

    With --json: {"home", "settings", "written", "ledger"}.
    """
    make_workspace(session, given, force=force, anew=anew)
    session.screen.note(
        "Next: voicenote new, or voicenote import FILE. To try it on samples: voicenote demo"
    )


def make_workspace(
    session: Session, given: Mapping[str, str | None], *, force: bool = False, anew: bool = False
) -> None:
    """Write settings and make the ledger; ask for what isn't `given` of the owner."""
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
        # the ledger first: if it is refused, nothing is written
        open_ledger(load(home, session.env, fresh=True), anew=anew).close()
        kept = write_settings(home, owner)
        load_draft(session).forget_owner()
        if kept:
            screen.note(f"The old settings are now in {kept.name}.")
    else:
        if answers:
            screen.warn(f"{file} was left as it is; --force writes a new one.")
        open_ledger(session.settings, anew=anew).close()
    data = {"home": home, "settings": file, "written": written, "ledger": "ready"}
    screen.show(
        data,
        lambda: f"{file} {'is written' if written else 'was already there'}. The ledger is ready.",
    )
    _warn_of_templates(session)


def _warn_of_templates(session: Session) -> None:
    """Warn when there are no templates in the owner's language."""
    from voicenote.script.languages import language_for
    from voicenote.script.templating import Templates

    language = session.settings.owner.language
    known = sorted(Templates((session.home / "templates",)).languages())
    if language_for(language, known).fell_back:
        session.screen.warn(
            f"There are no templates in {language!r} yet, so scripts will be in English. "
            f"There are some in {', '.join(known)}; to write yours: voicenote templates new"
        )


def _ask_owner(session: Session, answers: dict[str, str]) -> dict[str, str]:
    """Ask for missing answers at a terminal; elsewhere use likely ones. Return them all."""
    from voicenote.engine.admin.workspace_init import (
        QUESTIONS,
        check_answer,
        guess_zone,
        needs_answer,
    )

    screen = session.screen
    likely = {"time_zone": guess_zone(), "language": "en"}
    if not screen.interactive:
        return {**likely, **answers}
    draft = load_draft(session)
    found = draft.owner
    for name, question, _ in QUESTIONS:
        if not needs_answer(name, {**found, **answers}.get("language", "")):
            continue
        while name not in answers and name not in found:
            needed = name == "name"
            given = screen.ask(question, likely.get(name, ""), needed=needed)  # WrongUse at its end
            try:
                found[name] = check_answer(name, given)
            except WrongUse as error:
                screen.warn(error.in_one_line)
            else:
                draft.save()
    return {**found, **answers}
