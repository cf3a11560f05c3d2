"""Every route has a stated rule, and every route is tried by every role on its own tenant's belongings and on others'."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from world import CHENGDU, GUILIN, LIUZHOU, World

from api.auth.access import Tenant
from api.auth.roles import Role
from api.http.endpoint import Endpoint
from api.routes import ENDPOINTS

LOGINS = {
    Role.BANK_BRANCH: "branch",
    Role.BANK_STAFF: "bank staff",
    Role.PARK_STAFF: "park staff",
    Role.SERVICE_OFFICER: "officer",
    Role.AUTHORITY: "authority",
    Role.FINANCE_REGULATOR: "regulator",
    Role.ENTERPRISE: "enterprise",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
    Role.BATCH_ENGINEER: "engineer",
}
FOREIGN = {Role.PARK_STAFF: GUILIN, Role.SERVICE_OFFICER: GUILIN, Role.AUTHORITY: CHENGDU, Role.ENTERPRISE: GUILIN}
"""Of roles that do not see every enterprise: one that they must not see."""
PROGRAMS = {
    Role.BANK_STAFF: "bank program",
    Role.PARK_STAFF: "park program",
    Role.FINANCE_REGULATOR: "regulator program",
    Role.ADMINISTRATOR: "administrator program",
}
STATED = {(one.method, one.path): one for one in ENDPOINTS}
DOCUMENTATION = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc", "/static-offline-docs"}
RULED = [one for one in ENDPOINTS if one.rule.tenant is not Tenant.PUBLIC]
OF_FIRMS = [one for one in RULED if one.of_firm]


def _name(one: Endpoint) -> str:
    return f"{one.method} {one.path}"


def _routes(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    found = set()
    for route in routes:
        path = getattr(route, "path", "")
        for method in getattr(route, "methods", None) or {"ANY"}:
            if path not in DOCUMENTATION and method != "HEAD":
                found.add((method, path))
    return found


def test_no_route_is_served_without_a_stated_rule(world: World) -> None:
    assert _routes(world.client.app.routes) == set(STATED)  # type: ignore[attr-defined]


def test_every_rule_names_roles_or_is_public() -> None:
    for one in ENDPOINTS:
        assert bool(one.rule.roles) == (one.rule.tenant is not Tenant.PUBLIC), _name(one)
        assert one.rule.people == (one.rule.scope is None and one.rule.tenant is not Tenant.PUBLIC), _name(one)
        assert one.rule.audited or one.rule.tenant is Tenant.PUBLIC, _name(one)
        assert one.of_firm == ("{uscc}" in one.path), _name(one)


def test_a_route_that_is_added_without_a_rule_is_found(world: World) -> None:
    async def stray() -> None:
        """Nobody stated who may use it."""

    app: Any = world.client.app
    app.routes.append(APIRoute("/v1/stray", stray))
    assert _routes(app.routes) - set(STATED) == {("GET", "/v1/stray")}
    app.routes.pop()


def _ask(world: World, one: Endpoint, headers: dict[str, str], code: str = LIUZHOU) -> Any:
    path = one.path.format(
        uscc=code,
        consent="0" * 32,
        person=world.people["officer"],
        approval="appr_0",
        release="sha256:0",
        institution="inst_0",
    )
    body = None if not one.writes else b"{}"
    purpose = "own" if headers.get("role") == "enterprise" else "statistics"
    sent = {"Content-Type": "application/json", "Purpose": purpose, **headers}
    return world.client.request(one.method, path, content=body, headers=sent)


DENIED = {"forbidden", "scope_missing", "unauthenticated"}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_past_the_rule_of_its_routes_and_of_no_other(world: World, role: Role) -> None:
    for one in RULED:
        if one.name == "session.end":
            continue
        answer = _ask(world, one, {**world.headers(LOGINS[role]), "role": role})
        code = answer.json().get("code") if answer.content and answer.status_code >= 400 else None
        assert answer.status_code < 500, (_name(one), answer.text)
        if role in one.rule.roles:
            assert code not in DENIED, (_name(one), role, answer.text)
        else:
            assert code == "forbidden", (_name(one), role, answer.text)


@pytest.mark.parametrize("one", RULED, ids=_name)
def test_nobody_and_forged_tokens_get_nowhere(world: World, one: Endpoint) -> None:
    for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Cookie": "dengti_session=guess"}):
        answer = _ask(world, one, headers)
        assert answer.status_code == 401, (_name(one), answer.text)
        assert "public_facts" not in answer.text


@pytest.mark.parametrize("one", OF_FIRMS, ids=_name)
def test_enterprises_of_other_tenants_are_not_found(world: World, one: Endpoint) -> None:
    for role in one.rule.roles & FOREIGN.keys():
        headers = {**world.headers(LOGINS[role]), "Purpose": "own" if role is Role.ENTERPRISE else "pool_selection"}
        path = one.path.format(uscc=FOREIGN[role], consent="0" * 32, person=world.people["officer"])
        answer = world.client.request(one.method, path, json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (_name(one), role, answer.text)


@pytest.mark.parametrize("one", [one for one in RULED if one.rule.scope], ids=_name)
def test_a_program_needs_the_scope_of_the_route(world: World, one: Endpoint) -> None:
    name = next(name for role, name in PROGRAMS.items() if role in one.rule.roles)
    other = "assess" if one.rule.scope != "assess" else "score:read"
    headers = {"Authorization": f"Bearer {world.token(name, scope=other)}", "Purpose": "loan_review"}
    path = one.path.format(uscc=LIUZHOU, consent="0" * 32, person=world.people["officer"])
    answer = world.client.request(one.method, path, json={}, headers=headers)
    assert answer.json()["code"] == "scope_missing", answer.text


@pytest.mark.parametrize("one", [one for one in RULED if one.rule.people], ids=_name)
def test_what_people_answer_for_no_program_does(world: World, one: Endpoint) -> None:
    name = next(name for role, name in PROGRAMS.items() if role in one.rule.roles)
    path = one.path.format(approval="appr_0", release="sha256:0", institution="inst_0")
    answer = world.client.request(one.method, path, json={}, headers=world.headers(name))
    assert answer.json()["code"] == "forbidden", answer.text


@pytest.mark.parametrize("one", [one for one in RULED if one.writes and one.name != "assess"], ids=_name)
def test_a_persons_write_without_its_csrf_token_is_refused(world: World, one: Endpoint) -> None:
    role = sorted(one.rule.roles)[0]
    headers = {"Cookie": world.headers(LOGINS[role])["Cookie"]}
    path = one.path.format(
        uscc=LIUZHOU,
        consent="0" * 32,
        person=world.people["officer"],
        approval="appr_0",
        release="sha256:0",
        institution="inst_0",
    )
    for wrong in ({}, {"X-CSRF-Token": "guess"}):
        answer = world.client.request(one.method, path, json={}, headers={**headers, **wrong})
        assert answer.json()["code"] == "csrf", answer.text


def test_the_matrix_in_the_documentation_is_the_one_that_holds() -> None:
    text = (Path(__file__).parents[3] / "docs" / "service.md").read_text(encoding="utf-8")
    begun, ended = "<!-- matrix -->\n", "<!-- end of matrix -->"
    found = text[text.index(begun) + len(begun) : text.index(ended)]
    assert found == matrix()


def matrix() -> str:
    """The table of docs/service.md."""
    roles = list(Role)
    head = ["路由 route", "范围 scope", "可及 reach", "用途 purpose", *(f"{role.zh} {role}" for role in roles)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for one in ENDPOINTS:
        rule = one.rule
        people = "人员 people" if rule.people else f"`{rule.scope}`" if rule.scope else ""
        reach = "公开 public" if rule.tenant is Tenant.PUBLIC else str(rule.tenant)
        marks = ["✓" if role in rule.roles else "" for role in roles]
        cells = [f"`{one.method} {one.path}`", people, reach, "须 yes" if rule.purpose else "", *marks]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
