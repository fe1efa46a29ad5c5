"""Old code pages, told by the letters of the languages that were written in them.

Statistics of bytes need pages of text, and a letter or a cell has a few words. What tells is
whether the letters beyond ASCII are all of *one* language's alphabet.
"""

from __future__ import annotations

import re

from voicenote.word_language import detect_language

_ALPHABETS = {
    "pl": "ąćęłńóśźż", "ro": "ăâîșțşţ", "et": "äöõüšž", "en": "éèêëïçñôü", "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûüÿ", "es": "áéíñóúü", "it": "àèéìíòù", "pt": "ãáâàçéêíóôõú",
    "fi": "äöå", "sv": "åäöé", "da": "æøåé", "no": "æøåéòô", "is": "áðéíóúýþæö", "nl": "éëïöü",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű", "hr": "čćđšž", "sl": "čšž",
    "lv": "āčēģīķļņšūž", "lt": "ąčęėįšųūž", "tr": "çğıöşüâîû",
    "he": "".join(map(chr, range(0x5D0, 0x5EB))) + "׳״",
    "fa": "".join(map(chr, range(0x621, 0x64B))) + "پچژگکی\u200c،؛؟",
    "ar": "".join(map(chr, range(0x621, 0x653))) + "،؛؟",
    "ur": "".join(map(chr, range(0x621, 0x64B))) + "پچژگکھےںٹڈڑہ،؛؟",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш", "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
}  # fmt: skip
#: Code page → the languages written in it, the likelier page first: it wins if several fit.
PAGES = {
    "cp1255": ("he",),
    "cp1250": ("pl", "ro", "cs", "sk", "hu", "hr", "sl", "de"),
    "cp1257": ("et", "lv", "lt"),
    "cp1252": ("en", "de", "fr", "es", "it", "pt", "fi", "sv", "da", "no", "is", "nl", "et"),
    "cp1256": ("fa", "ar", "ur"),
    "cp1251": ("ru", "uk", "sr"),
    "cp1253": ("el",),
    "cp1254": ("tr",),
    "iso8859_2": ("pl", "ro", "cs", "sk", "hu", "hr", "sl"),
    "iso8859_16": ("ro", "pl", "hu"),
    "iso8859_13": ("et", "lv", "lt"),
    "iso8859_4": ("et", "lv", "lt"),
    "iso8859_15": ("et", "fi", "fr"),
    "iso8859_7": ("el",),
    "koi8_r": ("ru",),
    "iso8859_5": ("ru",),
    "cp862": ("he",),
    "cp852": ("pl", "ro", "cs", "sk", "hu", "hr"),
    "cp775": ("et", "lv", "lt"),
    "cp850": ("et", "de", "fr", "es", "it", "pt", "fi", "sv", "da"),
    "cp866": ("ru",),
}  # fmt: skip
_DOS = ("cp862", "cp852", "cp775", "cp850", "cp866")
_OWN = frozenset({"en", "et", "fa", "he", "pl", "ro"})
_SIGNS = frozenset("“”„‚‘’–—…•€£§°«»№©®™\u00a0\u200e\u200f₪¿¡´")
#: Pages of DOS are rare by now, and their letters lie where those of many others do.
_RARE = 0.1
#: Square and cubic metres, whose signs are letters in other pages.
_METRES = re.compile(r"\b[cdkm]?m[²³]")
#: Neighbours that only a wrong code page gives a word: a small and a capital letter, two scripts.
_UNNATURAL = re.compile(
    r"[a-z\u00df-\u00f6\u00f8-\u00ff][A-Z\u00c0-\u00d6\u00d8-\u00de]"
    r"|[a-zA-Z][\u0370-\u06ff]|[\u0370-\u06ff][a-zA-Z]|[а-я][А-Я]|[^\W\d_][¡¿]"
)
#: Languages whose bytes give words of one another's letters, so that words prove nothing.
_ALONE = frozenset({"ar", "el", "fa", "he", "ru", "sr", "uk", "ur"})
_ONLY_SIGNS = 0.9
_CLEARLY = 0.2
_ENOUGH = 2048  # bytes


def detect_codepage(raw: bytes, label: str = "") -> tuple[str, float]:
    """Return the likeliest code page of bytes that aren't UTF-8, and how well it fits (at most 1).

    That is the share of characters beyond ASCII that are letters of one language which was written
    in the page. `label` is the page that `raw` is said to be in: another has to fit clearly better.
    """
    sample = b"\n".join(line for line in raw.splitlines() if not line.isascii())[:_ENOUGH]
    scores = {page: _score(sample, page) for page in PAGES}
    best = max(scores, key=lambda page: scores[page])
    if label in scores:
        share, sure, _ = scores[best]
        said, said_sure, _ = scores[label]
        if share < said + _CLEARLY and not (sure and (share, sure) > (said, said_sure)):
            best = label
    return best, scores[best][0]


def _score(sample: bytes, page: str) -> tuple[float, bool, bool]:
    """Return the share of the page's best language, if it's surely that, and if it's our own."""
    text = _METRES.sub("", sample.decode(page, "replace"))
    rare = _RARE if page in _DOS else 0.0
    shares = {language: _share(text, _ALPHABETS[language]) - rare for language in PAGES[page]}
    most = max(shares.values())
    best = [language for language, share in shares.items() if share == most]
    sure = most > 0.5 and not _ALONE.intersection(best) and detect_language(text) in best
    return most, sure, bool(_OWN.intersection(best))


def _share(text: str, alphabet: str) -> float:
    """Return the share (at most 1) of letters beyond ASCII that are of `alphabet`."""
    letters = set(alphabet + alphabet.upper())
    beyond = [sign for sign in text if sign > "\x7f" and sign not in _SIGNS]
    fitting = sum(sign in letters for sign in beyond)
    odd = sum(found[0] > "\x7f" or found[0][1] > "\x7f" for found in _UNNATURAL.finditer(text))
    return (fitting - odd) / len(beyond) if beyond else _ONLY_SIGNS
