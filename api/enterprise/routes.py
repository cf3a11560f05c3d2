"""Routes on enterprises."""

from __future__ import annotations

from api.auth.access import WAY_IN, Rule, Tenant
from api.auth.roles import BANK, PARK, READERS, Role
from api.enterprise import consents, invitations, listing, scores
from api.http.endpoint import Endpoint
from api.http.paging import Page
from api.http.schemas import CONSENT_ID, ISSUED, RESULT, USCC

BASE = "/v1/enterprises"
ONE = BASE + "/{uscc}"

ROUTES = (
    Endpoint(
        "GET",
        BASE,
        "enterprise.list",
        "可见的企业 / enterprises within the scope",
        Rule(READERS, "enterprise:read", Tenant.FIRMS),
        listing.listed,
        query=Page,
        answer=listing.FirmList,
        tag="enterprise",
        refusals=("invalid_cursor",),
    ),
    Endpoint(
        "GET",
        ONE,
        "enterprise.read",
        "一家企业的公开事实 / public facts of one enterprise",
        Rule(READERS, "enterprise:read", Tenant.FIRM),
        listing.facts,
        answer=ISSUED,
        tag="enterprise",
    ),
    Endpoint(
        "GET",
        ONE + "/score",
        "score.read",
        "一家企业的梯次与评分 / tier and scores of one enterprise",
        Rule(READERS, "score:read", Tenant.FIRM, purpose=True),
        scores.score,
        query=scores.ScoreQuery,
        answer=RESULT,
        tag="enterprise",
        refusals=("consent_required", "unknown_name", "conflict"),
        headers=(CONSENT_ID,),
    ),
    Endpoint(
        "POST",
        ONE + "/consents",
        "consent.give",
        "企业授权；银行登记所获授权 / an enterprise consents; a bank registers a consent that it was given",
        Rule(BANK | {Role.ENTERPRISE}, "consent:write", Tenant.FIRM),
        consents.give,
        body=consents.NewConsent,
        answer=consents.ConsentView,
        status=201,
        tag="consent",
    ),
    Endpoint(
        "GET",
        ONE + "/consents",
        "consent.list",
        "授权清单 / consents of an enterprise",
        Rule(BANK | {Role.ENTERPRISE}, "consent:read", Tenant.FIRM),
        consents.consents,
        answer=consents.ConsentList,
        tag="consent",
    ),
    Endpoint(
        "POST",
        ONE + "/consents/{consent}/withdrawal",
        "consent.withdraw",
        "撤回授权，立即生效 / withdraw a consent, at once",
        Rule(BANK | {Role.ENTERPRISE}, "consent:write", Tenant.FIRM),
        consents.withdraw,
        alone=True,
        body=consents.Withdrawal,
        example={"reason": "贷款已结清"},
        answer=consents.ConsentView,
        tag="consent",
    ),
    Endpoint(
        "POST",
        ONE + "/invitations",
        "invitation.make",
        "凭授权书邀请企业人员 / invite a person of the enterprise by its letter",
        Rule(PARK, "party:write", Tenant.FIRM),
        invitations.invite,
        body=invitations.NewInvitation,
        example={"letter": "sha256:" + "0" * 64, "letter_reference": "授权〔2026〕1号"},
        answer=invitations.Invitation,
        status=201,
        tag="enterprise",
        replayable=False,
    ),
    Endpoint(
        "POST",
        "/v1/invitations/acceptance",
        "invitation.accept",
        "企业人员接受邀请 / a person of the enterprise takes an invitation up",
        WAY_IN,
        invitations.accept,
        body=invitations.Acceptance,
        example={
            "code": "…",
            "uscc": USCC,
            "letter": "sha256:" + "0" * 64,
            "login": "li",
            "name": "某人",
            "password": "four unrelated words",
        },
        answer=invitations.Accepted,
        status=201,
        tag="enterprise",
        refusals=("wrong_credentials",),
    ),
)
