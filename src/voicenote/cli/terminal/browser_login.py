"""Log in to a mailbox in the browser, at Google or Microsoft: what a person sees and types."""

from __future__ import annotations

import webbrowser
from dataclasses import dataclass, replace

from voicenote.cli.terminal.browser import has_browser
from voicenote.cli.terminal.channel_secrets import Credential, keep_written
from voicenote.cli.terminal.session import Session
from voicenote.delivery.email.login_flows import COMMON, GOOGLE, NAMES, LoginSettings
from voicenote.delivery.email.login_session import new_login
from voicenote.delivery.port import LoginPage
from voicenote.errors import RuleSaysNo
from voicenote.options import Secret

_GUIDE = "how to get one is in docs/email.md, under Log in with Google or Microsoft"


@dataclass(frozen=True, slots=True)
class BrowserSteps:
    """What a log-in asks of a person at the terminal; see `delivery.port.LoginSteps`."""

    session: Session
    without_browser: bool = False

    def show(self, page: LoginPage) -> bool:
        """Show where to log in, and open it here if there is a browser."""
        screen = self.session.screen
        if page.note:
            screen.warn(page.note)
        if page.code:
            screen.warn(f"Open {page.url} on any device, and type this code: {page.code}")
            screen.warn(f"Waiting for you, for up to {page.minutes} minutes. Ctrl-C stops it.")
            return False
        wanted = not self.without_browser and has_browser(self.session.env)
        opened = wanted and webbrowser.open(page.url)
        where = "Your browser opens; if not, open" if opened else "In any browser, open"
        screen.warn(f"{where} this address and log in there:", page.url)
        if opened:
            screen.warn(f"Waiting for you, for up to {page.minutes} minutes. Ctrl-C stops it.")
        return opened

    def paste(self) -> str:
        """Ask for the address at which a browser of another machine has ended."""
        self.session.screen.warn(
            "After you agree, the browser shows a page that doesn't load. That's fine:"
            " copy the page's whole address (http://127.0.0.1:…)."
        )
        return self.session.screen.ask("Paste it here", needed=True)


def need_person(session: Session, command: str) -> None:
    """Raise RuleSaysNo if nobody is at the terminal, as in cron."""
    if not session.screen.interactive:
        raise RuleSaysNo(
            "you have to log in yourself, at a terminal",
            f"open one (over ssh is fine) and run: {command}",
        )


def log_in_for(
    session: Session, name: str, login: LoginSettings, user: str, *, without_browser: bool = False
) -> Credential:
    """Let a person log in for the new channel `name`; what isn't in `login` is asked for.

    Raises RuleSaysNo and Unavailable.
    """
    from voicenote.wiring import now

    screen, who = session.screen, NAMES[login.kind]
    if not login.client_id:
        screen.warn(f"{who} wants a client id that you register there; {_GUIDE}.")
        login = replace(login, client_id=screen.ask("Client id", needed=True))
    typed = ""
    if login.kind == GOOGLE:
        typed = screen.ask_hidden("Client secret (it is not shown)")
        login = replace(login, client_secret=Secret("given", typed, {}))
    elif not login.authority:
        tenant = screen.ask("Directory (tenant) id, or common", "common")
        login = replace(login, authority=f"{COMMON.rpartition('/')[0]}/{tenant}")
    record = new_login(login, user, BrowserSteps(session, without_browser), now())
    kept: dict[str, dict[str, str]] = {}

    def keep() -> dict[str, str]:
        values = {f"{name}-login": record.to_text()}
        if typed:
            values[f"{name}-client"] = typed
        kept.update(keep_written(session, values))
        return kept[f"{name}-login"]

    def settings() -> dict[str, object]:
        found: dict[str, object] = {"login": login.kind, "client_id": login.client_id}
        if typed:
            found["client_secret"] = kept[f"{name}-client"]
        if login.authority and login.authority != COMMON:
            found["authority"] = login.authority
        return found

    token = Secret("given", record.access_token, {})
    return Credential(key="login_token", secret=token, keep=keep, settings=settings)
