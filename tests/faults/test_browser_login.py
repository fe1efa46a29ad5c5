"""Logging in in a browser, at a real provider, to a real Postfix and Dovecot that believe it."""

from __future__ import annotations

import json
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner, Result

from tests.fakes.made import make_channel
from tests.faults.login_provider import CLIENT_SECRET, LoginProvider, Person, missing
from voicenote.cli.app import voicenote
from voicenote.cli.terminal import browser_login
from voicenote.cli.terminal.screen import Screen
from voicenote.delivery.email.dialling import dial
from voicenote.delivery.email.login_flows import GOOGLE, MICROSOFT, LoginSettings
from voicenote.delivery.email.login_record import LoginRecord
from voicenote.delivery.email.login_session import LoginSession, new_login
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.port import LoginPage
from voicenote.errors import Postponed, RuleSaysNo, VoicenoteError
from voicenote.options import Secret

KINDS = (GOOGLE, MICROSOFT)
CLIENTS = {GOOGLE: "desktop", MICROSOFT: "device"}
ADA = "anna@bakery.example"
Command = Callable[..., Result]
#: So that a letter goes at any hour, and may go to a reserved name.
ENVIRONMENT = {
    "VOICENOTE_VOICE__ENGINE": "silent",
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
}
ROWS = """\
ref,customer,email,language,time_zone,what_happened,bothered_most,amends,amends_kind,promised_by
a,Mari Tamm,mari@tamm.example,en,UTC,The cake fell over.,Nobody called.,A new cake,redo,2099-06-04
"""


@pytest.fixture(scope="module")
def running(need: Callable[[object, str], None]) -> Iterator[LoginProvider]:
    need(not missing(), missing())
    servers = LoginProvider()
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def provider(running: LoginProvider) -> LoginProvider:
    """The servers, with people who agree and a clock that is right."""
    running.control()
    return running


def now() -> datetime:
    return datetime.now(UTC)


def settings(provider: LoginProvider, kind: str) -> LoginSettings:
    return LoginSettings(
        kind=kind,
        client_id=CLIENTS[kind],
        client_secret=Secret("given", CLIENT_SECRET, {}) if kind == GOOGLE else None,
        authority=provider.authority,
        ca_file=str(provider.pair.ca_file),
    )


def log_in(provider: LoginProvider, kind: str, person: Person | None = None) -> LoginRecord:
    return new_login(settings(provider, kind), "anna", person or Person(provider), now())


def session(
    provider: LoginProvider, kind: str, place: Path, record: LoginRecord | None = None
) -> LoginSession:
    """Return the log-in of the channel mail, kept in a file."""
    if record:
        place.write_text(record.to_text())
    kept = Secret("file", str(place), {})
    return LoginSession("mail", settings(provider, kind), "anna", kept, now)


def old(record: LoginRecord) -> LoginRecord:
    return replace(record, good_until=now() - timedelta(minutes=1))


@pytest.mark.parametrize("kind", KINDS)
def test_who_agrees_is_let_in_to_send_and_to_read(
    provider: LoginProvider, tmp_path: Path, kind: str
) -> None:
    """Both servers take the access token; the wait for the provider's word is over at once."""
    record = log_in(provider, kind)
    assert record.ends
    assert timedelta(days=6) < record.ends - now() < timedelta(days=8)
    (tmp_path / "kept").write_text(record.to_text())
    given = provider.pair.settings(
        login=kind, client_id=CLIENTS[kind], authority=provider.authority, password=None,
        login_token=Secret("file", str(tmp_path / "kept"), {}),
    )  # fmt: skip
    mail = make_channel(Mail, "mail", given, now)
    assert [(one.answer, one.error) for one in dial(mail.options, 20)] == [
        ("logged in as anna", None)
    ] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_who_refuses_is_not_logged_in(provider: LoginProvider, kind: str) -> None:
    provider.control(deny=True)
    with pytest.raises(RuleSaysNo, match="did not agree"):
        log_in(provider, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_that_is_too_old_is_told(provider: LoginProvider, kind: str) -> None:
    person = Person(provider, before=lambda _: provider.control(later=3600))
    with pytest.raises(RuleSaysNo, match="no longer valid") as caught:
        log_in(provider, kind, person)
    assert "log in again" in caught.value.advice


def test_a_page_with_the_wrong_state_changes_nothing(provider: LoginProvider) -> None:
    """Neither a stranger's page nor the browser's wish for an icon ends the wait."""
    strange: list[int] = []

    def visit(address: str) -> None:
        base = address.partition("?")[0]
        ends = ("?code=mine&state=wrong", "?code=mine", "favicon.ico", "?state=wrong&error=x")
        strange.extend(httpx2.get(base + end).status_code for end in ends)

    person = Person(provider, before=visit)
    assert log_in(provider, GOOGLE, person).refresh_token
    assert (strange, person.seen) == ([404] * 4, [200])


def test_without_a_browser_the_address_is_pasted(provider: LoginProvider) -> None:
    assert log_in(provider, GOOGLE, Person(provider, opens=False)).refresh_token


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (lambda address: address.replace("state=", "state=x"), "another log-in"),
        (lambda address: address.replace("code=", "cod="), "doesn't have the code in it"),
        (lambda _: "4/0AX-code", "isn't an address"),
        (lambda address: address.replace("code=", "code=x"), "no longer valid"),
    ],
    ids=["state", "no-code", "nonsense", "code"],
)
def test_a_wrong_paste_is_told(
    provider: LoginProvider, pasted: Callable[[str], str], said: str
) -> None:
    with pytest.raises(RuleSaysNo, match=said):
        log_in(provider, GOOGLE, Person(provider, opens=False, pasted=pasted))


class Waits:
    """Somebody who never comes, and Ctrl-C once the page is shown."""

    def show(self, page: LoginPage) -> bool:
        main = threading.main_thread().ident
        assert main
        threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
        return not page.code

    def paste(self) -> str:
        raise AssertionError


@pytest.mark.parametrize("kind", KINDS)
def test_ctrl_c_ends_the_wait(provider: LoginProvider, kind: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        new_login(settings(provider, kind), "anna", Waits(), now())


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_ends_is_renewed_and_kept(
    provider: LoginProvider, tmp_path: Path, kind: str
) -> None:
    """The provider takes a refresh token once, so the new one has to be kept; privately."""
    record, place = log_in(provider, kind), tmp_path / "kept"
    first = session(provider, kind, place, old(record)).access_token()
    kept = LoginRecord.from_text(place.read_text())
    assert first == kept.access_token != record.access_token
    assert kept.refresh_token != record.refresh_token
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert session(provider, kind, place).access_token() == first
    assert session(provider, kind, place, old(kept)).access_token() != first


def test_two_at_once_renew_it_once(provider: LoginProvider, tmp_path: Path) -> None:
    """The second would show a used refresh token, after which the provider ends all of them."""
    place = tmp_path / "kept"
    place.write_text(old(log_in(provider, GOOGLE)).to_text())
    found: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(session(provider, GOOGLE, place).access_token())
        )
        for _ in range(3)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 3
    assert len(set(found)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_in_that_was_ended_is_told_and_asked_for_once(
    provider: LoginProvider, tmp_path: Path, kind: str
) -> None:
    record, place = log_in(provider, kind), tmp_path / "kept"
    provider.revoke(CLIENTS[kind], record.refresh_token)
    ended = session(provider, kind, place, old(record))
    assert ended.missing == ""
    for _ in range(2):
        with pytest.raises(Postponed, match="has ended the log-in of mail") as caught:
            ended.access_token()
        assert caught.value.advice == "log in again: voicenote channels login mail"
    assert "voicenote channels login mail" in ended.missing
    assert record.refresh_token not in place.read_text()
    ended.log_in(Person(provider))
    assert ended.access_token()
    assert session(provider, kind, place).missing == ""


def test_a_token_that_the_servers_take_no_more_is_renewed_at_once(
    provider: LoginProvider, tmp_path: Path
) -> None:
    """The provider may end an access token before its time, as when a password is changed."""
    record, place = log_in(provider, GOOGLE), tmp_path / "kept"
    place.write_text(record.to_text())
    given = provider.pair.settings(
        login=GOOGLE, client_id="desktop", authority=provider.authority, password=None,
        client_secret=Secret("given", CLIENT_SECRET, {}),
        login_token=Secret("file", str(place), {}),
    )  # fmt: skip
    for number in range(2):  # to send, then to read: each finds it ended
        place.write_text(
            replace(LoginRecord.from_text(place.read_text()), access_token="ended").to_text()  # noqa: S106
        )
        mail = make_channel(Mail, "mail", given, now)
        [*_, tried] = [one for one, _ in zip(dial(mail.options, 20), range(number + 1))]  # noqa: B905
        assert tried.error is None, tried


def test_a_provider_that_is_down_postpones(provider: LoginProvider, tmp_path: Path) -> None:
    there = session(provider, GOOGLE, tmp_path / "kept", old(log_in(provider, GOOGLE)))
    there.login = replace(there.login, authority="https://127.0.0.1:1/tenant")
    with pytest.raises(Postponed, match="can't be reached"):
        there.access_token()
    assert there.missing == ""


# -- the commands ---------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "voicenote.toml").write_text("[owner]\nname = 'Anna'\n")
    return tmp_path / "home"


@pytest.fixture
def command(home: Path, provider: LoginProvider, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command with typed answers; without any, there is no terminal. A person helps."""
    person = Person(provider)

    class Steps(browser_login.BrowserSteps):
        def show(self, page: LoginPage) -> bool:
            super().show(page)
            return person.show(page)

    monkeypatch.setattr(browser_login, "BrowserSteps", Steps)
    monkeypatch.setattr(browser_login, "has_browser", lambda _: False)

    def call(*words: str, typed: list[str] | None = None) -> Result:
        monkeypatch.setattr(Screen, "interactive", typed is not None)
        text = "".join(f"{line}\n" for line in typed or [])
        env = {"VOICENOTE_HOME": str(home), **ENVIRONMENT}
        return CliRunner().invoke(voicenote, words, input=text, env=env)

    return call


def add(command: Command, provider: LoginProvider, kind: str, *more: str) -> Result:
    pair = provider.pair
    return command(
        "channels", "add", "email", "--address", ADA, "--user", "anna", "--login", kind,
        "--smtp", f"127.0.0.1:{pair.smtp}", "--imap", f"127.0.0.1:{pair.imap}",
        "--authority", provider.authority, "--ca-file", str(pair.ca_file),
        typed=[CLIENTS[kind], *([CLIENT_SECRET] if kind == GOOGLE else []), *more],
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_channel_is_set_up_by_a_log_in_and_logs_in_again(
    command: Command, provider: LoginProvider, home: Path, kind: str
) -> None:
    """Nothing secret is printed, or written into the settings."""
    done = add(command, provider, kind)
    assert done.exit_code == 0, done.output
    assert done.output.count("logged in as anna") == 2
    kept = home / "secrets" / "mail-login"
    first = LoginRecord.from_text(kept.read_text())
    again = command("channels", "login", "mail", typed=[])
    assert again.exit_code == 0, again.output
    assert again.output.count("logged in as anna") == 2
    second = LoginRecord.from_text(kept.read_text())
    assert second.refresh_token != first.refresh_token
    text = (home / "voicenote.toml").read_text() + done.output + again.output
    for secret in (CLIENT_SECRET, first.refresh_token, first.access_token, second.access_token):
        assert secret not in text
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert f'login = "{kind}"' in text


def test_a_log_in_that_is_refused_changes_nothing(
    command: Command, provider: LoginProvider, home: Path
) -> None:
    before = (home / "voicenote.toml").read_text()
    provider.control(deny=True)
    done = add(command, provider, MICROSOFT)
    assert done.exit_code == 1
    assert "did not agree" in done.output
    assert (home / "voicenote.toml").read_text() == before
    assert not (home / "secrets").exists()


def test_without_a_terminal_it_says_what_to_do(
    command: Command, provider: LoginProvider, home: Path
) -> None:
    assert add(command, provider, MICROSOFT).exit_code == 0
    done = command("channels", "login", "mail")
    assert done.exit_code == 1
    assert "open one (over ssh is fine) and run: voicenote channels login mail" in done.output


def test_a_channel_without_a_log_in_says_so(command: Command, home: Path) -> None:
    (home / "voicenote.toml").write_text("[channels.mail]\nkind = 'email'\nhost = 'h.example'\n")
    done = command("channels", "login", "mail", typed=[])
    assert done.exit_code == 1
    assert "voicenote channels add email --name mail" in done.output


def test_doctor_next_and_run_tell_of_a_log_in_that_ended_and_of_one_that_will(
    command: Command, provider: LoginProvider, home: Path
) -> None:
    assert add(command, provider, MICROSOFT).exit_code == 0
    assert command("init").exit_code == 0
    kept = home / "secrets" / "mail-login"
    record = LoginRecord.from_text(kept.read_text())
    kept.write_text(replace(record, ends=now() + timedelta(hours=30)).to_text())
    ends = "the log-in of mail at Microsoft ends in 29 hours"
    assert ends in command("doctor", "--offline").output
    assert ends in command("next", "--all").output
    assert ends in command("run").output
    assert ends not in command("run").output  # cron mails what is said
    for line in ("doctor --offline --json", "status --json", "next --all --json"):
        assert ends in command(*line.split()).stdout, line
    provider.revoke("device", record.refresh_token)
    kept.write_text(old(record).to_text())
    for words in (("doctor",), ("doctor", "--offline"), ("next", "--all"), ("channels",)):
        assert "voicenote channels login mail" in command(*words).output, words


def test_no_letter_is_lost_while_nobody_is_logged_in(
    command: Command, provider: LoginProvider, home: Path
) -> None:
    """Ten runs hold it, which is more than a letter is tried; after a new log-in it goes."""
    assert add(command, provider, GOOGLE).exit_code == 0
    (home / "rows.csv").write_text(ROWS)
    file = home / "voicenote.toml"
    table = "[channels.mail]\n"
    file.write_text(file.read_text().replace(table, f"{table}allow_reserved = true\n"))
    assert command("import", str(home / "rows.csv")).exit_code == 0
    for words in ("script --all", "render --all", "approve --all --yes"):
        done = command(*words.split())
        assert done.exit_code == 0, done.output
    kept = home / "secrets" / "mail-login"
    record = LoginRecord.from_text(kept.read_text())
    provider.revoke("desktop", record.refresh_token)
    kept.write_text(old(record).to_text())
    for _ in range(10):
        done = command("run", "--json")
        assert done.exit_code == 1
        told = json.loads(done.stdout)
        assert (told["sent"], told["failed"], told["held"][0]["count"]) == (0, 0, 1), told
        assert "voicenote channels login mail" in told["held"][0]["why"]
        assert "voicenote channels login mail" in told["troubles"][0]["advice"]
    assert command("channels", "login", "mail", typed=[]).exit_code == 0
    done = command("run", "--json")
    assert json.loads(done.stdout)["sent"] == 1, done.output


def test_the_environment_does_not_choose_whom_to_trust(
    provider: LoginProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUESTS_CA_BUNDLE would win over the channel's own `ca_file`."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", os.devnull)
    for kind in KINDS:
        assert log_in(provider, kind).refresh_token
    untrusted = replace(settings(provider, GOOGLE), ca_file="")
    with pytest.raises(VoicenoteError, match="can't be reached"):
        new_login(untrusted, "anna", Person(provider), now())
