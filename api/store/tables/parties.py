"""Who takes part: institutions, branches, people, machine clients, and the enterprises that a service officer looks after."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant


class InstitutionRow(Base):
    """A bank, park, authority, regulator, operator, or the enterprise side. Its scope is what it may see of enterprises."""

    __tablename__ = "institution"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(200))
    park: Mapped[str | None] = mapped_column(String(60))
    """Of a park: its id in the reference data."""
    region: Mapped[str | None] = mapped_column(String(6))
    """Of an authority: the region within which enterprises are its own (行政区划代码)."""
    zone_type: Mapped[str | None] = mapped_column(String(8))
    zone_level: Mapped[str | None] = mapped_column(String(12))
    runs_distress: Mapped[bool] = mapped_column(default=False)
    """Of a bank: it runs the distress card itself, so that it may read what that card says."""
    stopped: Mapped[str | None] = mapped_column(String(400))
    """Why nothing is answered to it; null: it is answered."""
    created_at: Mapped[datetime] = mapped_column(Instant)


class BranchRow(Base):
    """A branch of a bank (支行)."""

    __tablename__ = "branch"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))


class PersonRow(Base):
    """A person who logs in. Name and login are erased on request; the id, which the audit names, stays."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    branch_id: Mapped[str | None] = mapped_column(ForeignKey("branch.id"))
    role: Mapped[str] = mapped_column(String(24))
    uscc: Mapped[str | None] = mapped_column(String(18), index=True)
    """Of a person of an enterprise: that enterprise."""
    login: Mapped[str | None] = mapped_column(String(120), unique=True)
    name: Mapped[str | None] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; null: cannot log in."""
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class ClientRow(Base):
    """A program of an institution: OAuth 2 client credentials."""

    __tablename__ = "client"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    secret: Mapped[str] = mapped_column(String(64))
    """SHA-256 of 32 random bytes: nothing that could be guessed, so nothing that must be slow."""
    scopes: Mapped[str] = mapped_column(String(400))
    sandbox: Mapped[bool] = mapped_column(default=False)
    """Sees sandbox enterprises only; another client sees none of them."""
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class AssignmentRow(Base):
    """An enterprise that a service officer (企业服务专员) looks after."""

    __tablename__ = "assignment"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class SandboxFirmRow(Base):
    """An enterprise that does not exist, for integrators to try with."""

    __tablename__ = "sandbox_firm"

    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
