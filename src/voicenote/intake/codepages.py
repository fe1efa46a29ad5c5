"""Recognition of old code pages by their letters, because a cell is too short for statistics."""

from __future__ import annotations

import re

#: code page → the letters beyond ASCII that the languages written in it use, best first
_LATIN = {
    "cp1252": "àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿß",
    "cp1250": "ąćęłńóśźż" + "ăâîşţ" + "áčďéěíňřšťúůýž" + "ôľĺŕä" + "öőüű" + "đ",
    "cp1257": "äöõüšž" + "āčēģīķļņū" + "ąęėįų",
    "cp1254": "çğıöşüâîû",
}
_OTHERS = {
    "cp1255": "".join(map(chr, range(0x5D0, 0x5EB))),
    "cp1256": "".join(map(chr, [*range(0x621, 0x63B), *range(0x640, 0x653)]))
    + "پچژگکھےںٹڈڑہ\u200c،؛؟",
    "cp1253": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "cp1251": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћџђ",
}
_SIGNS = "“”„‚‘’–—…•€£§°«»№©®™\u00a0\u200e\u200f₪"
#: Language → the code page Windows used for it. It decides when the letters don't.
_HABIT = {
    **dict.fromkeys(("pl", "ro", "cs", "sk", "hu", "hr", "sl"), "cp1250"),
    **dict.fromkeys(("ru", "uk", "bg", "sr", "be"), "cp1251"),
    **dict.fromkeys(("et", "lv", "lt"), "cp1257"),
    **dict.fromkeys(("fa", "ar", "ur"), "cp1256"),
    "he": "cp1255",
    "el": "cp1253",
    "tr": "cp1254",
}
_EAST_ASIA = ["cp932", "gb18030", "big5", "cp949", "euc_jp", "koi8_r", "cp866", "iso8859_5"]
_UNNATURAL = re.compile(r"[^\W\d_A-Z](?=[A-Z])")


def detect_codepage(sample: bytes, language: str) -> str:
    """Return the code page of `sample` (lines that aren't UTF-8); `language` is the owner's.

    A code page wins if at least 90 % of the characters beyond ASCII are its letters; the owner's
    is tried first. Otherwise charset-normalizer looks for East Asian encodings, and the owner's
    code page or cp1252 is the last resort.
    """
    high = sum(1 for byte in sample if byte > 127)
    plain = sum(1 for byte in sample if chr(byte).isalpha() and byte < 128)
    tables = _OTHERS if high > plain else _LATIN
    habit = _HABIT.get(language.partition("-")[0], "")
    order = sorted(tables, key=lambda name: name != habit)
    best = max(order, key=lambda name: _share(sample, name, tables[name]))
    if _share(sample, best, tables[best]) >= 0.9:
        return best
    if high > plain:
        from charset_normalizer import from_bytes

        found = from_bytes(sample[:16_384], cp_isolation=_EAST_ASIA, threshold=0.5).best()
        if found is not None:
            return str(found.encoding)
    return best if _share(sample, best, tables[best]) >= 0.5 else habit or "cp1252"


def _share(sample: bytes, name: str, letters: str) -> float:
    """Return the share (0 to 1) of characters beyond ASCII that suit `name`'s languages."""
    text = sample.decode(name, "replace")
    beyond = [sign for sign in text if sign > "\x7f"]
    known = set(letters) | set(letters.upper()) | set(_SIGNS)
    fitting = sum(1 for sign in beyond if sign in known)
    odd = sum(1 for match in _UNNATURAL.finditer(text) if match[0] > "\x7f")
    return round((fitting - odd) / max(len(beyond), 1), 2)
