"""How a declared route is answered: who asks, may they, what they see, the answer, the audit record; one transaction.

The order is fixed here and nowhere else. A refusal rolls back what was begun and is recorded in a transaction of its own.
What takes long (`Work`) is computed between two transactions, and the second looks at everything again, so that a consent
withdrawn meanwhile holds.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import orjson
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import Connection, Integer, bindparam, func, literal_column, select
from sqlalchemy.exc import DataError, IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.auth import access
from api.auth.access import Firm, Tenant
from api.auth.identity import identified
from api.auth.roles import BANK
from api.http import idempotency
from api.http.endpoint import Answer, Asked, Call, Endpoint, Note, Work
from api.http.reading import read, understand
from api.http.refusals import Refused
from api.service import Service
from api.store.audit import Access, Audit
from api.store.database import writing
from api.store.firms import firm_of
from api.store.parties import Parties
from api.store.prepared import Prepared
from features.dossier import DossierProblems
from features.errors import FactError
from features.identifiers import uscc
from scoring.errors import RuleError

_FIRM = bindparam("firm", type_=Integer)
_ALONE = Prepared(select(func.pg_advisory_xact_lock(literal_column("734300"), _FIRM)))
_TOGETHER = Prepared(select(func.pg_advisory_xact_lock_shared(literal_column("734300"), _FIRM)))
IDLE = "25P03"
"""What PostgreSQL says of a transaction that it ended because nothing was asked in it."""
ROUNDS = 4
"""How often a call is begun anew because something changed under it."""


def endpoint_of(service: Service, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The function that the framework calls for a declared route."""

    async def answer(request: Request) -> Response:
        if endpoint.raw is not None:
            return await endpoint.raw(service, endpoint, request)
        asked = await read(service, endpoint, request)
        if endpoint.store:
            found = await run_in_threadpool(answered, service, endpoint, asked)
        else:
            found = _sent(endpoint, _handled(Call(service, endpoint, asked, None, Note())))
        return Response(found.body, found.status, dict(found.headers), found.media_type)

    return answer


def answered(service: Service, endpoint: Endpoint, asked: Asked) -> Answer:
    """The answer; a refusal is recorded and raised. Raises `Refused` also where the store is away or too busy."""
    try:
        _ = service.store
    except FactError:
        raise Refused("unavailable", headers={"Retry-After": "5"}) from None
    try:
        return _in_rounds(service, endpoint, asked)
    except (OperationalError, PoolTimeout):
        raise Refused("unavailable", headers={"Retry-After": "1"}) from None
    except InternalError as error:
        if getattr(error.orig, "sqlstate", None) != IDLE:
            raise
        raise Refused("unavailable", headers={"Retry-After": "1"}) from None


def _in_rounds(service: Service, endpoint: Endpoint, asked: Asked) -> Answer:
    computed: Any = None
    for left in reversed(range(ROUNDS)):
        call: Call | None = None
        try:
            with service.store.transaction() as connection:
                writing(connection)
                call = Call(service, endpoint, asked, connection, Note(), computed=computed)
                found = _within(call)
                if isinstance(found, Answer):
                    if call.made_session is not None:
                        call.made_session.flush()
                    return found
                # Nothing was written so far; who may see what is looked at again with what is computed now.
                connection.rollback()
            computed = found.compute()
        except IntegrityError:
            if not left:
                raise Refused("conflict") from None
        except DataError:
            # What the database cannot hold, such as a NUL in a text, is a fault of what was sent.
            raise Refused("invalid_parameter") from None
        except (Refused, FactError, DossierProblems, RuleError, RequestValidationError) as error:
            _record_refusal(service, call, error)
            raise
    raise Refused("conflict")


def _within(call: Call) -> Answer | Work:
    endpoint, rule = call.endpoint, call.endpoint.rule
    if rule.tenant is Tenant.PUBLIC:
        call.service.logins.take(call.asked.address)
        understand(call)
        return _finished(call, _handled(call))
    known = identified(call.service, call.connection, call.asked, endpoint.writes)
    call.principal = known.principal
    if known.stopped is not None:
        raise Refused("stopped")
    call.service.requests.take(call.who.tenant)
    access.may_use(call.who, rule)
    if call.who.role in BANK and not call.service.settings.serving.bank:
        raise Refused("forbidden", "本部署不向银行提供 / this deployment serves no banks")
    _purpose(call)
    if endpoint.of_firm:
        call.firm = _firm(call)
    understand(call)
    key = call.asked.headers.get(idempotency.HEADER) if endpoint.keyed else None
    if key is None:
        return _finished(call, _handled(call))
    idempotency.check(key)
    wanted = idempotency.asked(
        endpoint.method, orjson.dumps(dict(call.asked.path)).decode() + endpoint.path, call.asked.raw
    )
    before = idempotency.answered(call.session, call.who.actor, key, wanted)
    if before is not None:
        return _finished(call, Answer(before[1], before[0], {"Idempotency-Replayed": "true"}))
    found = _finished(call, _handled(call))
    if isinstance(found, Answer) and found.status < 300:
        idempotency.keep(call.session, call.who.actor, key, wanted, found.status, found.body)
    return found


def _purpose(call: Call) -> None:
    purpose = call.asked.headers.get("purpose", "")
    call.note.purpose = purpose if purpose in access.PURPOSES else ""
    if call.endpoint.rule.purpose:
        if not purpose:
            raise Refused("purpose_required")
        access.check_purpose(call.who, purpose)


def _firm(call: Call) -> Firm:
    """The enterprise of the address. Whether it does not exist or belongs to others is not told apart."""
    code = uscc.check(call.asked.path["uscc"])[0]
    call.note.uscc = code
    _hold(call.connection, code, alone=call.endpoint.alone)
    firm = firm_of(call.connection, code)
    if firm is None or not access.may_see(call.who, firm, lambda *one: Parties(call.session).assigned(*one)):
        raise Refused("not_found")
    return firm


def _hold(connection: Connection, code: str, *, alone: bool) -> None:
    """Reads of an enterprise go side by side; who ends a consent waits for those under way, so that none ends after it.

    SQLite has one writer at a time, and every call is one, for its audit record.
    """
    if connection.dialect.name == "postgresql":
        (_ALONE if alone else _TOGETHER).run(connection, {"firm": zlib.crc32(code.encode()) - 2**31})


def _handled(call: Call) -> Answer | Work | BaseModel | Any:
    assert call.endpoint.handle is not None
    return call.endpoint.handle(call)


def _finished(call: Call, found: Any) -> Answer | Work:
    if isinstance(found, Work):
        return found
    answer = _sent(call.endpoint, found)
    if call.principal is not None and call.endpoint.rule.audited:
        record(call, answer.code)
    return answer


def _sent(endpoint: Endpoint, found: Any) -> Answer:
    if isinstance(found, Answer):
        return found
    if found is None:
        return Answer(b"", 204)
    plain = found.model_dump(mode="json", exclude_none=True) if isinstance(found, BaseModel) else found
    return Answer(orjson.dumps(plain), endpoint.status)


def record(call: Call, outcome: str) -> None:
    """Add the audit record of a call to its transaction."""
    who, note = call.who, call.note
    Audit(call.connection).record(
        Access(
            call.asked.at,
            who.actor,
            who.institution,
            who.channel,
            call.endpoint.name,
            note.purpose,
            note.uscc,
            note.fields,
            note.consent,
            note.release,
            outcome,
        )
    )


def _record_refusal(service: Service, call: Call | None, error: Exception) -> None:
    """A refusal of somebody who is known is recorded too; of others there is nobody to name."""
    code = getattr(error, "code", "invalid_parameter")
    service.metrics.refusals.labels(code).inc()
    if call is None or call.principal is None or code == "rate_limited":
        return
    with service.store.transaction() as connection:
        writing(connection)
        record(replace(call, transaction=connection, made_session=None), code)
