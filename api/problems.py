"""Problem details (RFC 9457): one handler for every error, each with a stable ``code``."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.http import wrong
from api.http.refusals import REASONS, Refused
from features.dossier import DossierProblems
from features.errors import DossierProblem, FactError
from scoring.errors import CardError, UnknownName

MEDIA_TYPE = "application/problem+json"


def problem(status: int, code: str, title: str, **more: Any) -> JSONResponse:
    """A problem-details answer."""
    body = {"type": f"urn:dengti:problem:{code}", "title": title, "status": status, "code": code, **more}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def refusal(error: Refused) -> JSONResponse:
    """The answer to a request that is refused."""
    reason = error.reason
    more = {"detail": error.detail} if error.detail else {}
    answer = problem(reason.status, error.code, reason.title, remedy=reason.remedy, **more, **error.more)
    answer.headers.update(error.headers)
    return answer


def internal(request: str) -> JSONResponse:
    """The answer where the program is at fault; the log says more under the same id."""
    return problem(500, "internal_error", "服务内部错误 / an internal error", request=request)


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(DossierProblems)
    async def dossier_problems(_: Request, error: DossierProblems) -> JSONResponse:
        return problem(
            422, "invalid_dossier", "档案有误 / the dossier is wrong", errors=[p.as_dict() for p in error.problems]
        )

    @app.exception_handler(FactError)
    async def fact_error(_: Request, error: FactError) -> JSONResponse:
        status = 400 if isinstance(error, DossierProblem) else 422
        return problem(status, error.code, "请求有误 / the request is wrong", errors=[error.as_dict()])

    @app.exception_handler(UnknownName)
    async def unknown_name(_: Request, error: UnknownName) -> JSONResponse:
        entry = {"field": error.field, "value": error.value, "rule": error.rule, "remedy": error.remedy}
        return problem(404, error.code, "没有这个名称 / no such name", errors=[entry])

    @app.exception_handler(CardError)
    async def card_error(_: Request, error: CardError) -> JSONResponse:
        entries = [{"field": f"{f.line}: {f.key}", "rule": f.problem, "remedy": f.mend} for f in error.findings]
        entries = entries or [{"field": error.where, "rule": error.problem, "remedy": error.mend}]
        return problem(422, "invalid_rulebook", "规则文件有误 / the rule file is wrong", errors=entries)

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def invalid_parameter(_: Request, error: RequestValidationError) -> JSONResponse:
        entries = [wrong.entry(one) for one in error.errors()]
        return problem(422, "invalid_parameter", "参数有误 / a parameter is wrong", errors=entries)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        codes = {
            404: ("not_found", "没有这个地址 / no such address"),
            405: ("method_not_allowed", "不支持该方法 / method not allowed"),
        }
        code, title = codes.get(error.status_code, ("http_error", str(error.detail)))
        answer = problem(error.status_code, code, title, remedy=REASONS["method_not_allowed"].remedy)
        answer.headers.update(error.headers or {})
        if error.status_code == 405:
            answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
        return answer


def _methods(request: Request) -> set[str]:
    """What the address takes, over all routes that share it."""
    partly = (route for route in request.app.routes if route.matches(request.scope)[0] is Match.PARTIAL)
    return {method for route in partly for method in route.methods or ()}
