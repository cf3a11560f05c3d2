"""Institutions, branches, people, programs and their assignments in the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from api.auth import passwords
from api.auth.roles import ROLES_OF, SCOPES, Role
from api.auth.tokens import digest, new_id, new_secret
from api.store.tables import (
    AssignmentRow,
    BranchRow,
    ClientRow,
    InstitutionRow,
    PersonRow,
    SandboxFirmRow,
    SessionRow,
)
from api.store.tables.base import Base
from features.errors import ValueProblem
from features.identifiers import regions, uscc

ENTERPRISES = "enterprises"
"""The one institution of all people of enterprises; each of them sees one enterprise."""


class Parties:
    """Who takes part. Changes raise `ValueProblem` where what is said of a party is wrong."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # -- institutions -----------------------------------------------------------------------------------------------------

    def institution(self, name: str, kind: str, *, named: str | None = None, **scope: Any) -> str:
        """Make an institution; its id. ``scope``: park, region, zone_type, zone_level, runs_distress."""
        _one_of("kind", kind, ROLES_OF)
        _said("name", name)
        for field, known in (("zone_type", ("htz", "etz")), ("zone_level", ("national", "provincial"))):
            if scope.get(field) is not None:
                _one_of(field, scope[field], known)
        if scope.get("region") is not None:
            regions.check_region(scope["region"], "region")
        if kind == "park" and not scope.get("park"):
            raise _wrong("park", None, "高新区须写明其编号 / a park states its id", "--park liuzhou")
        if zone := regions.find_zone(scope.get("park") or ""):
            # Enterprises are within a park by its id, however their sources write it.
            scope["park"] = zone.id
        if kind == "authority" and not scope.get("region"):
            raise _wrong("region", None, "主管部门须写明辖区 / an authority states its region", "--region 450000")
        scope.setdefault("runs_distress", False)
        return self._add(InstitutionRow, named or new_id("inst"), name=name.strip(), kind=kind, **scope)

    def institutions(self, after: str = "", limit: int = 1000) -> list[dict[str, Any]]:
        """Institutions by id."""
        asked = select(*InstitutionRow.__table__.columns).where(InstitutionRow.id > after)
        return [dict(row._mapping) for row in self._session.execute(asked.order_by(InstitutionRow.id).limit(limit))]

    def kind_of(self, institution: str) -> str | None:
        """What kind of institution it is; None where there is none."""
        return self._session.scalar(select(InstitutionRow.kind).where(InstitutionRow.id == institution))

    def branch(self, institution: str, name: str) -> str:
        """Make a branch of a bank; its id."""
        self._institution(institution, "bank")
        _said("name", name)
        return self._add(BranchRow, new_id("br"), institution_id=institution, name=name.strip(), stamped=False)

    # -- people -----------------------------------------------------------------------------------------------------------

    def person(
        self,
        institution: str,
        role: str,
        login: str,
        name: str,
        password: str,
        *,
        branch: str | None = None,
        code: str | None = None,
    ) -> str:
        """Make a person who logs in; the id."""
        kind = self._institution(institution)
        _one_of("role", role, sorted(ROLES_OF[kind]))
        _said("login", login)
        if (
            branch is not None
            and self._session.scalar(select(BranchRow.institution_id).where(BranchRow.id == branch)) != institution
        ):
            raise _wrong("branch", branch, "不是该机构的支行 / no branch of that institution", "dengti party list")
        return self._add(
            PersonRow,
            new_id("pers"),
            institution_id=institution,
            role=role,
            login=login.strip(),
            name=name.strip(),
            password=passwords.hashed(password),
            branch_id=branch,
            uscc=code,
            failures=0,
        )

    def person_of_enterprise(self, code: str, login: str, name: str, password: str) -> str:
        """Make a person of an enterprise; the id."""
        if self.kind_of(ENTERPRISES) is None:
            self.institution("企业 / enterprises", "enterprises", named=ENTERPRISES)
        return self.person(ENTERPRISES, Role.ENTERPRISE, login, name, password, code=uscc.check(code)[0])

    def erase(self, person: str) -> None:
        """Erase name, login and password of a person; the id stays, for the audit."""
        done = self._session.execute(
            update(PersonRow).where(PersonRow.id == person).values(name=None, login=None, password=None)
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            raise _wrong("person", person, "没有此人 / no such person", "dengti party list")
        self._session.execute(delete(SessionRow).where(SessionRow.person_id == person))

    # -- programs ---------------------------------------------------------------------------------------------------------

    def new_client(
        self, institution: str, role: str, scopes: Iterable[str], *, sandbox: bool = False
    ) -> tuple[str, str]:
        """Make a program of an institution; its id and its secret, which is not kept."""
        kind = self._institution(institution)
        _one_of("role", role, sorted(ROLES_OF[kind]))
        chosen = sorted(set(scopes))
        for scope in chosen:
            _one_of("scope", scope, SCOPES)
        secret = new_secret()
        client = self._add(
            ClientRow,
            new_id("sandbox" if sandbox else "client"),
            institution_id=institution,
            role=role,
            secret=digest(secret),
            scopes=" ".join(chosen),
            sandbox=sandbox,
        )
        return client, secret

    def close_client(self, client: str) -> None:
        """A program is answered no more."""
        closed = update(ClientRow).where(ClientRow.id == client).values(closed_at=datetime.now(UTC))
        if not self._session.execute(closed).rowcount:  # type: ignore[attr-defined]
            raise _wrong("client", client, "没有这个客户端 / no such program", "dengti party list")

    # -- enterprises of officers and of the sandbox ----------------------------------------------------------------------------

    def assign(self, person: str, code: str) -> None:
        """An enterprise is looked after by a service officer."""
        row = self._session.execute(select(PersonRow.role).where(PersonRow.id == person)).first()
        if row is None or row.role != Role.SERVICE_OFFICER:
            raise _wrong("person", person, "不是企业服务专员 / no service officer", "dengti party list")
        if not self.assigned(person, code):
            self._session.execute(insert(AssignmentRow).values(person_id=person, uscc=code, at=datetime.now(UTC)))

    def unassign(self, person: str, code: str) -> None:
        """An enterprise is no longer looked after by them."""
        self._session.execute(
            delete(AssignmentRow).where(AssignmentRow.person_id == person, AssignmentRow.uscc == code)
        )

    def assigned(self, person: str, code: str) -> bool:
        """Whether the enterprise is theirs."""
        asked = select(AssignmentRow.uscc).where(AssignmentRow.person_id == person, AssignmentRow.uscc == code)
        return self._session.scalar(asked) is not None

    def institution_of(self, person: str) -> str | None:
        """Where a person belongs."""
        return self._session.scalar(select(PersonRow.institution_id).where(PersonRow.id == person))

    def sandbox_firm(self, code: str) -> None:
        """From now on the enterprise is one of the sandbox."""
        code = uscc.check(code)[0]
        if self._session.get(SandboxFirmRow, code) is None:
            self._session.execute(insert(SandboxFirmRow).values(uscc=code))

    # -- helpers -------------------------------------------------------------------------------------------------------------

    def _institution(self, institution: str, kind: str | None = None) -> str:
        found = self.kind_of(institution)
        if found is None or (kind is not None and found != kind):
            raise _wrong("institution", institution, "没有这个机构 / no such institution", "dengti party list")
        return found

    def _add(self, table: type[Base], key: str, *, stamped: bool = True, **values: Any) -> str:
        if stamped:
            values["created_at"] = datetime.now(UTC)
        taken = select(PersonRow.id).where(PersonRow.login == values.get("login"))
        if (table is PersonRow and self._session.scalar(taken)) or self._session.get(table, key) is not None:
            field = "login" if table is PersonRow else "id"
            raise _wrong(field, values.get("login", key), "已有人使用 / already in use", "换一个 / choose another")
        self._session.execute(insert(table).values(id=key, **values))
        return key


def _one_of(field: str, value: str, known: Iterable[str]) -> None:
    names = list(map(str, known))
    if value not in names:
        raise _wrong(field, value, "没有这个取值 / no such value", "可用 / use: " + ", ".join(names))


def _said(field: str, value: str) -> None:
    if not value.strip():
        raise _wrong(field, value, "须填写 / must be stated", f"--{field}")


def _wrong(field: str, value: Any, rule: str, remedy: str) -> ValueProblem:
    return ValueProblem(field=field, value=value, rule=rule, remedy=remedy)
