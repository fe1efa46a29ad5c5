"""The questions of `channels add email`: address, servers, log-in; each server is tried."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace

from voicenote.cli.terminal.browser_login import log_in_for, need_person
from voicenote.cli.terminal.channel_secrets import Credential, ask_secret, refer_to
from voicenote.cli.terminal.session import Session
from voicenote.delivery.email.autoconfig import (
    domain_of,
    fetch_file,
    find_servers,
    guess_server,
)
from voicenote.delivery.email.login_flows import LoginSettings
from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.providers import MailServers
from voicenote.delivery.port import Dialled
from voicenote.engine.admin.email_setup import EmailSetup, read_endpoint, try_servers
from voicenote.engine.admin.workspace_init import check_answer
from voicenote.errors import RuleSaysNo, Unavailable, WrongUse

#: What can be done when a server doesn't let us in.
AFTER = {
    "password": "type it again",
    "servers": "correct the servers and the user name",
    "anyway": "write it as it is",
    "quit": "change nothing",
}
#: No server for reading.
NONE = "none"


@dataclass(kw_only=True)
class EmailAnswers:
    """What was answered so far, by option or at the terminal; "" where nothing was."""

    address: str = ""
    smtp: str = ""
    imap: str = ""
    user: str = ""
    password: str = ""
    login: str = ""
    client_id: str = ""
    authority: str = ""
    ca_file: str = ""
    dns: str = ""

    def command(self, name: str) -> str:
        """Return the command that goes on from here. It holds no secret."""
        words = [f"voicenote channels add email --name {name}"]
        words += [
            f"--{one.name.replace('_', '-')} {shlex.quote(value)}"
            for one in fields(self)
            if (value := getattr(self, one.name))
        ]
        return " ".join(words)


def set_up_email(
    session: Session, name: str, answers: EmailAnswers, *, tried: bool
) -> tuple[EmailSetup, Credential, list[Dialled]]:
    """Ask what isn't answered, and try the servers until they let us in or the owner ends it.

    Without `tried` nothing is connected to. Raises WrongUse when somebody has to be asked, and
    nobody is there; Unavailable when a server doesn't let us in, and the owner gives up.
    """
    _note(session, name, answers)
    answers.address = _ask_address(session, answers.address)
    _note(session, name, answers)
    found = _find(session, answers)
    found = replace(found, login=answers.login or found.login)
    credential: Credential | None = None
    while True:
        _note(session, name, answers)
        user = answers.user or found.user or answers.address
        credential = credential or _ask_credential(session, name, found, user, answers)
        setup = EmailSetup(
            address=answers.address,
            servers=found,
            user=user,
            secret=credential.secret,
            key=credential.key,
            extras=(("ca_file", answers.ca_file),) if answers.ca_file else (),
        )
        if not tried:
            return setup, credential, []
        setup, results = _try(session, setup)
        failed = [one for one in results if one.error]
        taken = not any("log-in" in one.error.what for one in failed if one.error)
        usual = "servers" if taken else "password"
        word = ask_what_now(session, failed, AFTER, usual) if failed else "anyway"
        if word == "anyway":
            return setup, credential, results
        if word == "servers":
            found = _ask_servers(session, answers, found)
        else:
            answers.password, answers.login, credential = "", "", None


def _try(session: Session, setup: EmailSetup) -> tuple[EmailSetup, list[Dialled]]:
    """Try the servers, and say how it went."""
    session.screen.note("Trying the servers; nothing is sent …")
    setup, results = try_servers(setup)
    show_dialled(session, results)
    return setup, results


def show_dialled(session: Session, results: Iterable[Dialled]) -> None:
    """Say how each server answered."""
    for one in results:
        said = one.error.in_one_line if one.error else one.answer
        session.screen.note(f"  {one.purpose}, {one.server}: {said}")


def _note(session: Session, name: str, answers: EmailAnswers) -> None:
    """Keep what Ctrl-C shows: the command that goes on from here."""
    session.if_stopped = f"nothing was changed; to go on: {answers.command(name)}"


def _ask_address(session: Session, given: str) -> str:
    """Return the address that the channel sends from; by default the owner's."""
    if given:
        return check_answer("email", given)
    _need_terminal(session, "--address")
    usual = session.draft.owner.email
    while True:
        typed = session.screen.ask("Your email address", usual, needed=True)
        try:
            return check_answer("email", typed)
        except WrongUse as error:
            session.screen.warn(error.in_one_line)


def _find(session: Session, answers: EmailAnswers) -> MailServers:
    """Return the servers: those given, those that are known, or those the owner names."""
    if answers.smtp:
        return _given_servers(answers)
    session.screen.note("Looking for its mail servers …")
    found = find_servers(answers.address, NameServer(answers.dns), fetch_file)
    if found is None:
        session.screen.note(
            "They were not found. Your provider's help pages name them, under SMTP and IMAP."
        )
        return _ask_servers(session, answers)
    reads = f"; reading: {found.imap}" if found.imap else ""
    session.screen.note(f"{found.source} says: sending: {found.smtp}{reads}")
    domain = domain_of(answers.address)
    foreign = " and ".join(found.outside(domain))
    if session.screen.interactive:
        question = f"Outside {domain}: {foreign}. " * bool(foreign) + "Are these right?"
        right = session.screen.confirm(question, default=not foreign)
        return found if right else _ask_servers(session, answers, found)
    if foreign:
        imap = f" --imap {found.imap}" if found.imap else ""
        raise WrongUse(
            f"the password would go outside {domain}, to {foreign}, as {found.source} says",
            f"if that is right, add --smtp {found.smtp}{imap}",
        )
    return found


def _given_servers(answers: EmailAnswers) -> MailServers:
    smtp = read_endpoint(answers.smtp, 587)
    imap = None if answers.imap in ("", NONE) else read_endpoint(answers.imap, 993)
    if smtp is None or (imap is None and answers.imap not in ("", NONE)):
        wrong = answers.imap if smtp else answers.smtp
        raise WrongUse(
            f"{wrong!r} isn't the name of a server", "such as smtp.example.com or 127.0.0.1:2525"
        )
    return MailServers(source="you", smtp=smtp, imap=imap)


def _ask_servers(
    session: Session, answers: EmailAnswers, found: MailServers | None = None
) -> MailServers:
    """Ask for the servers and the user name; what was `found` or answered before is the default."""
    _need_terminal(session, "--smtp HOST:PORT and --imap HOST:PORT")
    screen, names = session.screen, NameServer(answers.dns)
    if found:
        smtp, imap = answers.smtp or str(found.smtp), answers.imap or str(found.imap or NONE)
    else:
        smtp = answers.smtp or guess_server("smtp", answers.address, names)
        imap = answers.imap or guess_server("imap", answers.address, names)
    answers.smtp = _ask_endpoint(session, "Server for sending (SMTP)", smtp, 587)
    answers.imap = _ask_endpoint(session, f"Server for reading (IMAP), or {NONE}", imap, 993)
    answers.user = screen.ask("User name there", answers.user or answers.address)
    return _given_servers(answers)


def _ask_endpoint(session: Session, question: str, usual: str, port: int) -> str:
    """Ask for a server until there is one; for reading there may be none."""
    while True:
        text = session.screen.ask(question, usual, needed=True)
        if text.lower() == NONE and port == 993:
            return NONE
        if found := read_endpoint(text, port):
            return str(found)
        session.screen.warn("That isn't a server's name: such as smtp.example.com, or host:port.")


def _ask_credential(
    session: Session, name: str, found: MailServers, user: str, answers: EmailAnswers
) -> Credential:
    """Return what to log in with: a reference that was given, a log-in, or a typed password."""
    if answers.password:
        return refer_to(session, "password", answers.password)
    if answers.login:
        need_person(session, answers.command(name))
        return _log_in(session, name, answers, user)
    _need_terminal(session, "--password env:NAME")
    screen = session.screen
    if found.why_log_in:
        screen.warn(f"{found.why_log_in}.")
    if found.login:
        ways = {"log in": "in your browser", "password": found.hint}
        if screen.choose("How do you log in", ways, "log in") == "log in":
            answers.login = found.login
            return _log_in(session, name, answers, user)
    if "app password" in found.hint:
        screen.note(f"{found.source} wants {found.hint}.")
    return ask_secret(session, "password", name, user, f"password of {user}")


def _log_in(session: Session, name: str, answers: EmailAnswers, user: str) -> Credential:
    _note(session, name, answers)
    login = LoginSettings(
        kind=answers.login,
        client_id=answers.client_id,
        authority=answers.authority,
        ca_file=answers.ca_file,
    )
    return log_in_for(session, name, login, user)


def ask_what_now(
    session: Session, failed: list[Dialled], after: Mapping[str, str], usual: str = ""
) -> str:
    """Ask what to do about servers that don't let us in: a word of `after`, by default `usual`.

    Without `usual` it is the first one. Raises Unavailable when nobody can be asked, and RuleSaysNo
    for "quit".
    """
    screen = session.screen
    if not screen.interactive:
        why = "; ".join(one.error.in_one_line for one in failed if one.error)
        raise Unavailable(
            f"nothing was changed: {why}", "correct it, or add --untried to write it as it is"
        )
    word = screen.choose("What now", after, usual or next(iter(after)))
    if word == "quit":
        raise RuleSaysNo("stopped", session.if_stopped)
    return word


def _need_terminal(session: Session, option: str) -> None:
    if not session.screen.interactive:
        raise WrongUse("without a terminal, nobody can answer questions", f"add {option}")
