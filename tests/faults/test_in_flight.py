"""What a killed pass had in flight on PostgreSQL is shown until it is settled, minutes later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.fakes.databases import own_database
from tests.faults.every_command import begin, call
from voicenote.engine.run.recovery import GRACE


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """A database of its own."""
    with own_database(postgres_url) as url:
        yield url


def test_what_a_killed_pass_had_in_flight_is_shown_and_settled_later(
    url: str, tmp_path: Path
) -> None:
    home, env = tmp_path / "home", {"VOICENOTE_LEDGER__URL": url}
    begin(home, **env)
    engine = create_engine(url, poolclass=NullPool)

    def claimed(ago: timedelta) -> None:
        """Leave the first memo as a pass does that dies while it claims."""
        died = "update touches set state = 'sending', claim = 'x', claimed_at = now() - :ago"
        with engine.begin() as connection:
            connection.execute(text(f"{died} where \"case\" = 1 and kind = 'memo'"), {"ago": ago})

    claimed(timedelta(minutes=2))
    done = call("run", home, **env)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "case 1: the memo is being sent since" in done.stderr
    assert "settled after" in done.stderr
    assert '"message": ' in call("run --json", home, **env).stdout.partition('"in_flight": ')[2]
    assert "memo being sent since" in call("cases", home, **env).stdout
    assert "memo by outbox: being sent since" in call("show 1", home, **env).stdout
    claimed(GRACE + timedelta(minutes=1))
    done = call("run", home, **env)
    assert "in flight" not in done.stderr
