"""Set up a channel of Telegram or WhatsApp: what is asked, whether it is right, and trying it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voicenote.delivery.port import Dialled, Dials
from voicenote.errors import WrongUse
from voicenote.options import Option, describe, options_of, parse, validators
from voicenote.plugins import CHANNELS, load

#: Seconds for each step of trying a server.
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class SettingQuestion:
    """A setting to ask for. One that isn't `needed` may be left empty.

    `unless` is another setting: where that is set, this isn't asked; `only_with`: where it isn't.
    """

    key: str
    text: str
    needed: bool = True
    unless: str = ""
    only_with: str = ""


#: What each kind asks for, in this order.
QUESTIONS: Mapping[str, tuple[SettingQuestion, ...]] = {
    "telegram": (
        SettingQuestion("token", "The bot's token (in Telegram, write /newbot to @BotFather)"),
    ),
    "whatsapp": (
        SettingQuestion(
            "phone_id", "Phone number ID (developers.facebook.com: WhatsApp, API Setup)"
        ),
        SettingQuestion(
            "token", "Access token of the system user (Business settings, System users)"
        ),
        SettingQuestion(
            "app_secret", "App secret (App settings, Basic); Enter for none", needed=False
        ),
        SettingQuestion(
            "template",
            "An approved template, for customers who have not written for 24 hours",
            needed=False,
            unless="app_secret",
        ),
        SettingQuestion(
            "listen_url", "The https address to listen, with {token}", only_with="template"
        ),
    ),
}


def find_option(kind: str, key: str) -> Option:
    """Return the declaration of a setting. Raises WrongUse, which names those there are."""
    known = {one.key: one for one in describe(options_of(load(CHANNELS).good[kind]()))}
    if key not in known:
        raise WrongUse(f"{kind} has no setting {key!r}", f"known: {', '.join(known)}")
    return known[key]


def is_secret(option: Option) -> bool:
    """Return whether a setting holds a reference to a secret."""
    return option.check is validators.secret


def check_value(option: Option, value: str) -> object:
    """Return a value as the setting takes it. Raises WrongUse, which says why it doesn't."""
    try:
        return option.check(value)
    except ValueError as error:
        what, advice = (*map(str, error.args), option.doc)[:2]
        raise WrongUse(what, advice) from None


def dial_new(
    kind: str, name: str, values: Mapping[str, object], clock: Callable[[], datetime]
) -> list[Dialled]:
    """Try a channel that isn't in the settings yet; `values` has its secrets too.

    Raises BadSettings when they don't fit together.
    """
    maker: Any = load(CHANNELS).good[kind]()
    made = maker(name, parse(options_of(maker), values, f"channels.{name}"), clock)
    with closing(made) as channel:
        return list(channel.dial(SECONDS)) if isinstance(channel, Dials) else []
