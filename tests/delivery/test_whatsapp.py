"""WhatsApp on a fake that holds to the documentation, and the fake under a second client."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pywa import errors as second_errors
from pywa.client import WhatsApp as SecondClient
from pywa.types.message import Message as SecondMessage
from pywa.types.system import PhoneNumberChange
from pywa.utils import webhook_updates_validator

from tests.fakes.made import make_channel
from tests.fakes.web import Reply, Web
from tests.fakes.whatsapp_api import WhatsAppApi, called
from voicenote.delivery.inbound import Inbound
from voicenote.delivery.tokens import token
from voicenote.delivery.whatsapp.cloud import WhatsApp
from voicenote.delivery.whatsapp.notifications import genuine, read_webhook
from voicenote.errors import BadData, BadSettings, Postponed, Refused
from voicenote.model.receipt import KNOWN_AS, UNDELIVERED, Parcel, ReceiptKind

NOW = datetime(2026, 3, 2, 9, 31, 4, tzinfo=UTC)
TOKEN = "EAAsesame"  # noqa: S105  of the fake
PHONE = "106540352242922"
MARI = "37255512345"
Make = Callable[..., WhatsApp]
HOUR = timedelta(hours=1)
TEMPLATE = {"template": "a_memo", "listen_url": "https://bakery.example/l/{token}"}


@pytest.fixture
def api() -> WhatsAppApi:
    return WhatsAppApi(TOKEN, PHONE)


@pytest.fixture
def web(api: WhatsAppApi) -> Iterator[Web]:
    server = Web(api.answer)
    yield server
    server.stop()


@pytest.fixture
def channel(web: Web) -> Iterator[Callable[..., WhatsApp]]:
    made: list[WhatsApp] = []

    def make(**more: Any) -> WhatsApp:
        settings = {"token": lambda: TOKEN, "phone_id": PHONE, "url": web.url, **more}
        made.append(make_channel(WhatsApp, "whatsapp", settings, lambda: NOW))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def touch(letter: Parcel, tmp_path: Path) -> Parcel:
    (tmp_path / "memo.ogg").write_bytes(b"OggS" + bytes(range(256)) * 200)
    files = {**letter.files, "ogg": str(tmp_path / "memo.ogg")}
    words = "The ribbon was wrong."
    return replace(
        letter, to=f"+{MARI}", files=files, text=words, language="et", heard_at=NOW - HOUR
    )


def test_a_voice_is_uploaded_and_then_sent_as_a_voice(
    channel: Make, web: Web, api: WhatsAppApi, touch: Parcel
) -> None:
    there: list[tuple[int, int]] = []
    receipt = channel().send(touch, lambda: there.append((len(api.media), len(api.sent))))
    (message,) = api.sent
    assert there == [(1, 0)]
    assert message["audio"] == {"id": "1000", "voice": True}
    assert message["biz_opaque_callback_data"] == touch.key
    assert api.media["1000"] == Path(touch.files["ogg"]).read_bytes()
    assert (receipt.provider_id, receipt.detail["type"]) == ("wamid.1", "audio")


def test_after_a_day_of_silence_the_template_carries_the_link(
    channel: Make, web: Web, api: WhatsAppApi, touch: Parcel
) -> None:
    api.silent.add(MARI)
    commits: list[int] = []
    receipt = channel(**TEMPLATE).send(touch, lambda: commits.append(1))
    (message,) = api.sent
    content = message["template"]
    assert (content["name"], content["language"]) == ("a_memo", {"code": "et"})
    assert [each["text"] for each in content["components"][0]["parameters"]] == [
        "Mari Õun",
        f"https://bakery.example/l/{token(touch.key)}",
    ]
    assert (commits, receipt.detail["type"]) == ([1], "template")


def test_without_a_template_it_is_refused_with_advice(
    channel: Make, web: Web, api: WhatsAppApi, touch: Parcel
) -> None:
    api.silent.add(MARI)
    with pytest.raises(Refused) as refused:
        channel().send(touch, lambda: None)
    assert "set template and listen_url" in refused.value.advice


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("90", 90.0),
        ("Mon, 02 Mar 2026 09:33:04 GMT", 120.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_a_time_to_come_back_is_seconds_or_a_date(
    channel: Make, web: Web, touch: Parcel, header: str, waited: float | None
) -> None:
    error = {"error": {"code": 130429, "message": "Rate limit hit"}}
    web.answer = lambda _request: Reply(429, error, {"Retry-After": header})
    with pytest.raises(Postponed) as postponed:
        channel().send(touch, lambda: None)
    assert postponed.value.retry_after == waited


@pytest.mark.parametrize("ago", [None, timedelta(hours=24), timedelta(hours=23, minutes=56)])
def test_outside_of_the_window_no_voice_is_even_tried(
    channel: Make, web: Web, api: WhatsAppApi, touch: Parcel, ago: timedelta | None
) -> None:
    """Meta says yes to it, and throws it away later."""
    late = replace(touch, heard_at=None if ago is None else NOW - ago)
    with pytest.raises(Refused, match="takes only a template") as refused:
        channel().send(late, lambda: pytest.fail("committed"))
    assert "template and listen_url in [channels.whatsapp]" in refused.value.advice
    assert web.requests == []
    receipt = channel(**TEMPLATE).send(late, lambda: None)
    assert receipt.detail["type"] == "template"
    assert len(web.requests) == 1


def test_it_says_when_nothing_could_ever_leave(channel: Make) -> None:
    assert "app_secret" in channel().info.missing[0]
    assert channel(**TEMPLATE).info.ready
    assert channel(app_secret=lambda: "x").info.ready


def test_what_is_handed_over_is_read_only_with_its_signature(channel: Make) -> None:
    raw = called({"statuses": [status("read")]})
    digest = hmac.new(b"app secret", raw, hashlib.sha256).hexdigest()
    mine = channel(app_secret=lambda: "app secret")
    (arrival,) = mine.read_upload(raw, f"sha256={digest}")
    assert (arrival.mark, arrival.address) == ("wamid.1 read", f"+{MARI}")
    for body, proof in [(raw + b" ", f"sha256={digest}"), (raw, "sha256=0"), (raw, "")]:
        with pytest.raises(BadData, match="does not fit") as wrong:
            list(mine.read_upload(body, proof))
        assert "app secret" not in str(wrong.value)
    with pytest.raises(BadData, match="has no app_secret"):
        list(channel().read_upload(raw, f"sha256={digest}"))


def test_a_message_of_stops_is_heard_at_once(channel: Make) -> None:
    """A signed body of these held the pass for ever."""
    shared = {"from": MARI, "timestamp": "1772443900", "type": "text"}
    words = ["stop " * 15 + "this nonsense", "stop " * 1000]
    messages = [
        shared | {"id": f"wamid.{number}", "text": {"body": text}}
        for number, text in enumerate(words)
    ]
    raw = called({"contacts": CONTACTS, "messages": messages})
    digest = hmac.new(b"app secret", raw, hashlib.sha256).hexdigest()
    came = channel(app_secret=lambda: "app secret").read_upload(raw, f"sha256={digest}")
    wished = [(one.inbound.opt_out, one.inbound.may_opt_out) for one in came if one.inbound]
    assert wished == [(False, True), (True, True)]


def test_what_would_be_no_voice_message_is_not_sent(channel: Make, web: Web, touch: Parcel) -> None:
    Path(touch.files["ogg"]).write_bytes(b"OggS" + bytes(512 * 1024))
    with pytest.raises(Refused, match="over 512") as refused:
        channel().send(touch, lambda: pytest.fail("committed"))
    assert "shorter" in refused.value.advice
    assert web.requests == []


def test_a_memo_without_ogg_is_not_sent(channel: Make, web: Web, touch: Parcel) -> None:
    with pytest.raises(Refused, match="Ogg Opus alone"):
        channel().send(
            replace(touch, files={"mp3": touch.files["mp3"]}), lambda: pytest.fail("committed")
        )


@pytest.mark.parametrize("to", ["", "55512345", "+0123", "mari@tamm.example", "+372 555 1234"])
def test_only_a_number_with_its_country_is_written_to(
    channel: Make, web: Web, touch: Parcel, to: str
) -> None:
    with pytest.raises(Refused, match="isn't a WhatsApp number"):
        channel().send(replace(touch, to=to), lambda: pytest.fail("committed"))
    assert web.requests == []


def test_what_is_no_token_is_never_sent(channel: Make, web: Web, touch: Parcel) -> None:
    with pytest.raises(Postponed, match="isn't a"):
        channel(token=lambda: "a\r\nb").send(touch, lambda: pytest.fail("committed"))
    assert web.requests == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"phone_id": "+372"}, "phone_id"),
        ({"version": "23"}, "version"),
        ({"template": "a_memo"}, "template"),
        ({"listen_url": "http://x.example/{token}", "template": "a"}, "listen_url"),
        ({"token": None}, "token"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_wrong_settings_are_named(
    channel: Make, web: Web, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadSettings) as wrong:
        channel(**more)
    assert f"channels.whatsapp.{field}" in [each.field for each in wrong.value.problems]


# -- what the webhook tells --------------------------------------------------------------------

CONTACTS = [{"profile": {"name": "Mari Tamm"}, "wa_id": MARI}]


def status(word: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "wamid.1", "status": word, "timestamp": "1772443800", "recipient_id": MARI,
        "biz_opaque_callback_data": "c1r1-memo", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("sent", ReceiptKind.ACCEPTED),
        ("delivered", ReceiptKind.DELIVERED),
        ("read", ReceiptKind.DELIVERED),
        ("played", ReceiptKind.HEARD),
        ("failed", ReceiptKind.BOUNCED),
    ],
)
@pytest.mark.parametrize("contacts", [{}, {"contacts": CONTACTS}, {"contacts": []}])
def test_each_status_is_a_receipt_with_and_without_contacts(
    word: str, kind: ReceiptKind, contacts: dict[str, Any]
) -> None:
    (inbound,) = read_webhook(called({"statuses": [status(word)], **contacts}), NOW)
    assert inbound.receipt
    assert inbound.receipt.kind is kind
    assert inbound.receipt.at == datetime.fromtimestamp(1772443800, UTC)
    assert (inbound.keys, inbound.message_ids) == (("c1r1-memo",), ("wamid.1",))
    assert inbound.answer is None


def test_a_failure_brings_its_reason_and_advice() -> None:
    errors = [{"code": 131047, "title": "Re-engagement message"}]
    raw = called({"statuses": [status("failed", errors=errors)]})
    (inbound,) = read_webhook(raw, NOW)
    assert inbound.receipt
    detail = inbound.receipt.detail
    assert (detail["code"], detail["reason"]) == ("131047", "Re-engagement message")
    assert "template" in detail["advice"]
    assert detail[UNDELIVERED] == f"+{MARI}"


#: A message of each kind, what is shown of it, and whether it is an opt-out.
KINDS: list[tuple[dict[str, Any], str, bool]] = [
    (
        {"type": "interactive", "interactive": {"type": "button_reply",
         "button_reply": {"id": "n", "title": "Not yet"}}},
        "[a button: Not yet]", False,
    ),
    (
        {"type": "interactive", "interactive": {"type": "list_reply",
         "list_reply": {"id": "s", "title": "No more, please", "description": "Stop"}}},
        "[a choice: No more, please]", True,
    ),
    (
        {"type": "interactive", "interactive": {"type": "nfm_reply",
         "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}}},
        "[a choice: Sent]", False,
    ),
    (
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {
            "name": "flow", "body": "Sent", "response_json":
            '{"what": "Still blue", "more": ["Stop"], "flow_token": "t1", "again": true}'}}},
        "[a form: Still blue, Stop]", True,
    ),
    (
        {"type": "interactive", "interactive": {"type": "call_permission_reply",
         "call_permission_reply": {"response": "accept"}}},
        "[a choice: accept]", False,
    ),
    ({"type": "button", "button": {"text": "Wypisz mnie", "payload": "x"}},
     "[a button: Wypisz mnie]", True),
    (
        {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
        "[a message that WhatsApp can't show here: Message type unknown]", False,
    ),
    ({"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👎"}},
     "[a reaction: 👎]", False),
    ({"type": "reaction", "reaction": {"message_id": "wamid.1"}},
     "[a reaction: taken back]", False),
    ({"type": "order", "order": {"text": "", "product_items": []}}, "[an order: 0 things]", False),
    (
        {"type": "order", "order": {"text": "STOP", "product_items": [{"quantity": 1}]}},
        "[an order: 1 thing, STOP]", True,
    ),
    ({"type": "image", "image": {"id": "1", "caption": "Lopeta. Stop."}},
     "[a picture] Lopeta. Stop.", True),
    ({"type": "document", "document": {"id": "1", "filename": "bill.pdf"}},
     "[a file: bill.pdf]", False),
    ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Jaan"}}]},
     "[a contact: Jaan]", False),
    ({"type": "location", "location": {"name": "Cafe", "latitude": 1}}, "[a place: Cafe]", False),
    ({"type": "sticker", "sticker": {"id": "1"}}, "[a sticker]", False),
    (
        {"type": "edit", "edit": {"original_message_id": "wamid.1",
         "message": {"type": "text", "text": {"body": "Stop"}}}},
        "[a message changed] Stop", True,
    ),
    ({"type": "revoke", "revoke": {"original_message_id": "wamid.1"}},
     "[a message taken back]", False),
    ({"type": "hologram", "hologram": {"body": "stop"}},
     "[a message of the kind hologram: stop]", True),
    ({"type": "text", "text": {}}, "[an empty message]", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "words", "opt_out"),
    [
        ({"type": "text", "text": {"body": "Thank you!"}}, "Thank you!", False),
        ({"type": "text", "text": {"body": "Stop."}}, "Stop.", True),
        ({"type": "audio", "audio": {"id": "7", "voice": True}}, "[a voice message]", False),
        (
            {"type": "button", "button": {"text": "Put right", "payload": "x"}},
            "[a button: Put right]",
            False,
        ),
        *((message, shown, stop) for message, shown, stop in KINDS),
    ],
)
def test_a_person_answers(message: dict[str, Any], words: str, opt_out: bool) -> None:
    shared = {
        "from": MARI, "id": "wamid.9", "timestamp": "1772443900", "context": {"id": "wamid.1"},
    }  # fmt: skip
    raw = called({"contacts": CONTACTS, "messages": [shared | message]})
    (inbound,) = read_webhook(raw, NOW)
    assert inbound.answer
    assert inbound.answer.text == words
    assert inbound.opt_out == opt_out
    assert inbound.sender == f"Mari Tamm +{MARI}"
    assert inbound.message_ids == ("wamid.1",)


EE = "EE.1349120865530274"


def came(**message: Any) -> Inbound:
    """What one message of the webhook is read as."""
    contacts = message.pop("contacts", [])
    shared = {"id": "wamid.9", "timestamp": "1772443900", "type": "text", "text": {"body": "stop"}}
    (inbound,) = read_webhook(called({"contacts": contacts, "messages": [shared | message]}), NOW)
    return inbound


@pytest.mark.parametrize(
    ("message", "address", "aliases", "sender"),
    [
        ({"from": MARI}, f"+{MARI}", (), f"+{MARI}"),
        ({"from": MARI, "from_user_id": EE}, f"+{MARI}", (EE,), f"+{MARI}"),
        ({"from_user_id": EE}, EE, (), EE),
        ({"from": "", "from_user_id": EE}, EE, (), EE),
        ({"from": EE}, EE, (), EE),
        (
            {"from_user_id": EE, "contacts": [
                {"user_id": EE, "profile": {"name": "Mari", "username": "mari.t"}}]},
            EE, (), f"Mari mari.t {EE}",
        ),
        (
            {"from_user_id": EE, "from_parent_user_id": "EE.ENT.5678901",
             "contacts": [{"user_id": EE, "wa_id": MARI}]},
            f"+{MARI}", (EE, "EE.ENT.5678901"), f"+{MARI}",
        ),
        (
            {"from": "5511987654321",
             "contacts": [{"wa_id": "551187654321", "user_id": "BR.7777"}]},
            "+5511987654321", ("+551187654321", "BR.7777"), "+5511987654321",
        ),
        ({"from": MARI, "contacts": [{"wa_id": "37250000000", "user_id": "EE.9999"}]},
         f"+{MARI}", (), f"+{MARI}"),
    ],
)  # fmt: skip
def test_a_writer_is_all_their_addresses(
    message: dict[str, Any], address: str, aliases: tuple[str, ...], sender: str
) -> None:
    inbound = came(**message)
    assert (inbound.address, inbound.aliases, inbound.sender) == (address, aliases, sender)
    assert inbound.opt_out


@pytest.mark.parametrize(
    ("told", "before", "after"),
    [
        (
            {"from": MARI, "system": {"type": "user_changed_number", "body": "Mari changed",
             "wa_id": "37255599999", "user_id": "EE.22222", "previous_user_id": EE}},
            (f"+{MARI}", EE), ("+37255599999", "EE.22222"),
        ),
        ({"from": MARI, "system": {"type": "customer_changed_number", "new_wa_id": "37255599999"}},
         (f"+{MARI}",), ("+37255599999",)),
        ({"system": {"type": "user_changed_user_id", "user_id": "EE.22222",
          "previous_user_id": EE}}, (EE,), ("EE.22222",)),
        ({"from": MARI, "system": {"type": "customer_identity_changed"}}, (f"+{MARI}",), ()),
        ({"system": {"type": "user_changed_user_id", "user_id": "EE.22222"}}, ("",), ()),
    ],
)  # fmt: skip
def test_a_system_message_is_no_answer_and_says_who_moved(
    told: dict[str, Any], before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    inbound = came(type="system", **told)
    assert (inbound.address, *inbound.aliases) == before
    assert inbound.moved_to == after
    assert (inbound.answer, inbound.receipt, inbound.opt_out) == (None, None, False)


def test_the_contact_of_one_message_is_not_the_writer_of_another() -> None:
    """Several messages come in one call; who moved has no contact in it."""
    moved: dict[str, Any] = {"type": "system", "id": "wamid.2", "timestamp": "1772443864"}
    moved["system"] = {
        "type": "user_changed_user_id",
        "user_id": "EE.2",
        "previous_user_id": "EE.1234",
    }
    stop = {"from": "37255512345", "id": "wamid.1", "type": "text", "text": {"body": "stop"}}
    calls = [
        called({"contacts": CONTACTS[:1], "messages": one})
        for one in ([stop, moved], [moved, stop])
    ]
    for raw in calls:
        (found,) = [one for one in read_webhook(raw, NOW) if one.moved_to or not one.answer]
        assert [found.address, *found.aliases] == ["EE.1234"]


def test_stopping_in_the_settings_of_whatsapp_is_an_opt_out() -> None:
    wish = {"user_id": EE, "category": "marketing_messages", "value": "stop", "timestamp": "1"}
    (inbound,) = read_webhook(called({"user_preferences": [wish, wish | {"value": "resume"}]}), NOW)
    assert (inbound.opt_out, inbound.address) == (True, EE)


def test_a_status_brings_the_ids_of_whom_it_reached() -> None:
    told = status("failed", recipient_user_id=EE) | {"recipient_id": None}
    (inbound,) = read_webhook(called({"statuses": [told]}), NOW)
    assert inbound.receipt
    assert (inbound.address, inbound.receipt.detail[UNDELIVERED]) == (EE, EE)
    (inbound,) = read_webhook(called({"statuses": [status("read", recipient_user_id=EE)]}), NOW)
    assert (inbound.address, inbound.aliases) == (f"+{MARI}", (EE,))


@given(st.binary(max_size=60))
def test_no_call_is_an_error(raw: bytes) -> None:
    read_webhook(raw, NOW)


@pytest.mark.parametrize(
    "told",
    [
        None, [], {"entry": None}, {"entry": [1]}, {"entry": [{"changes": [{"value": [1]}]}]},
        {"entry": [{"changes": [{"value": {"statuses": [{}], "messages": [{"type": []}]}}]}]},
        {"entry": [{"changes": [{"value": {"contacts": [{"profile": 1}], "statuses": {}}}]}]},
        {"entry": [{"changes": [{"value": {"statuses": [{"status": "failed", "errors": 1}]}}]}]},
        {"entry": [{"changes": [{"value": {"statuses": [{"status": "new"}]}}]}]},
    ],
)  # fmt: skip
def test_another_shape_tells_nothing(told: object) -> None:
    assert all(each.answer is None for each in read_webhook(json.dumps(told).encode(), NOW))


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40))
def test_only_what_meta_signed_is_genuine(raw: bytes, secret: str) -> None:
    """The signature of the second client's validator and ours agree."""
    right = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    header = f"sha256={right}"
    assert genuine(secret, raw, header)
    assert webhook_updates_validator(secret, raw, header)
    for wrong in ("", right, f"sha1={right}", header[:-1], "sha256=é", header.upper()):
        assert not genuine(secret, raw, wrong)
    assert not genuine(secret, raw + b" ", header)
    assert not genuine(f"{secret}x", raw, header)


# -- the fake, under a second client -----------------------------------------------------------


@pytest.fixture
def second(web: Web) -> Iterator[SecondClient]:
    with httpx.Client(trust_env=False) as session:
        client = SecondClient(phone_id=PHONE, token=TOKEN, session=session)
        session.base_url = httpx.URL(f"{web.url}/v23.0")
        yield client


def test_a_second_client_is_understood(
    second: SecondClient, api: WhatsAppApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    number = second.upload_media(b"OggS123", mime_type="audio/ogg", filename="memo.ogg").id
    sent = second.send_voice(MARI, number, tracker="c1r1-memo")
    assert sent.id == "wamid.1"
    (message,) = api.sent
    assert message["audio"]["voice"] is True
    assert message["biz_opaque_callback_data"] == "c1r1-memo"


def test_ours_and_the_second_clients_message_are_alike(
    second: SecondClient, channel: Make, web: Web, api: WhatsAppApi, touch: Parcel
) -> None:
    channel().send(touch, lambda: None)
    second.send_voice(MARI, "1000", mime_type="audio/ogg", tracker=touch.key)
    ours, theirs = api.sent
    assert ours == theirs


def test_a_second_client_reads_its_refusals(second: SecondClient, api: WhatsAppApi) -> None:
    api.silent.add(MARI)
    with pytest.raises(second_errors.ReEngagementMessage):
        second.send_message(MARI, "Sorry")


def test_without_a_number_a_message_goes_to_the_id(
    channel: Make, web: Web, api: WhatsAppApi, touch: Parcel
) -> None:
    receipt = channel().send(replace(touch, to=EE), lambda: None)
    (message,) = api.sent
    assert (message["recipient"], "to" in message) == (EE, False)
    assert receipt.detail[KNOWN_AS] == EE
    assert api.dropped == []


def test_the_number_that_whatsapp_knows_and_the_id_are_kept(
    channel: Make, web: Web, api: WhatsAppApi, touch: Parcel
) -> None:
    api.wa_ids["5511987654321"], api.ids["551187654321"] = "551187654321", "BR.77777"
    receipt = channel(**TEMPLATE).send(replace(touch, to="+5511987654321"), lambda: None)
    assert receipt.detail[KNOWN_AS] == "+551187654321 BR.77777"


def test_the_second_client_writes_to_an_id_as_we_do(
    second: SecondClient, channel: Make, web: Web, api: WhatsAppApi, touch: Parcel
) -> None:
    channel().send(replace(touch, to=EE), lambda: None)
    second.send_voice(EE, "1000", mime_type="audio/ogg", tracker=touch.key)
    ours, theirs = ({k: v for k, v in one.items() if v is not None} for one in api.sent)
    assert ours == theirs


def test_the_second_client_reads_the_same_person_in_a_message_without_a_number(
    second: SecondClient,
) -> None:
    value = {
        "contacts": [{"user_id": EE, "profile": {"name": "Mari", "username": "mari.t"}}],
        "messages": [
            {"id": "wamid.9", "timestamp": "1", "type": "text", "text": {"body": "stop"},
             "from_user_id": EE},
        ],
    }  # fmt: skip
    raw = called(value)
    theirs = SecondMessage.from_update(second, json.loads(raw))
    (ours,) = read_webhook(raw, NOW)
    assert theirs.from_user.bsuid == ours.address
    assert theirs.text == ours.texts[0]
    assert ours.opt_out


def test_the_second_client_reads_the_same_move(second: SecondClient) -> None:
    system = {
        "type": "user_changed_number", "body": "Mari changed", "wa_id": "37255599999",
        "user_id": "EE.22222",
    }  # fmt: skip
    message = {"from": MARI, "id": "wamid.9", "timestamp": "1", "type": "system", "system": system}
    raw = called({"messages": [message]})
    theirs = PhoneNumberChange.from_update(second, json.loads(raw))
    (ours,) = read_webhook(raw, NOW)
    assert (f"+{theirs.old_wa_id}",) == (ours.address, *ours.aliases)
    assert (f"+{theirs.new_wa_id}", theirs.new_user_id) == ours.moved_to


STOPS = st.sampled_from(["Stop", "unsubscribe", "Wypisz mnie", "STOP!", "Please stop emailing me"])
HOLDERS: list[Callable[[str], dict[str, Any]]] = [
    lambda w: {"type": "text", "text": {"body": w}},
    lambda w: {"type": "button", "button": {"text": w, "payload": "x"}},
    lambda w: {"type": "button", "button": {"text": "OK", "payload": w}},
    lambda w: {"type": "image", "image": {"id": "1", "caption": w}},
    lambda w: {"type": "order", "order": {"text": w, "product_items": []}},
    lambda w: {"type": "x", "x": [{"y": {"title": w}}]},
    lambda w: {"type": "interactive", "interactive": {"type": "list_reply",
               "list_reply": {"id": "1", "title": "OK", "description": w}}},
    lambda w: {"type": "edit", "edit": {"message": {"type": "video", "video": {"caption": w}}}},
]  # fmt: skip
WHO = st.fixed_dictionaries(
    {},
    optional={
        "from": st.sampled_from([MARI, f"+{MARI}", EE, ""]),
        "from_user_id": st.just(EE),
        "from_parent_user_id": st.just("EE.ENT.5678901"),
    },
)
CONTACTS_OF_HERS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"wa_id": st.sampled_from([MARI, ""]), "user_id": st.just(EE)}
    ),
    max_size=1,
)


@given(STOPS, st.sampled_from(HOLDERS), WHO, CONTACTS_OF_HERS)
def test_no_stop_is_lost_whoever_and_wherever(
    words: str,
    holder: Callable[[str], dict[str, Any]],
    who: dict[str, Any],
    contacts: list[dict[str, Any]],
) -> None:
    inbound = came(contacts=contacts, **holder(words), **who)
    assert inbound.opt_out
    known = {*who.values(), *(one for contact in contacts for one in contact.values())} - {""}
    theirs = {inbound.address, *inbound.aliases} - {""}
    assert theirs <= {f"+{MARI}" if MARI in one else one for one in known}
    assert bool(theirs) == bool(known)
