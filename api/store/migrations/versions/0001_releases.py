"""Releases and what was done with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "release",
        sa.Column("id", sa.String(71), primary_key=True),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("files", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "release_event",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("release_id", sa.String(71), sa.ForeignKey("release.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.String(27), nullable=False, index=True),
        sa.Column("reason", sa.String(2000), nullable=False),
    )


def downgrade() -> None:
    """Back to nothing."""
    op.drop_table("release_event")
    op.drop_table("release")
