"""Facts, kept scores, consents, the audit chain, public keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.String(27)


def upgrade() -> None:
    """Beside the releases."""
    _facts()
    _scores_and_consents()
    _audit()
    op.create_table(
        "signing_key",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("public", sa.String(200), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT),
        sa.Column("retired_by", sa.String(200)),
        sa.Column("reason", sa.String(2000)),
        sa.Column("compromised", sa.Boolean, nullable=False),
    )


def _facts() -> None:
    op.create_table(
        "load",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("fingerprint", sa.String(71), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("known_from_rule", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.UniqueConstraint("fingerprint", "owner", "source", "known_from_rule", name="load_once"),
    )
    op.create_table(
        "fact",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("table", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("known_from", sa.Date, nullable=False),
        sa.Column("known_by", sa.String(12), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("retracted", sa.Boolean, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("load", SERIAL, sa.ForeignKey("load.number"), nullable=False, index=True),
    )
    op.create_index("fact_of_firm", "fact", ["uscc", "owner", "number"])
    op.create_table(
        "firm",
        sa.Column("uscc", sa.String(18), primary_key=True),
        sa.Column("name", sa.String(500), index=True),
        sa.Column("region_code", sa.String(6), index=True),
        sa.Column("park", sa.String(500), index=True),
        sa.Column("zone_type", sa.String(16)),
        sa.Column("zone_level", sa.String(16)),
        sa.Column("known_from", sa.Date, nullable=False),
    )


def _scores_and_consents() -> None:
    op.create_table(
        "score",
        sa.Column("uscc", sa.String(18), primary_key=True),
        sa.Column("release", sa.String(71), primary_key=True),
        sa.Column("as_of", sa.Date, primary_key=True),
        sa.Column("known_at", sa.Date, primary_key=True),
        sa.Column("fingerprint", sa.String(71), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("purposes", sa.JSON, nullable=False),
        sa.Column("scope", sa.JSON, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("evidence", sa.String(71), nullable=False),
        sa.Column("written", sa.Boolean, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
    )
    op.create_index("consent_of_firm", "consent", ["uscc", "recipient"])
    op.create_table(
        "consent_withdrawal",
        sa.Column("consent_id", sa.String(32), sa.ForeignKey("consent.id"), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
    )


def _audit() -> None:
    op.create_table(
        "access",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("institution", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("uscc", sa.String(18), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("release", sa.String(71), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("place", SERIAL, unique=True),
        sa.Column("digest", sa.String(64)),
    )
    unsealed = sa.text("place IS NULL")
    op.create_index("access_unsealed", "access", ["number"], sqlite_where=unsealed, postgresql_where=unsealed)
    op.create_index("access_of_firm", "access", ["uscc", "at"])
    op.create_index("access_of_institution", "access", ["institution", "at"])
    op.create_table(
        "audit_seal",
        sa.Column("place", SERIAL, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )


def downgrade() -> None:
    """Back to the releases alone."""
    for table in (
        "signing_key",
        "audit_seal",
        "access",
        "consent_withdrawal",
        "consent",
        "score",
        "firm",
        "fact",
        "load",
    ):
        op.drop_table(table)
