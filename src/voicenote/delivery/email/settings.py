"""The settings of an email channel, and which of them conflict. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from voicenote.delivery.content import AUDIO
from voicenote.delivery.email.login_flows import GOOGLE, MICROSOFT, LoginSettings
from voicenote.delivery.email.login_session import LoginSession
from voicenote.delivery.email.server import Server
from voicenote.delivery.parcel_checks import ReservedOptions, check_address
from voicenote.delivery.tokens import PLACE, fill_template, token_link
from voicenote.errors import Problem, Refused
from voicenote.options import Secret, option, validators
from voicenote.options.validators import is_here

_SECURITY = ("tls", "starttls", "none")


def _address_template(value: Any) -> str:
    """Return an address template with a token before the @, or ""; else raise ValueError."""
    template = validators.text(value)
    try:
        check_address("the template", fill_template(template, "any") if template else "a@b.example")
    except Refused:
        template = "@"
    if template and PLACE not in template.partition("@")[0]:
        raise ValueError(f"{value!r} makes no address with a token")
    return template


@dataclass(frozen=True, kw_only=True)
class EmailOptions(ReservedOptions):
    """The settings of an email channel."""

    host: str = option(
        "",
        validators.text,
        "the server that takes mail in, such as smtp.example.com",
        required=True,
    )
    port: int = option(0, validators.port, "587 by default, or 465 with tls")
    security: str = option(
        "",
        validators.choice("", *_SECURITY),
        "starttls (the default), tls, or none on this machine",
    )
    user: str = option("", validators.text, "the name to log in with")
    password: Secret | None = option(None, validators.secret, "a reference to the password")
    token: Secret | None = option(
        None, validators.secret, "a reference to an OAuth 2 access token, instead of a password"
    )
    login: str = option(
        "",
        validators.choice("", GOOGLE, MICROSOFT),
        "log in as Google or Microsoft want it, in a browser, instead of a password",
    )
    client_id: str = option("", validators.text, "the client id that you registered there")
    client_secret: Secret | None = option(
        None, validators.secret, "a reference to the client's secret, which Google gives"
    )
    login_token: Secret | None = option(
        None, validators.secret, "where the log-in is kept: a file, or the keyring"
    )
    authority: str = option(
        "",
        validators.server,
        "who lets you in: for one organisation https://login.microsoftonline.com/TENANT",
    )
    timeout: float = option(60, validators.seconds, "seconds for each part of the conversation")
    per_minute: float = option(
        0,
        validators.number(0, 100_000),
        "how many messages a minute at most; 0: as fast as it goes",
    )
    attach: tuple[str, ...] = option(
        ("mp3",), validators.word_list(tuple(AUDIO)), "what is attached: mp3, m4a, ogg"
    )
    verp: str = option(
        "", _address_template, "where bounces go, such as voice+b-{token}@example.com"
    )
    reply_to: str = option(
        "", _address_template, "where answers go, such as voice+r-{token}@example.com"
    )
    unsubscribe_url: str = option(
        "", token_link, "an https address that ends the letters, with {token}"
    )
    dsn: bool = option(
        True, validators.switch, "ask for delivery receipts where the server has them"
    )
    ca_file: str = option("", validators.text, "the authority of a server of your own")
    hello: str = option("[127.0.0.1]", validators.text, "the name this machine gives itself")
    imap_host: str = option(
        "", validators.text, "the server that holds the mailbox: for `sent` and for answers"
    )
    imap_port: int = option(993, validators.port, "993 by default")
    imap_security: str = option(
        "tls", validators.choice(*_SECURITY), "tls, starttls, or none on this machine"
    )
    copy_to_sent: bool = option(
        False, validators.switch, "put a copy of each letter among the sent mail, by IMAP"
    )
    sent_folder: str = option(
        "", validators.text, "the folder of sent mail; found automatically where it is marked"
    )

    #: Set by the channel, which knows its name and the time.
    session: LoginSession | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield the settings that conflict."""
        if self.password and self.token:
            yield Problem("both a password and a token are set", "keep one", field="token")
        if self.login and (self.password or self.token):
            both = "both a log-in and a password or token are set"
            yield Problem(both, "keep one", field="login")
        if self.login and not (self.client_id and self.user and self.login_token):
            needs = "a log-in needs user, client_id and login_token"
            yield Problem(needs, "set them, or let channels add email do it", field="login")
        if self.login_token and self.login_token.way not in ("file", "keyring"):
            what = "a log-in is renewed, and nothing can be written there"
            yield Problem(
                what, 'use {file = "secrets/NAME"} or {keyring = "…"}', field="login_token"
            )
        if bool(self.user) != bool(self.password or self.token or self.login):
            yield Problem("user and password go together", "set both, or neither", field="user")
        for key, host in (("security", self.host), ("imap_security", self.imap_host)):
            if getattr(self, key) == "none" and host and not is_here(host):
                advice = "use tls or starttls: words and passwords would travel in the open"
                yield Problem(f"none is only for this machine, not {host}", advice, field=key)
        if self.copy_to_sent and not self.imap_host:
            advice = "set imap_host: the server that holds the mailbox"
            yield Problem("there is no mailbox for copies", advice, field="copy_to_sent")

    @property
    def server(self) -> Server:
        """The SMTP server to send through."""
        security = self.security or ("tls" if self.port == 465 else "starttls")
        usual = 465 if security == "tls" else 587
        return self._make(host=self.host, port=self.port or usual, security=security)

    @property
    def imap(self) -> Server | None:
        """The server that holds the mailbox, or None if none is set."""
        if not self.imap_host:
            return None
        return self._make(host=self.imap_host, port=self.imap_port, security=self.imap_security)

    def headers(self, key: str) -> dict[str, str]:
        """Return the headers that lead answers and opt-outs back to the message of `key`."""
        reply_to = fill_template(self.reply_to, key)
        page = fill_template(self.unsubscribe_url, key)
        headers = {"Reply-To": reply_to} if reply_to else {}
        ways = [f"<{page}>"] if page else []
        if reply_to:
            ways.append(f"<mailto:{reply_to}?subject=unsubscribe>")
        if ways:
            headers["List-Unsubscribe"] = ", ".join(ways)
        if page:
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    @property
    def login_settings(self) -> LoginSettings | None:
        """How the owner logs in in a browser, or None if they do not."""
        if not self.login:
            return None
        return LoginSettings(
            kind=self.login,
            client_id=self.client_id,
            client_secret=self.client_secret,
            authority=self.authority,
            ca_file=self.ca_file,
        )

    def with_session(self, name: str, clock: Callable[[], datetime]) -> EmailOptions:
        """Return them with the log-in of the channel `name`, if it is by a browser."""
        login, place = self.login_settings, self.login_token
        if login is None or place is None:
            return self
        return replace(self, session=LoginSession(name, login, self.user, place, clock))

    @property
    def _make(self) -> partial[Server]:
        kept, session = self.token or self.password, self.session
        return partial(
            Server,
            user=self.user,
            secret=session.access_token if session else kept.reveal if kept else None,
            oauth=bool(self.token or session),
            session=session,
            timeout=self.timeout,
            ca_file=self.ca_file,
            hello=self.hello,
        )
