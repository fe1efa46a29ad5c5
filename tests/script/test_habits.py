"""How customers write: where their sentences end, and what of it is abuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.script.habits import habits, is_coarse, split_clauses, split_sentences, weigh

CODES = ("en", "et", "he", "ro", "pl", "fa")
#: A | stands where a sentence ends.
ENDS = [
    ("en", "I spoke to Mr. Brown on Jan. 3 about order No. 14.| He hung up!| Why?"),
    ("en", "Dr. J. R. Finch was kind.| It took approx. 3 days, i.e. too long.| At 9 a.m. we left."),
    ("en", "I met her at St. Mark's Rd. near the U.S. Bank.| No.| Nobody came."),
    ("en", "It cost $5.99 and 12.5 hours.| I waited… and waited.| So be it."),
    ("en", 'She said "wait!" and left.|It was late.|Nobody came.'),
    ("et", "Ostsin 2011. aastal auto.| Tellisin 24. novembril kell 10.30 teki nr. 5."),
    ("et", "Hr. Tamm elab 3. korrusel, s.t. kõrgel.| XX. sajandi maja, nt. see.| Ei tulnud keegi."),
    ("et", "Ostsin voodi, laua jne. samast poest.| Maja on vana.| Ootan."),
    ("pl", "Kupiłam np. buty, tzw. trampki.| Dnia 24. listopada 2011 r. kupiłem telewizor."),
    ("pl", "Mieszkam przy ul. Długiej 5.| Pan dr. Nowak i prof. Lis nie odebrali.| Cisza."),
    ("pl", "Czekałem do godz. 10 w poczekalni.| Zapłaciłem 5 tys. złotych.| Nikt nie dzwonił."),
    ("ro", "L-am rugat pe dl. Popescu, str. Lungă nr. 5.| Nu a venit.| Pe 24. noiembrie a sunat."),
    ("ro", "D-na. Ionescu a spus că tel. nu merge, pâine etc. nu au.| Am plecat."),
    ("he", "פניתי לגב' כהן ולד\"ר לוי.| הזמנתי מס' 5 וחיכיתי 3.5 שעות.| למה?| אף אחד לא חזר."),
    ("fa", "سفارش دادم.| آقای دکتر احمدی جواب نداد؟| مبلغ ۵.۵ میلیون تومان بود.| تمام."),
]


@pytest.mark.parametrize(("code", "text"), ENDS)
def test_a_sentence_ends_where_a_reader_ends_it(code: str, text: str) -> None:
    assert split_sentences(text.replace("|", ""), code) == [one.strip() for one in text.split("|")]


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_a_table(code: str) -> None:
    assert code == "en" or habits(code) is not habits("en")


COARSE = [
    ("en", "You are fucking idiots."),
    ("en", "What a load of bullsh*t, f**k off"),
    ("en", "Your driver is an ASSHOLE"),
    ("et", "Te olete täielikud idioodid, käige persse"),
    ("et", "Kuradi lollid"),
    ("he", "אתם בני זונות"),
    ("he", "השליח המניאק"),
    ("ro", "Sunteți niște idioți"),
    ("ro", "Duceți-vă dracului"),
    ("pl", "Kurwa, ile można czekać"),
    ("pl", "Wypierdalajcie z takim sklepem"),
    ("fa", "شما احمق‌ها"),
    ("fa", "مردک بی‌شرف"),
]
#: Words of honest complaints that look like abuse.
DECENT = [
    ("en", "I wrote from Pakistan, and the fire retardant was missing from the 5* hotel"),
    ("en", "I pricked my finger, and the shuttlecock broke; **not** good, size 3*4"),
    ("et", "Raiskasin aega, hooratas ja litsents on puudu, raha persoonile"),
    ("he", "השעון מפגר בעשר דקות, ותשלום המזונות לא עבר; הכוס נשברה"),
    ("ro", "Farfuria e crăpată, era o cutie cu rahat turcesc, și mi-e scârbă"),
    ("pl", "Pedał roweru odpadł, ciotka kupiła baraninę, a moja suka jest chora, w głąb szafy"),
    ("fa", "کالای عوضی فرستادید، نفهمیدم چرا؛ گوهر پاره شد و اتاق پر از کثافت بود"),
]


@pytest.mark.parametrize(("code", "text"), COARSE)
def test_abuse_is_recognised(code: str, text: str) -> None:
    assert is_coarse(text, code)


@pytest.mark.parametrize(("code", "text"), DECENT)
def test_what_only_looks_like_abuse_is_no_abuse(code: str, text: str) -> None:
    assert not is_coarse(text, code)


@given(st.text(), st.sampled_from(CODES))
def test_nothing_of_a_text_is_lost_or_changed(text: str, code: str) -> None:
    def solid(pieces: list[str]) -> str:
        return "".join("".join(pieces).split())

    assert solid(split_sentences(text, code)).replace(" ", "") == solid([text])
    assert isinstance(weigh(text, code), float | int)
    assert all(split_clauses(text, code))
