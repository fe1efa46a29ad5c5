"""What is in a letter: everything in it is looked at, whatever program wrote it."""

from __future__ import annotations

import io
import wave
from base64 import encodebytes
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.delivery.email.charsets import decode, readings
from voicenote.delivery.email.mail_parser import read_files, read_mail
from voicenote.delivery.email.mailbox import MOST
from voicenote.delivery.email.reply import find_wrapped, own_words
from voicenote.delivery.inbound import EMPTY, Inbound
from voicenote.delivery.opt_out_phrases import is_opt_out
from voicenote.model.receipt import ReceiptKind

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
HEAD = (
    "From: Mari Tamm <mari@tamm.example>\r\nSubject: Re: A voice message\r\nMIME-Version: 1.0\r\n"
)
PLAIN = "text/plain; charset=utf-8"


def mixed(*parts: tuple[str, str], kind: str = "mixed") -> bytes:
    """A letter of several parts, each given as (headers, body)."""
    inside = "".join(f"--b\r\nContent-Type: {head}\r\n\r\n{body}\r\n" for head, body in parts)
    head = f"{HEAD}Content-Type: multipart/{kind}; boundary=b\r\n\r\n"
    return f"{head}{inside}--b--\r\n".encode()


def packed(kind: str, name: str, raw: bytes) -> tuple[str, str]:
    """A file as a part of a letter."""
    head = f'{kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
    return f'{head}Content-Disposition: attachment; filename="{name}"', encodebytes(raw).decode()


def words(raw: bytes) -> str:
    answer = read_mail(raw, NOW).answer
    assert answer is not None
    return answer.text


STOP = "Please stop emailing me."
HIDDEN = {
    "the subject": HEAD.replace("Re: A voice message", "STOP").encode() + b"\r\nSee above.",
    "a second plain part": mixed((PLAIN, "Hello."), (PLAIN, STOP)),
    "HTML beside other plain words": mixed(
        (PLAIN, "This is in HTML."), ("text/html", f"<p>{STOP}</p>"), kind="alternative"
    ),
    "a table in HTML": mixed(("text/html", f"<table><tr><td>{STOP}</td></tr></table>")),
    "an attached text": mixed((PLAIN, "Read it."), packed(PLAIN, "stop.txt", STOP.encode())),
    "an attached letter": mixed(
        (PLAIN, "See below."), ("message/rfc822", f"Subject: x\r\n\r\n{STOP}")
    ),
    "a signed container": mixed(
        packed("application/pkcs7-mime", "smime.p7m", b"\x30\x80\x06\n" + STOP.encode() + b"\n\0")
    ),
    "a machine's letter": HEAD.encode() + b"Auto-Submitted: auto-replied\r\n\r\n" + STOP.encode(),
    "a letter without a return path": b"Return-Path: <>\r\n" + HEAD.encode() + b"\r\n/Stop",
    "a quotation alone": mixed(("text/html", f"<blockquote>{STOP}</blockquote>")),
    "a wrong label": HEAD.encode()
    + b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + "הסר".encode("cp1255"),
}


@pytest.mark.parametrize("place", HIDDEN)
def test_an_opt_out_is_heard_wherever_it_stands(place: str) -> None:
    assert read_mail(HIDDEN[place], NOW).opt_out


@pytest.mark.parametrize(
    "text",
    ["/Stop", "stop 🛑", "/unsubscribe", "/stop@our_bot", "⛔ STOP ⛔", "𝐒𝐓𝐎𝐏", "ＳＴＯＰ",
     "S T O P", "STOOOP!!!", "#stop", "Stop\u200b", "\u202bהָסֵר\u202c", "przestan\u0301",
     "ديگر پيام ندهيد", "Nu îmi mai trimiteţi mesaje", "Thanks 🙏 stop"],
)  # fmt: skip
def test_signs_around_a_stop_and_spellings_of_it_do_not_hide_it(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize(
    "text", ["/start", "The 🛑 sign at your door fell", "#stopwatch", "a b c", "it stopped 🛑"]
)
def test_signs_alone_stop_nothing(text: str) -> None:
    assert not is_opt_out(text)


def test_a_copy_of_our_own_letter_within_another_is_not_theirs() -> None:
    ours = f"X-Voicenote-Key: c1r1-memo-0\r\n\r\n{STOP}"
    read = read_mail(mixed((PLAIN, "It came."), ("message/rfc822", ours)), NOW)
    assert not read.opt_out
    assert read.answer is not None


WAVE = io.BytesIO()
with wave.open(WAVE, "wb") as sound:
    sound.setnchannels(1)
    sound.setsampwidth(2)
    sound.setframerate(8000)
    sound.writeframes(bytes(16_000 * 9))

FILES = [
    (mixed(packed("audio/x-wav", "memo.wav", WAVE.getvalue())), "[a sound: memo.wav, 9 s]"),
    (
        mixed(packed("application/octet-stream", "memo.wav", WAVE.getvalue())),
        "[a sound: memo.wav, 9 s]",
    ),
    (mixed(packed("audio/mp4", "memo.m4a", bytes(12_000))), "[a sound: memo.m4a, 12 kB]"),
    (
        mixed(packed("application/octet-stream", "Voice 001.amr", bytes(12_000))),
        "[a sound: Voice 001.amr, 12 kB]",
    ),
    (
        mixed(packed("application/octet-stream", "Memo.CAF", bytes(12_000))),
        "[a sound: Memo.CAF, 12 kB]",
    ),
    (
        mixed(packed("application/ms-tnef", "winmail.dat", b"x" * 9)),
        "[a file: winmail.dat, 1 kB]",
    ),
    (
        mixed(packed("application/pkcs7-mime", "smime.p7m", bytes(3_400))),
        "[a file: smime.p7m, 3 kB]",
    ),
    (mixed(packed("image/heic", "cake[1].heic", b"x")), "[a picture: cake 1 .heic, 1 kB]"),
    (mixed(("message/rfc822", "Subject: Your bill\r\n\r\nx")), "[a message: Your bill]"),
    (HEAD.encode() + b"\r\n\r\n", EMPTY),
    (mixed((PLAIN, "\u00a0\r\n\u200b")), EMPTY),
]


@pytest.mark.parametrize(("raw", "shown"), FILES)
def test_a_letter_without_words_is_shown_by_what_is_in_it(raw: bytes, shown: str) -> None:
    assert words(raw) == shown


def test_words_come_before_the_files_and_signatures_are_no_files() -> None:
    raw = mixed(
        packed("image/jpeg", "a.jpg", b"x"),
        (PLAIN, "Still blue, see above."),
        ("application/pgp-signature", "x"),
    )
    assert words(raw) == "Still blue, see above.\n[a picture: a.jpg, 1 kB]"


def test_signed_words_are_read() -> None:
    inline = (
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nIt came.\r\n"
        "-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\n"
    )
    assert words(mixed((PLAIN, inline))) == "It came."
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nIt came.\r\n"
    opaque = mixed(packed("application/pkcs7-mime", "smime.p7m", b"\x30\x80\x06" + inner))
    assert words(opaque).startswith("It came.")


ALTERNATIVES = [
    (("", "<p>It is <b>not</b> fine.</p>"), "It is not fine."),
    (("\u00a0", "<p>It is not fine.</p>"), "It is not fine."),
    (("Please use a program that shows HTML.", "<p>Still blue.</p>"), "Still blue."),
    (("Still blue.", "<p>Still&nbsp;blue.</p>"), "Still blue."),
    (("Still blue.", ""), "Still blue."),
]


@pytest.mark.parametrize(("versions", "said"), ALTERNATIVES)
def test_of_two_versions_the_one_with_the_words_is_shown(
    versions: tuple[str, str], said: str
) -> None:
    assert words(mixed((PLAIN, versions[0]), ("text/html", versions[1]), kind="alternative")) == (
        said
    )


HTML = [
    "<p>Not fine.</p><blockquote>one<blockquote>two</blockquote>three</blockquote>",
    '<p>Not fine.</p><div class="gmail_attr">On Mon, Anna wrote:</div><blockquote>x</blockquote>',
    '<div>Not fine.</div><hr><div id="divRplyFwdMsg"><b>From:</b> Anna</div><div>Hello</div>',
    '<div>Not fine.</div><div class="x yahoo_quoted" id="q"><div>On Monday</div>Hello</div>',
    "<!--[if mso]><xml><w:x>junk > here</w:x></xml><![endif]--><p>Not fine.</p>",
    "<p>Not fine.</p><p>Sent from my iPhone</p>",
    "<p>Not fine.</p><div>________________________________</div><div>From: Anna</div>",
]


@pytest.mark.parametrize("html", HTML)
def test_of_html_only_the_writers_words_are_kept(html: str) -> None:
    assert words(mixed(("text/html", html))) == "Not fine."


def test_lists_and_tables_of_html_do_not_grow_together() -> None:
    html = "<p>Open:</p><ul><li>the ribbon</li><li>the call</li></ul><table><td>a</td><td>b</td>"
    assert words(mixed(("text/html", html))).split() == [
        *("Open:", "the", "ribbon", "the", "call", "a", "b")
    ]


@pytest.mark.parametrize(
    "marked",
    [
        "On 2 Mar 2026 at 09:31, Anna <a@b.example> wrote:\n> The ribbon was blue.\n\nNo, red.",
        "Am 02.03.2026 09:31 schrieb <a@b.example>:\n> Das Band\n\nNo, red.\n\n> war blau.",
        "Em 02/03/2026 09:31, Anna <a@b.example> escreveu:\n| A fita\nNo, red.",
    ],
)
def test_an_answer_below_a_marked_quotation_is_kept(marked: str) -> None:
    assert own_words(f"See below.\n\n{marked}").split("\n\n") == ["See below.", "No, red."]


UNQUOTED = [
    "On Monday, March 2, 2026 at 09:31:00 AM EST, Anna Saar <a@b.example> wrote:\n\nHello Mari.",
    "Am Montag, 2. März 2026 um 09:31 schrieb Anna <a@b.example>:\n\nHello Mari.",
    "W dniu 2.03.2026 o 09:31 Anna <a@b.example> pisze:\n\nHello Mari.",
    "From: Anna Saar [mailto:a@b.example] \nSent: Monday\nTo: Mari\n\nHello.",
    "From: Anna Saar\nSent: Monday, March 2\nTo: Mari\nSubject: x\n\nHello.",
    "*From:* Anna Saar <a@b.example>\n*Sent:* Monday\n\nHello.",
    "Von: Anna Saar\nGesendet: Montag\nAn: Mari\n\nHello.",
    "De la: Anna Saar\nTrimis: luni\nCătre: Mari\n\nHello.",
    "Od: Anna Saar\nWysłano: poniedziałek\n\nHello.",
    "מאת: אנה\nנשלח: יום שני\n\nHello.",
    "Gesendet: Montag, 2. März 2026\nVon: Anna Saar\nAn: Mari\n\nHello.",
    "From: Anna Saar\n\nSent: Monday\n\nTo: Mari\n\nHello.",
    "Pobierz aplikację Outlook dla systemu Android<https://aka.ms/x>",
    "##- Please type your reply above this line -##\n\nHello.",
    "| Hello Mari\n| This was our mistake",
    "Sent from my iPhone\n\n> On 2 Mar 2026, Anna wrote:\n> Hello",
    "Wysłano z iPhone'a\n\nW dniu 2 mar 2026, Anna <a@b.example> napisał(a):\n> Hello",
]


@pytest.mark.parametrize("below", UNQUOTED)
def test_what_programs_put_below_an_answer_is_cut(below: str) -> None:
    assert own_words(f"Not fine.\n\n{below}") == "Not fine."


@pytest.mark.parametrize(
    "text",
    ["What I still want:\n\nthe ribbon", "From: the shop, to: my home", "Order: 12\nName: Mari",
     "I wrote to <a@b.example> on Monday: nothing came.", "Two | three",
     "My email: <kai@x.example>\nPlease write.", "Write to: Kai <kai@x.example>\nand not here",
     "Epost: <kai@x.example>\nTelefon: 5551234\nKai", "--- Was it late? ---\nYes.",
     "I wrote to <a@b.example> on 12.05.2026 and got this:\nnothing at all",
     "Kirjutasin <a@b.example> 12.05.2026 ja sain vastuse:\nmitte midagi",
     "Pisałem do <a@b.example> o 12:30 i dostałem:\nnic", "1. Yes.\n----------\n2. No.",
     "Answers\n____________\nYes."],
)  # fmt: skip
def test_what_only_looks_like_a_quotation_is_kept(text: str) -> None:
    assert own_words(text) == text


@pytest.mark.parametrize(
    "said",
    [
        "Order 15 is fine.", "Call me at 555 0100", "La 9, vă rog", "Number 5\nand number 6",
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_a_line_with_a_number_above_an_introduction_is_theirs(said: str, gap: str) -> None:
    """An introduction may be wrapped onto two lines; a whole one has only one."""
    wrote = "On Mon, Mar 2, 2026 at 12:00 Anna <anna@saar.example> wrote:"
    assert own_words(f"{said}{gap}{wrote}\n\n> We are sorry.\n> Anna") == said
    half = "On Mon, Mar 2, 2026 at 12:00 Anna\n<anna@saar.example> wrote:"
    assert own_words(f"{said}\n\n{half}\n\n> We are sorry.") == said


def test_lines_directly_below_a_marked_one_are_told() -> None:
    text = "No.\n\nAnna wrote:\n> We are\nsorry.\n> Anna\n\nMari\n> x\nYes\n"
    assert find_wrapped(text) == ("sorry.", "Yes")


@pytest.mark.parametrize(
    "wrote",
    [
        "\u202bב-2.3.2026 מאת \u202aAnna\u202c\u200f <\u202aanna@saar.example\u202c\u200f>:\u202c",
        "\u2067Anna <anna@saar.example> در تاریخ 2026-03-02 نوشت:\u2069",
    ],
)
def test_signs_of_direction_do_not_hide_an_introduction(wrote: str) -> None:
    assert own_words(f"תודה.\n\n{wrote}\n\n> We are sorry.") == "תודה."


@pytest.mark.parametrize(
    ("said", "charset"),
    [
        ("Tellimus: jõudis.\nTeema: Häälsõnum\nPõhjus: „must“", "iso-8859-13"),
        ("Zamówienie: źle.\nTemat: Wiadomość głosowa", "iso-8859-2"),
        ("הזמנה: טובה.\nSubject: הודעה קולית", "windows-1255"),
        ("Objet: déjà reçu.\nRe: l'été", "windows-1252"),
    ],
)
def test_lines_that_look_like_headers_keep_their_charset(said: str, charset: str) -> None:
    head = f"From: m@t.example\r\nContent-Type: text/plain; charset={charset}\r\n"
    raw = head.encode() + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + said.encode(charset)
    assert words(raw) == said


def test_romanian_under_a_western_label_is_legible() -> None:
    said = "Vă mulțumesc, dar încă picură și sunt supărat."
    head = b"From: m@t.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
    found = words(head + said.encode("iso8859-16"))
    assert found.translate(str.maketrans("şţ", "șț")) == said


INTRODUCED = {
    "What I still want:\n\n> the ribbon": "What I still want:\n\nthe ribbon",
    "My answers:\n> 1. Late?\n> Yes.\n> 2. Called?\n> No.": (
        "My answers:\n1. Late?\nYes.\n2. Called?\nNo."
    ),
    "My answers to your 3 questions:\n> Late?\nYes\n> Called?\n> No": (
        "My answers to your 3 questions:\nLate?\nYes\nCalled?\nNo"
    ),
    "Your driver said:\n| Not my fault\nand left.": "Your driver said:\nNot my fault\nand left.",
    "Minu vastused 5 küsimusele:\n> Hiljem?\n> Jah": "Minu vastused 5 küsimusele:\nHiljem?\nJah",
    "Moje odpowiedzi:\n> Późno?\n>> Tak": "Moje odpowiedzi:\nPóźno?\nTak",
    "התשובות שלי:\n> איחר?\n> כן": "התשובות שלי:\nאיחר?\nכן",
    "On 2 Mar 2026, Anna <my@our-shop.example> wrote:\n> Late?\n\nYes.": "Yes.",
    "Anna Saar wrote:\n> Late?\n\nYes.": "Yes.",
}


@pytest.mark.parametrize("text", INTRODUCED)
def test_what_the_writer_introduces_themselves_is_kept(text: str) -> None:
    """A program says who wrote, and when; above their own answers, people say something else."""
    assert own_words(text) == INTRODUCED[text]


def test_what_the_writer_indents_in_html_is_kept() -> None:
    html = "<div>My answers:</div><blockquote><p>Late?</p><p>Yes.</p></blockquote><p>Mari</p>"
    found = words(mixed(("text/html", html)))
    assert [line for line in found.split("\n") if line] == ["My answers:", "Late?", "Yes.", "Mari"]


@pytest.mark.parametrize(
    "text",
    [
        "I wrote to <help@shop.example> twice.", "Error <code> shown", "I <3 it", "a < b and c > d",
        "a <b and c> d", "x<y and y>z", "she said <sighs> and <stop that>", "<title> is wrong",
        "see <https://shop.example/a>",
    ],
)  # fmt: skip
def test_words_in_angle_brackets_stay_in_plain_text_and_in_html(text: str) -> None:
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    assert words(mixed((PLAIN, text))) == text
    assert words(mixed(("text/html", f"<html><body><p>{escaped}</p></body></html>"))) == text


CHARSETS = [
    ("iso-8859-8-i", "iso8859-8", "תפסיקו לשלוח לי"), ("windows-874", "cp874", "ขอบคุณมาก"),
    ("x-gbk", "gbk", "丝带还是蓝色的"), ("csBig5", "big5", "還是藍色的"),
    ("x-sjis", "shift_jis", "まだ青いです"), ("cp-850", "cp850", "garçon"),
    ("ISO-8859-8-E", "iso8859-8", "שלום"), ("x-mac-roman", "mac_roman", "café bleu"),
    ("ks_c_5601-1987", "cp949", "안녕하세요"), ("unicode-1-1-utf-7", "utf-7", "hé"),
    ("gb2312", "gb18030", "朱镕基"), ("ansi", "cp1252", "“café”"), ("utf8mb4", "utf-8", "Grüße"),
    ("us-ascii", "utf-8", "proszę"), ("windows-1252", "utf-8", "proszę"),
    ("utf-8", "iso8859-2", "Dziękuję, już dobrze"), ("", "cp1252", "Grüße, nicht gut"),
    ("x-unknown", "cp1250", "Dziękuję, już dobrze"), ("klingon", "cp1255", "תודה רבה"),
    ("iso-8859-1", "cp1255", "תפסיקו לשלוח לי"), ("windows-1252", "iso8859-2", "Dziękuję już"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "codec", "text"), CHARSETS)
def test_words_are_legible_whatever_their_charset_is_called(
    label: str, codec: str, text: str
) -> None:
    assert decode(text.encode(codec), label) == text


def test_a_subject_is_legible_too() -> None:
    coded = "=?iso-8859-8-i?Q?=E4=F1=F8?="
    read = read_mail(f"From: a@b.example\r\nSubject: {coded}\r\n\r\nx".encode(), NOW)
    assert (read.subject, read.opt_out) == ("הסר", True)
    raw = b"From: a@b.example\r\nSubject: " + "Dziękuję, już dobrze".encode("cp1250") + b"\r\n\r\nx"
    assert read_mail(raw, NOW).subject == "Dziękuję, już dobrze"


@given(raw=st.binary(max_size=60), label=st.text(max_size=12))
def test_any_bytes_have_a_reading(raw: bytes, label: str) -> None:
    assert readings(raw, label)[0] == decode(raw, label)


def sender(headers: str) -> Inbound:
    return read_mail(
        f"{headers}\r\nSubject: Re: x\r\n\r\nGood.".replace("\n", "\r\n").encode(), NOW
    )


VIA = "From: 'Mari Tamm' via Support <support@bakery.example>"


@pytest.mark.parametrize(
    "headers",
    [
        f"{VIA}\nReply-To: Mari Tamm <mari@tamm.example>",
        f"{VIA}\nX-Original-From: Mari Tamm <mari@tamm.example>",
        f"{VIA}\nX-Original-Sender: mari@tamm.example\nReply-To: support@bakery.example",
        "From: Mari über Hilfe <hilfe@b.example>\nReply-To: mari@tamm.example",
        "From: Mari przez Pomoc <pomoc@b.example>\nReply-To: mari@tamm.example",
        "From: Mari <mari@tamm.example>",
    ],
)
def test_the_writer_is_known_behind_a_group(headers: str) -> None:
    assert sender(headers).address == "mari@tamm.example"
    assert "support@bakery.example" not in sender(headers).aliases


def test_an_address_for_replies_is_another_of_the_writer() -> None:
    read = sender("From: Mari <mari@work.example>\nReply-To: mari@tamm.example")
    assert (read.address, read.aliases) == ("mari@work.example", ("mari@tamm.example",))


@pytest.mark.parametrize(
    ("text", "machine"),
    [
        ("This is an automatic reply. I am away.", True),
        ("See on automaatvastus.\nOlen puhkusel.", True),
        ("To jest automatyczna odpowiedź: wracam 9 marca.", True),
        ("This is an automatic reply machine that you sell?", False),
        ("I got an automatic reply. Nobody called.", False),
    ],
)
def test_a_letter_that_begins_by_calling_itself_automatic_is_a_machines(
    text: str, machine: bool
) -> None:
    read = read_mail(HEAD.encode() + b"\r\n" + text.encode(), NOW)
    assert (read.answer is None) is machine


REPORT = (
    "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Report\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nAbout your message.\r\n"
    "--b\r\nContent-Type: {kind}\r\n{encoding}\r\n{status}\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nX-Voicenote-Key: vn-7\r\n\r\n--b--\r\n"
)
STATUS = (
    "Reporting-MTA: dns; mx.example\r\nOriginal-Envelope-Id: vn-7\r\n\r\n"
    "Final-Recipient: rfc822; m@t.example\r\nAction: {}\r\nStatus: 5.1.1\r\n"
)
KINDS = ["message/delivery-status", "message/global-delivery-status", "Message/Delivery-Status"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize(
    ("action", "means"),
    [("delayed", None), ("delivered", ReceiptKind.DELIVERED), ("failed", ReceiptKind.BOUNCED)],
)
def test_a_report_is_read_however_it_is_packed(
    kind: str, coded: bool, action: str, means: ReceiptKind | None
) -> None:
    status = STATUS.format(action)
    encoding = "Content-Transfer-Encoding: base64\r\n" if coded else ""
    body = encodebytes(status.encode()).decode() if coded else status
    raw = REPORT.format(kind=kind, encoding=encoding, status=body).encode()
    read = read_mail(raw, NOW)
    assert (read.receipt.kind if read.receipt else None) is means
    assert (read.keys[0], read.unread) == ("vn-7", "")


PROSE = [
    ("Delayed Mail (still being retried)", "THIS IS A WARNING ONLY.", None),
    ("Warning: message 1abc delayed 24 hours", "It has not been delivered yet.", None),
    ("Delivery Status Notification (Delay)", "Gmail will retry for 46 more hours.", None),
    ("Successful Mail Delivery Report", "It was successfully delivered.", ReceiptKind.DELIVERED),
    ("Undelivered Mail Returned to Sender", "It could not be delivered.", ReceiptKind.BOUNCED),
    ("failure notice", "I wasn't able to deliver your message.", ReceiptKind.BOUNCED),
]


@pytest.mark.parametrize(("subject", "text", "means"), PROSE)
def test_a_report_in_words_alone_means_what_it_says(
    subject: str, text: str, means: ReceiptKind | None
) -> None:
    head = f"Return-Path: <>\r\nFrom: postmaster@mx.example\r\nSubject: {subject}\r\n\r\n"
    read = read_mail(f"{head}{text}\r\n".encode(), NOW)
    assert (read.receipt.kind if read.receipt else None) is means
    assert read.unread == ""


@pytest.mark.parametrize(
    "raw",
    [
        REPORT.format(kind=KINDS[0], encoding="", status=STATUS.format("pondered")).encode(),
        b"Return-Path: <>\r\nFrom: postmaster@mx.example\r\nSubject: Teade\r\n\r\nKiri on teel.",
    ],
)
def test_a_report_that_nobody_understands_is_unread_and_no_bounce(raw: bytes) -> None:
    read = read_mail(raw, NOW)
    assert read.receipt is None
    assert "cannot be understood" in read.unread


def inline(kind: str, name: str, raw: bytes, disposition: str = "inline") -> tuple[str, str]:
    """A picture within the words of a letter."""
    head, body = packed(kind, name, raw)
    return f"{head.replace('attachment;', f'{disposition};')}\r\nContent-ID: <ii_1>", body


def names(raw: bytes) -> list[tuple[str, str]]:
    return [(file.kind.value, file.name) for file in read_mail(raw, NOW).files]


PHOTO, LOGO = bytes(200_000), bytes(8_000)


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([packed("audio/mp4", "memo.m4a", PHOTO)], [("sound", "memo.m4a")]),
        ([packed("application/pdf", "bill.pdf", PHOTO)], [("file", "bill.pdf")]),
        ([inline("image/jpeg", "IMG_1.jpeg", PHOTO)], [("picture", "IMG_1.jpeg")]),
        ([inline("image/png", "image001.png", LOGO)], []),
        ([inline("image/gif", "", b"GIF89a" + bytes(37))], []),
        ([inline("image/jpeg", "cake.jpg", LOGO, "attachment")], [("picture", "cake.jpg")]),
        ([packed("application/ms-tnef", "winmail.dat", LOGO)], [("file", "winmail.dat")]),
        ([packed("application/pkcs7-mime", "smime.p7m", LOGO)], [("file", "smime.p7m")]),
        ([packed("application/pkcs7-signature", "smime.p7s", LOGO)], []),
        ([("message/rfc822", "Subject: Bill\r\n\r\nHello")], [("file", "Bill.eml")]),
        ([("message/rfc822", "X-Voicenote-Key: c1r1-memo-0\r\n\r\nHello")], []),
        ([packed(PLAIN, "notes.txt", b"Hello")], [("file", "notes.txt")]),
        ([packed("audio/mp4", "a.m4a", PHOTO), packed("image/png", "b.png", PHOTO)],
         [("sound", "a.m4a"), ("picture", "b.png")]),
    ],
)  # fmt: skip
def test_what_is_shown_of_a_letter_and_no_logo_is_a_file(
    parts: list[tuple[str, str]], found: list[tuple[str, str]]
) -> None:
    """Gmail gives every attached photo a Content-ID, and it was taken for a logo."""
    raw = mixed((PLAIN, "See below."), *parts)
    assert names(raw) == found
    assert [file.name for file, _ in read_files(raw)] == [name for _, name in found]
    assert words(raw).count("[") == len(found)


def test_a_file_is_taken_out_byte_by_byte() -> None:
    raw = bytes(range(256)) * 300
    ((file, content),) = read_files(mixed((PLAIN, "."), packed("audio/mp4", "memo.m4a", raw)))
    assert (content, file.size, file.media_type) == (raw, len(raw), "audio/mp4")


def test_of_a_letter_that_is_cut_the_last_size_is_not_known() -> None:
    whole = mixed((PLAIN, "."), packed("audio/mp4", "memo.m4a", bytes(400_000)))
    (file,) = read_mail(whole[:MOST], NOW).files
    assert (file.name, file.size, file.seconds) == ("memo.m4a", None, None)


def test_a_letter_that_is_cut_before_its_files_says_that_it_may_have_some() -> None:
    long = mixed((PLAIN, "word " * 80_000), packed("audio/mp4", "memo.m4a", b"x" * 999))
    (file,) = read_mail(long[:MOST], NOW).files
    assert (file.kind.value, file.name) == ("file", "")


def test_a_machines_letter_offers_no_files() -> None:
    away = mixed((PLAIN, "Away."), packed("image/png", "beach.png", PHOTO))
    assert read_mail(b"Auto-Submitted: auto-replied\r\n" + away, NOW).files == ()
