"""The OpenAPI description of declared routes: parameters, bodies, and every refusal that can be answered."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.auth.access import Tenant
from api.http.endpoint import Endpoint
from api.http.refusals import REASONS, Reason
from api.http.schemas import IDEMPOTENCY_KEY, PROBLEM, PURPOSE, SECURITY, USCC, Json
from api.problems import MEDIA_TYPE

REFS = "#/components/schemas/{model}"
_OF_ERRORS = {
    "invalid_value": Reason(422, "取值有误 / a value is wrong", "按 errors 改正 / mend as errors say"),
    "invalid_dossier": Reason(422, "档案或日期有误 / dossier or date is wrong", "按 errors 改正 / mend as errors say"),
    "invalid_rulebook": Reason(422, "规则文件有误 / the rule file is wrong", "按 errors 改正 / mend as errors say"),
    "unknown_name": Reason(404, "没有这个名称 / no such name", "用目录中的名称 / use a name of the catalogue"),
}


def operation(endpoint: Endpoint) -> Json:
    """More of an operation than the framework finds out itself."""
    found: Json = {"responses": responses(endpoint), "parameters": _parameters(endpoint), **endpoint.extra}
    if endpoint.extra.get("parameters"):
        found["parameters"] = [*_parameters(endpoint), *endpoint.extra["parameters"]]
    if endpoint.body is not None:
        kind = "application/x-www-form-urlencoded" if endpoint.form else "application/json"
        content: Json = {"schema": {"$ref": REFS.format(model=endpoint.body.__name__)}}
        if endpoint.example is not None:
            content["example"] = endpoint.example
        found["requestBody"] = {"required": True, "content": {kind: content}}
    if endpoint.rule.tenant is not Tenant.PUBLIC:
        program = [] if endpoint.rule.people else [{"client": [endpoint.rule.scope] if endpoint.rule.scope else []}]
        found["security"] = [*program, {"session": []}]
    rule = endpoint.rule
    if rule.roles:
        found["description"] = "角色 roles: " + "、".join(f"{role.zh} {role}" for role in sorted(rule.roles))
    return found


def responses(endpoint: Endpoint) -> Json:
    """Every answer by status."""
    found: Json = {str(endpoint.status): _success(endpoint)}
    by_status: dict[int, list[str]] = {}
    for code in sorted(_codes(endpoint)):
        by_status.setdefault(_reason(code).status, []).append(code)
    for status, codes in sorted(by_status.items()):
        examples = {code: {"value": _example(code)} for code in codes}
        content = {"schema": {"$ref": REFS.format(model="Problem")}, "examples": examples}
        found[str(status)] = {
            "description": " · ".join(f"{code}: {_reason(code).title}" for code in codes),
            "content": {MEDIA_TYPE: content},
        }
    return found


def _success(endpoint: Endpoint) -> Json:
    if endpoint.status == 204:
        return {"description": "已办 / done"}
    if endpoint.media_type != "application/json":
        return {"description": endpoint.summary, "content": {endpoint.media_type: {"schema": {"type": "string"}}}}
    answer = endpoint.answer
    schema = {"$ref": REFS.format(model=answer.__name__)} if isinstance(answer, type) else dict(answer or {})
    example = schema.pop("example", None)
    content: Json = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {"description": endpoint.summary, "content": {"application/json": content}}


def _codes(endpoint: Endpoint) -> set[str]:
    rule = endpoint.rule
    found = {*endpoint.refusals, "duplicated_header", "unsupported_encoding"}
    if rule.tenant is not Tenant.PUBLIC:
        found |= {"unauthenticated", "forbidden", "stopped", "rate_limited"}
        found |= {"scope_missing"} if rule.scope else set()
        found |= {"csrf"} if endpoint.writes else set()
    if (endpoint.store and endpoint.raw is None) or rule.roles:
        found |= {"unavailable", "conflict", "rate_limited"}
    if rule.purpose:
        found |= {"purpose_required", "purpose_not_allowed"}
    if endpoint.of_firm:
        found |= {"not_found", "invalid_value"}
    if endpoint.query is not None:
        found |= {"invalid_parameter", "invalid_dossier"}
    if endpoint.writes:
        found |= {"request_too_large", "request_timeout"}
    if endpoint.body is not None:
        found |= {"unsupported_media_type", "invalid_parameter", "invalid_value"}
        found |= {"invalid_form"} if endpoint.form else {"invalid_json", "nested_too_deep"}
    if endpoint.keyed:
        found |= {"idempotency_key_reused", "invalid_header"}
    return found


def _reason(code: str) -> Reason:
    return REASONS.get(code) or _OF_ERRORS[code]


def _example(code: str) -> Json:
    reason = _reason(code)
    return {
        "type": f"urn:dengti:problem:{code}",
        "title": reason.title,
        "status": reason.status,
        "code": code,
        "remedy": reason.remedy,
    }


def _parameters(endpoint: Endpoint) -> list[Json]:
    found: list[Json] = [_in_path(name) for name in re.findall(r"{(\w+)}", endpoint.path)]
    if endpoint.query is not None:
        for name, schema in endpoint.query.model_json_schema()["properties"].items():
            found.append({"name": name, "in": "query", "required": False, "schema": schema})
    found += [PURPOSE] if endpoint.rule.purpose else []
    found += endpoint.headers
    found += [IDEMPOTENCY_KEY] if endpoint.keyed else []
    return found


def _in_path(name: str) -> Json:
    schema: Json = {"type": "string", "maxLength": 80}
    if name == "uscc":
        schema = {"type": "string", "minLength": 18, "maxLength": 18}
        return {"name": name, "in": "path", "required": True, "schema": schema, "example": USCC}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def describe(app: FastAPI, endpoints: Iterable[Endpoint]) -> None:
    """Let the application's description have the schemas that the operations name."""
    models: set[type[BaseModel]] = set()
    for one in endpoints:
        models |= {one.body} if one.body else set()
        models |= {one.answer} if isinstance(one.answer, type) else set()
    ordered = sorted(models, key=lambda model: model.__name__)
    _, defined = models_json_schema([(model, "serialization") for model in ordered], ref_template=REFS)
    schemas = {**defined.get("$defs", {}), "Problem": PROBLEM}
    plain = app.openapi

    def described() -> Json:
        found = plain()
        components = found.setdefault("components", {})
        components["schemas"] = {**schemas}
        components["securitySchemes"] = SECURITY
        for operations in found["paths"].values():
            for one in operations.values():
                one["responses"] = {k: v for k, v in one["responses"].items() if k != "default"}
        return found

    app.openapi = described  # type: ignore[method-assign]
