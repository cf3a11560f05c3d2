"""The description of the service, and the service held to it: no answer that it does not name, no fault, whatever is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from world import LIUZHOU, World

from api.auth.roles import Role
from api.http.endpoint import Endpoint
from api.routes import ENDPOINTS
from api.settings import Limits, Patterns, Serving, Sessions

load_all_checks()
HELD_TO = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]
OPERATIONS = [f"{one.method} {one.path}" for one in ENDPOINTS]
WHO = {
    Role.BANK_STAFF: "bank program",
    Role.PARK_STAFF: "park staff",
    Role.ENTERPRISE: "enterprise",
    Role.ADMINISTRATOR: "administrator",
    Role.AUTHORITY: "authority",
    Role.FINANCE_REGULATOR: "regulator",
}
PURPOSES = {"bank program": "loan_review", "enterprise": "own"}


@pytest.fixture(scope="module")
def plenty() -> dict[str, Any]:
    """Settings under which a thousand requests are nothing unusual."""
    return {
        "limits": Limits(requests_per_minute=1_000_000, logins_per_minute=1_000_000),
        "patterns": Patterns(firms=1_000_000, refusals=1_000_000),
        "sessions": Sessions(failures_until_locked=1_000_000),
        "serving": Serving(anonymous_assess=False),
    }


def test_the_description_is_openapi_3_1_with_examples(world: World) -> None:
    found = world.client.get("/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    assert {f"{m.upper()} {path}" for path, each in found["paths"].items() for m in each} == set(OPERATIONS)
    for path, each in found["paths"].items():
        for method, one in each.items():
            assert one["summary"], (method, path)
            for content in one.get("requestBody", {}).get("content", {}).values():
                named = content["schema"].get("$ref", "").rpartition("/")[2]
                model = found["components"]["schemas"].get(named, {})
                assert content.get("example") or model.get("examples"), (method, path)
            for status, answer in one["responses"].items():
                if int(status) >= 400:
                    content = answer["content"]["application/problem+json"]
                    assert content["examples"], (method, path, status)
    score = found["paths"]["/v1/enterprises/{uscc}/score"]["get"]
    assert score["responses"]["200"]["content"]["application/json"]["example"]["use"]
    assert {one["name"] for one in score["parameters"]} >= {"uscc", "Purpose", "Consent-Id", "as_of"}


def test_every_reference_leads_somewhere(world: World) -> None:
    found = world.client.get("/openapi.json").json()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(found)))
    assert named == set(found["components"]["schemas"])


def test_a_method_that_an_address_does_not_take_is_answered_with_those_that_it_does(world: World) -> None:
    answer = world.client.put("/v1/session")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (
        405,
        "method_not_allowed",
        "DELETE, POST",
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_whatever_is_sent_is_answered_as_described(
    copied: Callable[..., World], plenty: dict[str, Any], endpoint: Endpoint
) -> None:
    world, statuses = copied(**plenty), set[int]()
    with world.client:
        described = schemathesis.openapi.from_asgi("/openapi.json", world.client.app)
        consent = world.consent("bank program", LIUZHOU)
        callers = _callers(world, endpoint, consent)
        turns = cycle(callers)

        @settings(
            max_examples=24,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=described[endpoint.path][endpoint.method].as_strategy())
        def held(case: Any) -> None:
            headers = next(turns)
            if headers:
                case.path_parameters = {**(case.path_parameters or {}), **_known(endpoint.path, world, consent)}
            statuses.add(case.call_and_validate(headers=headers, checks=HELD_TO).status_code)

        held()
    if endpoint.rule.roles:
        assert {401, 403} & statuses
    if not endpoint.writes:
        assert 200 in statuses, "nothing of what was sent was good"


def _callers(world: World, endpoint: Endpoint, consent: str) -> list[dict[str, str]]:
    """Twice those who may use the route, then one who may not, and nobody."""
    may = [name for role, name in WHO.items() if role in endpoint.rule.roles]
    others = [name for role, name in WHO.items() if role not in endpoint.rule.roles]
    found = [world.headers(name, Purpose=PURPOSES.get(name, "statistics")) for name in may]
    found = [{**one, "Consent-Id": consent} if "Authorization" in one else one for one in found]
    return [*found, *found, *(world.headers(name) for name in others[:1]), {}]


def _known(path: str, world: World, consent: str) -> dict[str, str]:
    """Path parameters that name something, so that what is behind them is reached."""
    named = {"uscc": LIUZHOU, "consent": consent, "person": world.people["officer"]}
    named["institution"] = world.institutions["guilin"]
    return {name: value for name, value in named.items() if f"{{{name}}}" in path}
