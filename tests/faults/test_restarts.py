"""A database server that restarts in the midst of any command: try again, and nothing is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from sqlalchemy import Engine, event, make_url

from tests.fakes.databases import own_database
from tests.faults.every_command import WITH_LEDGER, begin, call

#: Before which of a command's statements the server goes: as it opens, looks, and works.
MOMENTS = (1, 6)


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    """A database of its own, whose sessions nobody else misses."""
    with own_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="module")
def home(url: str, tmp_path_factory: pytest.TempPathFactory, states: Iterator[str]) -> Path:
    """A workspace whose ledger is on the server."""
    home = tmp_path_factory.mktemp("restarts") / "home"
    begin(home, VOICENOTE_LEDGER__URL=url)
    return home


class Restart:
    """Ends every session of a database before the statement of that number."""

    def __init__(self, url: str, moment: int) -> None:
        self.left = moment
        self.address = make_url(url).set(drivername="postgresql").render_as_string(False)

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "advisory_unlock" in statement:
            return  # all is done then
        self.left -= 1
        if self.left == 0:
            with psycopg.connect(self.address) as admin:
                admin.execute(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )


def restarted(line: str, home: Path, url: str, moment: int) -> tuple[Result, bool]:
    """Run a command during which the server restarts; tell too whether it came to that."""
    restart = Restart(url, moment)
    event.listen(Engine, "before_cursor_execute", restart)
    try:
        done = call(line, home, VOICENOTE_LEDGER__URL=url)
    finally:
        event.remove(Engine, "before_cursor_execute", restart)
    return done, restart.left <= 0


@pytest.mark.parametrize("line", WITH_LEDGER)
def test_a_restart_in_the_midst_of_a_command_is_a_reason_to_try_again(
    line: str, home: Path, url: str
) -> None:
    for moment in MOMENTS:
        done, reached = restarted(line, home, url, moment)
        if not reached:
            break
        assert done.exit_code == 75, (moment, done.stdout, done.stderr)
        assert "the database" in done.stderr, moment
        assert "run the same command again" in done.stderr, moment
    assert call("cases", home, VOICENOTE_LEDGER__URL=url).exit_code == 0


def test_doctor_names_a_server_that_restarts(home: Path, url: str) -> None:
    done, _ = restarted("doctor", home, url, 9)
    assert done.exit_code == 1
    assert "!!" in done.stdout
    assert ": the database server ends, or starts again\n      run the same" in done.stdout
