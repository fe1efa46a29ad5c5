"""What comes back: each kind is told from the others, and nothing broken stops the reading."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.delivery.email.mail_parser import read_mail
from voicenote.delivery.email.reply import own_words
from voicenote.delivery.opt_out_phrases import is_opt_out, may_be_opt_out
from voicenote.delivery.tokens import fill_template, token
from voicenote.model.receipt import UNDELIVERED, ReceiptKind, Verdict

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
VERP, REPLY = "voice+b-{token}@bakery.example", "voice+r-{token}@bakery.example"
PLACES = (VERP, REPLY)

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

About your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{envelope}
Final-Recipient: rfc822; mari@tamm.example
Original-Recipient: rfc822;mari@tamm.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {reason}

--b
Content-Type: {given_back}

Message-ID: <vn-7-memo@bakery.example>
X-Voicenote-Key: vn-7-memo
Subject: Your cake

--b--
"""


def report(**more: str) -> bytes:
    facts = {
        "to": fill_template(VERP, "vn-7-memo"), "subject": "Undelivered", "action": "failed",
        "envelope": "Original-Envelope-Id: vn-7-memo\n", "status": "5.1.1",
        "reason": "550 5.1.1 User unknown", "given_back": "text/rfc822-headers",
    }  # fmt: skip
    return REPORT.format(**facts | more).replace("\n", "\r\n").encode()


def letter(text: str = "Thank you, it is good now.", **headers: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Mari <mari@tamm.example>"
    message["To"] = fill_template(REPLY, "vn-7-memo")
    message["Subject"] = headers.pop("Subject", "Re: Your cake")
    message["In-Reply-To"] = "<vn-7-memo@bakery.example>"
    message["References"] = "<vn-7-ack@bakery.example> <vn-7-memo@bakery.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def test_a_bounce_says_why_and_which() -> None:
    read = read_mail(report(), NOW, PLACES)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.BOUNCED
    assert read.receipt.detail == {
        "action": "failed", "status": "5.1.1", "reason": "550 5.1.1 User unknown",
        "recipient": "mari@tamm.example", "undelivered": "mari@tamm.example",
    }  # fmt: skip
    assert read.keys == ("vn-7-memo",)
    assert read.tokens == (token("vn-7-memo"),)
    assert read.message_ids == ("<vn-7-memo@bakery.example>",)
    assert read.answer is None


@pytest.mark.parametrize(
    ("status", "surely"),
    [
        ("5.1.1", True), ("5.2.2", True), ("5.7.1", True), ("5.0.0", True),
        ("5.4.7", False), ("4.4.7", False), ("4.2.2", False), ("", False), ("55", False),
    ],
)  # fmt: skip
def test_only_a_failure_for_good_says_that_nobody_has_it(status: str, surely: bool) -> None:
    """What a server gave up after days of trying may have arrived in the last try."""
    read = read_mail(report(status=status), NOW, PLACES)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.BOUNCED
    assert read.receipt.detail.get(UNDELIVERED) == ("mari@tamm.example" if surely else None)


def test_where_a_server_has_passed_it_on_the_last_address_got_nothing() -> None:
    """The customer's own, which it came to first, may have kept it."""
    passed_on = report().replace(b"Final-Recipient: rfc822; mari@", b"Final-Recipient: rfc822; m@")
    read = read_mail(passed_on, NOW, PLACES)
    assert read.receipt is not None
    assert read.receipt.detail["recipient"] == "mari@tamm.example"
    assert read.receipt.detail[UNDELIVERED] == "m@tamm.example"


def test_of_a_list_nobody_can_tell_who_has_it() -> None:
    group = b"Final-Recipient: rfc822; jon@tamm.example\r\nAction: delivered\r\n\r\n"
    listed = report().replace(b"Final-Recipient:", group + b"Final-Recipient:", 1)
    read = read_mail(listed, NOW, PLACES)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.BOUNCED
    assert UNDELIVERED not in read.receipt.detail


@pytest.mark.parametrize("given_back", ["message/rfc822", "text/rfc822-headers"])
def test_without_an_envelope_id_what_is_given_back_tells(given_back: str) -> None:
    read = read_mail(report(envelope="", to="voice@bakery.example", given_back=given_back), NOW)
    assert read.keys == ("vn-7-memo",)
    assert read.message_ids == ("<vn-7-memo@bakery.example>",)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("delivered", ReceiptKind.DELIVERED),
        ("relayed (to mx.tamm.example)", ReceiptKind.ACCEPTED),
        ("expanded", ReceiptKind.ACCEPTED),
        ("delayed", None),
        ("nonsense", None),
        ("Failed", ReceiptKind.BOUNCED),
    ],
)
def test_a_report_means_what_its_action_says(action: str, kind: ReceiptKind | None) -> None:
    read = read_mail(report(action=action), NOW)
    assert (read.receipt.kind if read.receipt else None) is kind
    assert read.answer is None


def test_an_envelope_id_is_decoded() -> None:
    read = read_mail(report(envelope="Original-Envelope-Id: vn+2B7\n"), NOW)
    assert read.keys[0] == "vn+7"


def test_a_bounce_without_a_report_is_one_too() -> None:
    old = letter("It could not be delivered.", Return_Path="<>").replace(
        b"Mari <mari@", b"Mailer-Daemon <MAILER-DAEMON@"
    )
    exim = letter(X_Failed_Recipients="mari@tamm.example")
    for raw in (old, exim):
        read = read_mail(raw, NOW)
        assert read.receipt is not None
        assert read.receipt.kind is ReceiptKind.BOUNCED


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Auto_Submitted": "auto-generated; x=y"},
        {"Return_Path": "<>"},
        {"Return_Path": "< >"},
        {"Auto_Submitted": "(by Sieve) auto-replied"},
        {"Auto_Submitted": "auto-notified; owner-email=a@b.example"},
        {"Precedence": "auto_reply"},
        {"X_Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Auto_Reply": "yes"},
        {"X_Autorespond": "Away"},
        {"X_Autoresponder": "Away"},
        {"X_Autoresponse": "Away"},
        {"X_AutoReply_From": "mari@tamm.example"},
        {"X_Mail_Autoreply": "yes"},
        {"X_Autogenerated": "Reply"},
        {"X_FC_MachineGenerated": "true"},
        {"X_POST_MessageClass": "9; Autoresponder"},
        {"Delivered_To": "Autoresponder"},
        {"Subject": "Automatic reply: A voice message"},
        {"Subject": "Out of Office: Re: cake"},
        {"Subject": "\u202bתשובה אוטומטית: הודעה קולית"},
        {"Subject": "Răspuns automat: mesaj"},
        {"Subject": "Automatyczna odpowiedź: wiadomość"},
        {"Subject": "پاسخ خودکار: پیام"},
        {"Subject": "Automaatvastus: sõnum"},
        {"Subject": "Autoreply"},
    ],
)
def test_a_machine_is_never_an_answer(header: dict[str, str]) -> None:
    read = read_mail(letter("stop", **header), NOW, PLACES)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.AUTO_REPLY
    assert read.answer is None
    assert read.opt_out  # looked for before it is classed


def test_a_read_receipt_is_a_machine() -> None:
    raw = report().replace(b"delivery-status", b"disposition-notification")
    raw = raw.replace(b"MAILER-DAEMON", b"mari").replace(b"Action: failed\r\n", b"")
    read = read_mail(raw, NOW)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.AUTO_REPLY


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Auto_Submitted": "no (written by a person)"},
        {"Auto_Submitted": "No; x=y"},
        {"Return_Path": "<m@t.example>"},
        # what a list, a group or a forwarding server adds says nothing of who wrote
        {"Precedence": "list"},
        {"Precedence": "bulk"},
        {"List_Id": "<support.bakery.example>", "X_Google_Group_Id": "100000000000"},
        {"Mailing_list": "list support@bakery.example; contact support+owners@bakery.example"},
        {"X_Autogenerated": "Group"},
        {"X_FC_MachineGenerated": "false"},
        {"Delivered_To": "voice@bakery.example"},
        # this asks others for no automatic reply, as many a person's Outlook does
        {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
        {"Subject": "Re: Automatic reply: A voice message"},
        {"Subject": "Automatic reply of your machine is rude"},
    ],
)
def test_a_person_is_an_answer_without_a_verdict(header: dict[str, str]) -> None:
    read = read_mail(letter(**header), NOW, PLACES)
    assert read.answer is not None
    assert read.answer.text == "Thank you, it is good now."
    assert read.answer.verdict is Verdict.UNCLEAR
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.ANSWERED
    assert read.tokens == (token("vn-7-memo"),)
    assert read.message_ids[0] == "<vn-7-memo@bakery.example>"
    assert set(read.message_ids) == {"<vn-7-memo@bakery.example>", "<vn-7-ack@bakery.example>"}


@pytest.mark.parametrize("words", [b"It was so. " * 600, b"  It was so.\r\n" * 400])
def test_the_end_of_a_long_body_is_read_too(words: bytes) -> None:
    """Some programs that send what a form took in never break a line, others indent each."""
    raw = b"From: mari@tamm.example\r\n\r\n" + words + b"Please stop emailing me."
    read = read_mail(raw, NOW)
    assert read.answer is not None
    assert read.answer.text.endswith("emailing me.")
    assert read.opt_out


def test_a_stop_that_came_by_a_group_is_heard() -> None:
    raw = letter("Please stop emailing me.", Precedence="list", List_Id="<support.bakery.example>")
    assert read_mail(raw, NOW, PLACES).opt_out


def test_a_copy_of_our_own_letter_is_no_answer() -> None:
    read = read_mail(letter(X_Voicenote_Key="vn-7-memo"), NOW)
    assert read.answer is None
    assert read.receipt is None


def test_an_answer_in_html_alone_is_read_as_words() -> None:
    message = EmailMessage()
    message["From"] = "mari@tamm.example"
    message.set_content(
        "<html><style>p{}</style><p>Good &amp; <b>done</b></p><blockquote>old</blockquote>",
        subtype="html",
    )
    answer = read_mail(message.as_bytes(), NOW).answer
    assert answer is not None
    assert answer.text == "Good & done"


def test_an_answer_in_an_unknown_charset_is_still_read() -> None:
    raw = letter().replace(b'charset="utf-8"', b'charset="klingon"')
    answer = read_mail(raw, NOW).answer
    assert answer is not None
    assert "good now" in answer.text


QUOTED = [
    "Good now.\n\nOn Mon, 2 Mar 2026 at 09:31, Anna <a@b.example> wrote:\n> The ribbon\n> was",
    "Good now.\n\nOn Mon, 2 Mar 2026 at 09:31, Anna of the bakery\n<a@b.example> wrote:\n\n> The",
    "Good now.\n\nAnna <a@b.example> kirjutas kuupäeval 2.3.2026:\n> Pael",
    "Good now.\n\nW dniu 2.03.2026 o 09:31, Anna pisze:\n> Wstążka",
    "Good now.\n\nבתאריך יום ב׳, 2 במרץ 2026 מאת \u202aAnna\u202c\u200f:\n> הסרט",
    "Good now.\n\nدر تاریخ دوشنبه ۲ مارس، Anna نوشت:\n> روبان",
    "Good now.\n\n-----Original Message-----\nFrom: Anna\nThe ribbon was wrong.",
    "Good now.\n\nFrom: Anna <a@b.example>\nSent: Monday\nThe ribbon was wrong.",
    "Good now.\n________________________________\nDe la: Anna\nPanglica",
    "Good now.\n-- \nMari Tamm\nTamm OÜ",
    "> The ribbon was wrong.\nGood now.\n> I am sorry.",
    "Good now.\r\n\r\nOn 2 March Anna wrote:\r\n> The ribbon",
]


@pytest.mark.parametrize("text", QUOTED)
def test_only_what_the_person_wrote_is_kept(text: str) -> None:
    assert own_words(text) == "Good now."


def test_a_colon_without_a_quotation_stays() -> None:
    text = "Two things:\n1. the ribbon\n2. the cake, see a@b.example"
    assert own_words(text) == text


OPT_OUT = [
    "STOP", "Stop.", "please stop!", "Unsubscribe", "don’t contact me again", "הסר", "תפסיקו!",
    "Dezabonare", "Nu mă mai contactați.", "Wypisz mnie", "proszę nie pisać", "لغو",
    "دیگر پیام ندهید", "Palun lõpetage.", "ärge rohkem kirjutage", "stop\n\nMari",
    "Thank you.\nstop",
    "Unsubscribe please",
    "Please remove me from your list",
    "Please stop emailing me",
    "stop sending me these",
    "I don't want any more emails",
    "Take me off your list",
    "Please unsubscribe",
    "unsubscribe me please",
    "Stop writing to me",
    "Hello,\nplease unsubscribe me.",
    "STOP STOP",
    "No more!",
    "Do not email me again",
    "please don't email me any more",
    "Please stop.\n\nDana",
    "Thanks, but please do not contact me again.",
    "Stop all",
    "quit",
    "end",
    "stop it",
    "unsubscribe me",
    "opt out",
    "opt-out",
    "remove me",
    "please remove me",
    "no more emails",
    "no more messages",
    "do not contact me",
    "don't contact me",
    "do not contact me again",
    "please do not contact me again",
    "stop emailing me",
    "stop contacting me",
    "leave me alone",
    "Hi Anna, please stop writing to me!",
    "Could you please take me off your mailing list?",
    "The cake was fine. Please do not email me again.\nDana",
    "I no longer want to receive your emails",
    "I do not want to hear from you again",
    "Please stop these emails",
    "הסירו אותי",
    "הסר אותי",
    "אל תפנו אליי",
    "אל תפנו אלי יותר",
    "להפסיק",
    "בבקשה הסירו אותי מהרשימה",
    "שלום, אנא הפסיקו לשלוח לי הודעות",
    "opriți",
    "opriti",
    "dezabonați-mă",
    "dezabonati-ma",
    "nu ma mai contactati",
    "nu îmi mai scrieți",
    "nu imi mai scrieti",
    "renunț",
    "încetați",
    "Vă rog să nu mă mai contactați",
    "Vă rog, nu îmi mai trimiteți mesaje.",
    "proszę mnie wypisać",
    "rezygnuję",
    "proszę przestać",
    "nie piszcie więcej",
    "proszę się ze mną nie kontaktować",
    "przestańcie",
    "Dzień dobry,\nproszę mnie wypisać z listy.",
    "Proszę nie pisać do mnie więcej",
    "Nie chcę więcej maili",
    "لغو اشتراک",
    "دیگر تماس نگیرید",
    "حذف",
    "بس کنید",
    "نفرستید",
    "تمامش کنید",
    "لطفاً دیگر به من ایمیل نفرستید",
    "سلام، لطفا مرا از لیست حذف کنید",
    "stopp",
    "lõpetage",
    "loobun",
    "ärge minuga enam ühendust võtke",
    "eemaldage mind",
    "palun eemaldage mind",
    "aitab",
    "Tere!\nPalun ärge mulle enam kirjutage.",
    "Palun eemaldage mind oma nimekirjast",
    "Ma ei soovi enam teie kirju",
    "Stop, please",
    "please please stop",
    "nu mă mai contactați niciodată",
    "Stop sending me voice memos",
    "Hi please unsubscribe me",
    "I want no more emails",
]  # fmt: skip
NO_OPT_OUT = [
    "Please stop the delivery of my order.", "I will not stop baking.", "stopover", "",
    "Do not contact me by phone, write please.", "Halte die Torte",
    "please don't stop",
    "Stop the machine",
    "Stop the machine.",
    "It is good now. Stop by when you like.",
    "Do not write to me by post, email is fine.",
    "I would unsubscribe from life for that cake",
    "The end",
    "That is the end.",
    "It is fine now.\nUnsubscribe",
    "No more cake for me",
    "Enough said, thank you",
    "Leave me a slice",
    "Please remove me the ribbon",
    "Please send me no ribbons",
    "I want to receive more emails",
    "It does not stop. Stop it please, the machine.",
    "Please contact me again.",
    "Do contact me",
    "Don't call me, email me.",
    "I want your emails",
    "I want these letters",
    "Can you remove the charge from my bill?",
    "Remove my name from the cake",
    "Take me off the hook",
    "Nie chcę więcej ciasta",
    "Ärge enam selliseid kooke tehke",
    "Please don't send me the wrong cake again",
    "Do not write me off",
    "I want more emails from you",
    "no",
    "And now?",
    "Thank you very much",
    "I never got your message",
    "I don't get your message",
    "I need your letter",
    "Delete my name from your invoice",
]  # fmt: skip


@pytest.mark.parametrize("text", OPT_OUT)
def test_words_that_end_the_letters(text: str) -> None:
    assert is_opt_out(text)
    read = read_mail(letter(text), NOW)
    assert read.opt_out
    assert read.answer is not None


@pytest.mark.parametrize("text", NO_OPT_OUT)
def test_words_that_do_not(text: str) -> None:
    assert not is_opt_out(text)


@pytest.mark.parametrize("word", ["please ", "stop ", "unsubscribe from this ", "i ", "a,", "hi "])
def test_no_words_take_long_to_tell(word: str) -> None:
    began = time.process_time()
    is_opt_out(word * 3000 + "x")
    may_be_opt_out(word * 3000 + "x")
    assert time.process_time() - began < 1


def test_an_opt_out_among_other_words_is_for_somebody_to_read() -> None:
    text = "Whoever had the idea should know that I want to unsubscribe as from the first of May."
    read = read_mail(letter(text), NOW)
    assert (read.opt_out, read.may_opt_out) == (False, True)
    assert not read_mail(letter("The oven stops too early, please write."), NOW).may_opt_out


def test_letters_without_an_id_are_not_all_the_same() -> None:
    """Their mark was the writer alone: the second bounce of a server was thrown away."""
    raw = letter()
    assert b"Message-ID" not in raw
    assert read_mail(raw, NOW).mark == ""


def test_the_button_of_a_mail_program_ends_them_by_the_subject() -> None:
    assert read_mail(letter("", Subject="unsubscribe"), NOW).opt_out
    assert read_mail(letter("Good.", Subject="unsubscribe"), NOW).opt_out


@given(raw=st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    read_mail(raw, NOW, PLACES)


NAMES = ["From", "To", "Subject", "Content-Type", "Auto-Submitted", "Message-ID", "References",
         "Content-Transfer-Encoding", "Return-Path", "Content-Disposition"]  # fmt: skip


@given(
    headers=st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=60)), max_size=8),
    body=st.text(max_size=100),
)
def test_any_broken_headers_are_read(headers: list[tuple[str, str]], body: str) -> None:
    lines = [f"{name}: {value}" for name, value in headers]
    read_mail("\r\n".join([*lines, "", body]).encode("utf-8", "surrogatepass"), NOW, PLACES)


@given(cut=st.integers(0, 1200), junk=st.binary(max_size=20))
def test_a_report_cut_anywhere_is_read(cut: int, junk: bytes) -> None:
    raw = report()
    read_mail(raw[:cut] + junk, NOW, PLACES)
    read_mail(raw[:cut] + junk + raw[cut:], NOW, PLACES)


GONE, LATE = "mari@tamm.example", "jon@tamm.example"
QMAIL = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: voice@bakery.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<mari@tamm.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <vn-7-memo@bakery.example>
"""


@pytest.mark.parametrize("sender", [b"MAILER-DAEMON@mx.example", b"robot@mx.example"])
def test_a_bounce_without_a_report_names_whom_it_could_not_reach(sender: bytes) -> None:
    read = read_mail(QMAIL.replace(b"MAILER-DAEMON@mx.example", sender), NOW, PLACES)
    assert read.receipt
    assert read.receipt.kind is ReceiptKind.BOUNCED
    assert (read.receipt.detail["recipient"], read.address) == ("mari@tamm.example",) * 2


@pytest.mark.parametrize("sender", [b"MAILER-DAEMON@mx.example", b"robot@mx.example"])
@pytest.mark.parametrize(
    ("lasting", "passing", "bounced"),
    [((GONE,), (LATE,), True), ((GONE,), (), True), ((), (LATE,), False)],
)
def test_a_letter_that_names_a_lasting_and_a_passing_failure_is_a_bounce_of_the_lasting_one(
    monkeypatch: pytest.MonkeyPatch,
    sender: bytes,
    lasting: tuple[str, ...],
    passing: tuple[str, ...],
    bounced: bool,
) -> None:
    """One that is only late may still arrive: it is no news."""
    monkeypatch.setattr("flufl.bounce.all_failures", lambda _message: (passing, lasting))
    read = read_mail(QMAIL.replace(b"MAILER-DAEMON@mx.example", sender), NOW, PLACES)
    assert bool(read.receipt) is bounced
    if read.receipt:
        assert read.receipt.kind is ReceiptKind.BOUNCED
        assert (read.receipt.detail["recipient"], read.address) == (GONE, GONE)


@pytest.mark.parametrize("first", ["failed", "delayed"])
def test_a_report_of_a_lasting_and_a_passing_failure_is_a_bounce_of_the_lasting_one(
    first: str,
) -> None:
    late = b"Final-Recipient: rfc822; jon@tamm.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
    raw = report()
    start = raw.index(b"Final-Recipient:")
    end = raw.index(b"\r\n\r\n", start) + 4
    both = [raw[start:end], late] if first == "failed" else [late, raw[start:end]]
    read = read_mail(raw[:start] + b"".join(both) + raw[end:], NOW, PLACES)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.BOUNCED
    assert read.receipt.detail["recipient"] == "mari@tamm.example"
    assert UNDELIVERED not in read.receipt.detail


def test_a_warning_that_it_takes_longer_is_no_news() -> None:
    warning = b"""\
Return-Path: <>
From: postmaster@mx.example
Subject: Delivery delayed

 The following addresses had transient non-fatal errors -----
<mari@tamm.example>
"""
    read = read_mail(warning, NOW, PLACES)
    assert read.answer is None
    assert read.receipt is None or read.receipt.kind is ReceiptKind.BOUNCED


@pytest.mark.parametrize("auto", ["", "auto-generated"])
def test_the_button_of_a_mail_program_opts_out_whatever_it_says(auto: str) -> None:
    more = {"Auto-Submitted": auto} if auto else {}
    read = read_mail(
        letter("This was sent by a program.", Subject="Unsubscribe", **more), NOW, PLACES
    )
    assert read.opt_out


def test_a_letter_says_who_wrote_it_and_has_a_mark_of_its_own() -> None:
    read = read_mail(letter(Message_ID="<7@tamm.example>"), NOW, PLACES)
    assert (read.address, read.mark) == ("mari@tamm.example", "<7@tamm.example> mari@tamm.example")


def test_behind_a_header_without_end_the_others_are_read() -> None:
    many = "".join(f"\r\n <{number}@y.example>" for number in range(200))
    raw = f"References:{many}\r\nFrom: mari@tamm.example\r\nSubject: Re: cake\r\n\r\nstop".encode()
    read = read_mail(raw, NOW)
    assert (read.address, read.subject, read.opt_out) == ("mari@tamm.example", "Re: cake", True)


SLOW = {
    "one word": b"From: a@b.example\r\n\r\n" + b"x" * 260_000,
    "a list of senders": b"From: " + b",\r\n ".join([b"a@b.example, " * 300] * 60) + b"\r\n\r\nhi",
    "open tags": b"Content-Type: text/html\r\n\r\n" + b"<br" * 80_000,
    "colons": b"From: a@b.example\r\n\r\n" + b"a:\r\n" * 60_000,
    "parameters": b"Content-Type: text/plain; "
    + b"\r\n ".join([b"a*1*='';" * 440] * 30)
    + b"\r\n\r\nx",
    "parts with parameters": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + (b"--b\r\nContent-Type: text/plain; " + b"a*1*='';" * 440 + b"\r\n\r\nx\r\n") * 60,
    "comments behind a lone return": b"From: a@b.example\rTo: " + b"(" * 250_000 + b"\r\n\r\nhi",
    "folds behind lone returns": b"To: " + b"a@b.example,\r " * 20_000 + b"\r\n\r\nhi",
    "open brackets": b"Subject: x\r\nReferences: " + b"<" * 250_000 + b"\r\n\r\nhi",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_no_letter_takes_long_to_read(name: str) -> None:
    """Each of these took minutes or hours with a pattern that looks back, or unfolded whole."""
    began = time.process_time()
    read_mail(SLOW[name], NOW, PLACES)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "charset",
    ["undefined", "idna", "punycode", "rot13", "hex", "zlib", "unicode_escape", "utf-16", "u\0x",
     "x" * 300, "../../x", "mbcs", "\udcff", "utf-7"],
)  # fmt: skip
def test_a_letter_in_a_charset_that_is_none_is_read_all_the_same(charset: str) -> None:
    raw = letter("It is good now.").replace(b"utf-8", charset.encode("utf-8", "surrogateescape"))
    found = read_mail(raw, NOW, PLACES)
    assert found.answer is not None


@pytest.mark.slow
@pytest.mark.parametrize("deep", [True, False])
def test_a_letter_of_thousands_of_parts_is_read_at_once(deep: bool) -> None:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % ((n * deep,) * 2)
        for n in range(9000)
    )
    begun = time.process_time()
    read_mail(b"From: a@b.example\r\n" + parts, NOW, PLACES)
    read_mail(letter("It is good.") + parts, NOW, PLACES)
    assert time.process_time() - begun < 20  # the square of the parts would take minutes
