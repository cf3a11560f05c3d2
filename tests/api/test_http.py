from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dossiers import strong
from fastapi.testclient import TestClient

from api import assess as application
from api.answers.result import result, written
from api.app import create_app
from features import dossier
from scoring.engine import Engine, Question
from scoring.release import canonical, digest


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine), raise_server_exceptions=True) as found:
        yield found


def _assess(client: TestClient, body: Any, **query: str) -> Any:
    return client.post("/v1/assess", params={"as_of": "2026-11-22", **query}, json=body)


def test_a_dossier_is_assessed(client: TestClient) -> None:
    answer = _assess(client, strong())
    assert answer.status_code == 200
    found = answer.json()
    assert found["assessments"]["tech_sme"]["verdict"] == "pass"
    assert found["assessments"]["tech_sme"]["score"] == {"low": 70, "high": 70, "max": 100, "pass": {"min": 60}}
    assert found["tier"]["ladder"] == ["tech_sme", "specialised_sme", "high_tech_enterprise", "gazelle", "unicorn"]
    assert found["tier"]["qualified"] == "tech_sme"
    assert found["tier"]["recognised"] is None


def test_the_same_question_gives_the_same_bytes(client: TestClient) -> None:
    assert (
        _assess(client, strong(), known_at="2026-11-22").content
        == _assess(client, strong(), known_at="2026-11-22").content
    )


@pytest.mark.parametrize("changes", [{}, {"events": None}, {"intellectual_property": []}])
def test_what_is_sent_is_the_result_and_its_decision_is_in_canonical_form(
    client: TestClient, engine: Engine, question: Question, changes: dict[str, Any]
) -> None:
    raw = strong(**changes)
    answer = engine.answer(dossier.read(raw), question)
    sent = _assess(client, raw, known_at="2026-11-22").content
    assert json.loads(written(answer)) == result(answer)
    assert b'"decision":' + canonical(result(answer)["decision"]) in sent
    # Who issues it stands before it.
    assert sent.endswith(b"," + written(answer)[1:])
    assert set(json.loads(sent)) - set(result(answer)) == {"issuer", "notice"}
    assert result(answer)["receipt"]["sha256"] == digest(result(answer)["decision"])


def test_health_names_the_release(client: TestClient) -> None:
    found = client.get("/healthz").json()
    assert found["status"] == "ok"
    assert found["release"].startswith("sha256:")


def test_the_documentation_works_offline(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "swagger" in page.lower()
    assert "https://" not in page.replace("https://fastapi.tiangolo.com", "")
    for address in (part.split('"')[0] for part in page.split('src="')[1:]):
        assert client.get(address).status_code == 200, address


def test_the_schema_describes_the_dossier(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    body = schema["paths"]["/v1/assess"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "revenue" in body["properties"]["annual_reports"]["items"]["properties"]


WRONG: list[tuple[str, Any, str, int]] = [
    ("not json", "{", "$", 400),
    ("not a number in JSON", '{"enterprise": {"uscc": NaN}}', "$", 400),
    ("a key twice", '{"enterprise": {}, "enterprise": {}}', "$", 400),
    ("a list", [], "$", 422),
    ("a text", "firm", "$", 422),
    ("no enterprise", {}, "enterprise.uscc", 422),
    ("wrong check character", strong(enterprise={"uscc": "91450200MA00000152"}), "enterprise.uscc", 422),
    ("code as a number", strong(enterprise={"uscc": 914502000}), "enterprise.uscc", 422),
    ("misspelt table", strong(anual_reports=[]), "anual_reports", 422),
    ("misspelt field", strong(annual_reports=[{"fiscal_year": 2025, "revenu": 1}]), "annual_reports[0].revenu", 422),
    ("table is no list", strong(events={}), "events", 422),
    ("row is no object", strong(events=[1]), "events[0]", 422),
    (
        "money as words",
        strong(annual_reports=[{"fiscal_year": 2025, "revenue": "约三千万"}]),
        "annual_reports[0].revenue",
        422,
    ),
    (
        "money too large",
        strong(annual_reports=[{"fiscal_year": 2025, "revenue": 10**13}]),
        "annual_reports[0].revenue",
        422,
    ),
    ("negative money", strong(annual_reports=[{"fiscal_year": 2025, "revenue": -1}]), "annual_reports[0].revenue", 422),
    (
        "three decimals",
        strong(annual_reports=[{"fiscal_year": 2025, "revenue": "1.005"}]),
        "annual_reports[0].revenue",
        422,
    ),
    (
        "half a person",
        strong(annual_reports=[{"fiscal_year": 2025, "employees": 80.5}]),
        "annual_reports[0].employees",
        422,
    ),
    (
        "money as true",
        strong(annual_reports=[{"fiscal_year": 2025, "revenue": True}]),
        "annual_reports[0].revenue",
        422,
    ),
    ("no year", strong(annual_reports=[{"revenue": 1}]), "annual_reports[0].fiscal_year", 422),
    ("no such day", strong(events=[{"kind": "fraud", "occurred_on": "2026-02-30"}]), "events[0].occurred_on", 422),
    ("no such kind", strong(events=[{"kind": "flood"}]), "events[0].kind", 422),
    (
        "yes/no as 2",
        strong(intellectual_property=[{"kind": "ic_layout", "in_force": 2}]),
        "intellectual_property[0].in_force",
        422,
    ),
    (
        "industry letter",
        strong(enterprise={"uscc": "91450200MA00000151", "industry_code": "A36"}),
        "enterprise.industry_code",
        422,
    ),
]


@pytest.mark.parametrize(("body", "field", "status"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_wrong_is_named(client: TestClient, body: Any, field: str, status: int) -> None:
    text = body if isinstance(body, str) and body.startswith("{") else json.dumps(body)
    answer = client.post("/v1/assess", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["code"]
    assert field in [error["field"] for error in found["errors"]]
    assert all(error["rule"] and error["remedy"] for error in found["errors"])


@pytest.mark.parametrize("query", [{"as_of": "tomorrow"}, {"as_of": "2026-13-01"}, {"kind": "first"}, {"known_at": ""}])
def test_wrong_parameters_are_named(client: TestClient, query: dict[str, str]) -> None:
    answer = client.post("/v1/assess", params=query, json=strong())
    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["field"] == next(iter(query))


def test_an_unknown_rulebook_is_not_found(client: TestClient) -> None:
    answer = _assess(client, strong(), rulebook="moon_landing")
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_name"


def test_a_rulebook_before_its_time_is_marked(client: TestClient) -> None:
    found = _assess(client, strong(), rulebook="tech_sme", rules_on="2015-01-01").json()
    assert "edition_outside_period" in found["assessments"]["tech_sme"]["flags"]


def test_deep_nesting_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/assess", content="[" * 100_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_an_oversized_body_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/assess", content=b" " * (application.LARGEST_BODY + 1))
    assert answer.status_code == 413


def test_other_addresses_and_methods_are_problems_too(client: TestClient) -> None:
    for address, code in (("/v1/nothing", "not_found"), ("/v1/assess", "method_not_allowed")):
        found = client.get(address).json()
        assert (found["code"], found["remedy"]) == (code, "见 /docs / see /docs")


def test_a_gate_on_a_choice_shows_what_was_chosen(client: TestClient) -> None:
    raw = strong()
    raw["enterprise"]["technology_field"] = "new_materials"
    gates = _assess(client, raw).json()["assessments"]["high_tech_enterprise"]["gates"]
    assert (gates["technology_field"]["verdict"], gates["technology_field"]["value"]) == ("pass", "new_materials")
    audit = _assess(client, raw).json()["assessments"]["tech_sme"]["gates"]["audit_based_tax"]
    assert (audit["verdict"], audit["value"]) == ("pass", True)
