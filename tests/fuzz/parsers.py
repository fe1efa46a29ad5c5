"""Every parser of what comes from outside, called directly: good input, its words, and the call.

A parser may refuse in the words of `voicenote.errors`; anything else that it raises is a fault.
"""

from __future__ import annotations

import io
import json
import random
import struct
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.fuzz.mutate import CHARSETS, TOKENS, as_json, changed, mutated, some

if TYPE_CHECKING:
    from voicenote.model.sentences import Script

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
Samples = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Parser:
    """`call` takes an input and a folder of its own; `values` are JSON values changed inside."""

    call: Callable[[bytes, Path, random.Random], object]
    samples: Callable[[], Samples]
    words: tuple[str, ...] = ()
    values: bool = False
    weight: int = 10
    cache: dict[str, Samples] = field(default_factory=dict)

    def input(self, chance: random.Random) -> bytes:
        """Return another input: a sample that was changed, seldom one as it is."""
        if "samples" not in self.cache:
            self.cache["samples"] = self.samples()
        known = self.cache["samples"]
        sample = chance.choice(known)
        if self.values and chance.random() < 0.6:
            try:
                value = json.loads(sample)
            except ValueError:
                return mutated(sample, known, self.words, chance)
            for _ in range(some(chance, 4)):
                value = changed(value, self.words, chance)
            return as_json(value, chance)
        return mutated(sample, known, self.words, chance)


# -- complaints -------------------------------------------------------------------------------

ROW = {
    "ref": "a-1", "customer": "Ada Lovelace", "language": "en-GB", "time_zone": "Europe/London",
    "email": "ada@example.com", "phone": "+44 20 7946 0018", "telegram": "@ada_l", "opened_at":
    "2026-03-02T10:00:00+01:00", "what_happened": "The cake fell over.", "bothered_most":
    "Nobody called me.", "feeling": "angry", "harm": "€ 1,234.50", "currency": "EUR", "amends":
    "A new cake", "amends_kind": "redo", "amends_value": "30", "promised_by": "2026-06-04",
    "severity": "normal", "involved": "Bo; Cy", "say_as": "Ay-da", "finding": "justified",
}  # fmt: skip
COLUMNS = (*ROW, "finding_reason", "channel", "owner", "cause", "Créé le", "First name + Last name")


def _tables() -> Samples:
    lines = [",".join(ROW), ",".join(f'"{one}"' for one in ROW.values())]
    more = '"b","Bo ""B"" Diddley","pl","America/Chicago"' + ',"line\nline"' * (len(ROW) - 4)
    plain = "\n".join([*lines, more, ""])
    wide = plain.replace(",", ";")
    zendesk = (ROOT / "samples" / "tickets.zendesk.json").read_bytes()
    jsons = json.dumps([ROW, {**ROW, "ref": 7, "harm": 12.5, "who": {"a": {"b": [1, "x"]}}}])
    return (
        plain.encode(), wide.encode("cp1250", "replace"), plain.encode("utf-16"), zendesk,
        plain.replace(",", "\t").encode(), (ROOT / "samples" / "complaints.csv").read_bytes(),
        jsons.encode(), "\n".join(map(json.dumps, (ROW, ROW))).encode(),
        b"id,requester_id,subject,description,created_at\n1,2,Late,It was late,2026-03-01\n",
    )  # fmt: skip


def _documents() -> Samples:
    zendesk = (ROOT / "samples" / "tickets.zendesk.json").read_bytes()
    jsons = json.dumps([ROW, {**ROW, "ref": 7, "harm": 12.5, "who": {"a": {"b": [1, "x"]}}}])
    return (zendesk, jsons.encode(), json.dumps({"items": [ROW], "next": None}).encode())


def _options(chance: random.Random) -> dict[str, object]:
    def word() -> object:
        return chance.choice(chance.choice((TOKENS, COLUMNS, tuple(ROW.values()))))

    given: dict[str, object] = {}
    if chance.random() < 0.2:
        given["mapping"] = {chance.choice(COLUMNS): word() for _ in range(some(chance, 4))}
    if chance.random() < 0.2:
        given["defaults"] = {chance.choice(COLUMNS): word() for _ in range(some(chance, 4))}
    if chance.random() < 0.1:
        given["encoding"] = chance.choice((*CHARSETS, *TOKENS, "cp1250"))
    if chance.random() < 0.1:
        given["delimiter"] = chance.choice((",", ";", "\\t", *TOKENS))
    if chance.random() < 0.1:
        given[chance.choice(("source", "currency", "region", "language", "time_zone"))] = word()
    return given


def intake(data: bytes, folder: Path, chance: random.Random) -> None:
    """A file of complaints, and its `.rejected` file."""
    from voicenote.intake.options import Options
    from voicenote.intake.raw_record import Bad
    from voicenote.intake.reader import open_source
    from voicenote.intake.rejected import Rejected

    path = folder / chance.choice(("a.csv", "a.json", "a.jsonl", "a"))
    path.write_bytes(data)
    given = {"language": "en", "time_zone": "Europe/Tallinn", **_options(chance)}
    source = open_source([path], Options(now=NOW, **given))  # type: ignore[arg-type]
    rejected = Rejected(source, folder)
    with rejected:
        for item in source:
            if isinstance(item, Bad):
                rejected.add(item)
    for written in rejected.paths:
        written.unlink()


def single(data: bytes, folder: Path, chance: random.Random) -> None:
    """One complaint in TOML."""
    from voicenote.intake.options import Options
    from voicenote.intake.single import read_toml

    (folder / "one.toml").write_bytes(data)
    read_toml(folder / "one.toml", Options(now=NOW, **_options(chance)))  # type: ignore[arg-type]


def _singles() -> Samples:
    lines = [f"{name} = {json.dumps(text)}" for name, text in ROW.items() if name != "involved"]
    more = 'involved = ["Bo", "Cy"]\nharm = 12.50\npromised_by = 2026-06-04\n'
    kept = [line for line in lines if not line.startswith(("harm", "promised_by"))]
    return ("\n".join(lines).encode(), "\n".join([*kept, more]).encode(),
            ("[complaint]\n" + "\n".join(lines)).encode())  # fmt: skip


def values(data: bytes, _folder: Path, chance: random.Random) -> None:
    """The values of one complaint, one by one."""
    from voicenote.intake.options import Options
    from voicenote.intake.single import complaint_from_fields

    text = data.decode("utf-8", "surrogateescape")
    fields: dict[str, object] = dict(ROW)
    for _ in range(some(chance, 4)):
        fields[chance.choice(COLUMNS)] = chance.choice((text, chance.choice(TOKENS)))
    complaint_from_fields(fields, Options(now=NOW, currency="EUR"))


# -- settings, plans, templates, scripts --------------------------------------------------------


def _settings() -> Samples:
    sample = (ROOT / "samples" / "voicenote.toml").read_bytes()
    mail = b"""
[channels.mail]
kind = "email"
host = "smtp.example.com"
port = 587
password = {env = "MAIL_PASSWORD"}
from = "Ada <ada@example.com>"
imap_host = "imap.example.com"
per_run = 5
[channels.bot]
kind = "telegram"
token = {command = "cat token"}
[channels.wa]
kind = "whatsapp"
phone_id = "123"
token = {keyring = "a/b"}
[channels.hook]
kind = "webhook"
url = "https://example.com/hook"
secret = {env = "S"}
[ledger]
url = "sqlite:///x.db"
[check]
levels = {S24 = "off", "R18.policy" = "warning"}
[voice.de]
engine = "system"
rate = 120
[voice.owner."Ada".de]
voice = "de"
[policy]
auto_approve = ["check-in"]
"""
    return (sample, mail, sample + mail)


def settings(data: bytes, folder: Path, chance: random.Random) -> None:
    """A workspace's settings, its plans and channels, with an environment over them."""
    from voicenote.plugins import CHANNELS, load
    from voicenote.settings import load as load_settings
    from voicenote.wiring import make_channel, plans

    (folder / "voicenote.toml").write_bytes(data)
    names = ("OWNER__NAME", "OWNER__TIME_ZONE", "OWNER__LANGUAGE", "VOICE__RATE", "LEDGER__URL",
             "SCHEDULE__QUIET_HOURS", "SCHEDULE__WORKING_DAYS", "SCHEDULE__HOLIDAYS", "VOICE",
             "SCHEDULE__TOO_LATE", "POLICY__ROUNDS", "POLICY__PER_RUN", "CHANNELS__MAIL__PORT",
             "CHECK__LEVELS", "SOUND__RENDITIONS", "PLANS__A__STEPS", "INTAKE__A__MAP", "OWNER__",
             "__", "VOICE__DE__RATE", "POLICY__AUTO_APPROVE", "CHANNELS", "SOUND__LOUDNESS")  # fmt: skip
    env = {}
    if chance.random() < 0.4:
        known = (*TOKENS, *SETTING_WORDS)
        env = {
            f"VOICENOTE_{chance.choice(names)}": chance.choice(known)
            for _ in range(some(chance, 4))
        }
    found = load_settings(folder, {**env, "HOME": str(folder)})
    plans(found)
    for name in found.channels:
        if found.channels[name].kind in load(CHANNELS).good:
            make_channel(found, name, lambda: NOW).close()


SETTING_WORDS = (
    "P1D", "PT0S", "-P7D", "P99999999999D", "PT1e9H", "P1Y2M3DT4H5M6S", "20:00-09:00", "99:99-00:00",
    "mon-fri", "sun-sun", "off", "all", "DE", "XX", "auto", "silent", "system", "email", "sqlite://",
    "postgresql+psycopg://x", "mysql://a", "{env = 'X'}", "[1, 2]", "-1", "1e400", "true", "[]", "{}",
    "promised_by", "opened_at", "answered", "kept", "after", "steps", "from", "at", "unless", "kind",
)  # fmt: skip


def offset(data: bytes, _folder: Path, chance: random.Random) -> None:
    """A duration, and what is so much later."""
    from voicenote.schedule.offset import parse

    try:
        found = parse(data.decode("utf-8", "surrogateescape"))
    except ValueError:  # its contract
        return
    zone = ZoneInfo(chance.choice(("UTC", "Europe/Tallinn", "Pacific/Apia", "America/Sao_Paulo")))
    for begin in (NOW, datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
        try:
            found.after(begin, zone)
            found.on(date(2026, 1, 31))
        except (OverflowError, ValueError):
            return


def script(data: bytes, _folder: Path, chance: random.Random) -> None:
    """An edited script, composed, checked."""
    from voicenote.script.check.rules import check
    from voicenote.script.script_file import from_text, to_text

    text = data.decode("utf-8", "replace" if chance.random() < 0.8 else "surrogateescape")
    language = chance.choice(("en", "pl", "ro", "et", "fa", "he"))
    new = from_text(text, _script(language), "edited")
    to_text(new)
    check(new)


def letter(data: bytes, _folder: Path, chance: random.Random) -> None:
    """A letter of the owner's own, and a complaint turned into the second person."""
    from voicenote.script.own_letter import is_letter, read_letter
    from voicenote.script.second_person import propose_account

    text = data.decode("utf-8", "replace")
    propose_account(text)
    if is_letter(text):
        read_letter(text, _script(chance.choice(("en", "pl", "ro", "et", "fa", "he", "de"))))


def _script(language: str) -> Script:
    from voicenote.model.sentences import Script, Section, Sentence

    said = (Sentence(Section.THANKS, "Thank you.", personal=False),
            Sentence(Section.OWN, "It cost you €40.", personal=True, spoken="forty euros"))  # fmt: skip
    return Script(language=language, template="make-it-right", sentences=said)


def _scripts() -> Samples:
    text = (
        b"# One\n\n[thanks]\nThank you for telling us.\n[mirror]\nThe cake came late.\n~ the cake\n"
    )
    more = (
        "[own]\nThat was our mistake: €1,234.50 on 3.5.2026. I am sorry.\n[invite]\n\\#1? 100%!\n"
    )
    corpus = sorted((ROOT / "tests" / "script" / "corpus").rglob("*.*"))[:40]
    return (text + more.encode(), *(path.read_bytes() for path in corpus))


def checked(data: bytes, _folder: Path, chance: random.Random) -> None:
    """A plain text, checked against the method."""
    from voicenote.script.check.rules import check

    text = data.decode("utf-8", "replace")
    check(text, chance.choice(("en", "pl", "ro", "et", "fa", "he")))


def said(data: bytes, _folder: Path, chance: random.Random) -> None:
    """A text that is cut into sentences and written as it is spoken."""
    from voicenote.engine.memo.plain_speech import sentences_of

    sentences_of(
        data.decode("utf-8", "replace"), chance.choice(("en", "pl", "et", "fa", "he", "zz"))
    )


def quoted(data: bytes, _folder: Path, chance: random.Random) -> None:
    """A story, cleaned and shortened to be quoted."""
    from voicenote.script.quoting import (
        calm_shouting,
        clean_quote,
        cut_excerpt,
        shorten,
        to_one_line,
    )

    text = data.decode("utf-8", "replace")
    for each in (to_one_line(text), clean_quote(text), calm_shouting(text)):
        code = chance.choice(("en", "et", "he", "ro", "pl", "fa"))
        shorten(each, chance.randrange(1, 300), code)
        cut_excerpt(each, chance.randrange(1, 300), code)


def template(data: bytes, folder: Path, chance: random.Random) -> None:
    """An own template, tried with a sample case."""
    from voicenote.script.check.template_samples import sample_case
    from voicenote.script.compose import compose
    from voicenote.script.templating import Templates

    place = folder / "templates" / "en"
    place.mkdir(parents=True, exist_ok=True)
    name = chance.choice(("mine", "acknowledge", "unfounded"))
    (place / f"{name}.jinja").write_bytes(data)
    case, context = sample_case("en", name, full=chance.random() < 0.5)
    compose(case, context, Templates((folder / "templates",)))
    (place / f"{name}.jinja").unlink()


def _templates() -> Samples:
    from voicenote.script.template_sources import packaged_names, packaged_source

    return [packaged_source("en", name).encode() for name in sorted(packaged_names())]


# -- what comes in ------------------------------------------------------------------------------


def mail(data: bytes, _folder: Path, _chance: random.Random) -> None:
    """A letter: a bounce, a machine's, a person's."""
    from voicenote.delivery.email.mail_parser import read_mail

    read_mail(data, NOW, ("voice+b-{token}@bakery.example",))


def _mails() -> Samples:
    from tests.delivery.test_inbound import letter, report

    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(60)
    )
    odd = [
        letter("Bonjour").replace(
            b'charset="utf-8"', f'charset="{name}"'.encode("utf-8", "replace")
        )
        for name in CHARSETS
    ]
    html = (
        letter("x").replace(b"text/plain", b"text/html").replace(b"x", b"<p>No<br>&#1114112;<b", 1)
    )
    split = letter("x", Subject="=?utf-8?b?SGVsbG8=?= =?iso-8859-1?q?_=E9?=").replace(
        b"charset=", b"name*0*=utf-8''a%20; name*1=b; name*999999999*=c; charset="
    )
    return (
        letter(), letter("Stop writing to me."), report(), report(given_back="message/rfc822"),
        report(action="delayed", status="4.4.1"), deep, html, split, *odd,
    )  # fmt: skip


MAIL_WORDS = (
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "--b", "--b--",
    "Content-Type: message/delivery-status\r\n\r\n", "Content-Type: message/rfc822\r\n\r\n", "Action:",
    "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 a\r\n",
    "Content-Type: text/rfc822-headers", "From: ", "a@b.example, ", "To: :;", "Final-Recipient: rfc822;",
    "Auto-Submitted: auto-replied", "Return-Path: <>", "X-Failed-Recipients: ", "Subject: unsubscribe",
    "In-Reply-To: <a@b>", "References: <a> <b> <", "charset=", "name*0*=utf-8''", "=?utf-8?q?=FF?=",
    "Message-ID: [", "From: @[", 'From: "', "From: (((", "From: <<<", "Date: ", "Content-Type: ;=;\"",
    "multipart/", "boundary=", "Content-Disposition: attachment; filename*=rot13''x", "> ", "On ", "-" * 80,
)  # fmt: skip


def whatsapp(data: bytes, _folder: Path, _chance: random.Random) -> None:
    """A call of WhatsApp's webhook."""
    from voicenote.delivery.whatsapp.notifications import arrivals_of

    list(arrivals_of(data, NOW))


def _webhooks() -> Samples:
    status = {
        "id": "wamid.1",
        "status": "failed",
        "timestamp": "1772500000",
        "recipient_id": "37255",
        "errors": [{"code": 131026, "title": "no", "message": "m"}],
        "biz_opaque_callback_data": "k",
    }
    message = {
        "from": "37255",
        "id": "wamid.2",
        "timestamp": "1772500000",
        "type": "text",
        "text": {"body": "Stop"},
        "context": {"id": "wamid.1"},
    }
    contacts = [{"wa_id": "37255", "profile": {"name": "Mari"}}]
    value = {"contacts": contacts, "statuses": [status], "messages": [message]}
    whole = {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": value}]}]}
    return [json.dumps(whole).encode()]  # fmt: skip


def telegram(data: bytes, _folder: Path, _chance: random.Random) -> None:
    """An update of Telegram's, and the place after it."""
    from voicenote.delivery.telegram.updates import UpdateOffset, arrival_of, read_update

    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = data.decode("utf-8", "replace")
        UpdateOffset.read(told)
    update = read_update(told, NOW)
    if update is not None:
        arrival = arrival_of(update, NOW, "7")
        UpdateOffset.read(arrival.place)


def _updates() -> Samples:
    person = {"id": 5, "is_bot": False, "first_name": "Mari", "last_name": "Tamm"}
    chat = {"id": 5, "type": "private"}
    message = {"message_id": 3, "from": person, "chat": chat, "date": 1772500000, "text": "/start abc",
               "voice": {"duration": 3}, "reply_to_message": {"message_id": 2}}  # fmt: skip
    pressed = {"id": "9", "from": person, "message": message, "data": "vn:p=vn-7-memo"}
    moved = {"chat": chat, "from": person, "date": 1, "new_chat_member": {"status": "kicked"}}
    found = ({"message": message}, {"callback_query": pressed}, {"my_chat_member": moved})
    return [json.dumps({"update_id": 77, **one}).encode() for one in found] + [b"7:1:1772500000"]


def answers(data: bytes, _folder: Path, chance: random.Random) -> None:
    """What the servers of all channels answer."""
    from voicenote.delivery.email.smtp_errors import refusal
    from voicenote.delivery.http_client import Response
    from voicenote.delivery.http_status import judge_status, retry_after
    from voicenote.delivery.telegram.bot_payload import result_of
    from voicenote.delivery.whatsapp.cloud_payload import read_answer

    status = chance.choice((200, 201, 302, 400, 401, 404, 409, 413, 429, 500, 503, 999, 0, -1))
    text = data.decode("utf-8", "replace")
    after = chance.choice(
        (text, *TOKENS, "Tue, 03 Mar 2026 08:00:00 GMT", "Tue, 99 Mar 99999 08:00")
    )
    answer = Response(status, data, {"retry-after": after})
    refusal(status, text, "ada@example.com")
    retry_after(after, NOW)
    judge_status(answer, NOW, "ask them")
    _refusing(lambda: result_of(answer, "secret"))
    _refusing(lambda: read_answer(answer, "secret", NOW))


def _refusing(call: Callable[[], object]) -> None:
    from voicenote.errors import VoicenoteError

    try:
        call()
    except VoicenoteError:
        return


def _answers() -> Samples:
    told = ({"ok": True, "result": {"message_id": 3}}, {"ok": False, "error_code": 429, "description":
            "Too Many Requests", "parameters": {"retry_after": 5}}, {"messages": [{"id": "wamid.1"}]},
            {"error": {"code": 131047, "message": "Re-engagement", "error_data": {"details": "x"}}})  # fmt: skip
    return [*(json.dumps(one).encode() for one in told), b"550 5.1.1 User unknown"]


def opt_out(data: bytes, _folder: Path, _chance: random.Random) -> None:
    """Words that may be an opt-out, and an answer without what it quotes."""
    from voicenote.delivery.email.reply import own_words
    from voicenote.delivery.opt_out_phrases import is_opt_out, may_be_opt_out

    text = data[:4000].decode("utf-8", "replace")
    own_words(text), is_opt_out(text), may_be_opt_out(text)


def _words() -> Samples:
    return [b"Please stop writing to me.", "Palun ärge kirjutage mulle.".encode(), b"STOP",
            b"It is fine.\n\nOn Mon, Ada wrote:\n> Hello\n> you", b"-- \nMari", b"unsubscribe me, thanks"]  # fmt: skip


# -- sound --------------------------------------------------------------------------------------


def sound(data: bytes, folder: Path, chance: random.Random) -> None:
    """A recording."""
    from voicenote.sound.recording_file import read_sound

    path = folder / chance.choice(("a.wav", "a.ogg", "a.mp3", "a.m4a", "a.flac", "a.webm"))
    path.write_bytes(data)
    read_sound(path)


def _sounds() -> Samples:
    import tempfile

    from tests.sound.sounds import voiced, write

    kinds = (("a.wav", "pcm_s16le", "wav"), ("b.flac", "flac", "flac"), ("c.mp3", "libmp3lame", "mp3"),
             ("d.m4a", "aac", "ipod"), ("e.ogg", "libopus", "ogg"), ("f.webm", "libopus", "webm"),
             ("g.aiff", "pcm_s16be", "aiff"), ("h.caf", "pcm_s16be", "caf"), ("i.au", "pcm_s16be", "au"),
             ("j.w64", "pcm_s16le", "w64"), ("k.aac", "aac", "adts"), ("l.avi", "pcm_s16le", "avi"))  # fmt: skip
    with tempfile.TemporaryDirectory() as there:
        made = [
            write(Path(there) / name, voiced(0.7), codec, container, rate=48_000).read_bytes()
            for name, codec, container in kinds
        ]
    wav = made[0]
    odd = [
        wav[:22] + struct.pack("<H", channels) + struct.pack("<I", rate) + wav[28:]
        for channels in (0, 1, 2, 255, 65535)
        for rate in (0, 1, 8000, 2**31, 2**32 - 1)
    ]
    huge = [made[3].replace(b"mdat", b"free"), wav[:40] + b"\xff\xff\xff\xff" + wav[44:]]
    return [*made, *made, *odd, *huge]


def kept(data: bytes, folder: Path, _chance: random.Random) -> None:
    """A damaged file of the cache, and a damaged recording of one's own."""
    from voicenote.sound.piece import _read_clip as _read_cached_clip
    from voicenote.sound.piece import _read_piece
    from voicenote.sound.piece_cache import Cache
    from voicenote.voice.recorded import _read_clip

    cache = Cache(folder / "cache")
    for read in (_read_cached_clip, _read_piece):
        for path in (folder / "cache").rglob("*.*"):
            path.write_bytes(data)
        cache.load("ab" * 32, read)
        try:
            read(data)
        except (ValueError, struct.error):  # the contract of what a cache reads with
            continue
    (folder / "one.wav").write_bytes(data)
    _read_clip(folder / "one.wav")


def _kept() -> Samples:
    import numpy as np

    from voicenote.model.memo import Clip
    from voicenote.sound.piece import Piece, _pack_piece

    piece = Piece((b"abc", b"de"), 1.0, 2.0, 0.5, True, np.ones(5, np.float32))
    clip = Clip(b"\1\2" * 99, 8000, synthetic=True)
    return [_pack_piece(piece), struct.pack("<?I", True, 8000) + clip.pcm, *_sounds()[:1]]


# -- all of them --------------------------------------------------------------------------------

_TOML = (*COLUMNS, '"""', "'''", "[a]", "[[a]]", "{a=1}", "1979-05-27T07:32:00Z", "07:32:00", "0x_",
         "inf", "nan", "[complaint]", "= [", "\\U00110000")  # fmt: skip
PARSERS: dict[str, Parser] = {
    "intake": Parser(intake, _tables, COLUMNS, weight=22),
    "documents": Parser(intake, _documents, COLUMNS, values=True, weight=15),
    "single": Parser(single, _singles, _TOML, weight=8),
    "values": Parser(values, lambda: [one.encode() for one in ROW.values()], tuple(ROW.values()), weight=10),
    "settings": Parser(settings, _settings, (*SETTING_WORDS, *_TOML), weight=12),
    "offset": Parser(offset, lambda: [b"P1D", b"-P7D", b"PT30M", b"P1Y2M3DT4H5M6S", b"P2W"], SETTING_WORDS, weight=4),
    "script": Parser(script, _scripts, ("[thanks]", "~", "[own]", "\\", "#", "€", "1.234,50"), weight=5),
    "letter": Parser(letter, _scripts, ("I was", "you", "'", "“", "my wife and I", "- ", "?"), weight=5),
    "checked": Parser(checked, _scripts, ("I promise", "policy", "!!!", "STOP", "sorry if"), weight=5),
    "said": Parser(said, _scripts, ("Mr.", "...", "1.", "€ 5", "3. marca", "(a.b.c.)"), weight=5),
    "quoted": Parser(quoted, _scripts, ("1.", "- ", "> ", "Dear", "&nbsp;", "<br>", "http://"), weight=4),
    "template": Parser(template, _templates, ("{{ customer }}", "{% if", "%}", "{#", "{{", "|join", "[own]"), weight=5),
    "mail": Parser(mail, _mails, MAIL_WORDS, weight=18),
    "whatsapp": Parser(whatsapp, _webhooks, ("text", "button", "interactive", "audio", "failed"), values=True, weight=8),
    "telegram": Parser(telegram, _updates, ("message", "voice", "private", "/start", "/stop"), values=True, weight=8),
    "answers": Parser(answers, _answers, ("retry_after", "code", "error"), values=True, weight=6),
    "opt-out": Parser(opt_out, _words, ("stop", "unsubscribe", "not", "letters", "wrote:", "-" * 9), weight=5),
    "sound": Parser(sound, _sounds, ("fmt ", "data", "LIST", "moov", "OggS", "OpusHead", "ID3", "mdat", "stsz",
                    "COMM", "SSND", "INFOISFT", "APIC", "desc", "info", "\uffff\uffff", "\0\0\0\xff", "esds", "trak", "stsd"), weight=14),
    "kept": Parser(kept, _kept, (), weight=3),
}  # fmt: skip
del io, tomllib
