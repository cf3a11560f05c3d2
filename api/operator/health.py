"""Whether the service is alive, whether it can answer, what it has counted."""

from __future__ import annotations

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.http.endpoint import Call, Endpoint
from api.http.refusals import Refused
from api.problems import refusal
from api.service import Service
from features.errors import FactError
from scoring.release import ENGINE


def health(call: Call) -> dict[str, str]:
    """Alive."""
    return {"status": "ok", "engine": ENGINE, "release": call.service.engine.release_id}


async def ready(service: Service, _: Endpoint, __: Request) -> Response:
    """Whether requests should come here: not while it stops, not without its store."""
    if service.stopping or not await run_in_threadpool(_store_answers, service):
        return refusal(Refused("unavailable", headers={"Retry-After": "5"}))
    return JSONResponse({"status": "ready"})


def _store_answers(service: Service) -> bool:
    try:
        with service.store.engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1
    except (SQLAlchemyError, FactError):
        return False


async def metrics(service: Service, _: Endpoint, request: Request) -> Response:
    """To those only who watch the service."""
    address = request.client.host if request.client else ""
    if not service.settings.dev and address not in service.settings.limits.metrics_from:
        raise Refused("not_found")
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
