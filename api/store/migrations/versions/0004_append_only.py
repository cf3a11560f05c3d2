"""The database itself refuses to change or delete what is only ever added to."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

APPEND_ONLY = ("fact", "consent", "consent_withdrawal", "score", "audit_seal", "release", "release_event", "stop")
"""Nothing of these changes. People's names are in ``person`` and stay erasable."""
AUDIT = (
    *("number", "at", "actor", "institution", "channel", "action"),
    *("purpose", "uscc", "fields", "consent", "release", "outcome"),
)
"""What an audit entry says; a seal gives it ``place`` and ``digest``, once."""


def upgrade() -> None:
    """From parties and access."""
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()


def downgrade() -> None:
    """Back."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in (*APPEND_ONLY, "access"):
        for what in ("update", "delete", *(("truncate",) if postgresql else ())):
            op.execute(f"DROP TRIGGER {table}_no_{what}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION append_only()")


def _sqlite() -> None:
    for table in (*APPEND_ONLY, "access"):
        for what in ("update", "delete"):
            when = "" if (table, what) != ("access", "update") else f" WHEN NOT ({_sealed('IS')})"
            op.execute(
                f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table}{when} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in (*APPEND_ONLY, "access"):
        for what in ("update", "delete", "truncate"):
            each = "STATEMENT" if what == "truncate" else "ROW"
            when = ""
            if (table, what) == ("access", "update"):
                when = f" WHEN (NOT ({_sealed('IS NOT DISTINCT FROM')}))"
            op.execute(
                f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} "
                f"FOR EACH {each}{when} EXECUTE FUNCTION append_only()"
            )


def _sealed(same: str) -> str:
    """That an entry gets its seal and stays as it is otherwise. JSON has no equality in PostgreSQL, its text has."""

    def of(row: str, column: str) -> str:
        return f"CAST({row}.{column} AS TEXT)" if column == "fields" else f'{row}."{column}"'

    kept = " AND ".join(f"{of('NEW', column)} {same} {of('OLD', column)}" for column in AUDIT)
    return f"OLD.place IS NULL AND NEW.place IS NOT NULL AND NEW.digest IS NOT NULL AND {kept}"
