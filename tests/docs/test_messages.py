"""Every error says what to do; and what is said reads as a person would say it."""

from __future__ import annotations

import re

from tests.docs.messages import messages

ALL = list(messages())
#: Errors without an advice of their own: they are a reason within a message that has one.
REASONS = {
    "cli/terminal/row_file.py": "the problems of the row say what to do",
    "delivery/email/autoconfig.py": "the next source is asked, and at last the owner",
    "delivery/email/bounces.py": "why a bounce fits no case",
    "delivery/email/mail.py": "why a customer's file isn't kept",
    "delivery/email/sender_policy.py": "what channels test found; it has the cure",
    "delivery/email/signatures.py": "what channels test found; it has the cure",
    "delivery/http_client.py": "why a customer's file isn't kept",
    "delivery/telegram/telegram_files.py": "why a customer's file isn't kept",
    "delivery/whatsapp/whatsapp_files.py": "why a customer's file isn't kept",
    "engine/run/fetch_files.py": "why a customer's file isn't kept",
    "engine/run/file_store.py": "why a customer's file isn't kept",
    "worker.py": "who calls it says what took too long, and what to do",
}


def test_every_error_says_what_to_do() -> None:
    silent = [one for one in ALL if one.advice == "" and one.file not in REASONS]
    assert [f"{one.file}:{one.line}: {one.what}" for one in silent] == []


def test_every_exception_to_it_is_needed() -> None:
    assert {one.file for one in ALL if one.advice == ""} == set(REASONS)


def test_no_message_shouts_or_speaks_as_a_machine() -> None:
    """And what happened has no full stop, as what to do follows it."""
    odd = []
    for one in ALL:
        for text in filter(None, (one.what, one.advice)):
            plain = re.sub(r"\{[^{}]*\}", "", text)
            shouts = re.search(
                r"\w!(?:\s|$)|\b(?:oops|invalid|illegal|please note)\b", plain.lower()
            )
            if shouts or (one.advice and one.what.endswith(".")):
                odd.append(f"{one.file}:{one.line}: {text}")
    assert odd == []
