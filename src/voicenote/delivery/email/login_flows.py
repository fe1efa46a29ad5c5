"""Log in at Google or Microsoft in a browser (OAuth 2), with a client id of the owner's own.

Google's flow ends at a page of this machine (a loopback address, with PKCE); Microsoft's asks for
a code on any device. Each function returns the provider's answer: tokens, or ``error``. Raises
Unavailable when the provider can't be reached, or the libraries are missing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from voicenote.delivery.port import LoginPage, LoginSteps
from voicenote.errors import Unavailable
from voicenote.extras import how_to_install
from voicenote.options import Secret
from voicenote.options.secret import reveal

GOOGLE, MICROSOFT = "google", "microsoft"
NAMES = {GOOGLE: "Google", MICROSOFT: "Microsoft"}
_SCOPES = {
    GOOGLE: ["https://mail.google.com/"],
    MICROSOFT: [
        "https://outlook.office.com/SMTP.Send",
        "https://outlook.office.com/IMAP.AccessAsUser.All",
    ],
}
_GOOGLE_PAGES = {
    "auth_uri": "https://accounts.google.com/o/oauth2/v2/auth",
    "token_uri": "https://oauth2.googleapis.com/token",
}
#: Where an account of any organisation, or a private one, logs in.
COMMON = "https://login.microsoftonline.com/common"
#: Minutes that the browser may take.
MINUTES = 10
#: What nobody expects, and Google says nowhere while one logs in.
_TESTING = (
    "While your client is in testing at Google, each log-in ends after seven days; publishing it"
    " ends that (docs/email.md)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSettings:
    """Whose log-in (`GOOGLE` or `MICROSOFT`), with which client; `timeout` in seconds.

    `authority` is a provider of one's own, or at Microsoft one organisation's address.
    """

    kind: str
    client_id: str
    client_secret: Secret | None = None
    authority: str = ""
    ca_file: str = ""
    timeout: float = 30

    @property
    def who(self) -> str:
        """The provider's name."""
        return NAMES[self.kind]


def ask(login: LoginSettings, user: str, steps: LoginSteps) -> Mapping[str, Any]:
    """Let the owner log in as `user`, and return the provider's answer."""
    with _translated(login):
        return (_ask_google if login.kind == GOOGLE else _ask_microsoft)(login, user, steps)


def renew(login: LoginSettings, refresh_token: str) -> Mapping[str, Any]:
    """Return the provider's answer to a refresh token."""
    with _translated(login):
        renewing = _renew_google if login.kind == GOOGLE else _renew_microsoft
        return renewing(login, refresh_token)


@contextmanager
def _translated(login: LoginSettings) -> Iterator[None]:
    """Mute the libraries, which log tokens, and translate their errors."""
    for name in ("requests_oauthlib", "oauthlib", "msal", "google_auth_oauthlib"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if not all(map(find_spec, ("msal", "google_auth_oauthlib"))):
        raise Unavailable(
            f"logging in at {login.who} needs libraries that are not installed",
            f"install them: {how_to_install('login')}",
        )
    import requests

    try:
        yield
    except requests.RequestException as error:
        raise Unavailable(
            f"{login.who} can't be reached for the log-in ({type(error).__name__})",
            "check the network, then try again",
        ) from error
    except (ValueError, KeyError) as error:  # a page that isn't what the standard says
        raise Unavailable(
            f"{login.who} answered something else than a log-in ({type(error).__name__})",
            "check client_id and authority",
        ) from error


def _ask_google(login: LoginSettings, user: str, steps: LoginSteps) -> Mapping[str, Any]:
    from google_auth_oauthlib.flow import InstalledAppFlow

    from voicenote.delivery.email.login_landing import Landing

    secret, pages = reveal(login.client_secret), _google_pages(login)
    client = {"client_id": login.client_id, "client_secret": secret, **pages}
    with closing(Landing()) as landing:
        flow = InstalledAppFlow.from_client_config(
            {"installed": client},
            _SCOPES[GOOGLE],
            redirect_uri=f"http://127.0.0.1:{landing.server_port}/",
        )
        url, landing.state = flow.authorization_url(prompt="consent", login_hint=user)
        opened = steps.show(LoginPage(url, minutes=MINUTES, note=_TESTING))
        answer = landing.wait(MINUTES * 60) if opened else ""
    if opened and not answer:
        return {"error": "expired_token"}
    answer = answer or steps.paste()
    return _answer_of(
        lambda: flow.fetch_token(
            # a loopback address has no TLS, which oauthlib wants everywhere
            authorization_response=answer.strip().replace("http:", "https:", 1),
            client_secret=secret or None,
            include_client_id=True,
            verify=login.ca_file or True,
            timeout=login.timeout,
        )
    )


def _renew_google(login: LoginSettings, refresh_token: str) -> Mapping[str, Any]:
    from requests_oauthlib import OAuth2Session

    secret = reveal(login.client_secret)
    return _answer_of(
        lambda: OAuth2Session(login.client_id).refresh_token(
            _google_pages(login)["token_uri"],
            refresh_token=refresh_token,
            client_id=login.client_id,
            **({"client_secret": secret} if secret else {}),
            verify=login.ca_file or True,
            timeout=login.timeout,
        )
    )


def _google_pages(login: LoginSettings) -> dict[str, str]:
    if not login.authority:
        return _GOOGLE_PAGES
    place = f"{login.authority.rstrip('/')}/.well-known/openid-configuration"
    found = _http(login).get(place).json()
    return {"auth_uri": found["authorization_endpoint"], "token_uri": found["token_endpoint"]}


def _answer_of(call: Callable[[], Any]) -> Mapping[str, Any]:
    """Return a provider's answer as it is; oauthlib raises those without tokens."""
    from oauthlib.oauth2 import OAuth2Error

    try:
        return dict(call())
    except OAuth2Error as error:
        return {"error": error.error or "", "error_description": error.description or ""}
    except Warning:  # what oauthlib raises when less was granted
        return {"error": "invalid_scope"}


def _ask_microsoft(login: LoginSettings, user: str, steps: LoginSteps) -> Mapping[str, Any]:
    del user  # the page asks
    client = _microsoft(login)
    flow: dict[str, Any] = client.initiate_device_flow(_SCOPES[MICROSOFT])
    if "user_code" not in flow:
        return flow
    minutes = max(1, int(flow.get("expires_in", 900)) // 60)
    steps.show(LoginPage(flow["verification_uri"], str(flow["user_code"]), minutes))
    answer: dict[str, Any] = client.acquire_token_by_device_flow(flow)
    return answer


def _renew_microsoft(login: LoginSettings, refresh_token: str) -> Mapping[str, Any]:
    answer: dict[str, Any] = _microsoft(login).acquire_token_by_refresh_token(
        refresh_token, _SCOPES[MICROSOFT]
    )
    return answer


def _microsoft(login: LoginSettings) -> Any:
    import msal

    where = login.authority or COMMON
    ours = (urlsplit(where).hostname or "").startswith("login.microsoftonline.")
    place = {"authority" if ours else "oidc_authority": where}
    return msal.PublicClientApplication(login.client_id, http_client=_http(login), **place)


def _http(login: LoginSettings) -> Any:
    """Return a session of `requests` that keeps to the settings, whatever the environment says."""
    import requests

    class Session(requests.Session):
        def request(self, *args: Any, **more: Any) -> requests.Response:
            usual = {"verify": login.ca_file or True, "timeout": login.timeout}
            return super().request(*args, **{**usual, **more})

    return Session()
