"""The store by its URL: opened, brought to the newest schema, used in sessions that commit once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from api.store.prepared import Where, connection_of, driver
from api.store.tables import Base
from features.errors import ValueProblem

URL = "DENGTI_STORE"
"""Environment variable: the store's URL."""
DEFAULT = "sqlite:///var/dengti.db"


@dataclass(frozen=True)
class Timeouts:
    """After how many seconds PostgreSQL ends what holds others up. SQLite's one writer waits ten seconds for another."""

    statement: float
    lock: float
    idle_in_transaction: float

    def settings(self) -> dict[str, str]:
        """As PostgreSQL names them."""
        return {
            "statement_timeout": f"{self.statement}s",
            "lock_timeout": f"{self.lock}s",
            "idle_in_transaction_session_timeout": f"{self.idle_in_transaction}s",
        }


class Store:
    """One database; a block ``with Store()`` closes its connections.

    ``timeouts`` are a service's; a command of an operator may take its time. Raises `ValueProblem` where the URL names none
    that can be reached.
    """

    def __init__(self, url: str | None = None, timeouts: Timeouts | None = None) -> None:
        stated = url or os.environ.get(URL) or DEFAULT
        try:
            parsed = make_url(stated)
            if parsed.drivername in ("postgresql", "postgres"):
                parsed = parsed.set(drivername="postgresql+psycopg")
            if parsed.get_backend_name() == "sqlite" and parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            # The connection that was used last has its pages and plans at hand.
            self.engine = create_engine(parsed, pool_use_lifo=True)
            if parsed.get_backend_name() == "sqlite":
                event.listen(self.engine, "connect", _sqlite)
            self.migrate()
            if timeouts and parsed.get_backend_name() == "postgresql":
                # From now on: a migration may wait and take longer.
                self.engine.dispose()
                event.listen(self.engine, "connect", lambda connection, _: _limited(connection, timeouts))
        except (ArgumentError, OperationalError, ModuleNotFoundError, OSError) as error:
            raise ValueProblem(
                field=URL,
                value=stated.rpartition("@")[2],
                rule=f"数据库无法打开 / the store cannot be opened: {str(error).splitlines()[0][:200]}",
                remedy="例如 / for example: sqlite:///var/dengti.db · postgresql://user:password@host/dengti",
            ) from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that commits at its end, or rolls back where an error leaves it."""
        with Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The same without the objects of a session, which cost a request as much as its statements."""
        with self.engine.begin() as connection:
            yield connection

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema to the newest revision, or back to a former one, which only an empty store survives whole."""
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            (command.upgrade if revision == "head" else command.downgrade)(config, revision)


def unless_there(where: Where, table: type[Base], row: dict[str, Any]) -> bool:
    """Insert a row unless one with its key is there already; whether it was inserted."""
    # Both dialects have the clause, the common statement has not.
    dialect = postgresql if connection_of(where).dialect.name == "postgresql" else sqlite
    done = where.execute(dialect.insert(table).values(row).on_conflict_do_nothing().returning(text("1")))
    return done.first() is not None


def alone(where: Where, what: int) -> None:
    """Wait until no other transaction does the same kind of work, and keep others out until this one ends.

    To be called before the transaction reads: SQLite keeps out every other writer, PostgreSQL those that name ``what``.
    """
    if not writing(where):
        where.execute(text("SELECT pg_advisory_xact_lock(:what)"), {"what": what})


def writing(where: Where) -> bool:
    """On SQLite a transaction that will write says so at once: it then reads what holds until it ends. Whether it is SQLite."""
    connection = connection_of(where)
    if connection.dialect.name != "sqlite":
        return False
    if not cast(Any, connection.connection.dbapi_connection).in_transaction:
        driver(connection, "BEGIN IMMEDIATE").close()
    return True


def _limited(connection: Any, timeouts: Timeouts) -> None:
    with connection.cursor() as cursor:
        for name, value in timeouts.settings().items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()


def _sqlite(connection: Any, _: object) -> None:
    """Readers beside one writer; a second writer waits; references hold; what is replaced counts as deleted."""
    for pragma in (
        "journal_mode = WAL",
        "busy_timeout = 10000",
        "foreign_keys = ON",
        "synchronous = FULL",
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
