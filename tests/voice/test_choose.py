from __future__ import annotations

import pytest

from voicenote.errors import VoiceUnavailable
from voicenote.voice.choose import Offer, choose
from voicenote.voice.port import VoiceInfo


def offer(name: str, **changes: object) -> Offer:
    info: dict[str, object] = {
        "name": name,
        "languages": frozenset(),
        "licence": "MIT",
        "synthetic": name != "recorded",
        "quality": {"recorded": 100, "neural": 5, "system": 1, "silent": 0}[name],
        "installed": True,
        "advice": f"install {name}",
    }
    lacks = changes.pop("lacks", ())
    return Offer(info=VoiceInfo(**{**info, **changes}), lacks=lacks)  # type: ignore[arg-type]


SILENT, SYSTEM, NEURAL, RECORDED = map(offer, ("silent", "system", "neural", "recorded"))
ENGLISH = offer("neural", languages=frozenset({"en"}))
GAPPY = offer("recorded", lacks=("Hello Dana.", "Bye."))
AWAY = offer("neural", installed=False)


@pytest.mark.parametrize(
    ("wish", "language", "offers", "name", "reason"),
    [
        ((), "en", (SILENT, SYSTEM, NEURAL, RECORDED), "recorded", "your own voice"),
        (("auto",), "en", (SYSTEM, GAPPY), "system", "lacks “Hello Dana.” and 1 more"),
        (("auto",), "en-GB", (SYSTEM, ENGLISH), "neural", "best synthetic voice here for en"),
        (("auto",), "pl", (SYSTEM, ENGLISH), "system", "neural does not speak pl"),
        (("auto",), "en", (SYSTEM, AWAY), "system", "neural is not ready"),
        (("silent",), "en", (SILENT, SYSTEM), "silent", "you asked for silent"),
        (("recorded", "system"), "en", (GAPPY, SYSTEM), "system", "recorded lacks"),
        (("nobody", "auto"), "en", (SYSTEM,), "system", "nobody is not known"),
    ],
)
def test_the_first_voice_that_can_say_all_of_it(
    wish: tuple[str, ...], language: str, offers: tuple[Offer, ...], name: str, reason: str
) -> None:
    choice = choose(wish, language, offers)
    assert choice.name == name
    assert reason in choice.why


@pytest.mark.parametrize(("misheard", "told"), [(20, False), (36, True)])
@pytest.mark.parametrize("wish", ["auto", "system"])
def test_a_voice_that_is_hardly_understood_is_told_with_its_choice(
    wish: str, misheard: int, *, told: bool
) -> None:
    """Not to whoever named it: they have heard it."""
    choice = choose((wish,), "pl-PL", (offer("system", misheard={"pl": misheard}),))
    assert ("mishears about 36 of 100 words" in choice.why) is (told and wish == "auto")


@pytest.mark.parametrize(
    ("wish", "offers", "words"),
    [
        (("recorded",), (GAPPY, SYSTEM), "recorded lacks"),
        (("auto",), (SILENT,), "no voice"),
        (("neural",), (AWAY,), "neural is not ready"),
        (("nobody",), (SYSTEM,), "nobody is not known"),
        (("auto",), (), "no voice"),
    ],
)
def test_when_none_can_it_says_why_and_what_to_do(
    wish: tuple[str, ...], offers: tuple[Offer, ...], words: str
) -> None:
    with pytest.raises(VoiceUnavailable, match=words) as caught:
        choose(wish, "en", offers)
    assert caught.value.advice


def test_when_no_voice_knows_the_language_the_advice_is_those_there_are() -> None:
    polish = offer("system", languages=frozenset({"pl", "en"}))
    with pytest.raises(VoiceUnavailable, match="in xx") as caught:
        choose(("auto",), "xx", (polish, ENGLISH, SILENT))
    assert caught.value.advice == "the languages there are: en, pl"


def test_a_voice_that_could_if_it_were_ready_is_what_is_advised() -> None:
    polish = offer("system", languages=frozenset({"pl"}), installed=False)
    with pytest.raises(VoiceUnavailable) as caught:
        choose(("auto",), "pl", (polish, ENGLISH))
    assert caught.value.advice == "install system"
