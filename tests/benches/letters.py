"""What the benches of channels that write letters have in common."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache

from hypothesis import strategies as st

from tests.benches.bench import CUSTOMER, Arrival


class LetterBench:
    """What the channels of letters have in common."""

    customer = CUSTOMER
    to = CUSTOMER.address("email")
    rendition = "mp3"
    takes = 10 * 2**20
    secrets: tuple[str, ...] = ()
    tells_how_far = True
    addresses = st.sampled_from(["mari@tamm.example", "mari@õun.ee"]) | st.emails()

    @staticmethod
    @lru_cache(maxsize=200)
    def opened(raw: bytes) -> Arrival:
        """Read a letter, which has to be a good one; once, however often it is looked at."""
        message = message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        assert not [part.defects for part in message.walk() if part.defects]
        key = str(message["X-Voicenote-Key"])
        assert message["Message-ID"].startswith(f"<{key}@b")
        (to,) = message["To"].addresses or (None,)
        words = message.get_body(("plain",))
        assert words is not None
        sounds = [part.get_content() for part in message.iter_attachments()]
        return Arrival(
            key=key,
            to=to.addr_spec if to else "",
            words=words.get_content().replace("\r\n", "\n"),
            sound=sounds[0] if sounds else None,
            name=to.display_name if to else None,
        )
