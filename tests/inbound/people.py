"""Customers who are easily taken for each other: names, domains and ends of numbers are shared."""

from __future__ import annotations

from dataclasses import dataclass

from voicenote.model.address import Address
from voicenote.model.case import Customer

ZONES = {
    "en": "Europe/London", "et": "Europe/Tallinn", "he": "Asia/Jerusalem",
    "ro": "Europe/Bucharest", "pl": "Europe/Warsaw", "fa": "Asia/Tehran",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A customer. `way` is the channel by which they are written to, `cases` how many they have."""

    name: str
    way: str
    language: str = "en"
    mail: str = ""
    whatsapp: str = ""
    telegram: str = ""
    cases: int = 1

    @property
    def customer(self) -> Customer:
        """The customer as an import would make it."""
        given = {"email": self.mail, "whatsapp": self.whatsapp, "telegram": self.telegram}
        return Customer(
            name=self.name,
            language=self.language,
            time_zone=ZONES[self.language],
            channel=self.way,
            addresses=tuple(Address(kind, value) for kind, value in given.items() if value),
        )


PEOPLE = (
    # by mail: two of a name, two of a house, two who differ by a dot, a mailbox of the whole house
    Person("Mari Tamm", "mail", "et", mail="mari@tamm.example"),
    Person("Mari Tamm", "mail", "et", mail="mari.tamm@post.example"),
    Person("Jan Nowak", "mail", "pl", mail="jan.nowak@poczta.example"),
    Person("Janina Nowak", "mail", "pl", mail="janina.nowak@poczta.example"),
    Person("Dana Levi", "mail", "he", mail="dana@levi.example", whatsapp="+972541234567"),
    Person("Dan Levi", "mail", "he", mail="dan@levi.example"),
    Person("Ana Ionescu", "mail", "ro", mail="ana.ionescu@firma.example"),
    Person("Ana-Maria Ionescu", "mail", "ro", mail="anamaria@firma.example", cases=2),
    Person("Sara Ahmadi", "mail", "fa", mail="sara.ahmadi@nameh.example"),
    Person("Reza Ahmadi", "mail", "fa", mail="reza@nameh.example"),
    Person("Ann Bell", "mail", "en", mail="office@bell.example"),
    Person("Bob Bell", "mail", "en", mail="bob@bell.example", cases=2),
    Person("O'Neil, Sean", "mail", "en", mail="sean.oneil@isp.example", telegram="6100000001"),
    Person("Kai Kask", "mail", "et", mail="kai@kask.example"),
    # by WhatsApp: telephones with two numbers, ends that are alike in two countries, ids alone
    Person("Rosa Lima", "whatsapp", "en", whatsapp="+5511987654321"),
    Person("Rosa Alves", "whatsapp", "en", whatsapp="+5521987654321"),
    Person("Luis Paz", "whatsapp", "en", whatsapp="+5491123456789"),
    Person("Pepe Ruiz", "whatsapp", "en", whatsapp="+525512345678"),
    Person("Mart Saar", "whatsapp", "et", whatsapp="+37255512345"),
    Person("Marta Sarna", "whatsapp", "pl", whatsapp="+48725512345", mail="marta@sarna.example"),
    Person("Olga Pop", "whatsapp", "ro", whatsapp="+40725512345", cases=2),
    Person("Omid Karimi", "whatsapp", "fa", whatsapp="+989121234567"),
    Person("Noa Cohen", "whatsapp", "he", whatsapp="+972521234567"),
    Person("Tom Reed", "whatsapp", "en", whatsapp="GB.1349000111"),
    Person("Tim Reed", "whatsapp", "en", whatsapp="GB.1349000112"),
    Person("Ewa Lis", "whatsapp", "pl", whatsapp="+48601234567"),
    # by Telegram: numbers of more than 32 bits, one that begins like another
    Person("Ivo Mets", "telegram", "et", telegram="5512345"),
    Person("Ivo Metsa", "telegram", "et", telegram="55123456"),
    Person("Lea Katz", "telegram", "he", telegram="7512345678"),
    Person("Leo Katz", "telegram", "he", telegram="75123456789", mail="leo@katz.example"),
    Person("Piotr Wilk", "telegram", "pl", telegram="4503599627370495"),
    Person("Ioan Rus", "telegram", "ro", telegram="6200000001", cases=2),
    Person("Mina Rad", "telegram", "fa", telegram="6200000002"),
    Person("Jo Park", "telegram", "en", telegram="6200000003"),
)
