"""What the tests of real mail share: one Postfix and one Dovecot for each file of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.mail_pair import MailPair, missing


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
