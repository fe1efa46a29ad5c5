"""What comes in: letters, updates of a bot, calls of a webhook; and who wants no more of it."""

from __future__ import annotations

import hashlib
import hmac
import random
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from tests.fakes.whatsapp_api import called
from tests.walks.far_ends import APP, Arrived
from tests.walks.people import Person
from tests.walks.steps_cases import a_case
from tests.walks.walk import Done, Violated, Walk

#: Words of a person, and whether they want no more of it.
WORDS = {
    "Thank you, it is all right now.": False,
    "No, it is still wet!": False,
    "Please stop writing to me.": True,
    "STOP": True,
    "unsubscribe": True,
    "I will look at it tomorrow.": False,
    "stop " * 15 + "this nonsense": None,
}


def sent_by(w: Walk, *ways: str) -> list[Arrived]:
    return [one for one in w.world.arrived if one.way in ways and not one.proof]


def _letter(w: Walk, sender: str, words: str, to: Arrived | None) -> EmailMessage:
    w.beside.letters += 1
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, "grace@bakery.example"
    letter["Subject"] = "Re: your parcel"
    letter["Date"] = format_datetime(w.now)
    letter["Message-ID"] = f"<in-{w.beside.letters}@tamm.example>"
    if to is not None:
        letter["In-Reply-To"] = letter["References"] = to.message_id
    letter.set_content(words)
    return letter


def _handed(w: Walk, raw: bytes, *more: str) -> Done:
    file = w.folder / "in.eml"
    file.write_bytes(raw)
    return w.call("receive", "--from", str(file), *more, "--json")


def _person_at(w: Walk, address: str) -> Person | None:
    return next((p for p in w.beside.people if address.casefold() in p.addresses), None)


def letter(w: Walk, chance: random.Random) -> None:
    """A customer answers a letter, or writes anew; some want no more."""
    sent = sent_by(w, "mail")
    if not sent:
        return
    to = chance.choice(sent)
    words, stop = chance.choice(list(WORDS.items()))
    thread = to if chance.random() < 0.8 else None
    done = _handed(w, _letter(w, f"Customer <{to.to}>", words, thread).as_bytes())
    if stop and done.exit_code == 0:
        w.beside.opt_out(w.seen, {to.to.casefold()})


def machine_letter(w: Walk, chance: random.Random) -> None:
    """An autoresponder answers: that is nobody's answer."""
    sent = sent_by(w, "mail")
    if not sent:
        return
    to = chance.choice(sent)
    letter = _letter(w, to.to, "I am away until Monday.", to)
    letter["Auto-Submitted"] = "auto-replied"
    before = len(w.seen.rows["answers"])
    _handed(w, letter.as_bytes())
    if len(w.seen.rows["answers"]) != before:
        raise Violated("an autoresponder counted as an answer")


def bounce(w: Walk, chance: random.Random) -> None:
    """A server says that a letter has reached nobody, for sure or not."""
    sent = sent_by(w, "mail")
    if not sent:
        return
    to, status = chance.choice(sent), chance.choice(["5.1.1", "5.4.7", "4.4.1"])
    action = "failed" if status[0] == "5" else "delayed"
    raw = f"""\
Return-Path: <>
From: MAILER-DAEMON@tamm.example
Date: {format_datetime(w.now)}
Message-ID: <bounce-{w.calls}@tamm.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; tamm.example

Final-Recipient: rfc822; {to.to}
Action: {action}
Status: {status}
--b
Content-Type: message/rfc822

Message-ID: {to.message_id}
X-Voicenote-Key: {to.key}
Subject: your parcel

--b--
"""
    _handed(w, raw.encode())
    if status == "5.1.1":
        w.beside.back[to.key] += 1


def garbage(w: Walk, chance: random.Random) -> None:
    raws = [
        b"\xff\xfe\x00 nothing", b"{}", b'{"entry": 7}', b"Subject: x\n\n" + b"-" * 5000,
        b"From: a@b.example\n\nhello", b"[" * 2000, b"\n\n\n", bytes(range(256)),
        b"Content-Type: multipart/mixed; boundary=\n\n--\n", b"From: <>\nSubject: =?x?q?=00?=\n\nx",
    ]  # fmt: skip
    _handed(
        w,
        chance.choice(raws),
        *chance.choice([[], ["--channel", w.beside.mail], ["--channel", "none"]]),
    )


def forged(w: Walk, chance: random.Random) -> None:
    """A stranger answers in the thread of a customer; no yes of theirs closes anything."""
    sent = sent_by(w, "mail")
    if not sent:
        return
    to = chance.choice(sent)
    words = chance.choice(["It is all right.", "stop", "Not yet!"])
    _handed(w, _letter(w, "mallory@evil.example", words, to).as_bytes())
    if words == "stop":
        w.beside.gone.add("mallory@evil.example")


def whatsapp(w: Walk, chance: random.Random) -> None:
    """What Meta's webhook brings: words, stops, states; and what it has not signed."""
    number = chance.choice([p.whatsapp for p in w.beside.people if p.whatsapp]).removeprefix("+")
    stamp = str(int(w.now.timestamp()))
    sent = sent_by(w, "whatsapp")
    words, stop = chance.choice(list(WORDS.items()))
    message = {"from": number, "id": f"wamid.in{w.calls}", "timestamp": stamp, "type": "text"}
    value: dict[str, Any] = {"messages": [message | {"text": {"body": words}}]}
    if sent and chance.random() < 0.4:
        word, stop = chance.choice(["delivered", "read", "played", "sent"]), False
        status = {"id": "wamid.1", "status": word, "timestamp": stamp, "recipient_id": number}
        value = {"statuses": [status | {"biz_opaque_callback_data": sent[-1].key}]}
    raw = called(value)
    good = chance.random() < 0.85
    mark = hmac.new((APP if good else "x").encode(), raw, hashlib.sha256).hexdigest()
    done = _handed(w, raw, "--signature", f"sha256={mark}")
    if not good and done.exit_code == 0:
        raise Violated("a body that Meta has not signed was taken")
    if stop and good and done.exit_code == 0:
        w.beside.opt_out(w.seen, {number})


def telegram(w: Walk, chance: random.Random) -> None:
    """What the bot is told: words, stops, a button of the memo."""
    chat = int(chance.choice([p.telegram for p in w.beside.people if p.telegram]))
    words, stop = chance.choice(list(WORDS.items()))
    number = 1000 + w.calls
    who = {"id": chat, "is_bot": False, "first_name": "Cy"}
    message: dict[str, Any] = {
        "message_id": number, "date": int(w.now.timestamp()), "from": who,
        "chat": {"id": chat, "type": "private"},
    }  # fmt: skip
    update: dict[str, Any] = {"update_id": number, "message": message | {"text": words}}
    sent = [one for one in sent_by(w, "telegram") if one.to == str(chat)]
    if sent and chance.random() < 0.5:
        data, stop = f"{chance.choice('rn')}={sent[-1].key}", False
        query = {"id": f"q{number}", "from": who, "chat_instance": "1", "data": data}
        update = {"update_id": number, "callback_query": query | {"message": message}}
    w.web.bot.updates = [*w.web.bot.updates, update]
    done = w.call("receive", "--json")
    if stop and done.exit_code == 0 and not done.data["troubles"] and w.seen.history:
        w.beside.opt_out(w.seen, {f"chat {chat}"})


def opt_out(w: Walk, chance: random.Random) -> None:
    """By the number of a case, or by an address in any spelling, known or not."""
    if chance.random() < 0.3:
        case = a_case(w, chance)
        if w.call("opt-out", case, "--json").exit_code == 0 and int(case) in w.seen.cases:
            w.beside.opt_out_case(w.seen, int(case))
        return
    person = chance.choice(w.beside.people)
    given = chance.choice([person.email, person.phone, person.whatsapp, person.telegram])
    spelled, mark = _spelled(chance, person, given)
    if not spelled:
        w.call(
            "opt-out",
            chance.choice(["nobody@nowhere.example", "what is this", "", "999"]),
            "--json",
        )
        return
    done = w.call("opt-out", spelled, "--json")
    if done.exit_code in (0, 1):  # 1: nobody has it yet, and it is kept for those to come
        w.beside.opt_out(w.seen, {mark})


def _spelled(chance: random.Random, person: Person, given: str) -> tuple[str, str]:
    """Return an address in some spelling, and the one that the model knows it by."""
    if not given:
        return "", ""
    if given == person.telegram:
        return given, f"chat {given}"
    if "@" in given:
        ways = [given, given.upper(), f"<{given}>", f"mailto:{given}", f"{given}.", f" {given} "]
        return chance.choice(ways), given.casefold()
    digits = given.removeprefix("+")
    ways = [
        given,
        f"+{digits[:3]} {digits[3:]}",
        f"00{digits}",
        f"+{digits[:3]}-{digits[3:6]} {digits[6:]}",
        f"tel:{given}",
    ]
    return chance.choice(ways), digits
