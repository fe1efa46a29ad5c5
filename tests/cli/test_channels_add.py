"""`channels add telegram` and `channels add whatsapp`: asked, tried on the fakes, written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.fakes.telegram_api import TelegramApi
from tests.fakes.web import Web
from tests.fakes.whatsapp_api import WhatsAppApi
from voicenote.cli.app import voicenote
from voicenote.cli.terminal import email_dialog
from voicenote.cli.terminal.screen import Screen
from voicenote.cli.terminal.session import Session
from voicenote.delivery.email.autoconfig import guess_server
from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.providers import MailHost, MailServers
from voicenote.delivery.port import Dialled
from voicenote.errors import Unavailable

BOT, PHONE = "4711:sesame-open", "106540352242922"
ME = "5512345"
BEFORE = '[owner]\nname = "Anna"  # me\n'
Run = Callable[..., Result]


@pytest.fixture
def servers() -> Iterator[dict[str, str]]:
    """Telegram and WhatsApp, by the kind of their channel."""
    running = {
        "telegram": Web(TelegramApi(BOT, {ME: "started"}).answer),
        "whatsapp": Web(WhatsAppApi("EAA", PHONE).answer),
    }
    yield {kind: web.url for kind, web in running.items()}
    for web in running.values():
        web.stop()


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call `channels …` with typed answers; without any, there is no terminal."""
    home.mkdir()
    (home / "voicenote.toml").write_text(BEFORE)

    def call(*words: str, typed: list[str] | None = None, **env: str) -> Result:
        monkeypatch.setattr(Screen, "interactive", typed is not None)
        lines = "".join(f"{line}\n" for line in typed or [])
        return CliRunner().invoke(
            voicenote,
            ["channels", *words],
            input=lines,
            env={"VOICENOTE_HOME": str(home), **env},
        )

    return call


def channels(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((home / "voicenote.toml").read_text("utf-8"))["channels"]
    return found


def test_a_bot_is_set_up_and_its_token_is_not_shown(
    run: Run, servers: dict[str, str], home: Path
) -> None:
    url = f"url={servers['telegram']}"
    done = run("add", "telegram", "--set", url, typed=[BOT, "file"])
    assert done.exit_code == 0, done.output
    assert "the bot @bakery_bot" in done.output
    assert "sesame" not in done.output + (home / "voicenote.toml").read_text("utf-8")
    assert channels(home)["telegram"]["token"] == {"file": "secrets/telegram"}
    assert (home / "voicenote.toml").read_text("utf-8").startswith(BEFORE)
    test = run("test", "telegram")
    assert (test.exit_code, "nothing was sent" in test.output) == (0, True)
    test = run("test", "telegram", "--to", ME)
    assert (test.exit_code, f"sent to {ME}" in test.output) == (0, True), test.output


def test_a_wrong_token_is_asked_again(run: Run, servers: dict[str, str], home: Path) -> None:
    typed = ["4711:wrong", "again", "", "nonsense", "1", BOT, "variable", ""]
    url = f"url={servers['telegram']}"
    done = run("add", "telegram", "--set", url, typed=typed)
    assert done.exit_code == 0, done.output
    assert channels(home)["telegram"]["token"] == {"env": "TELEGRAM_TOKEN"}
    assert channels(home)["telegram"]["url"] == servers["telegram"]


def test_a_number_of_whatsapp_is_set_up_with_two_secrets(
    run: Run, servers: dict[str, str], home: Path
) -> None:
    typed = ["+372 5551", PHONE, "EAA", "the app's secret", "file"]
    done = run("add", "whatsapp", "--set", f"url={servers['whatsapp']}", typed=typed)
    assert done.exit_code == 0, done.output
    assert "digits, not the number itself" in done.output
    assert "+372 5551 2345" in done.output
    table = channels(home)["whatsapp"]
    assert table["token"] == {"file": "secrets/whatsapp"}
    assert table["app_secret"] == {"file": "secrets/whatsapp-app-secret"}
    assert (home / "secrets" / "whatsapp-app-secret").read_text("utf-8") == "the app's secret\n"


def test_without_an_app_secret_a_template_is_asked_for(
    run: Run, servers: dict[str, str], home: Path
) -> None:
    link = "https://bakery.shop/l/{token}"
    typed = [PHONE, "EAA", "", "a_memo", "http://bakery.shop", link, "file"]
    done = run("add", "whatsapp", "--set", f"url={servers['whatsapp']}", typed=typed)
    assert done.exit_code == 0, done.output
    table = channels(home)["whatsapp"]
    assert (table["template"], table["listen_url"]) == ("a_memo", link)
    assert "app_secret" not in table


def test_where_a_secret_is_kept_is_asked_again_after_a_failure(
    run: Run, servers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel that couldn't be written has said nothing about the next one's secrets."""
    sessions: list[Session] = []

    def fail(session: Session, *_: object) -> None:
        sessions.append(session)
        raise Unavailable("the disk is full", "make room")

    monkeypatch.setattr("voicenote.cli.terminal.channel_writing.write_channel", fail)
    typed = ["+372 5551", PHONE, "EAA", "the app's secret", "file"]
    assert run("add", "whatsapp", "--set", f"url={servers['whatsapp']}", typed=typed).exit_code
    assert [one.secrets_in for one in sessions] == [""]


@pytest.mark.parametrize("given", range(4))
def test_an_end_in_the_middle_changes_nothing(
    run: Run, servers: dict[str, str], home: Path, given: int
) -> None:
    typed = [PHONE, "EAA", "", ""][:given]
    done = run("add", "whatsapp", "--set", f"url={servers['whatsapp']}", typed=typed)
    assert done.exit_code == 2
    assert (home / "voicenote.toml").read_text("utf-8") == BEFORE
    assert not (home / "secrets").exists()


def test_without_a_terminal_settings_are_options(
    run: Run, servers: dict[str, str], home: Path
) -> None:
    url = ["--set", f"url={servers['telegram']}"]
    assert "--set token=env:NAME" in run("add", "telegram", *url).output
    assert "has no setting 'colour'" in run("add", "telegram", "--set", "colour=red").output
    assert "isn't a setting" in run("add", "telegram", "--set", "token").output
    assert "is for email" in run("add", "telegram", "--smtp", "x").output
    assert "--set is for" in run("add", "email", "--set", "a=b").output
    wrong = run("add", "telegram", *url, "--set", "token=env:BOT", BOT="1:x")
    assert (wrong.exit_code, "nothing was changed" in wrong.output) == (69, True)
    shown = run("add", "telegram", *url, "--set", f"token={BOT}")
    assert (shown.exit_code, "sesame" in shown.output) == (2, False)
    assert (home / "voicenote.toml").read_text("utf-8") == BEFORE
    done = run("add", "telegram", *url, "--set", "token=env:BOT", BOT=BOT)
    assert done.exit_code == 0, done.output
    assert channels(home)["telegram"]["token"] == {"env": "BOT"}


def test_ctrl_c_shows_the_command_that_goes_on(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: Screen, question: str, *, needed: bool = True) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Screen, "ask_hidden", stop)
    done = run("add", "whatsapp", typed=[PHONE])
    assert done.exit_code == 130
    assert f"channels add whatsapp --name whatsapp --set phone_id={PHONE}" in done.output
    assert (home / "voicenote.toml").read_text("utf-8") == BEFORE


def test_mail_servers_at_unusual_ports_give_settings_that_can_be_read(run: Run, home: Path) -> None:
    """Untried, nobody knows their encryption; an empty one stopped every later command."""
    servers = ("--smtp", "mail.example.com:2525", "--imap", "mail.example.com:2143")
    asked = ("--address", "ada@example.com", "--password", "env:PW", "--untried")
    done = run("add", "email", *asked, *servers)
    assert done.exit_code == 0, done.output
    written = tomllib.loads((home / "voicenote.toml").read_text())["channels"]["mail"]
    assert {"security", "imap_security"}.isdisjoint(written)
    assert run(PW="x").exit_code == 0


def test_a_secret_in_a_file_of_the_home_folder_is_found(
    run: Run, servers: dict[str, str], home: Path
) -> None:
    """``~`` means the same while a channel is tried as in the settings later."""
    (home / "bot").write_text(BOT)
    url = f"url={servers['telegram']}"
    where = {"HOME": str(home), "USERPROFILE": str(home)}
    done = run("add", "telegram", "--set", url, "--set", "token=file:~/bot", **where)
    assert done.exit_code == 0, done.output
    assert channels(home)["telegram"]["token"] == {"file": "~/bot"}


ADA = "ada@bakery.test-shop.ee"
HERE = MailHost("mail.bakery.test-shop.ee", 465, "tls")
ELSEWHERE = MailHost("smtp.host.example", 465, "tls")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let these servers be found (or none), and each trial end so."""

    def tell(found: MailServers | None, *errors: str) -> None:
        monkeypatch.setattr(email_dialog, "find_servers", lambda *_: found)
        monkeypatch.setattr(email_dialog, "guess_server", lambda *_: "")
        results = [
            Dialled("x:1", "sending", error=Unavailable(e, "do") if e else None) for e in errors
        ]
        monkeypatch.setattr(email_dialog, "try_servers", lambda setup: (setup, results))

    return tell


def looked_up(smtp: MailHost) -> MailServers:
    return MailServers(source="the DNS of it", smtp=smtp, imap=HERE, looked_up=True)


@pytest.mark.parametrize(("smtp", "code"), [(HERE, 0), (ELSEWHERE, 2)])
def test_without_a_terminal_no_password_goes_to_servers_outside_the_domain(
    run: Run, told: Callable[..., None], smtp: MailHost, code: int
) -> None:
    """A domain's DNS may be lied about; nobody is there who would notice."""
    told(looked_up(smtp), "")
    done = run("add", "email", "--address", ADA, "--password", "env:P", P="x")
    assert done.exit_code == code, done.output
    if code:
        advice = "--smtp smtp.host.example:465 --imap mail.bakery.test-shop.ee:465"
        assert advice in " ".join(done.stderr.split())


def test_at_a_terminal_servers_outside_are_not_taken_by_enter(
    run: Run, told: Callable[..., None], home: Path
) -> None:
    told(looked_up(ELSEWHERE), "")
    right = "mail.bakery.test-shop.ee:587"
    done = run("add", "email", "--address", ADA, typed=["", right, "", "", "secret", "file"])
    assert done.exit_code == 0, done.output
    assert (
        "Outside bakery.test-shop.ee: smtp.host.example:465. Are these right? [y/N]" in done.output
    )
    assert channels(home)["mail"]["host"] == "mail.bakery.test-shop.ee"


def test_servers_that_nobody_names_are_not_made_up(run: Run, told: Callable[..., None]) -> None:
    told(None, "")
    typed = ["", "a.example", "", "none", "", "secret", "file"]
    done = run("add", "email", "--address", ADA, typed=typed)
    assert done.exit_code == 0, done.output
    assert "smtp.bakery" not in done.output
    assert done.output.count("An answer is needed here.") == 2


@pytest.mark.parametrize(
    ("errors", "usual"),
    [
        (("nothing listens there", "nothing listens there"), "servers"),
        (("the server refused the log-in", "nothing listens there"), "password"),
    ],
)
def test_after_a_trial_enter_does_what_can_help(
    run: Run, told: Callable[..., None], errors: tuple[str, ...], usual: str
) -> None:
    told(looked_up(HERE), *errors)
    done = run("add", "email", "--address", ADA, typed=["", "secret", "quit"])
    assert f"What now [{usual}]" in done.output


@pytest.mark.parametrize(("host", "guess"), [("smtp.bakery.ee", "smtp.bakery.ee"), ("", "")])
def test_a_server_is_guessed_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, host: str, guess: str
) -> None:
    names = NameServer("127.0.0.1:1")
    monkeypatch.setattr(names, "addresses", lambda name: ["192.0.2.1"] if name == host else [])
    assert guess_server("smtp", "ada@bakery.ee", names) == guess
