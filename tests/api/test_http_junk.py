"""Whatever a key is replaced with, the service answers, and never with a fault of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dossiers import STRONG, strong
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from features.tables import TABLES
from scoring.engine import Engine

JSON = {"Content-Type": "application/json"}
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["无", "N/A", "2026-02-30", "1e400", "-0", "９９９", "1,0,0", "\ud800", "99999", "true", "2025年"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
FIELDS = [
    (table.key, field) for table in TABLES.values() for field in (*table.fields, "known_from", "source", "retracted")
]


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine), raise_server_exceptions=False) as found:
        yield found


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(where=st.sampled_from(FIELDS), value=JUNK)
def test_junk_in_any_field_is_an_answer_or_a_named_problem(
    client: TestClient, where: tuple[str, str], value: Any
) -> None:
    table, field = where
    dossier = strong()
    if table == "enterprise":
        dossier["enterprise"] = {**STRONG["enterprise"], field: value}
    elif table == "expert_grades":
        dossier[table] = {"hte.talent": [{"value": 1, field: value}]}
    elif table == "annual_reports":
        dossier[table] = [{**STRONG[table][0], field: value}]
    else:
        dossier[table] = [{field: value}]
    answer = client.post("/v1/assess", content=json.dumps(dossier), params={"as_of": "2026-11-22"}, headers=JSON)
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code != 200:
        assert all(e["field"] and e["rule"] and e["remedy"] for e in answer.json()["errors"])


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.recursive(JUNK, lambda inner: st.dictionaries(st.sampled_from([*STRONG, "uscc", "x"]), inner), max_leaves=8)
)
def test_junk_as_a_whole_is_a_named_problem(client: TestClient, body: Any) -> None:
    answer = client.post("/v1/assess", content=json.dumps(body), headers=JSON)
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("value", [b'"\xed\xa0\x80"', b'"\\ud800"', b"1e99999999999999999999", b"NaN"])
def test_what_could_be_read_but_never_written_again_is_a_named_problem(client: TestClient, value: bytes) -> None:
    body = b'{"enterprise": {"uscc": "91450200MA00000151", "park": ' + value + b"}}"
    answer = client.post("/v1/assess", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_dossier"), answer.text
