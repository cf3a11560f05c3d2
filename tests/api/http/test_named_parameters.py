"""A parameter or a key of a body that is wrong is named, in Chinese and English, and nothing secret is told back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from world import AS_OF, EVIDENCE, LIUZHOU, PASSWORD, World

from api.http.refusals import REASONS, Reason
from api.settings import Serving

CHINESE = re.compile("[一-鿿]")
CONSENT = {
    "purposes": ["loan_review"],
    "scope": ["all"],
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
    "evidence": EVIDENCE,
}
ASKED = {"assess": "/v1/assess", "score": f"/v1/enterprises/{LIUZHOU}/score"}


def _asked(world: World, name: str, query: Any) -> Any:
    headers = {**world.headers("bank program"), "Purpose": "loan_review"}
    if name == "assess":
        dossier = {"enterprise": {"uscc": LIUZHOU}}
        return world.client.post(ASKED[name], params=query, json=dossier, headers=headers)
    consent = {"Consent-Id": world.consent("bank program", LIUZHOU)}
    return world.client.get(ASKED[name], params=query, headers={**headers, **consent})


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("query", [{"as_off": "2026-11-22"}, {"a[]": "1"}])
def test_a_mistyped_parameter_is_refused_where_it_would_have_asked_of_today(
    world: World, name: str, query: dict[str, str]
) -> None:
    answer = _asked(world, name, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")
    assert [one["field"] for one in answer.json()["errors"]] == list(query)


@pytest.mark.parametrize("name", ASKED)
def test_a_day_given_twice_is_refused(world: World, name: str) -> None:
    answer = _asked(world, name, [("as_of", "2026-11-22"), ("as_of", "2025-11-22")])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "as_of")


@pytest.mark.parametrize("name", ASKED)
def test_rulebooks_may_be_several(world: World, name: str) -> None:
    answer = _asked(world, name, [*AS_OF.items(), ("rulebook", "tech_sme"), ("rulebook", "size_class")])
    assert set(answer.json()["assessments"]) == {"tech_sme", "size_class"}
    assert set(_asked(world, name, {"rulebook": "tech_sme"}).json()["assessments"]) == {"tech_sme"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"evidence": None}, "evidence"),
        ({"evidence": "abc"}, "evidence"),
        ({"evidence": 5}, "evidence"),
        ({"purposes": []}, "purposes"),
        ({"purposes": "loan_review"}, "purposes"),
        ({"purposes": ["fun"]}, "purposes.0"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"valid_from": "tomorrow"}, "valid_from"),
        ({"valid_from": []}, "valid_from"),
        ({"written": "ja"}, "written"),
        ({"written": []}, "written"),
        ({"recipient": "x" * 100}, "recipient"),
        ({"scope": ["all"] * 201}, "scope"),
        ({"naem": 1}, "naem"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_body_is_said_in_both_languages(world: World, changes: dict[str, Any], field: str) -> None:
    answer = world.client.post(
        f"/v1/enterprises/{LIUZHOU}/consents", json=CONSENT | changes, headers=world.headers("bank program")
    )
    _named(answer, field)


@pytest.mark.parametrize(
    ("query", "field"), [("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("since=x", "since")]
)
def test_what_is_wrong_with_a_query_is_said_in_both_languages(world: World, query: str, field: str) -> None:
    _named(world.client.get(f"/v1/audit?{query}", headers=world.headers("auditor")), field)


def _named(answer: Any, field: str) -> None:
    assert answer.status_code == 422, answer.text
    found = {one["field"]: one for one in answer.json()["errors"]}[field]
    for said in (found["rule"], found["remedy"]):
        chinese, _, english = said.partition(" / ")
        assert CHINESE.search(chinese), said
        assert english, said
    assert not found["rule"].startswith("参数有误"), "the rule itself is named, not only that something is wrong"


def test_a_dossier_is_read_whatever_its_body_is_called(copied: Callable[..., World]) -> None:
    # A clerk's curl calls it a form.
    with copied(serving=Serving(anonymous_assess=True)).client as client:
        kinds = ({}, {"Content-Type": "application/x-www-form-urlencoded"})
        body = json.dumps({"enterprise": {"uscc": LIUZHOU}})
        assert [client.post("/v1/assess", content=body, headers=kind).status_code for kind in kinds] == [200, 200]


def test_a_body_that_is_no_object_is_named(world: World) -> None:
    answer = world.client.post("/v1/session", json=[PASSWORD])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")
    assert answer.json()["errors"][0]["field"]


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/v1/session", {"password": PASSWORD}),
        ("/v1/session", {"login": "branch", "password": [PASSWORD]}),
        ("/v1/session", {"login": "branch", "pasword": PASSWORD}),
        ("/v1/session", [PASSWORD]),
        ("/v1/invitations/acceptance", {"password": PASSWORD}),
    ],
)
def test_a_secret_is_never_told_back(world: World, address: str, body: Any) -> None:
    answer = world.client.post(address, json=body)
    assert answer.status_code == 422
    assert PASSWORD not in json.dumps(answer.json())


def test_the_secret_of_a_program_is_never_told_back(world: World) -> None:
    client, secret = world.programs["bank program"]
    answer = world.client.post("/v1/oauth/token", data={"client_id": client, "client_secret": secret})
    assert answer.status_code == 422
    assert secret not in answer.text


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_every_refusal_and_its_remedy_are_said_in_both_languages(reason: Reason) -> None:
    for said in (reason.title, reason.remedy):
        chinese, _, english = said.partition(" / ")
        assert CHINESE.search(chinese), said
        assert english, said
