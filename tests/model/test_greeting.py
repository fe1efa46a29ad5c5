"""Which names are greeted, and how a name is turned to be said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.model.greeting import is_nameless, name_flaw, name_to_greet, turn_name

NOBODY = """
kai.lepik@example.com|x.arrieta|kai_lepik|+1 (415) 555-0100|Caller +372 555 1234|A Google User
Anonymous|Visitor 12345678|Unknown|Guest|guest user|Amazon Customer|Facebook User|Kindle Customer
Valued Customer|Dear Customer|Unknown Caller|unknown sender|N/A|no name|not provided|Test|John Doe
@kailepik|https://example.com/u/1|user_8812|Deleted User|Former member|Web visitor|Website Visitor
Ein Google-Nutzer|Un utilisateur Google|Un usuario de Google|Użytkownik Google|Google'i kasutaja
Utilizator Google|משתמש Google|کاربر گوگل|Anonim|Anonüümne|Anonimowy|Gość|Klient|אנונימי|אורח|ناشناس
مهمان|مشتری|Oaspete|Client|Külaline|Klient|Tundmatu|Nieznany|Necunoscut|לא ידוע|Kunde|Unbekannt
Anonyme|Invité|Anónimo|Desconocido|Ospite|Onbekend|Okänd|Аноним|Гость|Неизвестный|匿名|ゲスト|ANONYMOUS
(anonymous)|Mr Unknown|WhatsApp User|Instagram user|12345678|#4411|—|there|(no name)|null|undefined
A Trustpilot reviewer|eBay buyer|Airbnb guest|private individual|Name withheld|Noname|noreply|info
Private Number|Restricted|Blocked|Blocked Number|Website Lead|New Lead|No Caller ID|Unavailable
Prywatny numer|Numer zastrzeżony|Varjatud number|Număr ascuns|מספר חסום|שיחה חסויה|شماره مخفی
Unterdrückte Nummer|Numéro masqué|Wireless Caller|Spam Likely|Live chat visitor|Contact form
Guest 123|1d3f9a7c|customer-service|support team|Facebook-Nutzer|מבקר|Odwiedzający|Vizitator
Kasutaja|کاربر
""".replace("\n", "|")


@pytest.mark.parametrize("name", [one for one in NOBODY.split("|") if one])
def test_what_names_nobody_is_not_greeted(name: str) -> None:
    assert name_flaw(name)
    assert name_to_greet(name) == ""


SOMEBODY = """
Kai Lepik|Judith Guest|Anna Klient|Mary O'Brien|J.R. Smith|Dr. Anna Kowalska|José|Ng|Li Wei|王伟
אנה לוי|علی رضایی|Õie-Liis Öövel|Jean-Luc d'Arc|Mr. Guest-Taylor|anna|Ann & Bob|Berg & Daughters
Mia (Berg)|Ștefan cel Mare|Users Anonymous Kowalski|Doe|John|Jane|Paul Null|Nguyễn Thị Hoa
Test Ojala|Info Kaur|Pan Tadeusz|X Æ A|Mary-Ann St. James
Ann Lead|Blocked Ojala|Live Hansen|Privat Kask
"""


@pytest.mark.parametrize("name", SOMEBODY.replace("\n", "|").strip("|").split("|"))
def test_a_persons_name_is_greeted(name: str) -> None:
    assert name_flaw(name) == ""
    assert name_to_greet(name) == name


def test_how_it_is_said_stands_in_for_what_is_no_name() -> None:
    assert name_to_greet("kai.lepik@example.com", "Kai") == "Kai"
    assert name_to_greet("Kai", "Ky") == "Kai"


def test_two_guests_need_not_be_one_person() -> None:
    assert all(is_nameless(name) for name in ("", "there", "Guest", "A Google User", "Unknown"))
    assert not any(is_nameless(name) for name in ("Kai", "kai.lepik@example.com", "Visitor 12345"))


@pytest.mark.parametrize(
    ("written", "turned"),
    [
        ("Lepik, Kai", "Kai Lepik"),
        ("O'Brien, Mary, MD", "Mary O'Brien"),
        ("King, Martin Luther, Jr.", "Martin Luther King"),
        ("Smith, Jr., John", "John Smith"),
        ("García Márquez, Gabriel", "Gabriel García Márquez"),
        ("van der Berg, Anna", "Anna van der Berg"),
        ("Mary O'Brien, MD", "Mary O'Brien"),
        ("Kowalska, dr hab. Anna", "dr hab. Anna Kowalska"),
        ("Dr. Saar, Anna", "Dr. Anna Saar"),
        ("Saar, Anna Dr.", "Dr. Anna Saar"),
        ("Saar, Anna (Ms.)", "Ms. Anna Saar"),
        ("Mr. O'Neil, John (VIP)", "Mr. John O'Neil"),
        ("John O'Neil (VIP)", "John O'Neil"),
        ("Pan Kowalski, Jan", "Pan Jan Kowalski"),
        ("Frau Dr. Müller, Eva", "Frau Dr. Eva Müller"),
        ("Saar, Anna M.D.", "Anna Saar"),
        ("Mia (Berg)", "Mia (Berg)"),
        ("Lepik，Kai", "Kai Lepik"),
        ("رضایی، علی", "علی رضایی"),
        ("Acme, Inc.", "Acme, Inc."),
        ("Ma, Yo-Yo", "Yo-Yo Ma"),
        ("Ann, Bob, Carl", "Ann, Bob, Carl"),
        ("Kai Lepik", "Kai Lepik"),
        ("Lepik, ", "Lepik"),
        ('="Kai"', "Kai"),
        ('="O""Brien"', 'O"Brien'),
        ("O&#39;Brien", "O'Brien"),
        ("Lepik&amp;#44; Kai", "Kai Lepik"),
        ("Berg &amp; Daughters", "Berg & Daughters"),
        ("Lepik,&nbsp;Kai", "Kai Lepik"),
    ],
)
def test_a_name_is_turned_as_it_is_said(written: str, turned: str) -> None:
    assert turn_name(written) == turned


@given(st.text(max_size=60))
def test_any_text_can_be_turned_and_judged(text: str) -> None:
    turned = turn_name(text)
    assert turn_name(turned) == turned or "&" in turned or "=" in turned
    assert name_to_greet(text) in (text, "")
