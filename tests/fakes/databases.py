"""A database on a real PostgreSQL for whoever asks, which nobody else has had under its name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """Make a database beside that of `url`, yield its URL, and drop it.

    Its name never comes again: an account remembers what it has seen under a name, and where
    processes share the tests, one of them may set up the same fixture twice.
    """
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"voicenote_{uuid.uuid4().hex}"
    try:
        with admin.connect() as connection:
            connection.execute(text(f"create database {name}"))
        try:
            yield admin.url.set(database=name).render_as_string(hide_password=False)
        finally:
            with admin.connect() as connection:
                connection.execute(text(f"drop database {name} with (force)"))
    finally:
        admin.dispose()
