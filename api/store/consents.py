"""Consents (授权): given by an enterprise to a recipient for purposes, fields and a period; withdrawn by an appended row."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from api.clock import SHANGHAI
from api.store.prepared import Prepared, Where
from api.store.tables import ConsentRow, WithdrawalRow, table_of
from features.errors import ValueProblem
from features.tables import TABLES

ALL = "all"
PRIVATE = "private/"
"""Before an institution in a scope: what that institution brought may be read too."""
REASONS = ("never", "withdrawn", "expired", "not_yet", "other_purpose")
"""Why there is no standing consent; see `Refused`."""

_CONSENT, _WITHDRAWAL = table_of(ConsentRow).c, table_of(WithdrawalRow).c
_GIVEN = (
    select(
        _CONSENT.id,
        _CONSENT.uscc,
        _CONSENT.recipient,
        _CONSENT.purposes,
        _CONSENT.scope,
        _CONSENT.valid_from,
        _CONSENT.valid_to,
        _CONSENT.evidence,
        _CONSENT.written,
        _WITHDRAWAL.at,
    )
    .outerjoin_from(table_of(ConsentRow), table_of(WithdrawalRow))
    .where(_CONSENT.uscc == bindparam("firm"))
    .order_by(_CONSENT.recorded_at, _CONSENT.id)
)
_OF = Prepared(_GIVEN)
_OF_RECIPIENT = Prepared(_GIVEN.where(_CONSENT.recipient == bindparam("recipient")))


@dataclass(frozen=True)
class Consent:
    """A consent as it was given; ``withdrawn_at`` where it was taken back."""

    id: str
    uscc: str
    recipient: str
    purposes: tuple[str, ...]
    scope: tuple[str, ...]
    valid_from: date
    valid_to: date
    evidence: str
    written: bool
    withdrawn_at: datetime | None = None

    def covers(self, table: str, field: str | None = None) -> bool:
        """Whether a fact table, or one field of it, may be read."""
        return ALL in self.scope or table in self.scope or (field is not None and f"{table}/{field}" in self.scope)

    @property
    def private_of(self) -> tuple[str, ...]:
        """Institutions whose own data the recipient may read: only by consent in writing."""
        return tuple(one.removeprefix(PRIVATE) for one in self.scope if one.startswith(PRIVATE)) if self.written else ()


@dataclass(frozen=True)
class Refused:
    """That there is no standing consent, and why: one of `REASONS`."""

    reason: str
    consent: str = ""
    """The consent that would have been the nearest."""


class Consents:
    """Consents of enterprises."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def give(
        self,
        uscc: str,
        recipient: str,
        purposes: Sequence[str],
        scope: Sequence[str],
        period: tuple[date, date],
        evidence: str,
        by: str,
        *,
        written: bool = False,
    ) -> str:
        """Record a consent; its id. ``period`` has first and last day, ``evidence`` the document's SHA-256.

        Raises `ValueProblem` where something is missing or wrong.
        """
        _check(purposes, scope, period, evidence)
        if not written and any(one.startswith(PRIVATE) and one != PRIVATE + recipient for one in scope):
            raise ValueProblem(
                field="written",
                value=written,
                rule="其他机构带来的信贷信息，须企业事先书面同意方可提供（征信业管理条例第二十九条） / what another institution brought is "
                "passed on only with the enterprise's consent in writing (art. 29 of the regulation on credit reporting)",
                remedy='取得书面授权后填 "written": true，或从 scope 删去 private/… / have it in writing and say so, '
                "or leave private/… out of the scope",
            )
        row = {
            "id": uuid.uuid4().hex,
            "uscc": uscc,
            "recipient": recipient,
            "purposes": list(purposes),
            "scope": list(scope),
            "valid_from": period[0],
            "valid_to": period[1],
            "evidence": evidence,
            "written": written,
            "by": by,
            "recorded_at": datetime.now(UTC),
        }
        self._where.execute(insert(ConsentRow).values(row))
        return str(row["id"])

    def withdraw(self, consent: str, by: str, reason: str = "", *, uscc: str | None = None) -> None:
        """End a consent now; one that is withdrawn stays so. Raises `ValueProblem` where the firm gave none of this id."""
        given = select(ConsentRow.id, WithdrawalRow.at).outerjoin(WithdrawalRow).where(ConsentRow.id == consent)
        found = self._where.execute(given if uscc is None else given.where(ConsentRow.uscc == uscc)).first()
        if found is None:
            raise ValueProblem(
                field="consent",
                value=consent,
                rule="没有这份授权 / there is no such consent",
                remedy="核对授权编号 / check the id of the consent",
            )
        if found.at is None:
            row = {"consent_id": consent, "at": datetime.now(UTC), "by": by, "reason": reason}
            self._where.execute(insert(WithdrawalRow).values(row))

    def of(self, uscc: str, recipient: str | None = None) -> list[Consent]:
        """Every consent of a firm, in the order in which they were recorded."""
        asked = _OF if recipient is None else _OF_RECIPIENT
        given = {"firm": uscc} if recipient is None else {"firm": uscc, "recipient": recipient}
        return [_consent(*row) for row in asked.all(self._where, given)]

    def standing(
        self, uscc: str, recipient: str, purpose: str, at: datetime, consent: str | None = None
    ) -> Consent | Refused:
        """The consent that allows a read at a moment (the newest, or the one named), or why there is none."""
        nearest = Refused(REASONS[0])
        day = at.astimezone(SHANGHAI).date()
        for one in reversed(self.of(uscc, recipient)):
            if consent is not None and one.id != consent:
                continue
            reason = _refusal(one, purpose, at, day)
            if reason is None:
                return one
            nearest = max(nearest, Refused(reason, one.id), key=lambda refused: REASONS.index(refused.reason))
        return nearest


def _consent(identity: str, uscc: str, recipient: str, purposes: list[str], scope: list[str], *rest: Any) -> Consent:
    return Consent(identity, uscc, recipient, tuple(purposes), tuple(scope), *rest)


def _refusal(consent: Consent, purpose: str, at: datetime, day: date) -> str | None:
    if consent.withdrawn_at is not None and consent.withdrawn_at <= at:
        return "withdrawn"
    if day > consent.valid_to:
        return "expired"
    if day < consent.valid_from:
        return "not_yet"
    return None if purpose in consent.purposes else "other_purpose"


def _check(purposes: Sequence[str], scope: Sequence[str], period: tuple[date, date], evidence: str) -> None:
    wrong: tuple[str, object, str, str] | None = None
    unknown = [one for one in scope if not _is_scope(one)]
    if not purposes:
        wrong = ("purposes", "", "须写明用途 / the purpose must be said", "例如 / for example: loan_review")
    elif not scope or unknown:
        named = ", ".join((ALL, *TABLES))
        wrong = ("scope", ", ".join(unknown), "没有这样的数据范围 / no such scope of fields", f"可填 / use: {named}")
    elif period[1] < period[0]:
        told = " – ".join(day.isoformat() for day in period)
        wrong = ("period", told, "止日早于起日 / it ends before it begins", "核对起止日期 / check both days")
    elif not re.fullmatch(r"sha256:[0-9a-f]{64}", evidence):
        rule = "应为授权书文件的 SHA-256 / must be the SHA-256 of the signed document"
        wrong = ("evidence", evidence, rule, "sha256:… 共 64 位十六进制 / 64 hexadecimal digits")
    if wrong:
        field, value, rule, remedy = wrong
        raise ValueProblem(field=field, value=value, rule=rule, remedy=remedy)


def _is_scope(one: str) -> bool:
    table, _, field = one.partition("/")
    if one.startswith(PRIVATE):
        return bool(field)
    return one == ALL or (table in TABLES and (not field or field in TABLES[table].fields))
