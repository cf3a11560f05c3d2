"""``POST /v1/assess``: a dossier that the caller brings; of it nothing is kept but that it was asked."""

from __future__ import annotations

from dataclasses import replace

import orjson
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from api.answers.result import result, written
from api.answers.views import seen_by
from api.auth.access import Rule, Tenant
from api.auth.identity import COOKIE
from api.auth.roles import BANK, PARK, Role
from api.dossier_schema import dossier_schema
from api.http import limits
from api.http.endpoint import Answer, Call, Endpoint, Work
from api.http.reading import read
from api.http.schemas import DOSSIER, RESULT
from api.http.serving import answered
from api.issuer import notice, said_first, use
from api.parameters import asked, parameters
from api.service import Service
from features import dossier
from scoring.engine import Question

LARGEST_BODY = 8 * 2**20
"""Bytes of one dossier."""
USUAL_BODY = 64 * 2**10
"""Bytes up to which a dossier is answered at once."""


async def assess(service: Service, endpoint: Endpoint, request: Request) -> Response:
    """Whoever asks is known, but in development, where nobody need be."""
    query: bytes = request.scope["query_string"]
    named = "authorization" in request.headers or COOKIE in request.cookies
    if named or not service.settings.serving.anonymous_assess:
        given = await read(service, endpoint, request)
        mine = replace(endpoint, handle=lambda call: _for(call, query))
        found = await run_in_threadpool(answered, service, mine, given)
        return Response(found.body, found.status, dict(found.headers), found.media_type)
    question = asked(query)
    body = await limits.body(request, LARGEST_BODY, service.settings.limits.body_seconds)
    # A dossier of usual size is answered sooner than a thread is found for it; a large one must not hold up others.
    if len(body) <= USUAL_BODY:
        answer = _assess(service, body, question)
    else:
        answer = await run_in_threadpool(_assess, service, body, question)
    return Response(answer, media_type="application/json")


def _assess(service: Service, body: bytes, question: Question) -> bytes:
    answer = service.engine.answer(dossier.parse(body), question)
    return written(answer, notice(service.settings))


def _for(call: Call, query: bytes) -> Answer | Work:
    """As the reader sees it, recorded."""
    if call.computed is None:
        question = asked(query)
        return Work(lambda: _seen(call, question))
    code, release, body = call.computed
    call.note.uscc, call.note.release, call.note.fields = code, release, ("brought",)
    members = notice(call.service.settings)
    if call.who.role in BANK:
        members["use"] = use(call.note.purpose, "", ["brought"])
    return Answer(said_first(members, body))


def _seen(call: Call, question: Question) -> tuple[str, str, bytes]:
    brought = dossier.parse(call.asked.raw)
    engine = call.service.engine
    found = seen_by(call.who.reader, result(engine.answer(brought, question)))
    return brought.uscc, engine.release_id, orjson.dumps(found)


ROUTES = (
    Endpoint(
        "POST",
        "/v1/assess",
        "assess",
        "评价一份档案，不留存 / assess one dossier, which is not kept",
        Rule(BANK | PARK | {Role.AUTHORITY, Role.ENTERPRISE}, "assess", Tenant.COMMON),
        raw=assess,
        answer=RESULT,
        tag="assess",
        refusals=("invalid_json", "invalid_dossier", "unknown_name", "request_too_large", "invalid_parameter"),
        largest=LARGEST_BODY,
        extra={
            "parameters": parameters(),
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": dossier_schema(), "example": DOSSIER}},
            },
        },
        replayable=False,
    ),
)
