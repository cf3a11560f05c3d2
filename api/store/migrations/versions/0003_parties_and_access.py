"""Parties and access."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.String(27)


def upgrade() -> None:
    """From facts, scores, consents and audit."""
    op.create_table(
        "institution",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("park", sa.String(60)),
        sa.Column("region", sa.String(6)),
        sa.Column("zone_type", sa.String(8)),
        sa.Column("zone_level", sa.String(12)),
        sa.Column("runs_distress", sa.Boolean, nullable=False),
        sa.Column("stopped", sa.String(400)),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "branch",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("institution_id", sa.String(40), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("institution_id", sa.String(40), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("branch_id", sa.String(40), sa.ForeignKey("branch.id")),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("uscc", sa.String(18), index=True),
        sa.Column("login", sa.String(120), unique=True),
        sa.Column("name", sa.String(120)),
        sa.Column("password", sa.String(200)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("institution_id", sa.String(40), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(400), nullable=False),
        sa.Column("sandbox", sa.Boolean, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "assignment",
        sa.Column("person_id", sa.String(40), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("uscc", sa.String(18), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_table("sandbox_firm", sa.Column("uscc", sa.String(18), primary_key=True))
    op.create_table(
        "session",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(40), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("uscc", sa.String(18), nullable=False, index=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("letter", sa.String(64), nullable=False),
        sa.Column("letter_reference", sa.String(200), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("institution_id", sa.String(40), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("uscc", sa.String(18), index=True),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("expires_on", sa.String(10)),
        sa.Column("proposed_by", sa.String(40), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(40)),
        sa.Column("decided_at", INSTANT),
    )
    op.create_table(
        "stop",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("institution_id", sa.String(40), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
    )
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("at", INSTANT, nullable=False, index=True),
    )


def downgrade() -> None:
    """Back to facts, scores, consents and audit."""
    for table in ("idempotency", "stop", "approval", "invitation", "session", "sandbox_firm", "assignment"):
        op.drop_table(table)
    for table in ("client", "person", "branch", "institution"):
        op.drop_table(table)
