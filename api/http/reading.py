"""A request as it comes, and what of it an endpoint declares: query and body, read once it is known who asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.http import limits
from api.http.endpoint import Asked, Call, Endpoint
from api.http.refusals import Refused
from api.parameters import values
from api.service import Service


async def read(service: Service, endpoint: Endpoint, request: Request) -> Asked:
    """The request as it came: nothing of it is looked at before it is known who asks. Raises `Refused` for its size."""
    params = values(request.query_params)
    raw = await limits.body(request, endpoint.largest, service.settings.limits.body_seconds) if endpoint.writes else b""
    address = request.client.host if request.client else ""
    return Asked(request.path_params, params, raw, request.headers, request.cookies, address, datetime.now(UTC))


def understand(call: Call) -> None:
    """Query and body as the endpoint declares them. Raises `Refused`, `RequestValidationError`."""
    endpoint, asked = call.endpoint, call.asked
    if endpoint.query is not None:
        call.given_query = _model(endpoint.query, asked.params, "query")
    if endpoint.body is not None:
        call.given_body = _model(endpoint.body, _form(asked) if endpoint.form else _json(asked), "body")


def _model(model: type[BaseModel], given: Any, where: str) -> BaseModel:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": (where, *one["loc"])} for one in error.errors()]) from None


def _json(asked: Asked) -> Any:
    _of_kind(asked, "application/json")
    limits.check_depth(asked.raw)
    try:
        return orjson.loads(asked.raw)
    except ValueError as error:
        raise Refused("invalid_json", str(error)[:120]) from None


def _form(asked: Asked) -> dict[str, str]:
    _of_kind(asked, "application/x-www-form-urlencoded")
    try:
        return dict(parse_qsl(asked.raw.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise Refused("invalid_form", str(error)[:120]) from None


def _of_kind(asked: Asked, wanted: str) -> None:
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != wanted:
        raise Refused("unsupported_media_type", detail=wanted)
