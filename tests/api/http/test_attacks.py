"""What an attacker tries: tokens, other tenants' ids, headers, bodies. Each is refused by a stable code, none is a fault."""

from __future__ import annotations

import base64
import gzip
import json
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import jwt
import pytest
from sqlalchemy import select
from world import EVIDENCE, GUILIN, LIUZHOU, World

from api.auth.tokens import Tokens, digest
from api.store.tables import ClientRow

ME = "/v1/me"


def _with(world: World, token: str) -> Any:
    return world.client.get(ME, headers={"Authorization": f"Bearer {token}"})


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _claims(world: World, **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    client = world.programs["bank program"][0]
    return {
        "sub": client,
        "aud": "dengti",
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "scope": "score:read",
        **changes,
    }


def test_a_token_of_ours_is_good_and_says_who_asks(world: World) -> None:
    found = _with(world, world.token("bank program")).json()
    assert (found["role"], found["institution"]) == ("bank_staff", world.institutions["bank"])


def test_a_token_without_signature_is_refused(world: World) -> None:
    claims = {**_claims(world), "iat": 1, "exp": 4_000_000_000}
    for algorithm in ("none", "None", "NONE", ""):
        head = _part({"alg": algorithm, "typ": "JWT"})
        for signature in ("", "x"):
            assert _with(world, f"{head}.{_part(claims)}.{signature}").status_code == 401


def test_a_token_that_expired_or_was_signed_by_others_is_refused(world: World) -> None:
    secret = world.client.app.state.service.tokens._secret  # type: ignore[attr-defined]
    now = datetime.now(UTC)
    good = jwt.encode(_claims(world), secret, "HS256")
    assert _with(world, good).status_code == 200
    wrong = {
        "expired": jwt.encode(_claims(world, exp=now - timedelta(seconds=1)), secret, "HS256"),
        "another secret": jwt.encode(_claims(world), b"k" * 32, "HS256"),
        "another algorithm": jwt.encode(_claims(world), secret + b"k" * 32, "HS512"),
        "same secret, another algorithm": jwt.encode(_claims(world), secret * 2, "HS384"),
        "another audience": jwt.encode(_claims(world, aud="others"), secret, "HS256"),
        "no end": jwt.encode({k: v for k, v in _claims(world).items() if k != "exp"}, secret, "HS256"),
        "no such client": jwt.encode(_claims(world, sub="client_0"), secret, "HS256"),
        "client as a list": jwt.encode(_claims(world) | {"scope": ["score:read"]}, secret, "HS256"),
        "cut": good[:-2],
        "changed": good.partition(".")[0] + "." + _part({"sub": "x"}) + "." + good.rpartition(".")[2],
        "long": "a" * 5000,
    }
    for name, token in wrong.items():
        answer = _with(world, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), name


def test_a_token_that_was_good_ends_when_it_expires() -> None:
    tokens = Tokens(b"s" * 32, 10)
    token = tokens.issue("client_1", frozenset({"assess"}), datetime.now(UTC) - timedelta(seconds=595))
    assert tokens.client(token) == ("client_1", frozenset({"assess"}))
    while tokens.client(token):
        time.sleep(0.05)
    assert tokens.client(token) is None


def test_a_token_opens_no_more_than_its_client_may_now(world: World) -> None:
    token = world.token("bank program")
    with world.store.session() as session:
        row = session.get(ClientRow, world.programs["bank program"][0])
        assert row is not None
        row.scopes = "assess"
    assert _with(world, token).json()["scopes"] == ["assess"]
    with world.store.session() as session:
        row = session.get(ClientRow, world.programs["bank program"][0])
        assert row is not None
        row.closed_at = datetime.now(UTC)
    assert _with(world, token).status_code == 401


@pytest.mark.parametrize("scheme", ["Basic {}", "Bearer", "Bearer  {}", "{}", "Bearer {} {}", "Digest {}"])
def test_other_schemes_are_refused(world: World, scheme: str) -> None:
    token = world.token("bank program")
    answer = world.client.get(ME, headers={"Authorization": scheme.format(token, token)})
    assert answer.status_code in (401, 200)
    assert (answer.status_code == 200) == (scheme.strip() == "Bearer {}")


def test_wrong_secrets_get_no_token(world: World) -> None:
    client, secret = world.programs["bank program"]
    for given in ((client, secret + "x"), (client, ""), (client, digest(secret)), ("", secret), ("client_0", secret)):
        form = {"grant_type": "client_credentials", "client_id": given[0], "client_secret": given[1]}
        answer = world.client.post("/v1/oauth/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), given
    other = world.client.post(
        "/v1/oauth/token", data={"grant_type": "password", "client_id": client, "client_secret": secret}
    )
    assert other.status_code == 422


INJECTIONS = (
    "' OR '1'='1",
    "'; DROP TABLE consent; --",
    "1) UNION SELECT 1 --",
    "%27%20OR%201=1",
    "\\",
    "'\"`",
    "admin'--",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_in_what_is_sent_is_only_text(world: World, text: str) -> None:
    consent = world.consent("bank program", LIUZHOU)
    headers = world.headers("bank program", Purpose="loan_review")
    answers = [
        world.client.get(f"/v1/enterprises/{LIUZHOU}/score", headers={**headers, "Consent-Id": text}),
        world.client.get(f"/v1/enterprises/{text}/score", headers={**headers, "Consent-Id": consent}),
        world.client.get("/v1/enterprises", params={"cursor": text}, headers=headers),
        world.client.post(
            f"/v1/enterprises/{LIUZHOU}/consents/{text}/withdrawal", json={"reason": text}, headers=headers
        ),
        world.client.post("/v1/session", json={"login": text, "password": text}),
        world.client.post(
            "/v1/oauth/token", data={"grant_type": "client_credentials", "client_id": text, "client_secret": text}
        ),
        world.client.get(ME, headers={"Cookie": f"dengti_session={base64.urlsafe_b64encode(text.encode()).decode()}"}),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    kept = world.client.get(f"/v1/enterprises/{LIUZHOU}/score", headers={**headers, "Consent-Id": consent})
    assert kept.status_code == 200


@pytest.mark.parametrize(
    "name", ["Authorization", "Purpose", "Consent-Id", "Idempotency-Key", "Cookie", "X-CSRF-Token"]
)
def test_a_header_that_stands_twice_is_refused(world: World, name: str) -> None:
    sent = [(name, "a"), (name.lower(), "b")]
    answer = world.client.get(ME, headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (400, "duplicated_header")


@pytest.mark.parametrize(
    "value", ["loan_review\r\nX-Injected: 1", "loan_review\n", "own;own", "贷款".encode(), "\x00", "LOAN_REVIEW"]
)
def test_purposes_with_other_characters_are_refused(world: World, value: Any) -> None:
    raw = value if isinstance(value, bytes) else value.encode()
    headers = [(k.encode(), v.encode()) for k, v in world.headers("bank program").items()]
    answer = world.client.get(f"/v1/enterprises/{LIUZHOU}/score", headers=[*headers, (b"Purpose", raw)])
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose_required")
    assert "x-injected" not in answer.headers


def test_a_compressed_body_is_refused_before_it_is_opened(world: World) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    for encoding, body in (("gzip", bomb), ("deflate", zlib.compress(b"{}")), ("br", b"x"), ("gzip, gzip", bomb)):
        headers = {**world.headers("bank program"), "Content-Encoding": encoding, "Content-Type": "application/json"}
        for address in ("/v1/assess", f"/v1/enterprises/{LIUZHOU}/consents"):
            answer = world.client.post(address, content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_encoding")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 5000 + "1" + "}" * 5000, '{"purposes":' + "[" * 100 + "]" * 100 + "}"]
)
def test_a_deeply_nested_body_is_refused(world: World, text: str) -> None:
    headers = {**world.headers("bank program"), "Content-Type": "application/json"}
    answer = world.client.post(f"/v1/enterprises/{LIUZHOU}/consents", content=text, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "nested_too_deep")
    assert world.client.post("/v1/assess", content=text, headers=headers).status_code in (400, 422)


def test_brackets_within_texts_are_no_nesting(world: World) -> None:
    reason = '[[{{\\"' * 200
    consent = world.consent("bank program", LIUZHOU)
    address = f"/v1/enterprises/{LIUZHOU}/consents/{consent}/withdrawal"
    assert world.client.post(address, json={"reason": reason}, headers=world.headers("bank program")).status_code == 200


def test_an_oversized_body_is_refused(world: World) -> None:
    headers = {**world.headers("bank program"), "Content-Type": "application/json"}
    for body in (b" " * 300_000, iter([b" " * 100_000] * 4)):
        answer = world.client.post(f"/v1/enterprises/{LIUZHOU}/consents", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"x"', b"{", b"\xff", b'{"purposes": NaN}', b'{"valid_from": 1e999}']
)
def test_a_body_that_is_no_consent_is_named(world: World, body: bytes) -> None:
    headers = {**world.headers("bank program"), "Content-Type": "application/json"}
    answer = world.client.post(f"/v1/enterprises/{LIUZHOU}/consents", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("invalid_json", "invalid_parameter")


def test_ids_of_other_tenants_open_nothing(world: World) -> None:
    consent = world.consent("bank program", LIUZHOU)
    other = world.headers("other bank program")
    address = f"/v1/enterprises/{LIUZHOU}/consents/{consent}/withdrawal"
    assert world.client.post(address, json={}, headers=other).json()["code"] == "not_found"
    moved = f"/v1/enterprises/{GUILIN}/consents/{consent}/withdrawal"
    assert world.client.post(moved, json={}, headers=world.headers("other enterprise")).json()["code"] == "not_found"
    assert world.client.get(f"/v1/enterprises/{LIUZHOU}/consents", headers=other).json() == {"items": []}
    given = {"recipient": world.institutions["bank"], "purposes": ["loan_review"], "valid_from": "2020-01-01"}
    for_another = {**given, "valid_to": "2099-12-31", "evidence": EVIDENCE}
    answer = world.client.post(f"/v1/enterprises/{LIUZHOU}/consents", json=for_another, headers=other)
    assert answer.status_code == 422
    person = world.people["officer"]
    assigned = world.client.put(f"/v1/officers/{person}/enterprises/{GUILIN}", headers=world.headers("guilin staff"))
    assert assigned.json()["code"] == "not_found"


def test_a_cursor_of_somebody_else_or_made_up_is_refused(world: World) -> None:
    headers = world.headers("regulator")
    first = world.client.get("/v1/enterprises", params={"limit": 1}, headers=headers).json()
    good = first["next"]
    assert world.client.get("/v1/enterprises", params={"cursor": good}, headers=headers).status_code == 200
    for cursor in ("x", good[:-3], good[:-1] + ("A" if good[-1] != "A" else "B") * 4, "AAAA", "", "=" * 10):
        answer = world.client.get("/v1/enterprises", params={"cursor": cursor}, headers=headers)
        assert answer.json().get("code") == "invalid_cursor", cursor


def test_neither_logs_nor_errors_tell_secrets_or_whose_data_it_is(
    capfd: pytest.CaptureFixture[str], copied: Callable[..., World]
) -> None:
    world = copied()
    token = world.token("bank program")
    world.score("bank program", LIUZHOU)
    world.client.post("/v1/session", json={"login": "branch", "password": "wrong password here"})
    with world.store.session() as session:
        secret = session.scalars(select(ClientRow.secret)).first()
    told = "".join(capfd.readouterr())
    assert '"route":"/v1/enterprises/{uscc}/score"' in told
    for text in (token, world.programs["bank program"][1], str(secret), LIUZHOU, "branch", "wrong password", "某某"):
        assert text not in told


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\u202e", "\U0001f600" * 10, "%00", "\n"])
def test_characters_that_a_database_may_not_hold_are_no_fault(either: World, text: str) -> None:
    headers = either.headers("bank program")
    consent = either.consent("bank program", LIUZHOU)
    address = f"/v1/enterprises/{LIUZHOU}/consents"
    coded = quote(text)
    answers = [
        either.client.post(f"{address}/{consent}/withdrawal", json={"reason": text}, headers=headers),
        either.client.post(f"{address}/{coded}/withdrawal", json={"reason": "x"}, headers=headers),
        either.client.post("/v1/session", json={"login": text, "password": text}),
        either.client.post(
            "/v1/oauth/token", data={"grant_type": "client_credentials", "client_id": text, "client_secret": text}
        ),
        either.client.get(f"/v1/enterprises/{coded}/score", headers={**headers, "Purpose": "loan_review"}),
        either.client.post(
            f"/v1/approvals/{coded}/decision", json={"approve": True}, headers=either.headers("park staff")
        ),
    ]
    assert [answer.status_code < 500 for answer in answers] == [True] * len(answers), [a.text for a in answers]


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1e400", "2026-13-01"])
def test_moments_out_of_time_are_refused(world: World, since: str) -> None:
    answer = world.client.get("/v1/audit", params={"since": since}, headers=world.headers("regulator"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")
