"""The Apprise channel: any service that Apprise knows. It cannot say whether a message arrived."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from voicenote.delivery.content import AUDIO, sound_of, words_of
from voicenote.delivery.parcel_checks import ReservedOptions, refuse_reserved, validate_parcel
from voicenote.delivery.port import ChannelInfo, NotFound
from voicenote.errors import Postponed, Refused, Unknown
from voicenote.extras import how_to_install
from voicenote.model.case import Customer
from voicenote.model.receipt import Parcel, Receipt, ReceiptKind
from voicenote.options import Secret, option, validators
from voicenote.options.secret import reveal

if TYPE_CHECKING:
    import apprise

MISSING = "the library apprise is not installed"
_PERSON = "look into the service that Apprise writes to, then say mark-sent or resend"
_UNBOUND = 10**9


@dataclass(frozen=True, kw_only=True)
class AppriseOptions(ReservedOptions):
    """The settings of an Apprise channel."""

    url: Secret | None = option(
        None,
        validators.secret,
        "a reference to the Apprise URL; {to} and {key} in it are filled",
        required=True,
    )
    address: str = option(
        "email",
        validators.choice("email", "phone", "telegram", "whatsapp"),
        "what {to} is: the customer's email, phone, telegram or whatsapp",
    )
    rendition: str = option(
        "mp3",
        validators.choice(*AUDIO, "none"),
        "the sound that is attached: ogg, m4a, mp3, or none",
    )
    timeout: float = option(
        120, validators.seconds, "seconds that handing over one message may take"
    )


class Apprise:
    """A channel that sends through one of Apprise's services."""

    Options = AppriseOptions

    def __init__(self, name: str, options: AppriseOptions, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._options = options
        self._formats = () if options.rendition == "none" else (options.rendition,)
        self._clock = clock

    @property
    def info(self) -> ChannelInfo:
        """Describe the channel: it reports that a message was handed over, and nothing later."""
        return ChannelInfo(
            name=self.name,
            about="a service of Apprise",
            missing=() if find_spec("apprise") else (f"{MISSING}: {how_to_install('apprise')}",),
            tells=frozenset({ReceiptKind.ACCEPTED, ReceiptKind.UNCERTAIN}),
            formats=self._formats,
        )

    def address(self, customer: Customer) -> str:
        """Return the customer's address of the kind chosen in the settings."""
        return customer.address(self._options.address)

    def send(self, parcel: Parcel, commit: Callable[[], None]) -> Receipt:
        """Hand `parcel` over to Apprise, with its sound attached.

        `commit` is called just before, because Apprise cannot be interrupted halfway. When Apprise
        reports a failure, it gives no reason, and the message may have been sent: that raises
        Unknown. Refused and Postponed are raised only before `commit`.
        """
        validate_parcel(parcel)
        refuse_reserved(parcel.to, allowed=self._options.allow_reserved)
        words = words_of(parcel, _UNBOUND)
        if not words and not parcel.subject.strip():
            raise Refused("the message has no words", "write some, or choose another channel")
        sound = sound_of(parcel, self._formats)
        notifier = _notifier(self._url(parcel))
        attached = _attach(parcel, sound[0]) if sound else None
        commit()
        done = self._within(
            lambda: notifier.notify(
                body=words or parcel.subject,
                title=parcel.subject if words else "",
                body_format="text",
                attach=attached,
            )
        )
        if isinstance(done, BaseException):
            what = f"Apprise broke off: {type(done).__name__}"
            raise Unknown(what, _PERSON)  # the error's own text may hold the URL
        if not done:
            raise Unknown(
                "Apprise failed without saying why; some of it may have been sent", _PERSON
            )
        return Receipt(
            kind=ReceiptKind.ACCEPTED,
            at=self._clock().astimezone(UTC),
            detail={"note": "handed over"},
        )

    def _within(self, handing: Callable[[], object]) -> object:
        """Return what `handing` returns or raises, or TimeoutError after `timeout` seconds.

        Apprise's services restart their timeout with each byte, so a slow server could block a run
        forever. A thread cannot be stopped from outside, so it is left to end with the process.
        """
        found: list[object] = []

        def work() -> None:
            try:
                found.append(handing())
            except Exception as error:  # noqa: BLE001  its services may raise anything
                found.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(self._options.timeout)
        return found[0] if found else TimeoutError()

    def ask(self, key: str, message_id: str) -> NotFound:
        """Return `CANNOT_TELL`: Apprise cannot be asked."""
        return NotFound.CANNOT_TELL

    def close(self) -> None:
        """Do nothing: no connection stays open."""

    def _url(self, parcel: Parcel) -> str:
        """Return the URL for a message. Values are percent-encoded and cannot add parts to it."""
        url = reveal(self._options.url).strip()
        if "{to}" not in url:
            raise Postponed(
                "the Apprise URL has no {to}: every customer's message would go to one place",
                "put {to} where the address belongs",
            )
        if not parcel.to.strip():
            raise Refused(
                f"the customer has no {self._options.address}", "note it on the case, then resend"
            )
        to, key = quote(parcel.to, safe=""), quote(parcel.key, safe="")
        return url.replace("{to}", to).replace("{key}", key)


def _notifier(url: str) -> apprise.Apprise:
    """Return an Apprise notifier for `url`. Raises Postponed, whose text never shows the URL."""
    try:
        import apprise
    except ImportError:
        raise Postponed(MISSING, how_to_install("apprise")) from None
    # Apprise and urllib3 log URLs, which hold passwords.
    for name in ("apprise", "urllib3.connectionpool"):
        logging.getLogger(name).addFilter(_mute)
    notifier = apprise.Apprise()
    if not notifier.add(url):
        raise Postponed("Apprise does not understand its URL", "check url with `apprise -vv`")
    if len(notifier) != 1:
        raise Postponed(
            "the Apprise URL names several places",
            "give one; with several, a failure could go unnoticed",
        )
    return notifier


def _attach(parcel: Parcel, kind: str) -> Any:
    from apprise.attachment.file import AttachFile

    made: Any = AttachFile
    return made(parcel.files[kind], name=f"voice-memo.{kind}", mimetype=AUDIO[kind])


def _mute(_record: logging.LogRecord) -> bool:
    return False
