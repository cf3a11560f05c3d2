"""Logins of people: failures in a row, sessions, whose session it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from api.auth.roles import Principal
from api.store.known import SCOPED, Known, principal_of
from api.store.prepared import Prepared, Where
from api.store.tables import InstitutionRow, PersonRow, SessionRow, table_of

_P, _S = table_of(PersonRow).c, table_of(SessionRow).c
_PERSON = select(_P.id.label("person"), _P.role, _P.branch_id, _P.uscc, *SCOPED).join_from(
    table_of(PersonRow), table_of(InstitutionRow), SCOPED[0] == _P.institution_id
)
_BY_SESSION = Prepared(
    _PERSON.add_columns(_S.csrf)
    .join(table_of(SessionRow), _S.person_id == _P.id)
    .where(
        _S.id == bindparam("session"),
        _S.expires_at > bindparam("now", type_=_S.expires_at.type),
        _P.password.is_not(None),
    )
)


class Logins:
    """People who log in."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def person_of_session(self, session: str) -> tuple[Known, str] | None:
        """The person whose session it is (SHA-256 of the cookie), and the digest of its CSRF token."""
        row = _BY_SESSION.first(self._where, {"session": session, "now": datetime.now(UTC)})
        return (Known(_person(row), row.stopped), row.csrf) if row else None

    def by_id(self, person: str) -> Known:
        """A person that is there."""
        row = self._where.execute(_PERSON.where(_P.id == person)).one()
        return Known(_person(row), row.stopped)

    def by_login(self, login: str) -> Any:
        """The row of a person by login: id, password, failures, locked_until."""
        columns = (
            PersonRow.id,
            PersonRow.password,
            PersonRow.failures,
            PersonRow.locked_until,
            PersonRow.institution_id,
        )
        return self._where.execute(select(*columns).where(PersonRow.login == login).with_for_update()).first()

    def failed(self, person: str, failures: int, locked_until: datetime | None) -> None:
        """Keep the number of failed logins in a row."""
        self._where.execute(
            update(PersonRow).where(PersonRow.id == person).values(failures=failures, locked_until=locked_until)
        )

    def opened(self, person: str, session: str, csrf: str, minutes: int) -> None:
        """Keep a login (digests of cookie and CSRF token); ended ones go."""
        now = datetime.now(UTC)
        self._where.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
        self._where.execute(
            insert(SessionRow).values(
                id=session, person_id=person, csrf=csrf, expires_at=now + timedelta(minutes=minutes)
            )
        )

    def ended(self, session: str) -> None:
        """End a login."""
        self._where.execute(delete(SessionRow).where(SessionRow.id == session))


def _person(row: Any) -> Principal:
    return principal_of(row, row.person, "session", branch=row.branch_id, uscc=row.uscc)
