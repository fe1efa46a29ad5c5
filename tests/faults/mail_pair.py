"""A real mail server for tests: Postfix takes mail in, Dovecot keeps it. Needs root and loopback.

Nothing leaves the machine: each domain but two is refused. Both run from a folder of their own and
are ended by it; the machine's own configuration is neither read nor written.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import trustme

from tests.fakes.web import Reply, Request, Web

#: Mailboxes: name → what is special about it.
USERS: Mapping[str, str] = {
    "anna": "",
    "mari": "",
    "full": "userdb_quota_rule=*:bytes=1",
    "away": "",
}
PASSWORD = "pässword 1"  # noqa: S105  of a server that lives for seconds
VACATION = """require ["vacation"];
vacation :days 1 :addresses ["away@tamm.example"] "I am at the sea until Monday.";
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = {base}/postfix.log
maillog_file_prefixes = {base}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.bakery.example
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
recipient_delimiter = +
virtual_mailbox_domains = bakery.example, tamm.example
virtual_mailbox_maps =
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = error:5.7.1 nothing leaves this machine
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {base}/auth
smtpd_tls_auth_only = yes
smtpd_tls_security_level = may
smtpd_tls_cert_file = {base}/cert.pem
smtpd_tls_key_file = {base}/key.pem
message_size_limit = 20000000
"""

MASTER = """\
{smtp} inet n - n - - smtpd
{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
{expired} inet n - n - - smtpd
  -o smtpd_tls_cert_file={base}/expired-cert.pem
  -o smtpd_tls_key_file={base}/expired-key.pem
{expired_tls} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_cert_file={base}/expired-cert.pem
  -o smtpd_tls_key_file={base}/expired-key.pem
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

DOVECOT = """\
protocols = imap lmtp
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
listen = 127.0.0.1, {late}
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
local {late} {{
  ssl_cert = <{base}/late-cert.pem
  ssl_key = <{base}/late-key.pem
}}
auth_mechanisms = plain login xoauth2
auth_username_format = %Ln
first_valid_uid = 1
mail_location = maildir:{base}/mail/%n/Maildir
mail_plugins = quota
recipient_delimiter = +
submission_host = 127.0.0.1:{smtp}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users
}}
userdb {{
  driver = passwd-file
  args = {base}/users
}}
namespace inbox {{
  inbox = yes
  mailbox Gesendet {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {base}/auth {{
    mode = 0666
  }}
}}
protocol lmtp {{
  mail_plugins = quota sieve
  postmaster_address = postmaster@bakery.example
}}
plugin {{
  quota = maildir:quota
  sieve = file:~/sieve
}}
"""


OAUTH = """\
introspection_mode = auth
introspection_url = http://127.0.0.1:{oauth}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""
TOKEN = "ya29.of-anna"  # noqa: S105  the same
#: Dovecot listens here too, and shows a certificate whose time is over.
LATE = "127.0.0.2"


def missing() -> str:
    """What this machine lacks for the pair; "" for nothing."""
    if os.geteuid() != 0:
        return "Postfix wants to be started by root"
    lacking = [name for name in ("postfix", "dovecot") if not shutil.which(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def free_ports(count: int) -> list[int]:
    socks = [socket.socket() for _ in range(count)]
    for sock in socks:
        sock.bind(("127.0.0.1", 0))
    ports = [int(sock.getsockname()[1]) for sock in socks]
    for sock in socks:
        sock.close()
    return ports


def introspected(request: Request) -> Reply:
    """Say whose an access token is."""
    good = request.headers.get("authorization") == f"Bearer {TOKEN}"
    return Reply(200, {"active": "true", "username": "anna"} if good else {"active": "false"})


class MailPair:
    """The two servers, from `start` to `stop`. `smtp` and `imap` are their ports.

    `smtps` and `imaps` speak TLS from the first byte. `expired` and `expired_tls` are Postfix with
    a certificate whose time is over; Dovecot shows one on both of its ports at the address `LATE`.
    Dovecot asks a small server of the web whether an access token is good, or whom `oauth` names.
    """

    def __init__(self, oauth: str = OAUTH) -> None:
        self._oauth_conf = oauth
        self.base = Path(tempfile.mkdtemp(prefix="vn-mail-", dir="/tmp"))
        self.base.chmod(0o755)
        self.smtp, self.imap, self.lmtp, self.smtps, self.imaps = free_ports(5)
        self.expired, self.expired_tls = free_ports(2)
        self.oauth = Web(introspected)
        self.ca_file = self.base / "ca.pem"
        self._dovecot: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._certify()
        self._users()
        places = {
            "base": self.base, "smtp": self.smtp, "imap": self.imap, "lmtp": self.lmtp,
            "smtps": self.smtps, "imaps": self.imaps, "expired": self.expired,
            "expired_tls": self.expired_tls, "oauth": self.oauth.port, "late": LATE,
        }  # fmt: skip
        etc = self.base / "etc"
        etc.mkdir()
        (etc / "main.cf").write_text(MAIN.format(**places), encoding="ascii")
        (etc / "master.cf").write_text(MASTER.format(**places), encoding="ascii")
        (self.base / "dovecot.conf").write_text(DOVECOT.format(**places), encoding="ascii")
        (self.base / "oauth2.conf").write_text(self._oauth_conf.format(**places), encoding="ascii")
        (self.base / "queue").mkdir()
        (self.base / "data").mkdir()
        shutil.chown(self.base / "data", "postfix", "postfix")
        dovecot = shutil.which("dovecot") or "dovecot"
        self._dovecot = subprocess.Popen([dovecot, "-F", "-c", str(self.base / "dovecot.conf")])
        self.postfix("start")

    def stop(self) -> None:
        self.postfix("stop")
        if self._dovecot:
            self._dovecot.terminate()
            self._dovecot.wait(20)
        self.oauth.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def logs(self) -> str:
        """What both have written, for a test that fails."""
        files = (self.base / "postfix.log", self.base / "dovecot.log")
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    def settings(self, **more: object) -> dict[str, object]:
        """Settings of Anna's email channel to this pair."""
        return {
            "host": "127.0.0.1", "port": self.smtp, "security": "starttls", "user": "anna",
            "password": lambda: PASSWORD, "ca_file": str(self.ca_file), "allow_reserved": True,
            "imap_host": "127.0.0.1", "imap_port": self.imap, "imap_security": "starttls",
            "verp": "anna+b-{token}@bakery.example", "reply_to": "anna+r-{token}@bakery.example",
            "timeout": 20,
        } | more  # fmt: skip

    def _certify(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        past = datetime(2020, 1, 1, tzinfo=UTC)
        for cert, before in (
            (authority.issue_cert("127.0.0.1"), ""),
            (authority.issue_cert("127.0.0.1", not_after=past), "expired-"),
            (authority.issue_cert(LATE, not_after=past), "late-"),
        ):
            cert.private_key_pem.write_to_path(str(self.base / f"{before}key.pem"))
            for blob in cert.cert_chain_pems:
                blob.write_to_path(str(self.base / f"{before}cert.pem"), append=True)

    def _users(self) -> None:
        lines = []
        for name, special in USERS.items():
            home = self.base / "mail" / name
            home.mkdir(parents=True)
            if name == "away":
                (home / "sieve").write_text(VACATION, encoding="ascii")
            for place in (home, *home.iterdir()):
                shutil.chown(place, "mail", "mail")
            lines.append(f"{name}:{PASSWORD}:mail:mail::{home}::{special}")
        lines = [line.replace(":mail:mail:", ":8:8:") for line in lines]
        (self.base / "users").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def postfix(self, what: str) -> None:
        command = ["postfix", "-c", str(self.base / "etc"), what]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode and what == "start":
            raise RuntimeError(f"{done.stdout}{done.stderr}\n{self.logs()}")
