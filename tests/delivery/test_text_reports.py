"""Reports that are only words, in many languages, as mail systems write them (from memory)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voicenote.delivery.email.mail_parser import read_mail
from voicenote.model.receipt import ReceiptKind

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
KEY = "c7r1-memo-0123456789ab"
#: Our letter as servers return it, which speaks of delays and failures itself.
RETURNED = f"""\
Received: from bakery.example by mx.example; Tue, 3 Mar 2026 07:00:00 +0000
Message-ID: <{KEY}@bakery.example>
X-Voicenote-Key: {KEY}
From: Ada <ada@bakery.example>
To: mari@tamm.example
Subject: Your cake

Your parcel was never delivered: it was delayed, and then rejected. 550 euros!
"""
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"
POSTMASTER = "postmaster@firma.example"
EXCHANGE = "Microsoft Exchange <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.example>"

BOUNCED: list[tuple[str, str, str]] = [
    # system and language; From; the words
    ("Postfix", DAEMON, ("<mari@tamm.example>: host mx.tamm.example[192.0.2.1] said: 550 5.1.1\n"
     "    <mari@tamm.example>: Recipient address rejected (in reply to RCPT TO command)")),
    ("Postfix, de", DAEMON, ("Ich bin das Mailsystem auf mx.example.\n\n<mari@tamm.example>: host "
     "mx.tamm.example[192.0.2.1] said: 550 5.1.1 Benutzer unbekannt")),
    ("Postfix, pl", DAEMON, ("To jest system pocztowy hosta mx.example.\n\n<mari@tamm.example>: "
     "host mx said: 550 5.1.1 Nieznany odbiorca")),
    ("Exim", DAEMON, ("A message that you sent could not be delivered to one or more of its\n"
     "recipients. This is a permanent error. The following address(es) failed:\n\n"
     "  mari@tamm.example\n    host mx.tamm.example [192.0.2.1]\n"
     "    SMTP error from remote mail server after RCPT TO:<mari@tamm.example>:\n"
     "    550 5.1.1 User unknown")),
    ("Exim, es", DAEMON, ("No se pudo entregar un mensaje que usted envió.\n\n  mari@tamm.example\n"
     "    550 5.1.1 Usuario desconocido")),
    ("Exchange, de", POSTMASTER, ("Fehler bei der Nachrichtenzustellung an folgende Empfänger:\n\n"
     "mari@tamm.example\nDie E-Mail-Adresse wurde nicht gefunden.\n\n"
     "Diagnoseinformationen für Administratoren:\n#550 5.1.10 RESOLVER.ADR.RecipientNotFound ##")),
    ("Exchange, pl", POSTMASTER, ("Nie można dostarczyć wiadomości do następujących adresatów:\n\n"
     "mari@tamm.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##")),
    ("M365, he", EXCHANGE, ("ההודעה שלך אל mari@tamm.example לא נמסרה.\n\n"
     "שרת מרוחק החזיר '550 5.1.10 RESOLVER.ADR.RecipientNotFound'")),
    ("M365, fr", EXCHANGE, ("Votre message à mari@tamm.example n'a pas pu être remis.\n"
     "Code d'erreur : 550 5.4.1 Accès refusé")),
    ("M365, ro", EXCHANGE, ("Mesajul dvs. către mari@tamm.example nu a putut fi livrat.\n"
     "Eroare: 550 5.7.606 Access denied")),
    ("M365, it", EXCHANGE, ("Impossibile recapitare il messaggio a mari@tamm.example.\n"
     "Errore: 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup")),
    ("Gmail, de", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
     ("Adresse nicht gefunden\nIhre Nachricht wurde nicht an mari@tamm.example zugestellt.\n\n"
     "Antwort des Remoteservers:\n\n550 5.1.1 The email account does not exist.")),
    ("Gmail, et", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
     ("Aadressi ei leitud\nTeie sõnumit ei saadetud aadressile mari@tamm.example.\n\n"
     "Vastus:\n\n550 5.2.1 The email account is disabled.")),
    ("Yahoo", "MAILER-DAEMON@yahoo.com", ("Sorry, we were unable to deliver your message to the "
     "following address.\n\n<mari@tamm.example>:\n554: delivery error: dd Requested mail action "
     "aborted, mailbox not found\n\n--- Below this line is a copy of the message.")),
    ("qmail", "MAILER-DAEMON@mx.example", ("Hi. This is the qmail-send program at mx.example.\n"
     "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
     "<mari@tamm.example>:\nSorry, no mailbox here by that name. (#5.1.1)")),
    ("qmail, ru", "MAILER-DAEMON@mx.example", ("Это почтовая программа на mx.example.\n\n"
     "<mari@tamm.example>:\nТакого ящика нет. (#5.1.1)")),
    ("GMX", "GMX Mailer Daemon <mailer-daemon@gmx.de>", ("This message was created automatically "
     "by mail delivery software.\n\nA message that you sent could not be delivered.\n\n"
     "mari@tamm.example:\nSMTP error from remote server for RCPT TO command, host: mx.tamm.example "
     "(192.0.2.1) reason: 550 5.1.1 unknown user")),
    ("web.de", "mailer-daemon@web.de", ("Diese Nachricht wurde automatisch erzeugt.\n\nFür die "
     "folgende Adresse war die Zustellung nicht möglich:\n\nmari@tamm.example:\n"
     "SMTP-Fehler, Grund: 552 5.2.2 Postfach voll")),
    ("mail.ru", "mailer-daemon@corp.mail.ru", ("Это письмо создано автоматически. Не удалось "
     "доставить сообщение:\n\n  mari@tamm.example\n    550 Message was not accepted -- invalid "
     "mailbox.")),
    ("Yandex", "mailer-daemon@yandex.ru", ("Ваше письмо не доставлено.\n\n<mari@tamm.example>: "
     "host mx said: 550 5.7.1 No such user!")),
    ("Rambler", "MAILER-DAEMON@rambler.ru", ("Сообщение не доставлено\n<mari@tamm.example>: "
     "550 5.1.1 user not found")),
    ("cPanel, fa", "Mail Delivery System <Mailer-Daemon@host.example>",
     ("پیام شما تحویل داده نشد:\n\n  mari@tamm.example\n    host mx [192.0.2.1]: 550 5.1.1 "
     "No Such User Here")),
    ("DirectAdmin, fa", "mailer_daemon@host.example",
     "نامه‌ای که فرستادید به گیرنده نرسید.\nmari@tamm.example\n550 5.1.1 کاربر یافت نشد"),
    ("zone.ee, et", DAEMON, ("Teie kirja ei õnnestunud kohale toimetada.\n\n<mari@tamm.example>: "
     "host mx.zone.example said: 554 5.7.1 Saaja aadress ei ole lubatud")),
    ("MDaemon", "MDaemon@mail.example", ("The attached message had PERMANENT fatal delivery "
     "errors!\n\nFailed address: mari@tamm.example\n\n--> 550 5.1.1 unknown")),
    ("hMailServer", "mailer-daemon@host.example", ("Your message did not reach some or all of the "
     "intended recipients.\n\n   mari@tamm.example\n   Error Type: SMTP\n   Remote server replied: "
     "550 5.1.1 User unknown\n\nhMailServer 5.6.8")),
    ("Zimbra, pt", DAEMON, ("Sua mensagem não pôde ser entregue.\n\n<mari@tamm.example>: "
     "550 5.1.1 usuário desconhecido")),
    ("Kerio, cs", POSTMASTER, ("Zprávu se nepodařilo doručit.\n\nmari@tamm.example\n"
     "Status: 5.1.1")),
    ("Courier, sv", DAEMON, ("Ditt brev kunde inte levereras.\n\n<mari@tamm.example>:\n"
     "    550 User unknown.")),
    ("OVH, fr", DAEMON, ("Je suis désolé de vous informer que votre message n'a pas été remis.\n\n"
     "<mari@tamm.example>: host mx said: 550 5.1.1 adresse inconnue")),
    ("Seznam, cs", "MAILER-DAEMON@seznam.cz", ("Doručení se nezdařilo\n<mari@tamm.example>: "
     "550 5.1.1 Schránka neexistuje")),
    ("Onet, pl", "mailer-daemon@poczta.onet.pl", ("Wiadomość nie została dostarczona\n"
     "mari@tamm.example\nPowód: 550 5.2.1 skrzynka zablokowana")),
    ("WP, pl", "MAILER-DAEMON@wp.pl", "Niedoręczona\n<mari@tamm.example>:\n554 5.4.14 pętla"),
    ("Walla, he", "mailer-daemon@walla.co.il", ("ההודעה לא הגיעה ליעדה\nmari@tamm.example\n"
     "550 5.1.1 משתמש לא קיים")),
    ("Turkish host", DAEMON, "İletiniz teslim edilemedi.\nmari@tamm.example\n550 5.1.1 yok"),
    ("Japanese host", DAEMON, "メールを配信できず。\n<mari@tamm.example>: 550 5.1.1 不明"),
    ("QQ, zh", "PostMaster@qq.com", ("抱歉，您的邮件被退回来了\n收信人 mari@tamm.example\n"
     "退信原因: 550 Mailbox not found.")),
    ("Naver, ko", "mailer-daemon@naver.com", ("메일이 전송되지 못했습니다\nmari@tamm.example\n"
     "550 5.1.1 No such user")),
    ("iCloud, nl", DAEMON, ("Uw bericht kon niet worden bezorgd.\n<mari@tamm.example>: host said: "
     "552 5.2.2 Mailbox vol")),
]  # fmt: skip

DELAYED: list[tuple[str, str, str]] = [
    ("Postfix, de", DAEMON, ("Ihre Nachricht konnte noch nicht zugestellt werden.\n"
     "<mari@tamm.example>: host mx said: 451 4.7.1 Greylisting")),
    ("Exim, pl", DAEMON, ("Wiadomość czeka w kolejce. Nie trzeba nic robić.\n  mari@tamm.example\n"
     "    450 4.2.0 zajęty")),
    ("Exchange, he", EXCHANGE, "ההודעה מתעכבת\nmari@tamm.example\n#400 4.4.7 Message delayed"),
    ("mail.ru", "mailer-daemon@corp.mail.ru", ("Сообщение задерживается\nmari@tamm.example\n"
     "421 try later")),
    ("fa host", DAEMON, "نامه در صف است\nmari@tamm.example\n452 4.2.2 صندوق پر است"),
    ("et host", DAEMON, "Kiri ootab järjekorras\nmari@tamm.example\n(#4.4.1)"),
    ("Postfix", DAEMON, "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE."),
]  # fmt: skip

UNREAD: list[tuple[str, str, str]] = [
    ("Lotus Notes, de", POSTMASTER, ("Ihr Dokument konnte nicht zugestellt werden:\nBenutzer mari "
     "(mari@tamm.example) ist nicht im Domino-Verzeichnis aufgeführt")),
    ("Lotus Notes, pl", POSTMASTER, "Nie dostarczono: użytkownika nie ma w katalogu Domino"),
    ("GroupWise, fr", POSTMASTER, "Le message n'a pas pu être distribué."),
    ("fa host", DAEMON, "پیام شما تحویل داده نشد: mari@tamm.example"),
    ("et host", DAEMON, "Saajat mari@tamm.example ei leitud."),
    ("he host", DAEMON, "הנמען לא נמצא: mari@tamm.example"),
    ("ro host", DAEMON, "Destinatarul mari@tamm.example nu a fost găsit."),
    ("ru host", DAEMON, "Получатель mari@tamm.example не найден."),
    ("a version", DAEMON, "Сообщение: mari@tamm.example\nExim 4.94.2, hMailServer 5.6.8"),
    ("a size and a date", DAEMON, "Größe: 552 kB, gesendet am 5.4.26 an mari@tamm.example"),
    ("a full mailbox, it", DAEMON, "La casella di mari@tamm.example è piena."),
    ("Exchange, de", EXCHANGE, "Diese Nachricht wurde nicht zugestellt: mari@tamm.example"),
]  # fmt: skip


def letter(sender: str, words: str, *, path: bool = True, returned: bool = True) -> bytes:
    head = ["Return-Path: <>"] * path + [
        f"From: {sender}", "To: ada@bakery.example", "Subject: =?utf-8?q?Zpr=C3=A1va?=",
        "Message-ID: <x@mx.example>", "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
    ]  # fmt: skip
    text = f"{words}\n\n{RETURNED}" if returned else words
    return ("\n".join(head) + f"\n\n{text}\n").encode()


def named(rows: list[tuple[str, str, str]]) -> pytest.MarkDecorator:
    ids = [f"{row[0]}, {number}" for number, row in enumerate(rows)]
    return pytest.mark.parametrize(("sender", "words"), [row[1:] for row in rows], ids=ids)


@named(BOUNCED)
@pytest.mark.parametrize("returned", [True, False])
def test_a_code_says_that_it_came_back(sender: str, words: str, returned: bool) -> None:
    read = read_mail(letter(sender, words, returned=returned), NOW)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.BOUNCED
    assert read.answer is None
    assert read.address == "mari@tamm.example"
    assert (KEY in read.keys) is returned


@named(DELAYED)
def test_a_code_of_the_moment_is_no_news(sender: str, words: str) -> None:
    read = read_mail(letter(sender, words), NOW)
    assert (read.receipt, read.answer, read.unread) == (None, None, "")


@named(UNREAD)
def test_what_has_no_code_is_unread(sender: str, words: str) -> None:
    """Whatever our own letter below it says."""
    read = read_mail(letter(sender, words), NOW)
    assert (read.receipt, read.answer) == (None, None)
    assert read.unread
    assert read.keys == (KEY,)


def test_an_unknown_sender_that_returns_our_letter_reports() -> None:
    read = read_mail(letter("system@poczta.example", "Nie doręczono."), NOW)
    assert read.unread
    read = read_mail(letter("system@poczta.example", "Nie doręczono: 550 5.1.1"), NOW)
    assert read.receipt
    assert read.receipt.kind is ReceiptKind.BOUNCED


@pytest.mark.parametrize(
    ("sender", "subject", "words"),
    [
        ("mari@tamm.example", "Automatic reply: Your cake", "I am away. Call 550 5500."),
        ("postmaster@tamm.example", "Automatische Antwort", "Ich bin nicht da."),
        ("mari@tamm.example", "Puhkus", "Olen puhkusel kuni 5.4.26."),
        ("mari@tamm.example", "Re: Your cake", "Jestem na urlopie"),
    ],
)
def test_somebody_who_is_away_sends_no_report(sender: str, subject: str, words: str) -> None:
    raw = letter(sender, words, returned=False).replace(
        b"=?utf-8?q?Zpr=C3=A1va?=", subject.encode()
    )
    if sender.startswith("postmaster"):
        raw = raw.replace(b"Automatische Antwort", b"Automatic reply")
    read = read_mail(b"Auto-Submitted: auto-replied\n" + raw, NOW)
    assert read.receipt is not None
    assert read.receipt.kind is ReceiptKind.AUTO_REPLY


def test_a_server_never_answers_as_a_person() -> None:
    """A letter that was saved without its return path."""
    words = "Saajat mari@tamm.example ei leitud."
    read = read_mail(letter(DAEMON, words, path=False, returned=False), NOW)
    assert read.answer is None
    assert read.unread


@pytest.mark.parametrize("sender", ["courier@parcels.example", "Mari <mari.daemon@tamm.example>"])
def test_a_persons_words_with_a_code_in_them_are_an_answer(sender: str) -> None:
    words = "My printer says: 550 5.1.1 and nothing else. It came back to me."
    read = read_mail(letter(sender, words, path=False, returned=False), NOW)
    assert read.answer is not None
    assert read.answer.text == words


def test_both_forms_of_one_report_are_read_once() -> None:
    """The plain words count where there are HTML ones too; the letter is ours."""
    raw = (
        f"Return-Path: <>\nFrom: {EXCHANGE}\nTo: ada@bakery.example\nSubject: Unzustellbar\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n'
        "Content-Type: text/html; charset=utf-8\n\n<p>Fehler <b>bei</b> der Zustellung an "
        "mari@tamm.example<br>#550 5.1.10 RESOLVER</p>\n--b\nContent-Type: message/rfc822\n\n"
        f"{RETURNED}\n--b--\n"
    )
    read = read_mail(raw.encode(), NOW)
    assert read.receipt
    assert read.receipt.kind is ReceiptKind.BOUNCED
    assert (read.address, read.keys) == ("mari@tamm.example", (KEY,))
