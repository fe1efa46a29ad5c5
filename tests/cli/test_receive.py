"""`receive`, and what comes by Telegram and WhatsApp: from the fakes, through the commands."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.telegram_api import TelegramApi
from tests.fakes.web import Web
from tests.fakes.whatsapp_api import WhatsAppApi, called
from voicenote.cli.terminal.screen import Screen

BOT, APP = "4711:sesame-open", "the app's secret"
PHONE = "106540352242922"
MARI = 5512345
ENV = {
    "VOICENOTE_SCHEDULE__QUIET_HOURS": "off", "VOICENOTE_SCHEDULE__WORKING_DAYS": "all",
    "VOICENOTE_SCHEDULE__HOLIDAYS": "off", "BOT_TOKEN": BOT, "APP_SECRET": APP, "WA_TOKEN": "EAA",
}  # fmt: skip
TEMPLATE = 'template = "a_memo"\nlisten_url = "https://bakery.example/l/{token}"\n'
Call = Callable[..., Any]


@pytest.fixture
def bot() -> Iterator[tuple[TelegramApi, str]]:
    api = TelegramApi(BOT, {str(MARI): "started"})
    web = Web(api.answer)
    yield api, web.url
    web.stop()


@pytest.fixture
def cloud() -> Iterator[tuple[WhatsAppApi, str]]:
    api = WhatsAppApi("EAA", PHONE)
    web = Web(api.answer)
    yield api, web.url
    web.stop()


@pytest.fixture
def say(ready: Call, home: Path, bot: tuple[Any, str], cloud: tuple[Any, str]) -> Call:
    """Call a command in a workspace with both channels; its exit code is checked."""
    (home / "voicenote.toml").write_text(settings(bot[1], cloud[1]), encoding="utf-8")

    def run(*words: str, code: int = 0, **more: Any) -> Any:
        done = ready(*words, **ENV, **more)
        assert done.exit_code == code, (words, done.stdout, done.stderr)
        assert "sesame" not in done.output
        assert APP not in done.output
        return json.loads(done.stdout) if "--json" in words and not code else done

    return run


def settings(bot: str, cloud: str, more: str = "") -> str:
    return f"""\
[channels.telegram]
kind = "telegram"
url = "{bot}"
token = {{env = "BOT_TOKEN"}}

[channels.whatsapp]
kind = "whatsapp"
url = "{cloud}"
phone_id = "{PHONE}"
token = {{env = "WA_TOKEN"}}
app_secret = {{env = "APP_SECRET"}}
{more}"""


def said(number: int, chat: int = MARI, **more: Any) -> dict[str, Any]:
    message = {
        "message_id": number, "date": int(time.time()), "chat": {"id": chat, "type": "private"},
        "from": {"id": chat, "is_bot": False, "first_name": "Mari"},
    }  # fmt: skip
    return {"update_id": number, "message": message | more}


def pressed(number: int, data: str, chat: int = MARI) -> dict[str, Any]:
    message = said(number, chat)["message"]
    query = {"id": f"q{number}", "from": message["from"], "chat_instance": "1", "data": data}
    return {"update_id": number, "callback_query": query | {"message": message}}


def joined(say: Call, api: TelegramApi, number: int = 1) -> str:
    link = say("channels", "link", "telegram", "1", "--json")["link"]
    secret = link.partition("?start=")[2]
    api.updates = [said(number, text=f"/start {secret}")]
    say("receive")
    return str(secret)


def sent(say: Call, api: TelegramApi) -> str:
    """Join, approve and send; return the key of the memo."""
    joined(say, api)
    say("approve", "1", "--yes")
    assert say("run", "--json")["sent"] == 1
    key = next(t["key"] for t in say("show", "1", "--json")["messages"] if t["kind"] == "memo")
    return str(key)


def test_a_link_joins_its_customer_once_and_nobody_else(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    secret = joined(say, api)
    assert len(secret) == 32
    assert say("show", "1", "--json")["addresses"]["telegram"] == [str(MARI)]
    api.updates = [said(2, chat=99, text=f"/start {secret}"), said(3, text="/start")]
    told = say("receive", "--json")
    assert "used up" in told["unmatched"][0]["reason"]
    assert len(told["unmatched"]) == 1
    assert say("show", "1", "--json")["addresses"]["telegram"] == [str(MARI)]


def test_at_a_terminal_the_link_is_a_square_too(say: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "█" not in say("channels", "link", "telegram", "1").stdout
    monkeypatch.setattr("voicenote.cli.terminal.screen.Screen.interactive", True)
    lines = say("channels", "link", "telegram", "1").stdout.splitlines()
    assert lines[0].startswith("https://t.me/bakery_bot?start=")
    assert len({len(line) for line in lines[1:]}) == 1
    assert len(lines) > 15


def test_a_newer_link_ends_the_older_one(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    old = say("channels", "link", "telegram", "1", "--json")["link"].partition("=")[2]
    joined(say, api)
    api.updates = [said(2, chat=99, text=f"/start {old}")]
    assert say("receive", "--json")["kinds"] == {"unmatched": 1}


def test_the_ledger_does_not_hold_what_a_link_carries(
    say: Call, bot: tuple[Any, str], home: Path
) -> None:
    secret = say("channels", "link", "telegram", "1", "--json")["link"].partition("=")[2]
    raws = [path.read_bytes() for path in home.glob("ledger.db*")]
    assert not any(secret.encode() in raw for raw in raws)


@pytest.mark.parametrize(
    "words", [("telegram",), ("telegram", "link"), ("telegram", "link", "x"), ("a", "b", "1", "2")]
)
def test_half_a_link_is_explained(say: Call, words: tuple[str, ...]) -> None:
    assert say("channels", *words, code=2).stderr


def test_a_channel_that_nobody_joins_has_no_links(say: Call) -> None:
    assert (
        "nobody needs an invitation for" in say("channels", "link", "whatsapp", "1", code=2).stderr
    )


def test_the_button_below_a_memo_says_that_it_is_put_right(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    key = sent(say, api)
    assert api.sent[0][0] == "sendVoice"
    api.updates = [pressed(2, f"r={key}")]
    assert say("run", "--json")["received"] == 1
    view = say("show", "1", "--json")
    assert [one["verdict"] for one in view["answers"]] == ["put-right"]
    assert not any("has not said" in gap for gap in view["missing"])
    assert api.answered == ["q2"]


def test_a_button_pressed_in_another_chat_says_nothing(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    key = sent(say, api)
    api.updates = [pressed(2, f"r={key}", chat=99)]
    assert say("receive", "--json")["kinds"] == {"unmatched": 1}
    assert say("show", "1", "--json")["answers"] == []


def test_stop_in_the_chat_opts_out(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    sent(say, api)
    api.updates = [said(2, text="stop")]
    assert say("receive", "--json")["kinds"] == {"opt-out": 1}
    view = say("show", "1", "--json")
    assert view["opted_out"]
    assert "due" not in {one["state"] for one in view["messages"] if one["kind"] != "nudge"}


def test_who_blocks_the_bot_is_told_to_the_owner(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    sent(say, api)
    member = {"status": "kicked", "user": {"id": 1}}
    moved = said(2)["message"] | {"new_chat_member": member, "old_chat_member": member}
    api.updates = [{"update_id": 2, "my_chat_member": moved}]
    (nudge,) = say("receive", "--json")["nudges"]
    assert "has blocked telegram" in nudge["text"]


def test_an_update_is_asked_for_once(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    sent(say, api)
    api.updates = [said(2, text="Thank you")]
    say("receive")
    api.updates = [said(2, text="Thank you")]  # as if Telegram had forgotten that we have read it
    assert say("receive", "--json")["received"] == 0
    assert len(say("show", "1", "--json")["answers"]) == 1


VOICE = b"OggS" + bytes(range(256)) * 300


def test_a_voice_message_is_kept_and_shown(say: Call, bot: tuple[Any, str]) -> None:
    api, _ = bot
    sent(say, api)
    api.files["AwAC"] = VOICE
    voice = {"file_id": "AwAC", "file_unique_id": "A", "duration": 9, "mime_type": "audio/ogg"}
    api.updates = [said(2, voice=voice)]
    (file,) = say("receive", "--json")["files"]
    assert Path(file["file"]).read_bytes() == VOICE
    assert (file["state"], file["kind"], file["case"]) == ("kept", "voice", 1)
    assert say("show", "1", "--json")["answers"][0]["files"] == [file]
    assert f"a voice message (9 s, 77 kB): {file['file']}" in say("show", "1").stdout


def test_a_file_that_telegram_does_not_give_is_told_and_shown(
    say: Call, bot: tuple[Any, str]
) -> None:
    api, _ = bot
    sent(say, api)
    api.files["film"] = bytes(20_000_001)
    film = {"file_id": "film", "file_name": "cake.mp4", "file_size": 20_000_001}
    api.updates = [said(2, video=film)]
    told = say("receive").stderr
    assert "a film (cake.mp4) that cannot be fetched: Telegram gives a bot no file" in told
    assert (
        "a film (cake.mp4, 20 MB): too big (Telegram gives a bot no file of more than"
        in say("show", "1").stdout
    )


# -- WhatsApp ----------------------------------------------------------------------------------

NUMBER = "37255512345"


def handed(say: Call, value: dict[str, Any], tmp_path: Path, code: int = 0, bad: str = "") -> Any:
    raw = called(value)
    digest = hmac.new(APP.encode(), raw, hashlib.sha256).hexdigest()
    file = tmp_path / "body.json"
    file.write_bytes(raw + bad.encode())
    words = ("receive", "--from", str(file), "--signature", f"sha256={digest}", "--json")
    return say(*words, code=code)


def wrote(text: str, ago: int = 60, mark: str = "wamid.in") -> dict[str, Any]:
    stamp = str(int(time.time()) - ago)
    message = {"from": NUMBER, "id": mark, "timestamp": stamp, "type": "text"}
    return {"messages": [message | {"text": {"body": text}}]}


def status(word: str, key: str) -> dict[str, Any]:
    told = {
        "id": "wamid.1", "status": word, "timestamp": str(int(time.time())),
        "recipient_id": NUMBER, "biz_opaque_callback_data": key,
    }  # fmt: skip
    return {"statuses": [told]}


@pytest.fixture
def on_whatsapp(say: Call, tmp_path: Path) -> int:
    """A case of a customer who has a number there, written and spoken."""
    rows = f"ref,customer,whatsapp,what_happened\nw,Mari,+{NUMBER},The ribbon was blue\n"
    (tmp_path / "more.csv").write_text(rows, encoding="utf-8")
    say("import", str(tmp_path / "more.csv"))
    for step in ("script", "render"):
        say(step, "4")
    return 4


def key_of(say: Call, number: int) -> str:
    view = say("show", str(number), "--json")
    return next(str(t["key"]) for t in view["messages"] if t["kind"] == "memo")


def test_a_voice_leaves_within_a_day_of_their_last_word(
    say: Call, on_whatsapp: int, cloud: tuple[Any, str], tmp_path: Path
) -> None:
    api, _ = cloud
    handed(say, wrote("Where is my cake?"), tmp_path)
    say("approve", "4", "--yes")
    assert say("run", "--json")["sent"] == 1
    assert [one["type"] for one in api.sent] == ["audio"]
    key = key_of(say, 4)
    for word in ("played", "sent", "delivered", "played", "read"):
        handed(say, status(word, key), tmp_path)
    (memo,) = [t for t in say("show", "4", "--json")["messages"] if t["kind"] == "memo"]
    assert memo["state"] == "heard"
    assert len(memo["receipts"]) == 5


def test_a_photo_by_the_webhook_is_kept_and_what_failed_is_fetched_by_the_next_run(
    say: Call, on_whatsapp: int, cloud: tuple[Any, str], tmp_path: Path
) -> None:
    api, _ = cloud
    photos = {"31": VOICE, "32": VOICE[::-1]}
    api.files["31"] = ("image/jpeg", photos["31"])
    for number in photos:
        stamp, image = str(int(time.time())), {"id": number, "mime_type": "image/jpeg"}
        message = {"from": NUMBER, "id": f"wamid.{number}", "timestamp": stamp, "type": "image"}
        api.token = "EAA" if number == "31" else "another"
        told = handed(say, {"messages": [message | {"image": image}]}, tmp_path)
        assert told["kinds"] == {"answered": 1}
    (waiting,) = say("show", "4", "--json")["answers"][1]["files"]
    assert (waiting["state"], "EAA" in waiting["reason"]) == ("waiting", False)
    assert "customers could not be fetched yet" in say("doctor", code=1).output
    api.token, api.files["32"] = "EAA", ("image/jpeg", photos["32"])
    say("run")
    found = [one["files"][0] for one in say("show", "4", "--json")["answers"]]
    assert [Path(one["file"]).read_bytes() for one in found] == list(photos.values())
    assert {Path(one["file"]).suffix for one in found} == {".jpg"}


def test_after_that_the_template_goes_or_what_is_missing_is_said(
    say: Call, on_whatsapp: int, cloud: tuple[Any, str], bot: tuple[Any, str],
    home: Path, tmp_path: Path,
) -> None:  # fmt: skip
    api, url = cloud
    handed(say, wrote("Where is my cake?", ago=25 * 3600), tmp_path)
    say("approve", "4", "--yes")
    told = say("run", code=1)
    assert "set template and listen_url in [channels.whatsapp]" in told.output
    assert api.sent == []
    (home / "voicenote.toml").write_text(settings(bot[1], url, TEMPLATE), encoding="utf-8")
    say("resend", "4")
    assert say("run", "--json")["sent"] == 1
    assert [one["type"] for one in api.sent] == ["template"]


def test_a_body_that_was_changed_is_refused_and_changes_nothing(
    say: Call, on_whatsapp: int, tmp_path: Path
) -> None:
    told = handed(say, wrote("stop"), tmp_path, code=65, bad=" ")
    assert "signature" in told.stderr
    assert not say("show", "4", "--json")["opted_out"]


def test_what_is_no_call_of_the_webhook_says_nothing(say: Call, tmp_path: Path) -> None:
    assert handed(say, {"statuses": [{"status": "played"}]}, tmp_path)["received"] <= 1
    assert say("receive", "--from", str(tmp_path), code=2)
    (tmp_path / "empty").write_bytes(b"")
    assert "the file is empty" in say("receive", "--from", str(tmp_path / "empty"), code=65).stderr


def test_there_is_nothing_new_where_nothing_came(call: Call) -> None:
    done = call("receive")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Nothing new" in done.stderr


def test_what_became_of_a_message_that_was_handed_over_is_said(
    say: Call, home: Path, on_whatsapp: int, tmp_path: Path
) -> None:
    """A stranger's letter is not kept, a second copy was taken in, and a call may hold nothing."""
    mail = '[channels.mail]\nkind = "email"\nhost = "127.0.0.1"\nsecurity = "none"\n'
    with (home / "voicenote.toml").open("a", encoding="utf-8") as settings_file:
        settings_file.write(mail)
    letter = tmp_path / "letter.eml"
    letter.write_text("From: Uwe <uwe@strange.example>\nSubject: Hi\n\nDo you sell lamps?\n")
    told = say("receive", "--from", str(letter), "--channel", "mail").stderr
    assert "The message from Uwe <uwe@strange.example> was not kept: nobody here has" in told
    strange = wrote("Who are you?")
    strange["messages"][0]["from"] = "4915112345678"
    assert handed(say, strange, tmp_path)["kinds"] == {"unmatched": 1}
    assert "was taken in before." in handed(say, strange, tmp_path)["ignored"][0]
    advice = say("next", "--json")[0]["do"]
    number = advice.rsplit(" ", 1)[-1]
    assert f"Message {number} is put away." in say("receive", "--let-go", number).stdout
    assert "receive --let-go" not in say("next").stdout


def test_a_message_of_nobody_is_given_to_its_case_and_taken_back(
    say: Call, bot: tuple[Any, str]
) -> None:
    """`next` names the command; what comes from there later fits; `undo` takes it back."""
    api, _ = bot
    sent(say, api)
    stranger = {"id": 99, "is_bot": False, "first_name": "Ada", "last_name": "Lovelace"}
    api.updates = [said(5, chat=99, text="It is still on its side", **{"from": stranger})]
    say("receive")
    (found,) = say("receive", "--unmatched", "--json")
    assert set(found) == {
        *("number", "channel", "at", "sender", "subject", "text", "reason"),
        *("shown_at", "held", "whom", "files"),
    }
    assert (found["held"], found["whom"]) == ([1], "Ada Lovelace (case 1)")
    number = found["number"]
    advice = f"voicenote receive --match {number} --case 1"
    assert advice in say("next", "--json")[0]["do"]
    done = say("receive", "--match", str(number), "--case", "1", "--json")
    assert (done["kind"], done["learned"], done["let_go"]) == ("answered", ["99"], [1])
    seen = say("show", "1", "--json")
    assert "99" in seen["addresses"]["telegram"]
    assert [one["text"] for one in seen["answers"]] == ["It is still on its side"]
    assert "arrival_matched" in [line["event"] for line in seen["history"]]
    back = say("undo", "--json")
    assert (back["message"], back["case"]) == (number, 1)
    assert not say("show", "1", "--json")["answers"]
    told = say("receive", "--match", str(number), "--case", "1").stdout
    assert f"Message {number} is the answer of Ada Lovelace (case 1) now." in told
    say("receive", "--match", str(number), "--case", "2", code=1)
    say("receive", "--match", str(number), code=2)
    assert "fits no case again" in say("undo").stdout


def test_a_person_is_asked_before_a_message_is_of_nobody_again(
    say: Call, bot: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose answer it is, is told first; at a no it stays theirs."""

    def answers() -> int:
        return len(say("show", "1", "--json")["answers"])

    api, _ = bot
    sent(say, api)
    api.updates = [said(5, chat=99, text="It is still on its side")]
    say("receive")
    (found,) = say("receive", "--unmatched", "--json")
    say("receive", "--match", str(found["number"]), "--case", "1")
    monkeypatch.setattr(Screen, "interactive", True)
    told = say("undo", input="n\n", code=1).stderr
    assert f"To be taken back: that message {found['number']} is Ada Lovelace's answer" in told
    assert answers() == 1
    told = say("undo", input="y\n").stdout
    assert f"Taken back: that message {found['number']} is Ada Lovelace's answer" in told
    assert answers() == 0
