"""What the tests of real mail share: one Postfix and one Dovecot for each file of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from mail_pair import MailPair, missing

sys.path.pop(0)


@pytest.fixture(scope="module")
def pair(need: Callable[[object, str], None]) -> Iterator[MailPair]:
    """The two servers, with empty mailboxes."""
    need(not missing(), missing())
    servers = MailPair()
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
