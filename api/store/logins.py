"""Logins of people: failures in a row, sessions, whose session it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from api.auth.roles import Principal
from api.store.known import SCOPED, Known, principal_of
from api.store.tables import InstitutionRow, PersonRow, SessionRow, table_of

_P, _S = table_of(PersonRow).c, table_of(SessionRow).c
# Made once, of plain tables: to put a statement together costs more than to execute it.
_PERSON = select(_P.id.label("person"), _P.role, _P.branch_id, _P.uscc, *SCOPED).join_from(
    table_of(PersonRow), table_of(InstitutionRow), SCOPED[0] == _P.institution_id
)
_BY_SESSION = (
    _PERSON.add_columns(_S.csrf)
    .join(table_of(SessionRow), _S.person_id == _P.id)
    .where(_S.id == bindparam("session"), _S.expires_at > bindparam("now"), _P.password.is_not(None))
)


class Logins:
    """People who log in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def person_of_session(self, session: str) -> tuple[Known, str] | None:
        """The person whose session it is (SHA-256 of the cookie), and the digest of its CSRF token."""
        row = self._session.connection().execute(_BY_SESSION, {"session": session, "now": datetime.now(UTC)}).first()
        return (Known(_person(row), row.stopped), row.csrf) if row else None

    def by_id(self, person: str) -> Known:
        """A person that is there."""
        row = self._session.execute(_PERSON.where(_P.id == person)).one()
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
        return self._session.execute(select(*columns).where(PersonRow.login == login).with_for_update()).first()

    def failed(self, person: str, failures: int, locked_until: datetime | None) -> None:
        """Keep the number of failed logins in a row."""
        self._session.execute(
            update(PersonRow).where(PersonRow.id == person).values(failures=failures, locked_until=locked_until)
        )

    def opened(self, person: str, session: str, csrf: str, minutes: int) -> None:
        """Keep a login (digests of cookie and CSRF token); ended ones go."""
        now = datetime.now(UTC)
        self._session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
        self._session.execute(
            insert(SessionRow).values(
                id=session, person_id=person, csrf=csrf, expires_at=now + timedelta(minutes=minutes)
            )
        )

    def ended(self, session: str) -> None:
        """End a login."""
        self._session.execute(delete(SessionRow).where(SessionRow.id == session))


def _person(row: Any) -> Principal:
    return principal_of(row, row.person, "session", branch=row.branch_id, uscc=row.uscc)
