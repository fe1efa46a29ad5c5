"""What puts it right is never the price of a changed review or of silence (R18.bargain)."""

from __future__ import annotations

import pytest

from voicenote.script.check.findings import LintLevel
from voicenote.script.check.rules import check

BARGAINS = {
    "en": [
        "I will refund you if you take down your review.",
        "I will refund you once your review is changed.",
        "Please change your review first.",
        "You get your money as soon as you confirm you will not take this further.",
        "The new table comes when you have withdrawn the complaint.",
        "In return for your silence I pay the whole bill.",
        "You get your money back provided you do not post about it online.",
        "If you write us a good review, I add a voucher.",
    ],
    "et": [
        "Saate raha tagasi, kui kustutate oma arvustuse.",
        "Maksan raha tagasi niipea, kui arvustus on muudetud.",
        "Palun muutke kõigepealt oma arvustust.",
        "Saate oma raha, kui kinnitate, et ei lähe sellega edasi.",
    ],
    "fa": [
        "اگر نظرتان را حذف کنید، پولتان را برمی‌گردانم.",
        "به محض اینکه نظرتان اصلاح شود، پول را می‌دهم.",
        "لطفاً اول نظرتان را عوض کنید.",
        "پولتان را می‌گیرید به شرطی که قول بدهید شکایت را پیگیری نکنید.",
    ],
    "he": [
        "אחזיר לך את הכסף אם תמחקי את הביקורת.",
        "הכסף יחזור ברגע שהביקורת תוסר.",
        "בבקשה תשני קודם את הביקורת.",
        "הכסף אצלך ברגע שתאשרי שלא תמשיכי הלאה.",
    ],
    "pl": [
        "Zwrócę pieniądze, jeśli usunie pani swoją opinię.",
        "Oddam pieniądze, gdy tylko opinia zostanie zmieniona.",
        "Proszę najpierw zmienić opinię.",
        "Dostanie pani pieniądze, gdy potwierdzi pani, że nie pójdzie z tym dalej.",
    ],
    "ro": [
        "Vă dau banii înapoi dacă ștergeți recenzia.",
        "Primiți banii imediat ce recenzia este modificată.",
        "Vă rog întâi să schimbați recenzia.",
        "Primiți banii când confirmați că nu mergeți mai departe.",
    ],
}
FREELY_GIVEN = {
    "en": [
        "Please leave your one-star review as it is.",
        "You needn't change your review.",
        "If you take the table back, I refund the delivery too.",
        "You get your money even if you change your review to no stars at all.",
        "You get it whether or not you change your review.",
        "When I read your review, I changed the rota.",
        "Please do not change your review for us.",
        "If you take a photo of the scratch, I will send a new top.",
    ],
    "et": ["Jätke oma arvustus nii, nagu see on.", "Te ei pea oma arvustust muutma."],
    "fa": ["لازم نیست نظرتان را عوض کنید.", "حتی اگر نظرتان را عوض کنید، پول مال شماست."],
    "he": ["אין צורך לשנות את הביקורת.", "גם אם תמחקי את הביקורת, הכסף שלך."],
    "pl": ["Nie musi pani zmieniać opinii.", "Jeśli odeśle pani stół, oddam też za dostawę."],
    "ro": [
        "Nu trebuie să schimbați recenzia.",
        "Chiar dacă schimbați recenzia, banii sunt ai voștri.",
    ],
}
#: Four sentences around it make a whole letter, of which the likeness is asked as well.
LETTER = "I am sorry that the table came late. {} It was my mistake. I answer for this. Ruth"


def _bargains(text: str, language: str) -> list[LintLevel]:
    bargain = "R18.bargain"
    found = check(text, language, levels={"R18": LintLevel.OFF, bargain: LintLevel.ERROR})
    return [one.level for one in found if one.rule == "R18"]


@pytest.mark.parametrize(
    ("language", "text"), [(code, one) for code, said in BARGAINS.items() for one in said]
)
def test_a_repair_for_a_review_or_for_silence_is_told(language: str, text: str) -> None:
    assert _bargains(text, language) == [LintLevel.ERROR]


@pytest.mark.parametrize(
    ("language", "text"), [(code, one) for code, said in FREELY_GIVEN.items() for one in said]
)
def test_words_about_a_review_without_a_price_are_left_alone(language: str, text: str) -> None:
    assert _bargains(text, language) == []


@pytest.mark.parametrize(
    "text",
    [
        "Once you drop the lamp at the post office, I pay the postage.",
        "Please change the post code on the form.",
        "When you removed the cover, the bed posts broke.",
        "If you change the delivery date, please leave a comment for the driver.",
        "If you change your mind about the complaint, tell me.",
    ],
)
def test_other_posts_and_comments_are_no_bargain(text: str) -> None:
    assert _bargains(text, "en") == []


@pytest.mark.parametrize("text", BARGAINS["en"])
def test_a_bargain_is_told_in_a_whole_letter_too(text: str) -> None:
    assert LintLevel.WARNING in {one.level for one in check(LETTER.format(text), "en")}
