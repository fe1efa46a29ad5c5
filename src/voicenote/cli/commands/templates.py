"""`templates`: list templates; start, show and try your own."""

from __future__ import annotations

import click

from voicenote.cli.terminal.session import CommandGroup, Session, command, json_option


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
def templates(context: click.Context) -> None:
    """List the templates by language; your own are in the folder templates."""
    if context.invoked_subcommand is None:
        _templates(context.ensure_object(Session))


templates.params.append(json_option())


def _templates(session: Session) -> None:
    from voicenote.script.templating import Templates

    folder = session.home / "templates"
    all_of_them = Templates((folder,))
    rows = [
        {
            "language": language,
            "templates": list(all_of_them.names(language)),
            "own": sorted(
                file.stem
                for file in (folder / language).glob("*.jinja")
                if not file.name.startswith("_")
            ),
        }
        for language in sorted(all_of_them.languages())
    ]
    session.screen.rows(
        rows,
        ("language", "templates", "your own"),
        [(row["language"], ", ".join(row["templates"]), ", ".join(row["own"])) for row in rows],
    )
    if not session.json:
        session.screen.note(
            f"To see one: voicenote templates show en justified. Your own go into {folder}"
        )


@command("show", group=templates, json=False)
@click.argument("language", metavar="LANG")
@click.argument("name", metavar="NAME")
def show_template(session: Session, /, *, language: str, name: str) -> None:
    """Print one template, whole, to read it or start your own from it.

    A part that others include, such as _hello, can be shown too.
    """
    from voicenote.script.templating import Templates

    known = Templates((session.home / "templates",))
    session.screen.out(known.source(language, name).rstrip(), whole=True)


@command("new", group=templates)
@click.argument("name", metavar="NAME")
@click.option("--language", default="", metavar="TAG", help="BCP 47; default: yours.")
@click.option("--from", "source", default="", metavar="NAME", help="The template to start from.")
def new_template(session: Session, /, *, name: str, language: str, source: str) -> None:
    """Start a template of your own from an existing one; change it in your editor.

    A template with the name of a packaged one replaces it.
    """
    from voicenote.engine.memo.own_templates import begin_template
    from voicenote.voice.port import primary

    code = primary(language or session.settings.owner.language)
    file = begin_template(session.home / "templates", name, code, source)
    session.screen.show(
        {"file": str(file)},
        lambda: f"{file}\nChange it, then try it: voicenote templates test {name}",
    )


@command("test", group=templates)
@click.argument("name", required=False, default="", metavar="[NAME]")
@click.option("--language", default="", metavar="TAG", help="Only this language.")
def test_template(session: Session, /, *, name: str, language: str) -> int:
    """Test your own templates on a case with every detail and on one with few.

    Each is filled in, timed and checked against the method. Exit code 1 when one has an error.
    With --json: a list of {"language", "template", "seconds", "errors", "hints"}.
    """
    from voicenote.engine.memo.own_templates import try_templates

    with session.open() as ws:
        tried = list(try_templates(ws, name, language))
    if session.json:
        session.screen.data(tried)
    else:
        for one in tried:
            state = "passed" if one.good else "failed"
            lines = [f"{one.language}/{one.template}: {state}, {one.seconds:.0f} s at most"]
            lines += [f"  error: {text}" for text in one.errors]
            lines += [f"  hint: {text}" for text in one.hints]
            session.screen.out("\n".join(lines))
    return 0 if all(one.good for one in tried) else 1
