"""The listening part of `scripts/bench`: which wrong names, sums and days are caught, and cured.

hibari says 200 sentences as the templates write them: 100 names of many origins, 60 sums in twelve
currencies, 40 days. It says each twice: as it is written, and with another name, sum or day that
sounds or reads nearly so. Whisper's "base" model hears them, as `render` lets it. The rules were
tuned on every other line of these lists (the first, the third, …), and the others are held out.

VOICENOTE_BENCH_HEARD names a file that keeps what was heard, for the next time;
VOICENOTE_BENCH_TALK=1 tells each that went wrong.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import intelligibility_measures as listening

if TYPE_CHECKING:
    from voicenote.model.sentences import Sentence

#: Names, each with another one that a wrong sound says.
NAMES = """
Dana Donna; Marie Maria; Eric Erica; Joan John; Kristen Kirsten; Brian Ryan; Jason Mason; Ellen
Helen; Karl Carla; Tina Gina; Martin Marvin; Daniel Danielle; Denise Dennis; Julie Julia; Harry
Larry; Mandy Sandy; Alan Allison; Tim Jim; Kate Kay; Ruth Rose; Siobhan Sinead; Niamh Naomi;
Aoife Ava; Rhys Rose; Saoirse Sasha; Gareth Garrett; Wojciech Wanda; Piotr Pedro; Agnieszka
Agnes; Ewa Ava; Kasia Katia; Dmitri Demeter; Olga Helga; Ivan Evan; Svetlana Selena; Katarzyna
Katrina; Tomasz Thomas; Jakub Jacob; Milos Miles; Bojan Bogdan; Mihai Mikhail; Ionut Ioana;
Andrei Andrea; Radu Rada; Elena Alina; Kaja Katya; Tiina Tanya; Jaan Jana; Mart Mark; Toomas
Tobias; Aino Anna; Pekka Becca; Sören Sara; Jürgen Jordan; Björn Brian; Heidi Hattie; Lars
Laura; Greta Gretel; Anke Annika; Sven Steven; Chloé Cleo; Amélie Emily; José Joseph; Lucía
Lucy; João Joan; Giulia Giulio; Matteo Matthew; Paolo Paula; Carlos Carla; Inés Agnes; Thiago
Diego; Pierre Peter; Noa Nora; Yael Joel; Avi Ari; Tamar Tamara; Fatima Fatma; Omar Amar; Layla
Lily; Yusuf Yasir; Reza Rosa; Shirin Sharon; Khalid Walid; Priya Maya; Arjun Arun; Sunita Anita;
Deepak Deepa; Ananya Anya; Ravi Rafi; Mei Mia; Xiaoming Xiaohong; Hiroshi Hitoshi; Yuki Yoko;
Min-jun Min-ji; Linh Lena; Oluwaseun Oluwatobi; Kwame Kami; Zanele Danielle; Ngozi Nancy; Amara
Tamara
"""
#: Sums and another one each: a number that sounds alike, other digits, or another currency.
SUMS = """
15 USD/50 USD; 13 EUR/30 EUR; 14.50 USD/40.50 USD; 240 USD/214 USD; 89.50 EUR/89.15 EUR; 1299
USD/1290 USD; 18 GBP/80 GBP; 35 USD/39 USD; 60 EUR/16 EUR; 1250 USD/1215 USD; 240 USD/240 EUR;
75 GBP/75 USD; 320 PLN/330 PLN; 450 ILS/415 ILS; 99 CHF/90 CHF; 700 SEK/17 SEK; 150 RON/115 RON;
5000 JPY/15000 JPY; 19.99 USD/90.99 USD; 17 USD/70 USD; 48 EUR/38 EUR; 112 USD/120 USD; 64
GBP/65 GBP; 2400 USD/2040 USD; 500 INR/900 INR; 85 CAD/85 AUD; 12.80 EUR/12.18 EUR; 40 USD/14
USD; 6 EUR/60 EUR; 310 USD/301 USD; 1100 EUR/1010 EUR; 26 USD/20 USD; 55 EUR/59 EUR; 9 GBP/5
GBP; 199 USD/190 USD; 33 USD/30 USD; 720 EUR/712 EUR; 8.40 USD/8.14 USD; 1900 USD/9000 USD; 365
USD/356 USD; 27.30 GBP/27.13 GBP; 450 USD/450 PLN; 21 EUR/22 EUR; 3000 USD/13000 USD; 66 USD/67
USD; 130 EUR/113 EUR; 480 GBP/418 GBP; 53 USD/63 USD; 95 EUR/85 EUR; 1500 USD/500 USD; 74 USD/84
USD; 260 EUR/260 CHF; 11 USD/7 USD; 46 USD/56 USD; 170 GBP/117 GBP; 1050 USD/1500 USD; 2.50
USD/2.15 USD; 630 EUR/613 EUR; 88 USD/80 USD; 29 EUR/25 EUR
"""
#: Days, and another one each: a number or a month that sounds alike, or another weekday.
DAYS = """
2026-12-04/2026-12-05; 2026-12-11/2026-12-07; 2026-12-15/2026-12-05; 2026-12-08/2026-12-10;
2026-06-05/2026-07-05; 2026-06-13/2026-06-30; 2026-03-17/2026-03-19; 2026-05-14/2026-05-04;
2026-09-30/2026-09-13; 2026-11-03/2026-11-05; 2026-12-16/2026-12-06; 2026-07-07/2026-07-09;
2026-10-20/2026-10-22; 2026-01-15/2026-01-16; 2026-02-12/2026-02-20; 2026-04-09/2026-04-29;
2026-08-18/2026-08-08; 2026-12-01/2026-12-31; 2026-12-22/2026-12-24; 2026-09-21/2026-09-20;
2026-07-31/2026-07-30; 2026-06-25/2026-06-26; 2026-03-03/2026-03-23; 2026-05-19/2026-05-09;
2026-10-02/2026-10-01; 2026-11-17/2026-11-07; 2026-12-18/2026-12-08; 2026-01-28/2026-01-27;
2026-02-24/2026-02-14; 2026-04-30/2026-04-13; 2026-08-12/2026-08-20; 2026-12-03/2027-01-03;
2026-06-09/2026-07-09; 2026-05-06/2026-03-06; 2026-09-11/2026-12-11; 2026-10-16/2026-10-15;
2026-11-23/2026-11-21; 2026-07-14/2026-06-14; 2026-03-31/2026-03-30; 2026-02-10/2026-02-11
"""
#: Names in other letters than Latin ones, and how their owners would write them in those.
FOREIGN = """
李明 Li Ming; 王芳 Wang Fang; 김민수 Gim Minsu; 田中 Tanaka; さくら Sakura; Дмитрий Dmitri;
Ольга Olga; Γιώργος Giorgos; สมชาย Somchai; राजेश Rajesh; አበበ Abebe; გიორგი Giorgi; Արամ Aram
"""
TODAY = date(2026, 11, 30)


class Item(NamedTuple):
    """A sentence as it is written, as it is said, and as it is said wrongly; `name`: whose."""

    kind: str
    right: "Sentence"
    wrong: "Sentence"
    name: str = ""


def _pairs(text: str, between: str) -> list[list[str]]:
    return [one.strip().split(between, 1) for one in text.replace("\n", " ").split(";")]


def items() -> Iterator[Item]:
    """Yield the 200 sentences."""
    from voicenote.model.money import Money
    from voicenote.model.sentences import Section, Sentence
    from voicenote.script.languages import language
    from voicenote.script.numbers import say_by, say_money, write_money

    en = language("en")

    def make(kind: str, text: str, right: str, wrong: str, name: str = "") -> Item:
        said = [Sentence(Section.OWN, text, personal=True, spoken=one) for one in (right, wrong)]
        return Item(kind, said[0], said[1], name)

    for name, other in _pairs(NAMES, " "):
        yield make("name", f"Hi {name}.", f"Hi {name}.", f"Hi {other}.", name)
    for pair in _pairs(SUMS, "/"):
        sums = [Money(Decimal(one.split()[0]), one.split()[1]) for one in pair]
        right, wrong = (f"A full refund, {say_money(one, en)}." for one in sums)
        yield make("sum", f"A full refund, {write_money(sums[0], en)}.", right, wrong)
    for pair in _pairs(DAYS, "/"):
        (text, right), (_, wrong) = (say_by(date.fromisoformat(one), TODAY, en) for one in pair)
        yield make("day", *(f"{one[0].upper()}{one[1:]}." for one in (text, right, wrong)))


class Heard:
    """What a voice's sentences are heard as: each once, and the CPU seconds are counted."""

    def __init__(self) -> None:
        from voicenote import wiring
        from voicenote.ears.whisper import Whisper, WhisperOptions

        self.voice, self.ears = wiring.make_voice("hibari", {}), Whisper(WhisperOptions(threads=1))
        self.count, self.seconds = 0, 0.0
        place = os.environ.get("VOICENOTE_BENCH_HEARD", "")
        self.file = Path(place) if place else None
        known = self.file and self.file.exists()
        self.texts: dict[str, str] = (
            json.loads(self.file.read_text()) if self.file and known else {}
        )

    def hear(self, one: "Sentence") -> str:
        """Return the transcript of a sentence."""
        if one.said not in self.texts:
            clip = self.voice.speak(one, "en")
            begun = time.process_time()
            self.texts[one.said] = self.ears.hear(clip, "en").text
            self.count, self.seconds = self.count + 1, self.seconds + time.process_time() - begun
            if self.file:
                self.file.write_text(json.dumps(self.texts, ensure_ascii=False), encoding="utf-8")
        return self.texts[one.said]


def listen(folder: Path) -> str:
    """Print how many wrong ones were caught, and how many right ones were heard right."""
    del folder
    sys.path.append(str(listening.libraries()))
    from voicenote.engine.memo.listen_back import settle
    from voicenote.script.said_facts import facts_of, find_misheard

    heard, found = Heard(), Counter[tuple[str, str, str]]()
    for at, item in enumerate(items()):
        half = ("tuned on", "held out")[at % 2]
        names = {item.name: item.name} if item.name else {}
        facts = facts_of(item.right, names, "en")
        doubt = find_misheard(item.right, facts, heard.hear(item.right), "en")
        caught = find_misheard(item.right, facts, heard.hear(item.wrong), "en")
        settled = settle(item.right, facts, "en", heard.hear)
        lost = [one for one in settled.misheard if not one.said]
        for what, yes in (("", True), ("caught", caught), ("doubted", doubt), ("lost", lost)):
            found[half, item.kind, what] += bool(yes)
        if os.environ.get("VOICENOTE_BENCH_TALK") and (doubt or not caught):
            now = f"now {settled.said}" if not lost else "nothing helped"
            print(f"  {item.right.said} {[one.heard for one in doubt]}, {now}", flush=True)
            if not caught:
                print(f"  {item.wrong.said} isn't told from it", flush=True)
    for half in ("tuned on", "held out"):
        for kind in ("name", "sum", "day"):
            print(f"{half}, {kind}: {_tell([half], [kind], found)}")
        print(f"{half}: {_tell([half], ['name', 'sum', 'day'], found)}")
    _tell_foreign(heard)
    if heard.count:
        print(
            f"{heard.seconds / heard.count:.2f} s of processor time for each of {heard.count} heard"
        )
    return _tell(["tuned on", "held out"], ["name", "sum", "day"], found)


def _tell(halves: list[str], kinds: list[str], found: Counter[tuple[str, str, str]]) -> str:
    def count(what: str) -> int:
        return sum(found[half, kind, what] for half in halves for kind in kinds)

    whole = count("")
    return (
        f"wrong ones caught {count('caught')} of {whole}; of the right ones, heard right at first "
        f"{whole - count('doubted')}, after the retry {whole - count('lost')}"
    )


def _tell_foreign(heard: Heard) -> None:
    """Print how names in other letters are heard."""
    from voicenote.model.sentences import Section, Sentence
    from voicenote.voice.writing_system import readable

    for name, latin in _pairs(FOREIGN, " "):
        one = readable(Sentence(Section.THANKS, f"Hi {name}.", personal=True), "en")
        print(f"{name} ({latin}) is said “{one.said}” and heard “{heard.hear(one)}”")
