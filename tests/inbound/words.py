"""What people and machines write in a generated message, in several languages.

Written for these trials alone: nothing here is shared with the lists that are on trial.
"""

from __future__ import annotations

#: Language → what somebody writes who wants no more messages.
STOPS = {
    "en": (
        "STOP", "Please stop.", "Stop sending me these messages.", "unsubscribe",
        "Unsubscribe me please", "Please remove me from your list.", "Take me off your mailing list",
        "Do not contact me again.", "Don't write to me any more.", "Please don't message me again",
        "I don't want any more messages from you.", "Leave me alone.", "No more emails please",
        "I want to opt out.", "Opt out", "I do not wish to receive further messages.",
        "Hello, please stop writing to me. Thank you.", "stop stop stop", "Stop!!!", "Stop 🛑",
    ),
    "et": (
        "Stopp", "Palun ärge mulle enam kirjutage.", "Ärge rohkem kirjutage",
        "Ma ei soovi enam teie kirju.", "Eemaldage mind nimekirjast.", "Jätke mind rahule.",
        "Ärge võtke minuga enam ühendust.", "Ma ei taha rohkem sõnumeid.",
        "Tere! Palun ärge saatke mulle enam sõnumeid.", "Lõpetage palun kirjutamine.",
    ),
    "he": (
        "הסר", "תפסיקו לשלוח לי הודעות", "נא להסיר אותי מהרשימה", "אל תכתבו לי יותר",
        "תורידו אותי מרשימת התפוצה", "אני לא רוצה לקבל יותר הודעות", "תפסיקו בבקשה",
        "שלום, בבקשה לא לשלוח לי יותר הודעות", "עזבו אותי בשקט", "הסירו אותי",
    ),
    "ro": (
        "Dezabonare", "Vă rog să nu îmi mai scrieți.", "Nu-mi mai trimiteți mesaje.",
        "Nu mai vreau mesaje de la voi.", "Ștergeți-mă din listă.", "Lăsați-mă în pace.",
        "Nu mai doresc să fiu contactat.", "Vreau să mă dezabonez.", "Stop, vă rog",
        "Bună ziua, vă rog să nu mă mai contactați.",
    ),
    "pl": (
        "Proszę więcej do mnie nie pisać.", "Nie piszcie do mnie więcej.", "Proszę mnie wypisać.",
        "Nie chcę więcej wiadomości.", "Proszę usunąć mnie z listy.", "Dajcie mi spokój.",
        "Przestańcie do mnie pisać", "Nie życzę sobie dalszego kontaktu.", "Wypiszcie mnie",
        "Dzień dobry, proszę nie wysyłać mi więcej maili.",
    ),
    "fa": (
        "لغو", "لطفا دیگر به من پیام ندهید", "دیگر به من پیام ندهید", "لغو اشتراک",
        "من را از لیست حذف کنید", "نمی‌خواهم دیگر پیامی دریافت کنم", "لطفا دیگر با من تماس نگیرید",
        "دیگر برای من ایمیل نفرستید", "سلام، لطفا دیگر پیام نفرستید",
    ),
}  # fmt: skip

#: Language → what somebody answers; the mark is a word that no other message has.
ANSWERS = {
    "en": (
        "The second one was fine, thank you.\nMy order was {m}.",
        "It still drips under the sink, see {m}.\n\nCould somebody come on Friday after four?",
        "I would like the green one. Number {m}",
        "Nobody called me on Tuesday; my reference is {m}.",
        "Yes. {m}",
        "I am still waiting: the driver left the parcel {m} with a neighbour I do not know.",
    ),
    "et": (
        "Teine tort oli hea, aitäh. Tellimus {m}.",
        "Kraan tilgub ikka veel, vaadake {m}.\nKas keegi saaks reedel tulla?",
        "Sooviksin rohelist, number {m}.",
        "Keegi ei helistanud teisipäeval, minu number on {m}.",
    ),
    "he": (
        "העוגה השנייה הייתה טובה, תודה. הזמנה {m}.",
        "הברז עדיין דולף, ראו {m}.\nאפשר שמישהו יבוא ביום שישי?",
        "אני רוצה את הירוק, מספר {m}",
    ),
    "ro": (
        "Al doilea tort a fost bun, mulțumesc. Comanda {m}.",
        "Robinetul încă picură, vedeți {m}.\nPoate veni cineva vineri?",
        "Aș dori unul verde, numărul {m}.",
    ),
    "pl": (
        "Drugi tort był dobry, dziękuję. Zamówienie {m}.",
        "Kran wciąż cieknie, zobaczcie {m}.\nCzy ktoś mógłby przyjść w piątek?",
        "Chciałabym zielony, numer {m}.",
    ),
    "fa": (
        "کیک دوم خوب بود، ممنون. سفارش {m}.",
        "شیر آب هنوز چکه می‌کند، ببینید {m}.",
        "رنگ سبز را می‌خواهم، شماره {m}",
    ),
    "de": (
        "Der zweite Kuchen war gut, danke. Bestellung {m}.",
        "Der Hahn tropft noch immer, siehe {m}.\nKönnte am Freitag jemand kommen?",
    ),
    "ru": ("Второй торт был хороший, спасибо. Заказ {m}.",),
    "fr": ("Le deuxième gâteau était bon, merci. Commande {m}.",),
}

#: Language → subject and words of an automatic reply.
AWAY = {
    "en": ("Automatic reply: {s}", "I am on holiday until the ninth and read no mail. {m}"),
    "et": ("Automaatvastus: {s}", "Olen puhkusel üheksandani. {m}"),
    "he": ("תשובה אוטומטית: {s}", "אני בחופשה עד התשיעי. {m}"),
    "ro": ("Răspuns automat: {s}", "Sunt în concediu până pe nouă. {m}"),
    "pl": ("Automatyczna odpowiedź: {s}", "Jestem na urlopie do dziewiątego. {m}"),
    "fa": ("پاسخ خودکار: {s}", "تا نهم در مرخصی هستم. {m}"),
}

#: Language → how programs introduce a quotation: {d} is a day, {t} a time, {n} our name, {a} our
#: address.
WROTE = {
    "en": ("On {d} at {t} {n} <{a}> wrote:", "On {d}, {n} wrote:", "{n} <{a}> wrote on {d} {t}:"),
    "et": ("{n} <{a}> kirjutas kuupäeval {d} kell {t}:", "{d} {t} kirjutas {n}:"),
    "he": (
        "\u202bבתאריך {d} ב-{t} מאת \u202a{n}\u202c\u200f <\u202a{a}\u202c\u200f>:\u202c",
        "ב-{d} {t}, {n} כתב/ה:",
    ),
    "ro": ("În {d}, {t}, {n} <{a}> a scris:", "Pe {d} la {t}, {n} a scris:"),
    "pl": ("{d}, {t} {n} <{a}> napisał(a):", "W dniu {d} o {t}, {n} pisze:"),
    "fa": ("در {d}، {t}، {n} <{a}> نوشت:", "\u202b{n} <{a}> در تاریخ {d} نوشت:\u202c"),
    "de": ("Am {d} um {t} schrieb {n} <{a}>:",),
    "ru": ("{d}, {t} {n} <{a}> пишет:",),
    "fr": ("Le {d} à {t}, {n} <{a}> a écrit :",),
}

#: Language → the headers that programs put above a letter: from, sent, to, subject.
HEADERS = {
    "en": ("From", "Sent", "To", "Subject"),
    "et": ("Saatja", "Saadetud", "Adressaat", "Teema"),
    "he": ("מאת", "נשלח", "אל", "נושא"),
    "ro": ("De la", "Trimis", "Către", "Subiect"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "fa": ("از", "ارسال شده", "به", "موضوع"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "fr": ("De", "Envoyé", "À", "Objet"),
}

#: What a program or a group puts below a letter.
SIGNATURES = ("\n\nSent from my iPhone", "\n\n-- \nMari", "\n\nSaadetud minu iPhone'ist", "")
GROUP_FOOTER = (
    '-- \nYou received this message because you are subscribed to the group "Support".\n'
    "To unsubscribe from this group and stop receiving emails from it, send an email to "
    "support+unsubscribe@group.example."
)
#: What strangers send to a mailbox.
CIRCULAR = (
    "Spring sale: all lamps at half the price until Sunday, and free delivery from forty euros.\n"
    "Our new shop in the old harbour opens at nine, and the first hundred guests get a candle.\n\n"
    "You get this because you are a customer of Lamps and More. {m}\n"
    "If you no longer want our newsletter, unsubscribe here: https://lamps.example/u/{m}\n"
)
