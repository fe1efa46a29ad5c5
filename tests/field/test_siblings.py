"""Three siblings of each field report: what a person would want comes out by the commands.

They were written by a hand that had read the documentation and not the source, each in a folder of
its own: an input of a few lines, and `expect.json` with what is wanted in words and in values.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from tests.benches.bench import settings_table
from tests.benches.email import MailBench
from tests.benches.telegram import TelegramBench
from tests.benches.whatsapp import WhatsAppBench
from tests.field.sounds import make_take
from tests.inbound.ground import ogg_memo, read_sent, webhook
from voicenote.cli.app import voicenote

FOLDER = Path(__file__).parent / "siblings"
SIBLINGS = sorted(one.parent for one in FOLDER.glob("*/*/expect.json"))
ENV = {
    "VOICENOTE_OWNER__NAME": "Anna Saar", "VOICENOTE_OWNER__BUSINESS": "Saar Bakery",
    "VOICENOTE_OWNER__EMAIL": "anna@bakery.example", "VOICENOTE_OWNER__TIME_ZONE": "Europe/Tallinn",
    "VOICENOTE_VOICE__ENGINE": "silent", "VOICENOTE_SCHEDULE__QUIET_HOURS": "off",
    "VOICENOTE_SCHEDULE__WORKING_DAYS": "all", "VOICENOTE_SCHEDULE__HOLIDAYS": "off",
    "EDITOR": None, "VISUAL": None,
}  # fmt: skip
CHAT, NUMBER = 5512345, "37255512345"
STORY = "The ribbon was blue. We had asked for green."
MARI = f"""\
ref,customer,language,time_zone,what_happened,email,telegram,whatsapp,channel
mail,Mari Tamm,en,Europe/Tallinn,{STORY},mari@tamm.example,,,mail
telegram,Mari Tamm,en,Europe/Tallinn,{STORY},,{CHAT},,telegram
whatsapp,Mari Tamm,en,Europe/Tallinn,{STORY},,,+{NUMBER},whatsapp
"""
CASES = {"mail": 1, "telegram": 2, "whatsapp": 3}


@dataclass
class Customers:
    """The far ends, and a home from which Mari got a memo by each of them."""

    home: Path
    mail: MailBench
    telegram: TelegramBench
    secrets: dict[str, str]

    def call(self, home: Path, *words: str) -> Result:
        return call(home, *words, **self.secrets)


def test_every_report_has_three_siblings() -> None:
    """Seventeen folders of reports, and none of them is forgotten."""
    assert Counter(one.parent.name for one in SIBLINGS).most_common()[-1][1] == 3
    assert len(SIBLINGS) == 51


def call(home: Path, *words: str, **more: str) -> Result:
    env = {**ENV, "VOICENOTE_HOME": str(home), **more}
    return CliRunner().invoke(voicenote, list(words), env=env)


def ok(done: Result) -> Result:
    assert done.exit_code == 0, (done.exit_code, done.output, done.stderr)
    return done


def shown(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ok(done).stdout)
    return found


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customers]:
    folder = tmp_path_factory.mktemp("reached")
    mail, telegram, whatsapp = MailBench(folder), TelegramBench(folder), WhatsAppBench(folder)
    mail.settings |= {
        "reply_to": "anna+r-{token}@bakery.example", "verp": "anna+b-{token}@bakery.example"
    }  # fmt: skip
    benches: dict[str, Any] = {"mail": mail, "telegram": telegram, "whatsapp": whatsapp}
    secrets: dict[str, str] = {}

    def secret(setting: str, value: str) -> str:
        secrets[f"VN_{setting}_{len(value)}".upper()] = value
        return f'{{ env = "VN_{setting.upper()}_{len(value)}" }}'

    home = folder / "home"
    home.mkdir()
    kinds = {"mail": "email"}
    tables = [
        f'[channels.{name}]\nkind = "{kinds.get(name, name)}"\n{settings_table(bench, secret)}'
        for name, bench in benches.items()
    ]
    (home / "voicenote.toml").write_text("\n".join(tables), encoding="utf-8")
    (folder / "mari.csv").write_text(MARI, encoding="utf-8")
    made = Customers(home, mail, telegram, secrets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voicenote.engine.memo.render_job.make_memo", ogg_memo)
        ok(made.call(home, "import", str(folder / "mari.csv")))
        for step in (["script"], ["render"], ["approve", "--yes"]):
            ok(made.call(home, step[0], "--all", *step[1:]))
        ok(made.call(home, "run"))
    assert len(mail.kept) == 1
    yield made
    for bench in benches.values():
        bench.stop()


def expected(sibling: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((sibling / "expect.json").read_text(encoding="utf-8"))
    return found


def of_kind(*names: str) -> pytest.MarkDecorator:
    found = [one for one in SIBLINGS if any((one / name).exists() for name in names)]
    return _parametrized(found)


def _parametrized(found: list[Path]) -> pytest.MarkDecorator:
    ids = [f"{one.parent.name}/{one.name}" for one in found]
    return pytest.mark.parametrize("sibling", found, ids=ids)


def filled(sibling: Path, sent: bytes, codec: str) -> bytes:
    """Return the letter of a sibling with what the sent one had in its marks, CRLF at the ends."""
    letter = read_sent(sent)
    whole = message_from_bytes(sent)
    marks = {
        "MSGID": letter.message_id, "REPLYTO": str(whole["Reply-To"]), "KEY": letter.key,
        "BOUNCE": str(whole["Reply-To"]).replace("+r-", "+b-"), "SUBJECT": letter.subject,
        "DATE": format_datetime(datetime.now(UTC)), "BODY": letter.plain, "HTML": letter.html,
        "QUOTED": "\n".join(f"> {line}" for line in letter.plain.split("\n")),
        "UNIQUE": f"{sibling.parent.name}.{sibling.name}",
    }  # fmt: skip
    raw = (sibling / "letter.eml").read_text(encoding="utf-8")
    for name, value in marks.items():
        raw = raw.replace(f"@{name}@", value)
    head, _, body = raw.partition("\n\n")
    return b"\r\n\r\n".join(
        [head.replace("\n", "\r\n").encode(), body.replace("\n", "\r\n").encode(codec)]
    )


@of_kind("letter.eml")
def test_a_letter_is_heard_as_its_writer_meant_it(
    reached: Customers, sibling: Path, tmp_path: Path
) -> None:
    """Answers in the writer's own words, opt-outs, and reports of mail servers."""
    want, home, letter = expected(sibling), tmp_path / "home", tmp_path / "letter.eml"
    shutil.copytree(reached.home, home)
    letter.write_bytes(filled(sibling, reached.mail.kept[0], want.get("codec", "utf-8")))
    told = shown(reached.call(home, "receive", "--from", str(letter), "--json"))
    case = shown(reached.call(home, "show", "1", "--json"))
    assert not told["unmatched"]
    assert case["opted_out"] == (want["heard"] == "opt-out")
    kinds = {one["kind"] for message in case["messages"] for one in message["receipts"]}
    if want["heard"] == "answer":
        assert [one["text"] for one in case["answers"]] == [want["text"]]
    elif want["heard"] == "bounce":
        assert "bounced" in kinds
    elif want["heard"] in ("nothing", "no bounce"):
        assert not kinds & {"bounced", "auto-reply", "answered", "delivered"}
        assert not case["answers"]


@of_kind("messages.jsonl")
def test_each_message_of_a_messenger_is_heard(
    reached: Customers, sibling: Path, tmp_path: Path
) -> None:
    """Messages of many kinds to Telegram and WhatsApp, one after the other."""
    want, home = expected(sibling), tmp_path / "home"
    shutil.copytree(reached.home, home)
    ok(reached.call(home, "adopt", "--moved"))
    way = "whatsapp" if "whatsapp" in sibling.parent.name else "telegram"
    case = ("show", str(CASES[way]), "--json")
    lines = (sibling / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    wishes = zip(lines, want["heard"], want["text"], strict=True)
    for number, (line, heard, text) in enumerate(wishes, 1):
        before = shown(reached.call(home, *case))
        ok(_bring(reached, home, way, number, json.loads(line)))
        after = shown(reached.call(home, *case))
        new = [one["text"] for one in after["answers"][len(before["answers"]) :]]
        assert after["opted_out"] == (heard == "opt-out"), line
        if heard == "answer":
            assert len(new) == 1, line
            assert text in new[0]
        if heard == "machine":
            assert not new, line
            assert _states(after) == _states(before)


def _states(case: dict[str, Any]) -> list[str]:
    return [one["state"] for one in case["messages"]]


def _bring(
    reached: Customers, home: Path, way: str, number: int, message: dict[str, Any]
) -> Result:
    now = int(time.time())
    if way == "telegram":
        whole = {
            "message_id": number, "date": now, "chat": {"id": CHAT, "type": "private"},
            "from": {"id": CHAT, "is_bot": False, "first_name": "Mari"}, **message,
        }  # fmt: skip
        reached.telegram.api.updates = [{"update_id": 100 + number, "message": whole}]
        return reached.call(home, "receive")
    whole = {"from": NUMBER, "id": f"wamid.IN{number}", "timestamp": str(now), **message}
    raw, proof = webhook(
        {"messages": [whole], "contacts": [{"wa_id": NUMBER, "profile": {"name": "Mari"}}]}
    )
    file = home.parent / f"{number}.json"
    file.write_bytes(raw)
    return reached.call(home, "receive", "--from", str(file), "--signature", proof)


@of_kind("people.csv", "cases.csv", "mails.csv", "cases.json", "tickets.json")
def test_each_row_goes_in_as_its_customer_meant_it(sibling: Path, tmp_path: Path) -> None:
    """What is kept of a row, what is said of it, and what the owner is told."""
    want, home = expected(sibling), tmp_path / "home"
    [file] = [one for one in sibling.iterdir() if one.name != "expect.json"]
    shutil.copy(file, tmp_path)  # rejected rows are written beside it
    done = ok(call(home, "import", str(tmp_path / file.name), *want["args"]))
    ok(call(home, "script", "--all"))
    cases = [shown(call(home, "show", str(at), "--json")) for at, _ in enumerate(want["rows"], 1)]
    found = {case["ref"]: case for case in cases}
    wrong = [
        f"{ref}: {wish} should be {value!r}: {_said(found[ref], wish)!r}"
        for ref, wishes in want["rows"].items()
        for wish, value in wishes.items()
        if not MEETS[wish](found[ref], value, done.output)
    ]
    assert wrong == [], done.output


def _greets(case: dict[str, Any], name: str | None, _told: str) -> bool:
    greeting = case["script"]["sentences"][0]["spoken"]
    if name:
        return name in greeting
    return not any(part in greeting.split() for part in case["customer"].split())


def _is(*keys: str) -> Callable[[dict[str, Any], Any, str], bool]:
    def meets(case: dict[str, Any], value: Any, _told: str) -> bool:
        return bool(case[keys[0]] == value)

    return meets


def _address(kind: str) -> Callable[[dict[str, Any], Any, str], bool]:
    def meets(case: dict[str, Any], value: Any, told: str) -> bool:
        held = case["addresses"].get(kind, [])
        return held == [value] if value else not held and kind in told

    return meets


def _day(case: dict[str, Any]) -> str:
    at = datetime.fromisoformat(case["opened_at"])
    return at.astimezone(ZoneInfo(case["local_zone"])).date().isoformat()


def _harm(case: dict[str, Any], value: str, told: str) -> bool:
    if value == "range":
        return case["harm"] is None and "range" in told
    return case["harm"] is not None and Decimal(case["harm"]) == Decimal(value)


MEETS: dict[str, Callable[[dict[str, Any], Any, str], bool]] = {
    "greeted": _greets, "harm": _harm,
    "unsaid": lambda case, values, _: not any(one in case["script"]["text"] for one in values),
    "said": lambda case, value, _: value in case["script"]["text"],
    "opened": lambda case, value, _: _day(case) == value,
    "remarked": lambda case, value, told: value in told,
    "words": lambda case, value, _: case["what_happened"].split() == value.split(),
    "name": _is("customer"), "severity": _is("severity"), "zone": _is("time_zone"),
    "email": _address("email"), "phone": _address("phone"), "whatsapp": _address("whatsapp"),
}  # fmt: skip


def _said(case: dict[str, Any], wish: str) -> Any:
    keys = {
        "words": "what_happened",
        "name": "customer",
        "opened": "opened_at",
        "zone": "time_zone",
        "remarked": "ref",
    }
    if wish in ("greeted", "said", "unsaid"):
        return case["script"]["text"]
    return (
        case["addresses"] if wish in ("email", "phone", "whatsapp") else case[keys.get(wish, wish)]
    )


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("scripted")
    (home / "mari.csv").write_text(f"customer,what_happened\nMari Tamm,{STORY}\n", encoding="utf-8")
    ok(call(home, "import", str(home / "mari.csv")))
    ok(call(home, "script", "--all"))
    return home


@_parametrized([one for one in SIBLINGS if "sound" in expected(one)])
def test_a_take_is_read_or_refused(scripted: Path, sibling: Path, tmp_path: Path) -> None:
    """Odd files of sound: read to the end, or refused in words where nobody speaks."""
    want, home = expected(sibling), tmp_path / "home"
    shutil.copytree(scripted, home)
    done = call(home, "record", "1", "--from", str(make_take(want["sound"], tmp_path)))
    assert done.exit_code == (0 if want["heard"] == "recorded" else 65), done.output
    assert not [words for words in want.get("unsaid", []) if words in done.output]
    if "seconds" in want:
        assert f"Recorded: {want['seconds']} s" in done.output
