"""`channels`: list the channels and what each still needs; set one up; make links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.commands.voices import broken_row
from voicenote.cli.terminal.case_options import CASE
from voicenote.cli.terminal.session import CommandGroup, Session, command, json_option
from voicenote.cli.terminal.word_choice import WordChoice
from voicenote.errors import BadSettings, RuleSaysNo, WrongUse
from voicenote.plugins import FALLBACK

if TYPE_CHECKING:
    from voicenote.delivery.port import Dialled

#: The kinds that `add` sets up.
KINDS = ("email", "telegram", "whatsapp")
#: What comes after `add`.
AFTERWARDS = {
    "email": "test {name}",
    "telegram": "link {name} N, which lets the customer of case N join",
    "whatsapp": "test {name}",
}


@click.group(cls=CommandGroup, invoke_without_command=True, instead="voicenote channels test {}")
@click.pass_context
def channels(context: click.Context) -> None:
    """List the channels that are set up, those that could be, and what each still needs.

    Exit code 78 when a setting is wrong, in any table.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


channels.params.append(json_option())


@command("list", group=channels)
def list_(session: Session, /) -> None:
    """List the channels that are set up, those that could be, and what each still needs."""
    from voicenote.plugins import CHANNELS, load

    found = load(CHANNELS).tried()
    declared = session.draft.channels
    rows = [_channel(session, name) for name in dict.fromkeys((*declared, FALLBACK))]
    used = {declared[name].kind for name in declared} | {FALLBACK}
    rows += [
        {
            "channel": name,
            "ready": False,
            "kind": name,
            "note": "not set up here",
            "needs": _needs(name),
            "tells": [],
        }
        for name in found.good
        if name not in used
    ]
    rows += [broken_row("channel", name, why) for name, why in found.broken.items()]
    session.screen.rows(
        rows,
        ("channel", "ready", "", "what it is"),
        [
            (
                row["channel"],
                "yes" if row["ready"] else "no",
                row.get("kind", ""),
                f"{row['note']}. It needs: {row['needs']}" if row["needs"] else row["note"],
            )
            for row in rows
        ],
    )
    session.check()


def _channel(session: Session, name: str) -> dict[str, Any]:
    """Return what is known about a channel in the settings."""
    from voicenote.wiring import make_channel, now

    declared = session.draft.channels.get(name)
    row: dict[str, Any] = {"channel": name, "kind": declared.kind if declared else name}
    try:
        with closing(make_channel(session.draft, name, now)) as channel:
            info = channel.info
    except BadSettings as error:
        needs = "; ".join(f"{one.field}: {one.what}" for one in error.problems) or error.what
        return {**row, "ready": False, "note": "not set up right", "needs": needs, "tells": []}
    needs, tells = "; ".join(info.missing), sorted(kind.value for kind in info.tells)
    return {**row, "ready": info.ready, "note": info.about, "needs": needs, "tells": tells}


def _needs(kind: str) -> str:
    """Return what a channel that isn't set up needs."""
    if kind in KINDS:
        return f"voicenote channels add {kind}"
    return f"a table [channels.{kind}] in voicenote.toml"


@command(group=channels)
@click.argument("kind", type=WordChoice(*KINDS))
@click.option("--name", metavar="NAME", help="What to call it; default: mail, or the kind.")
@click.option("--replace", is_flag=True, help="Write over the channel of that name.")
@click.option("--untried", is_flag=True, help="Connect to nothing; write it as it is.")
@click.option("--address", metavar="ADDRESS", help="Your email address.")
@click.option("--smtp", metavar="HOST:PORT", help="The server for sending.")
@click.option("--imap", metavar="HOST:PORT", help="The server for reading, or none.")
@click.option("--user", metavar="NAME", help="The name to log in with.")
@click.option("--password", metavar="WHERE", help="Where it is kept, such as env:MAIL_PASSWORD.")
@click.option(
    "--login",
    type=WordChoice("google", "microsoft"),
    help="Log in in a browser, at Google or Microsoft, instead of a password.",
)
@click.option("--client-id", metavar="ID", help="Your client id there.")
@click.option("--authority", metavar="URL", help="Whose log-in, if not everybody's.")
@click.option("--ca-file", metavar="FILE", help="The authority of your own server.")
@click.option("--dns", metavar="ADDRESS", help="Ask this name server.")
@click.option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting of Telegram or WhatsApp."
)
def add(
    session: Session,
    /,
    *,
    kind: str,
    name: str | None,
    replace: bool,
    untried: bool,
    pairs: tuple[str, ...],
    **given: str | None,
) -> None:
    """Set up a channel: find its servers, try them, and write it into voicenote.toml.

    At a terminal it asks for what isn't given. A password is not shown, and never written into the
    settings, which only say where it is kept. Nothing is changed before the servers let you in.

    With --json: {"channel", "kind", "tried": [{"server", "purpose", "answer", "error"}]}.
    """
    from voicenote.cli.terminal.channel_writing import choose_name, write_channel

    answers = {key: value for key, value in given.items() if value}
    _check_options(kind, pairs, answers)
    name = choose_name(session, name, "mail" if kind == "email" else kind, replace=replace)
    try:
        table, address, tried = _set_up(session, kind, name, pairs, answers, untried=untried)
    finally:
        session.secrets_in = ""
    write_channel(session, name, table, address)
    session.if_stopped = ""
    data = {"channel": name, "kind": kind, "tried": _tried(tried)}
    session.screen.show(data, lambda: f"The channel {name} is in {session.draft.file}.")
    session.screen.note(f"Next: voicenote channels {AFTERWARDS[kind].format(name=name)}")


def _check_options(kind: str, pairs: tuple[str, ...], given: Mapping[str, str]) -> None:
    """Raise WrongUse for an option of another kind."""
    if kind == "email" and pairs:
        raise WrongUse("--set is for Telegram and WhatsApp", "see: voicenote channels add --help")
    if kind != "email" and given:
        option = f"--{next(iter(given)).replace('_', '-')}"
        raise WrongUse(f"{option} is for email", f"for {kind}, give --set KEY=VALUE")


def _set_up(
    session: Session,
    kind: str,
    name: str,
    pairs: tuple[str, ...],
    given: Mapping[str, str],
    *,
    untried: bool,
) -> tuple[Mapping[str, object], str, list[Dialled]]:
    """Ask and try; return the table to write, the owner's address ("" if unknown), the trials."""
    from voicenote.cli.terminal.chat_dialog import read_given, set_up_chat
    from voicenote.cli.terminal.email_dialog import EmailAnswers, set_up_email

    if kind != "email":
        table, tried = set_up_chat(session, kind, name, read_given(pairs), tried=not untried)
        return table, "", tried
    answers = EmailAnswers(**given)
    setup, credential, tried = set_up_email(session, name, answers, tried=not untried)
    table = {**setup.table(credential.keep()), **credential.settings()}
    return table, setup.address, tried


@command(group=channels)
@click.argument("name")
@click.option("--no-browser", is_flag=True, help="Open none here: you log in on another machine.")
def login(session: Session, /, *, name: str, no_browser: bool) -> None:
    """Log in to a channel again, in a browser; for those that Google or Microsoft let in.

    The settings stay as they are, and the new log-in is kept where the old one was.

    With --json: {"channel", "tried": [{"server", "purpose", "answer", "error"}]}.
    """
    from voicenote.cli.terminal.browser_login import BrowserSteps, need_person
    from voicenote.cli.terminal.email_dialog import show_dialled
    from voicenote.delivery.port import Dials, LogsIn
    from voicenote.wiring import make_channel, now

    with closing(make_channel(session.settings, name, now)) as channel:
        if not isinstance(channel, LogsIn):
            raise RuleSaysNo(f"{name} has no log-in in a browser", "see: voicenote channels")
        need_person(session, f"voicenote channels login {name}")
        session.if_stopped = f"nothing was changed; to try again: voicenote channels login {name}"
        channel.log_in(BrowserSteps(session, no_browser))
        session.if_stopped = ""
        session.screen.note("Logged in. Trying the servers; nothing is sent …")
        tried = list(channel.dial(20)) if isinstance(channel, Dials) else []
    show_dialled(session, tried)
    session.screen.show({"channel": name, "tried": _tried(tried)}, lambda: f"{name} is logged in.")


def _tried(results: Iterable[Dialled]) -> list[dict[str, str]]:
    """Return how each server was tried as data for ``--json``."""
    return [
        {
            "server": one.server,
            "purpose": one.purpose,
            "answer": one.answer,
            "error": one.error.in_one_line if one.error else "",
        }
        for one in results
    ]


@command(group=channels)
@click.argument("name")
@click.option("--to", metavar="ADDRESS", help="Your own address; for email [owner] email.")
@click.option("--wait", default=60.0, metavar="SECONDS", help="How long to wait for the letter.")
@click.option("--dns", default="", metavar="ADDRESS", help="Ask this name server.")
def test(session: Session, /, *, name: str, to: str | None, wait: float, dns: str) -> int:
    """Log in, send yourself a letter, read it back, and say what keeps it from an inbox.

    For email: whether it came back, and where; SPF, DKIM and DMARC of your domain; the name of the
    server; the largest letter; whether people can opt out. No customer gets anything.

    Exit code 1 when something is wrong. With --json: a list of {"about", "ok", "what", "cure"};
    "ok" is null where it can't be told.
    """
    from voicenote.delivery.email.name_server import NameServer
    from voicenote.engine.admin.channel_test import try_channel

    done = []
    with session.open(whole=True) as ws:
        for one in try_channel(ws, name, to, seconds=wait, names=NameServer(dns)):
            done.append(one)
            if not session.json:
                mark = {True: "ok", False: "WRONG", None: "?"}[one.ok]
                session.screen.out(f"{mark:6}{one.about}: {one.what}")
                if one.cure:
                    session.screen.out(f"      {one.cure}")
    if session.json:
        session.screen.data(done)
    return 1 if any(one.ok is False for one in done) else 0


@command(group=channels)
@click.argument("name")
@click.argument("case", type=CASE, metavar="N")
def link(session: Session, /, *, name: str, case: int) -> None:
    """Make a link with which the customer of case N lets your bot write to them.

    It works once; a new link replaces it.

    With --json: {"case", "channel", "link"}.
    """
    from voicenote.engine.case.consent import invite

    with session.open() as ws:
        made = invite(ws, name, case)
    screen = session.screen
    if session.json:
        screen.data(made)
        return
    screen.out(made.link, whole=True)
    if screen.interactive:
        screen.out(_square(made.link), whole=True)
    screen.note(f"Give it to {made.customer} in a way you both use already. It works once.")


def _square(link: str) -> str:
    """Return a link's QR code as text, for a customer in front of the screen."""
    from io import StringIO

    import segno

    drawn = StringIO()
    segno.make_qr(link, error="m").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue().rstrip("\n")
