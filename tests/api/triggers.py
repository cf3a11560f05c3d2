"""What the database refuses by triggers, and how an attacker goes past them."""

from __future__ import annotations

from sqlalchemy import text

from api.store.database import Store


def without_triggers(store: Store) -> None:
    """What an attacker with the owner's rights does first: the triggers that refuse changes are dropped."""
    postgresql = store.engine.dialect.name == "postgresql"
    with store.engine.begin() as connection:
        found = (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
            if postgresql
            else "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        )
        for name, table in connection.execute(text(found)).all():
            connection.execute(text(f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else "")))
