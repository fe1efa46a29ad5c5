"""A real provider of log-ins for tests (npm oidc-provider), and a person with a browser."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import httpx2

from tests.faults.mail_pair import MailPair, free_ports
from tests.faults.mail_pair import missing as missing_mail
from voicenote.delivery.port import LoginPage

PROGRAM = Path(__file__).parent.parent / "fakes" / "oidc_provider.mjs"
FOLDER = os.environ.get("VOICENOTE_TEST_OIDC", "")
CLIENT_SECRET = "known-to-all"  # noqa: S105  of a desktop client
#: How Dovecot asks the provider whether a token is good.
ASKS = """\
introspection_mode = post
introspection_url = https://mail-server:of-the-server@127.0.0.1:{port}/tenant/token/introspection
tls_ca_cert_file = {{base}}/ca.pem
username_attribute = sub
active_attribute = active
active_value = true
"""


def missing() -> str:
    """What this machine lacks; "" for nothing."""
    if not FOLDER or not shutil.which("node"):
        return "VOICENOTE_TEST_OIDC names no folder with npm's oidc-provider, or node is missing"
    return missing_mail()


class LoginProvider:
    """The provider and a mail pair that believes its tokens, from `start` to `stop`."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.pair = MailPair(ASKS.format(port=self.port))
        self.authority = f"https://127.0.0.1:{self.port}/tenant"
        self._node: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.pair.start()
        base, node = self.pair.base, shutil.which("node") or "node"
        words = [
            str(PROGRAM),
            FOLDER,
            str(self.port),
            str(base / "cert.pem"),
            str(base / "key.pem"),
        ]
        self._node = subprocess.Popen(
            [node, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._node.stdout
        for line in self._node.stdout:
            if "listening" in line:
                return
        raise RuntimeError("the provider did not start")

    def stop(self) -> None:
        if self._node:
            self._node.terminate()
            self._node.communicate(timeout=20)
        self.pair.stop()

    def client(self) -> httpx2.Client:
        trusted = ssl.create_default_context(cafile=self.pair.ca_file)
        return httpx2.Client(verify=trusted, follow_redirects=False, timeout=20)

    def control(self, *, deny: bool = False, later: int = 0) -> None:
        """Let people refuse, or move the provider's clock by `later` seconds."""
        with self.client() as client:
            url = f"https://127.0.0.1:{self.port}/control"
            client.post(url, params={"deny": "1" if deny else "", "later": str(later)})

    def revoke(self, client_id: str, token: str) -> None:
        """End a log-in at the provider, as a person can on its pages."""
        data = {"client_id": client_id, "token": token}
        if client_id == "desktop":
            data["client_secret"] = CLIENT_SECRET
        with self.client() as client:
            assert client.post(f"{self.authority}/token/revocation", data=data).status_code == 200


@dataclass
class Person:
    """Does at the provider's pages what a log-in asks for; `steps` of `delivery.port`.

    `before` is called with the address of the last page, before the browser goes there.
    """

    provider: LoginProvider
    opens: bool = True
    before: Callable[[str], None] = lambda _: None
    pasted: Callable[[str], str] = lambda address: address
    seen: list[int] = field(default_factory=list)
    last: str = ""

    def show(self, page: LoginPage) -> bool:
        if page.code:
            self.type_code(page)
            return False
        with self.provider.client() as browser:
            self.last = self.walk(page.url, browser)
        if self.opens:
            threading.Thread(target=self.land).start()
        return self.opens

    def paste(self) -> str:
        return self.pasted(self.last)

    def walk(self, url: str, browser: httpx2.Client) -> str:
        """Log in and agree, or refuse; return the address of this machine at the end, or ""."""
        for _ in range(15):
            if url.startswith("http://127.0.0.1"):
                return url
            answer = browser.get(url)
            if not answer.is_redirect:
                return ""
            url = urljoin(url, answer.headers["location"])
        raise AssertionError("the provider sends the browser in a circle")

    def land(self) -> None:
        self.before(self.last)
        self.seen.append(httpx2.get(self.last).status_code)

    def type_code(self, page: LoginPage) -> None:
        self.before(page.url)
        with self.provider.client() as browser:
            form = browser.get(page.url, params={"user_code": page.code}).text
            xsrf = re.findall(r'name="xsrf" value="(\w+)"', form)[0]
            data = {"xsrf": xsrf, "user_code": page.code}
            browser.post(page.url, data=data)
            done = browser.post(page.url, data={**data, "confirm": "yes"})
            if done.is_redirect:
                self.walk(urljoin(page.url, done.headers["location"]), browser)
