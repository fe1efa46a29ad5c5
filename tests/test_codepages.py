"""Bytes whose charset nobody names rightly are read by the letters of the languages."""

from __future__ import annotations

import pytest

from voicenote.codepages import detect_codepage
from voicenote.delivery.email.charsets import decode

#: Language → a letter as a customer writes it, and charsets that mail programs sent it in.
LETTERS = {
    "pl": (
        (
            "Dziękuję, ale zielony miał być nóż. W wiadomości do nas czytam: my parcel was left in "
            "the rain and the books are wet. Trudno się dziwić, najpóźniej w poniedziałek."
        ),
        ("cp1250", "iso8859-2", "cp852"),
    ),
    "ro": (
        (
            "Comanda a ajuns târziu și cutia era ruptă. Nimeni nu mi-a răspuns până acum, iar "
            "fetița mea a plâns toată ziua. Vă rog să-mi dați banii înapoi."
        ),
        ("iso8859-16", "cp1250", "iso8859-2"),
    ),
    "et": (
        (
            "Tort jõudis kohale alles õhtul. Öeldi, et kõik on käes, aga ülemus ei võtnud toru ja "
            "žürii ootas. Kas raha tuleb täna?"
        ),
        ("cp1257", "iso8859-13", "cp1252"),
    ),
    "he": ("החבילה הגיעה באיחור של שבוע, ואף אחד לא ענה לי. מתי יוחזר הכסף?", ("cp1255",)),
    "fa": ("سفارش من دير رسيد و جعبه شکسته بود. چه وقت پول را پس مي دهيد؟", ("cp1256",)),
}
#: Romanian's letters with a comma below, which have a cedilla in most old charsets.
OLD = str.maketrans("șțȘȚ", "şţŞŢ")
CEDILLAS = str.maketrans("şţŞŢ", "șțȘȚ")
#: What a program says of such a letter that it doesn't understand.
WRONG = ("x-unknown", "", "us-ascii", "utf-8", "iso-8859-1", "windows-1252")
#: Charset → letters of others, rightly labelled, that have to stay as they are, down to a word.
RIGHT = {
    "cp1252": (
        "Die Lieferung kam zu spät. Größe M, grün. Schöne Grüße",
        "Le colis est arrivé trop tard, et la boîte était cassée. Déjà vu. Où est le reçu ?",
        "¿Qué pasó? Mañana es el cumpleaños de mi niña. Così non va più. È già tardi",
        "A encomenda não chegou. Estou à espera há três semanas. É da minha irmã",
        "Pakken kom for sent. Det er sørgeligt. Får jeg mine penge på torsdag? Nærmere ønskes",
        "Ég er mjög óánægð með þjónustuna. Það er ekki í lagi. Het is één week. België",
        "The café lost my résumé – it’s “fine”, they said. £5 for 3 m³",
    ),
    "cp1254": ("Paket çok geç geldi. Çok kızgınım, çünkü hediye kızım içindi.",),
    "cp1250": ("Balík přišel příliš pozdě. Dárek byl pro mou dceru. Őszintén túl későn",),
    "cp1251": ("Посылка пришла слишком поздно. Я очень расстроена. Її вже не треба",),
    "koi8-r": ("Посылка пришла слишком поздно. Я очень расстроена.",),
    "iso8859-7": ("Το δέμα ήρθε πολύ αργά. Είμαι πολύ απογοητευμένη.",),
    "cp1257": (
        "Siuntinys atėjo per vėlai. Ačiū",
        "Sūtījums atnāca par vēlu.",
    ),
}


@pytest.mark.parametrize("label", WRONG)
@pytest.mark.parametrize(
    ("letter", "charset"), [(text, one) for text, charsets in LETTERS.values() for one in charsets]
)
def test_a_letter_is_read_whatever_its_label_says(letter: str, charset: str, label: str) -> None:
    raw = (letter if charset == "iso8859-16" else letter.translate(OLD)).encode(charset)
    assert decode(raw, label).translate(CEDILLAS) == letter


@pytest.mark.parametrize(
    ("letter", "charset"), [(text, one) for one, texts in RIGHT.items() for text in texts]
)
def test_a_right_label_is_believed_for_a_letter_and_for_each_word(
    letter: str, charset: str
) -> None:
    for part in (letter, *letter.split()):
        assert decode(part.encode(charset), charset) == part


def test_signs_alone_leave_the_label_as_it_is() -> None:
    assert decode("“–” €5".encode("cp1252"), "windows-1252") == "“–” €5"


def test_writing_without_an_alphabet_fits_no_page_well() -> None:
    _, share = detect_codepage("荷物がまだ届きません".encode("cp932"))
    assert share < 0.9


@pytest.mark.parametrize(
    "label", ["macintosh", "x-mac-ce", "iso-8859-3", "iso-8859-14", "windows-1258"]
)
@pytest.mark.parametrize("language", ["he", "fa"])
def test_a_label_of_another_charset_is_not_believed_where_it_gives_no_words(
    language: str, label: str
) -> None:
    letter, [charset] = LETTERS[language]
    assert decode(letter.encode(charset), label) == letter
