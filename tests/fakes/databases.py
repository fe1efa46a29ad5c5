"""A database on a real PostgreSQL for whoever asks; and ledgers that are soon opened."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, create_engine, make_url, text

from voicenote.ledger import store


class _Compiled(dict[tuple[Any, ...], Any]):
    """Compiled statements by their dialect's name: each engine has a dialect of its own."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let the ledgers of a process share what SQLAlchemy has compiled.

    A command opens one ledger, and the tests thousands: they compiled each statement as often.
    """
    compiled = _Compiled()

    def create_sharing(*words: Any, **options: Any) -> Engine:
        engine = create_engine(*words, **options)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    with patch.object(store, "create_engine", create_sharing):
        yield


@contextmanager
def own_database(url: str, template: str = "") -> Iterator[str]:
    """Make a database beside that of `url`, yield its URL, and drop it.

    It is empty, or a copy of the database of the URL `template`, to which nobody is connected.

    Its name never comes again: an account remembers what it has seen under a name, and where
    processes share the tests, one of them may set up the same fixture twice.
    """
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"voicenote_{uuid.uuid4().hex}"
    try:
        with admin.connect() as connection:
            like = f" template {make_url(template).database}" if template else ""
            connection.execute(text(f"create database {name}{like}"))
        try:
            yield admin.url.set(database=name).render_as_string(hide_password=False)
        finally:
            with admin.connect() as connection:
                connection.execute(text(f"drop database {name} with (force)"))
    finally:
        admin.dispose()
