"""The language of a complaint or a script, from its words."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

#: The languages that are told apart: ours, and those that most complaints are written in.
_LANGUAGES = (
    "en", "et", "he", "ro", "pl", "fa", "ar", "bg", "cs", "da", "de", "el", "es", "fi", "fr", "hi",
    "hr", "hu", "it", "ja", "ko", "lt", "lv", "nl", "no", "pt", "ru", "sk", "sl", "sv", "th", "tr",
    "uk", "ur", "vi", "zh",
)  # fmt: skip
#: Fewer letters than this tell too little; so does more, which only takes time.
_FEWEST, _MOST = 12, 200
_SURE, _SURE_OF_FEW = 0.9, 0.97


@cache
def _identifier() -> Any:
    from voicenote.worker import off_the_clock

    with off_the_clock():
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        identifier.set_languages(_LANGUAGES)
        return identifier


@lru_cache(maxsize=4096)
def detect_language(text: str) -> str:
    """Return the ISO 639 code of the language that `text` is surely in; "" when it isn't sure."""
    start = text[:_MOST]
    letters = sum(map(str.isalpha, start))
    if letters < _FEWEST:
        return ""
    code, sure = _identifier().classify(start)
    return str(code) if sure >= (_SURE if letters >= 60 else _SURE_OF_FEW) else ""
