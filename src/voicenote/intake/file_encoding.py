"""The code page of a file: by its letters, its owner's habit, or statistics for East Asia."""

from __future__ import annotations

from voicenote.codepages import detect_codepage

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


def choose_codepage(sample: bytes, language: str) -> str:
    """Return the code page of `sample` (lines that aren't UTF-8); `language` is the owner's.

    charset-normalizer looks for East Asian encodings where no letters fit; the owner's code page
    or cp1252 is the last resort.
    """
    habit = _HABIT.get(language.partition("-")[0], "cp1252")
    page, share = detect_codepage(sample, habit)
    if share >= 0.9:
        return page
    high = sum(1 for byte in sample if byte > 127)
    if high > sum(1 for byte in sample if chr(byte).isalpha() and byte < 128):
        from charset_normalizer import from_bytes

        found = from_bytes(sample[:16_384], cp_isolation=_EAST_ASIA, threshold=0.5).best()
        if found is not None:
            return str(found.encoding)
    return page if share >= 0.5 else habit
