"""Routes of authorities, regulators and auditors: releases, approvals, the audit trail."""

from __future__ import annotations

from api.auth.access import Rule, Tenant
from api.auth.roles import READERS, Role
from api.authority import approvals, releasing, trail
from api.http.endpoint import Endpoint
from api.http.paging import Page

EVERYBODY = READERS | {Role.AUDITOR, Role.ADMINISTRATOR, Role.BATCH_ENGINEER}
WATCHERS = frozenset({Role.FINANCE_REGULATOR, Role.AUDITOR})
RELEASERS = frozenset({Role.AUTHORITY, Role.ADMINISTRATOR})

ROUTES = (
    Endpoint(
        "GET",
        "/v1/releases",
        "release.list",
        "发布版 / releases",
        Rule(EVERYBODY, "release:read", Tenant.COMMON),
        releasing.listed,
        answer=releasing.ReleaseList,
        tag="release",
    ),
    Endpoint(
        "POST",
        "/v1/releases/{release}/approval",
        "release.approve",
        "第二人批准发布版 / a second person approves a release",
        Rule(RELEASERS, None, Tenant.COMMON, people=True),
        releasing.approve,
        body=releasing.ReleaseReason,
        example={"reason": "2026年版规则审定"},
        answer=releasing.ReleaseList,
        tag="release",
        refusals=("not_found", "second_person", "invalid_value"),
    ),
    Endpoint(
        "POST",
        "/v1/releases/{release}/activation",
        "release.activate",
        "启用发布版 / a release goes live",
        Rule(RELEASERS, None, Tenant.COMMON, people=True),
        releasing.activate,
        body=releasing.ReleaseReason,
        example={"reason": "2026年版规则审定"},
        answer=releasing.ReleaseList,
        tag="release",
        refusals=("not_found", "invalid_value"),
    ),
    Endpoint(
        "POST",
        "/v1/releases/rollback",
        "release.roll_back",
        "回退 / the release before answers again",
        Rule(RELEASERS, None, Tenant.COMMON, people=True),
        releasing.roll_back,
        body=releasing.ReleaseReason,
        example={"reason": "2026年版规则审定"},
        answer=releasing.ReleaseList,
        tag="release",
        refusals=("invalid_value",),
    ),
    Endpoint(
        "GET",
        "/v1/approvals",
        "approval.list",
        "本机构的待批与已批事项 / proposals of the institution",
        Rule(approvals.PROPOSERS, "approval:read", Tenant.OWN),
        approvals.listed,
        query=Page,
        answer=approvals.ApprovalList,
        tag="approval",
        refusals=("invalid_cursor",),
    ),
    Endpoint(
        "POST",
        "/v1/approvals",
        "approval.propose",
        "提出覆盖规则或手工调整 / propose an overlay or a manual override",
        Rule(approvals.PROPOSERS, None, Tenant.OWN, people=True),
        approvals.propose,
        body=approvals.NewApproval,
        answer=approvals.ApprovalView,
        status=201,
        tag="approval",
        refusals=("not_found", "forbidden", "invalid_value", "invalid_rulebook"),
    ),
    Endpoint(
        "POST",
        "/v1/approvals/{approval}/decision",
        "approval.decide",
        "第二人决定 / a second person decides",
        Rule(approvals.PROPOSERS, None, Tenant.OWN, people=True),
        approvals.decide,
        body=approvals.Decision,
        example={"approve": True},
        answer=approvals.ApprovalView,
        tag="approval",
        refusals=("not_found", "second_person", "conflict"),
    ),
    Endpoint(
        "GET",
        "/v1/audit",
        "audit.read",
        "审计链 / the audit chain",
        Rule(WATCHERS, "audit:read", Tenant.COMMON),
        trail.trail,
        query=trail.TrailPage,
        answer=trail.Trail,
        tag="audit",
        refusals=("invalid_cursor",),
    ),
)
