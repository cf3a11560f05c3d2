"""The HTTP application: assess a dossier (nothing is stored), health, documentation that works offline."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi_offline import FastAPIOffline

from api import problems, rules
from api.answers.result import written
from api.clock import today
from api.dossier_schema import dossier_schema
from api.parameters import asked, parameters
from features import dossier
from scoring.catalogue import NOWHERE
from scoring.engine import Engine, Question
from scoring.release import ENGINE

LARGEST_BODY = 8 * 2**20
"""Bytes of one dossier."""
USUAL_BODY = 64 * 2**10
"""Bytes up to which a dossier is answered at once."""
PROBLEM = {"content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "结果 / the result", "content": {"application/json": {"schema": {"type": "object"}}}},
    400: {"description": "不是合法的 JSON / not valid JSON", **PROBLEM},
    404: {"description": "没有这个规则 / no such rulebook", **PROBLEM},
    413: {"description": "请求过大 / too large", **PROBLEM},
    422: {"description": "档案或参数有误 / dossier or parameter is wrong", **PROBLEM},
}
REQUEST = {
    "parameters": parameters(),
    "requestBody": {"required": True, "content": {"application/json": {"schema": dossier_schema()}}},
}
PROBLEM_SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "title", "status", "code"],
}


def create_app(engine: Engine | None = None) -> FastAPI:
    """The application over one engine; its rules are compiled before the first request."""
    engine = engine or rules.engine()
    engine.rules(today(), NOWHERE, "new", ())
    app: FastAPI = FastAPIOffline(
        title="登梯 dengti",
        version=ENGINE,
        description="企业梯次与评分 / tiers and scores of technology enterprises. 计算结果仅说明是否符合公布条件 / "
        "computed answers say whether published conditions are met, never that a title is recognised.",
        lifespan=_serving,
    )
    problems.install(app)
    routes(app, engine)
    plain = app.openapi

    def documented() -> dict[str, Any]:
        schema = plain()
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        return schema

    app.openapi = documented  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _serving(_: FastAPI) -> AsyncIterator[None]:
    """While it serves, the garbage collector passes over the rules and all else made before: a tenth of a second."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def routes(app: FastAPI, engine: Engine) -> None:
    """The addresses."""

    @app.get("/healthz", summary="健康检查 / health", tags=["service"])
    def healthz() -> dict[str, str]:
        return {"status": "ok", "engine": ENGINE, "release": engine.release_id}

    @app.post(
        "/v1/assess",
        summary="评价一份档案，不留存 / assess one dossier, nothing is stored",
        tags=["assess"],
        responses=ANSWERS,
        openapi_extra=REQUEST,
        response_class=Response,
    )
    async def assess(request: Request) -> Response:
        question = asked(request.query_params)
        body = await _body(request)
        # A dossier of usual size is answered sooner than a thread is found for it; a large one must not hold up others.
        if len(body) <= USUAL_BODY:
            answer = _assess(engine, body, question)
        else:
            answer = await run_in_threadpool(_assess, engine, body, question)
        return Response(answer, media_type="application/json")


def _assess(engine: Engine, body: bytes, question: Question) -> bytes:
    return written(engine.answer(dossier.read(dossier.loads(body)), question))


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LARGEST_BODY:
            raise problems.RequestTooLarge(f"最多 {LARGEST_BODY} 字节 / at most {LARGEST_BODY} bytes")
    return bytes(found)
