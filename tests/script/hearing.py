"""A listener: hears numbers in spoken text, in six languages. Its words are its own, not CLDR's."""

from __future__ import annotations

import re
from decimal import Decimal

#: Language → the words of 0–19, of 20–90, of 100–900, of thousand; in all genders.
UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
    "et": "null üks kaks kolm neli viis kuus seitse kaheksa üheksa kümme üksteist kaksteist "
    "kolmteist neliteist viisteist kuusteist seitseteist kaheksateist üheksateist",
    "ro": "zero unu/una/un/o doi/două trei patru cinci șase șapte opt nouă zece unsprezece "
    "doisprezece/douăsprezece treisprezece paisprezece cincisprezece șaisprezece șaptesprezece "
    "optsprezece nouăsprezece",
    "pl": "zero jeden/jedna/jedno dwa/dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć "
    "jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście "
    "dziewiętnaście",
    "fa": "صفر یک دو سه چهار پنج شش هفت هشت نه ده یازده دوازده سیزده چهارده پانزده شانزده هفده "
    "هجده نوزده",
    "he": "אפס אחת/אחד שתיים/שניים/שתי/שני שלוש/שלושה/שלושת ארבע/ארבעה/ארבעת חמש/חמישה/חמשת "
    "שש/שישה/ששת שבע/שבעה/שבעת שמונה/שמונת תשע/תשעה/תשעת עשר/עשרה/עשרת אחת_עשרה/אחד_עשר "
    "שתים_עשרה/שתיים_עשרה/שנים_עשר/שניים_עשר שלוש_עשרה/שלושה_עשר ארבע_עשרה/ארבעה_עשר "
    "חמש_עשרה/חמישה_עשר שש_עשרה/שישה_עשר שבע_עשרה/שבעה_עשר שמונה_עשרה/שמונה_עשר "
    "תשע_עשרה/תשעה_עשר",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "et": "kakskümmend kolmkümmend nelikümmend viiskümmend kuuskümmend seitsekümmend "
    "kaheksakümmend üheksakümmend",
    "ro": "douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci",
    "pl": "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt "
    "osiemdziesiąt dziewięćdziesiąt",
    "fa": "بیست سی چهل پنجاه شصت هفتاد هشتاد نود",
    "he": "עשרים שלושים ארבעים חמישים שישים שבעים שמונים תשעים",
}
HUNDREDS = {
    "et": "sada/ükssada kakssada kolmsada nelisada viissada kuussada seitsesada kaheksasada "
    "üheksasada",
    "pl": "sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset",
    "fa": "صد/یکصد دویست سیصد چهارصد پانصد ششصد هفتصد هشتصد نهصد",
    "he": "מאה מאתיים",
}
HUNDRED = {"en": "hundred", "ro": "sută sute", "he": "מאות"}
THOUSAND = {
    "en": "thousand", "et": "tuhat", "ro": "mie mii", "pl": "tysiąc tysiące tysięcy", "fa": "هزار",
    "he": "אלף אלפים",
}  # fmt: skip
AND = {"en": "and", "et": "ja", "ro": "și de", "pl": "i", "fa": "و", "he": ""}
POINT = {
    "en": "point",
    "et": "koma",
    "ro": "virgulă",
    "pl": "przecinek",
    "fa": "ممیز",
    "he": "נקודה",
}
DOT = {"en": "point", "et": "punkt", "ro": "punct", "pl": "kropka", "fa": "نقطه", "he": "נקודה"}
MINUS = {"en": "minus", "et": "miinus", "ro": "minus", "pl": "minus", "fa": "منفی", "he": "מינוס"}
HOURS_PL = (
    "_ pierwsz drug trzeci czwart piąt szóst siódm ósm dziewiąt dziesiąt jedenast dwunast trzynast "
    "czternast piętnast szesnast siedemnast osiemnast dziewiętnast dwudziest"
)


def _values(code: str) -> dict[str, tuple[str, int]]:
    """Return word → its kind and value."""
    known: dict[str, tuple[str, int]] = {}
    for kind, table, first, step in (
        ("unit", UNITS, 0, 1),
        ("ten", TENS, 20, 10),
        ("hundreds", HUNDREDS, 100, 100),
    ):
        for place, words in enumerate(table.get(code, "").split()):
            for word in words.split("/"):
                known[word] = (kind, first + step * place)
    known |= dict.fromkeys(HUNDRED.get(code, "").split(), ("hundred", 100))
    known |= dict.fromkeys(THOUSAND[code].split(), ("thousand", 1000))
    if code == "he":
        known["אלפיים"] = ("two thousand", 2000)
    if code == "pl":
        for value, stem in enumerate(HOURS_PL.split()):
            known |= {
                stem + end: ("unit" if value < 20 else "ten", value)
                for end in ("a", "ej", "iej", "ga")
            }
        known |= {"druga": ("unit", 2), "drugiej": ("unit", 2)}
    if code == "et":
        known |= {"viiest": ("of", 5)}
    return known


def _one_word(teen: re.Match[str]) -> str:
    """Return eleven to nineteen in Hebrew as one word."""
    joined = f"{teen[1].lstrip('והבל') or teen[1]}_{teen[2]}"
    return joined if joined in re.split("[ /]", UNITS["he"]) else teen[0]


class _Listener:
    """Writes down one number after another."""

    def __init__(self) -> None:
        self.heard: list[Decimal] = []
        self.negative = False
        self._start()

    def _start(self) -> None:
        self.total, self.part, self.last, self.digits, self.open = 0, 0, "", "", False

    def close(self) -> None:
        """A number has ended."""
        if self.open:
            number = Decimal(self.total + self.part) + Decimal(f"0.{self.digits or 0}")
            self.heard.append(-number if self.negative else number)
            self.negative = False
        self._start()

    def hear(self, kind: str, value: int) -> None:
        """Take a number word; it may begin another number."""
        if self.last in ("point", "decimal") and kind == "unit" and value < 10:
            self.digits, self.last = self.digits + str(value), "decimal"
            return
        if not (
            self.last in FOLLOWS[kind] or (self.last == "ten" and kind == "unit" and 0 < value < 10)
        ):
            self.close()
        self.open, self.last = True, AFTERWARDS.get(kind, kind)
        if kind == "hundred":
            self.part = (self.part or 1) * value
        elif kind == "thousand":
            self.total, self.part = (self.part or 1) * value, 0
        elif kind == "two thousand":
            self.total = value
        else:
            self.part += value


#: After which kinds of words a kind goes on with a number, and what it is for the next.
FOLLOWS = {
    "unit": ("", "hundreds", "thousand"),
    "ten": ("", "hundreds", "thousand"),
    "hundreds": ("", "thousand"),
    "hundred": ("unit",),
    "thousand": ("", "unit", "ten", "hundreds"),
    "two thousand": ("",),
    "of": (),
}
AFTERWARDS = {"hundred": "hundreds", "two thousand": "thousand"}


def hear_numbers(said: str, code: str, *, versions: bool = False) -> list[Decimal]:
    """Return the numbers that a listener writes down; in `versions` a point parts two of them."""
    known = _values(code)
    if code == "he":
        said = re.sub(r"(\S+)[ -](עשרה?)(?![^\s,.])", _one_word, said)
    ears = _Listener()
    said = said.replace("la sută", "").replace("-", " ")
    for word in re.findall(r"[^\W\d]\w*|[,.:;]", said):
        bare = word[1:] if code == "he" and word not in known and word[0] in "והבל" else word
        if word == MINUS[code]:
            ears.close()
            ears.negative = True
        elif word in (POINT[code], DOT[code]) and not versions:
            ears.last = "point"
        elif bare in known:
            ears.hear(*known[bare])
        elif word not in AND[code].split():
            ears.close()
    ears.close()
    return ears.heard
