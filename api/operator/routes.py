"""Routes of whoever runs the service, and what it publishes of itself."""

from __future__ import annotations

from typing import Any

from api.auth.access import PUBLIC, Rule, Tenant
from api.auth.roles import Role
from api.http.endpoint import Endpoint
from api.http.paging import Page
from api.operator import disclosure, health, institutions

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
OBJECT: dict[str, Any] = {"type": "object"}
STATUS: dict[str, Any] = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}

ROUTES = (
    Endpoint("GET", "/healthz", "health", "存活 / health", PUBLIC, health.health, answer=STATUS, store=False),
    Endpoint(
        "GET", "/ready", "ready", "就绪 / readiness", PUBLIC, raw=health.ready, answer=STATUS, refusals=("unavailable",)
    ),
    Endpoint(
        "GET",
        "/metrics",
        "metrics",
        "指标 / metrics for Prometheus",
        PUBLIC,
        raw=health.metrics,
        media_type="text/plain",
        refusals=("not_found",),
    ),
    Endpoint(
        "GET",
        "/v1/disclosure",
        "disclosure",
        "信息公示 / what is published of the service",
        PUBLIC,
        disclosure.as_json,
        answer=OBJECT,
        store=False,
    ),
    Endpoint(
        "GET",
        "/disclosure",
        "disclosure.page",
        "信息公示页 / the same as a page",
        PUBLIC,
        disclosure.as_page,
        media_type="text/html",
        store=False,
    ),
    Endpoint(
        "GET",
        "/v1/institutions",
        "institution.list",
        "机构 / institutions",
        Rule(ADMINISTRATORS, "party:write", Tenant.COMMON),
        institutions.listed,
        query=Page,
        answer=institutions.InstitutionList,
        tag="institution",
        refusals=("invalid_cursor",),
    ),
    Endpoint(
        "POST",
        "/v1/institutions/{institution}/stop",
        "institution.stop",
        "停用机构 / stop an institution",
        Rule(ADMINISTRATORS, None, Tenant.COMMON, people=True),
        institutions.stop,
        body=institutions.StopReason,
        example={"reason": "查询已说明"},
        status=204,
        tag="institution",
        refusals=("not_found", "conflict"),
    ),
    Endpoint(
        "POST",
        "/v1/institutions/{institution}/release",
        "institution.release",
        "解除停用 / release an institution",
        Rule(ADMINISTRATORS, None, Tenant.COMMON, people=True),
        institutions.release,
        body=institutions.StopReason,
        example={"reason": "查询已说明"},
        status=204,
        tag="institution",
        refusals=("not_found",),
    ),
)
