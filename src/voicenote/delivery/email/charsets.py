"""Decode the bytes of a letter, whatever its charset is called, and even if the label is wrong.

Importing this teaches Python names of charsets that mail programs use, for headers too.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from functools import lru_cache

from voicenote.codepages import PAGES, detect_codepage

#: Names that mail programs use → Python's; both without signs. What only has a prefix ("x-",
#: "windows-", "ms") or a suffix (the direction of Hebrew, "-i" and "-e") is found by `_spell`.
_NAMES = {
    "ansi": "cp1252",
    "ansix341968": "ascii",
    "sjis": "cp932",
    "windows31j": "cp932",
    "ksc56011987": "cp949",
    "iso2022jpms": "iso2022_jp_ext",
    "unicode11utf7": "utf-7",
    "unicode20utf7": "utf-7",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
    "visual": "iso8859-8",
    "logical": "iso8859-8",
    "macce": "mac_latin2",
}
#: Charset → the larger one that is really used under its name.
_WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "tis-620": "cp874", "iso8859-1": "cp1252", "iso8859-9": "cp1254",
}  # fmt: skip
#: Charsets whose bytes look like ASCII, or hold zeros: only the label can tell.
_LABELLED = ("iso2022", "utf7", "hz", "utf16", "utf32")
#: Codecs that are not charsets of letters.
_ODD = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "unicode_escape")
#: Charsets of our languages and neighbours, for text whose label is wrong.
_LIKELY = (
    "cp1255", "cp1250", "cp1257", "cp1256", "cp1251", "iso8859_2", "iso8859_16", "iso8859_13",
    "cp1252", "cp862", "cp852", "koi8_r",
)  # fmt: skip
#: Signs that no language has within a word: they come of a wrong label.
_BROKEN = re.compile(
    r"(?<=[^\W\d_])[\u0080-\u00a9\u00ab-\u00ac\u00ae-\u00b6\u00b8-\u00b9\u00bb-\u00bf×÷]"
)


def decode(raw: bytes, label: str) -> str:
    """Return the text of `raw`; `label` is the charset it is said to be in, or "".

    Bytes that are UTF-8 are hardly ever anything else, so that is tried first.
    """
    codec = _codec(label)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16"
    if not re.sub(r"\W|_", "", codec).startswith(_LABELLED):
        if (text := _try(raw.removeprefix(codecs.BOM_UTF8), "utf-8")) is not None:
            return text
        if codec in ("", "utf-8", "ascii"):
            return raw.decode(detect_codepage(raw)[0], "replace")
    text, page = _try(raw, codec), codec.replace("-", "_")
    if text is None or page in PAGES or not _is_plausible(text):
        return raw.decode(detect_codepage(raw, page)[0], "replace")
    return text


def readings(raw: bytes, label: str) -> tuple[str, ...]:
    """Return all that `raw` may say, the likeliest first: several if the label may be wrong.

    An opt-out has to be heard even where a program has labelled it wrongly.
    """
    others = () if _try(raw, "utf-8") is not None else _LIKELY
    return tuple(
        dict.fromkeys((decode(raw, label), *(raw.decode(one, "replace") for one in others)))
    )


def _spell(name: str) -> str:
    """Return Python's spelling of a charset's name; "" when we know none."""
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    if known := _NAMES.get(bare) or _NAMES.get(bare.removeprefix("x")):
        return known
    if found := re.fullmatch(r"x?(iso8859)(\d+)[ielv]?", bare):
        return f"{found[1]}_{found[2]}"
    if found := re.fullmatch(r"x?(?:windows|win|cp|ibm|ms|dos|codepage)+(\d{3,5})", bare):
        return {"65001": "utf-8", "20866": "koi8-r"}.get(found[1], f"cp{found[1]}")
    if found := re.fullmatch(r"x?mac(?:os)?(\w*)", bare):
        return f"mac_{found[1] or 'roman'}"
    return re.sub(r"^(?:x|cs)[-_]?", "", name.lower())  # x-gbk, csBig5


def _search(name: str) -> codecs.CodecInfo | None:
    other = _spell(name)
    if not other or other.replace("-", "_") == name.replace("-", "_"):
        return None
    try:
        return codecs.lookup(other)
    except LookupError:
        return None


codecs.register(_search)


@lru_cache
def _codec(label: str) -> str:
    """Return Python's name of a charset that turns bytes into text, or "" if it has none."""
    name = label.strip()
    try:
        info = codecs.lookup(name)
        with suppress(UnicodeDecodeError):
            b"a".decode(name)  # only codecs of text can do this
    except (LookupError, ValueError):
        return ""
    return "" if info.name in _ODD else _WIDER.get(info.name, info.name)


def _try(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except ValueError:
        return None


def _is_plausible(text: str) -> bool:
    """Return whether decoded text looks like words.

    Hebrew or Cyrillic bytes read as Latin are words without any plain letter.
    """
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd\ue000-\uf8ff]", text) or _BROKEN.search(text):
        return False
    letters = [sign for sign in text if sign.isalpha()]
    accented = sum("\u0080" <= sign < "\u0250" for sign in letters)
    return accented < 2 or accented * 2 <= len(letters)
