"""People: login, lock-out, sessions, invitations of enterprises, erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from world import GUILIN, LIUZHOU, PASSWORD, World

from api.auth.roles import Role
from api.settings import Limits, Sessions
from api.store.parties import Parties
from api.store.tables import AccessRow, PersonRow, SessionRow

LETTER = "sha256:" + "7" * 64


def _login(world: World, login: str, password: str) -> Any:
    answer = world.client.post("/v1/session", json={"login": login, "password": password})
    world.client.cookies.clear()
    return answer


def test_a_login_is_a_cookie_that_scripts_cannot_read_and_a_token_for_writes(world: World) -> None:
    answer = _login(world, "park staff", PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    kept = cookie.partition("=")[2].partition(";")[0]
    with world.store.session() as session:
        rows = session.scalars(select(SessionRow)).all()
        assert kept not in {row.id for row in rows}
        assert answer.json()["csrf_token"] not in {row.csrf for row in rows}


def test_after_logging_out_the_cookie_opens_nothing(world: World) -> None:
    headers = world.headers("park staff")
    assert world.client.get("/v1/me", headers=headers).json()["role"] == "park_staff"
    assert world.client.delete("/v1/session", headers=headers).status_code == 204
    assert world.client.get("/v1/me", headers=headers).status_code == 401


def test_a_session_ends_after_its_time(world: World) -> None:
    headers = world.headers("park staff")
    with world.store.session() as session:
        session.execute(update(SessionRow).values(expires_at=datetime.now(UTC)))
    assert world.client.get("/v1/me", headers=headers).status_code == 401


def test_some_failures_in_a_row_lock_the_login_even_for_the_right_password(copied: Callable[..., World]) -> None:
    world = copied(sessions=Sessions(failures_until_locked=3))
    for _ in range(2):
        assert _login(world, "park staff", "wrong password here").status_code == 401
    assert _login(world, "park staff", PASSWORD).status_code == 200
    for _ in range(3):
        assert _login(world, "park staff", "wrong password here").status_code == 401
    answer = _login(world, "park staff", PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (429, "locked")
    assert int(answer.headers["retry-after"]) > 60
    with world.store.session() as session:
        session.execute(update(PersonRow).values(locked_until=datetime.now(UTC) - timedelta(seconds=1)))
    assert _login(world, "park staff", PASSWORD).status_code == 200


def test_an_unknown_login_and_a_wrong_password_look_alike(world: World) -> None:
    known, unknown = _login(world, "park staff", "wrong password here"), _login(world, "nobody", "wrong password here")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


def test_many_logins_from_one_address_are_refused_for_a_while(copied: Callable[..., World]) -> None:
    world = copied(limits=Limits(logins_per_minute=3))
    answers = [_login(world, "nobody", "wrong password here") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].json()["code"] == "rate_limited"


def test_logins_and_failures_are_recorded_by_opaque_ids(world: World) -> None:
    _login(world, "park staff", PASSWORD)
    _login(world, "park staff", "wrong password here")
    with world.store.session() as session:
        asked = select(AccessRow.actor, AccessRow.outcome).where(AccessRow.action == "session.open")
        assert [tuple(row) for row in session.execute(asked.order_by(AccessRow.number))] == [
            (world.people["park staff"], "ok"),
            (world.people["park staff"], "wrong_credentials"),
        ]


@pytest.fixture
def invitation(world: World) -> dict[str, str]:
    """For the enterprise in Liuzhou."""
    answer = world.client.post(
        f"/v1/enterprises/{LIUZHOU}/invitations",
        json={"letter": LETTER, "letter_reference": "授权〔2026〕1号"},
        headers=world.headers("officer"),
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _accept(world: World, invitation: dict[str, str], **changes: str) -> Any:
    given = {"code": invitation["code"], "uscc": LIUZHOU, "letter": LETTER, "login": "new", "name": "某人"}
    return world.client.post("/v1/invitations/acceptance", json={**given, "password": PASSWORD, **changes})


def test_an_invited_person_sees_their_enterprise_only(world: World, invitation: dict[str, str]) -> None:
    assert _accept(world, invitation).status_code == 201
    assert world.score("new", LIUZHOU, "own").status_code == 200
    assert world.score("new", GUILIN, "own").status_code == 404


@pytest.mark.parametrize("changes", [{"uscc": GUILIN}, {"letter": "sha256:" + "8" * 64}, {"code": "guess"}])
def test_an_invitation_is_bound_to_enterprise_and_letter(
    world: World, invitation: dict[str, str], changes: dict[str, str]
) -> None:
    answer = _accept(world, invitation, **changes)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_an_invitation_is_used_once(world: World, invitation: dict[str, str]) -> None:
    assert _accept(world, invitation).status_code == 201
    assert _accept(world, invitation, login="another").status_code == 401


def test_a_short_password_is_refused_and_leaves_the_invitation_open(world: World, invitation: dict[str, str]) -> None:
    assert _accept(world, invitation, password="short").json()["errors"][0]["field"] == "password"
    assert _accept(world, invitation, login="park staff").json()["errors"][0]["field"] == "login"
    assert _accept(world, invitation).status_code == 201


def test_an_erased_person_is_gone_but_for_the_id_that_the_audit_names(world: World) -> None:
    headers = world.headers("park staff")
    with world.store.session() as session:
        Parties(session).erase(world.people["park staff"])
    assert world.client.get("/v1/me", headers=headers).status_code == 401
    assert _login(world, "park staff", PASSWORD).status_code == 401
    with world.store.session() as session:
        row = session.get(PersonRow, world.people["park staff"])
        assert row is not None
        assert (row.name, row.login, row.password) == (None, None, None)


def test_an_officer_loses_what_is_no_longer_assigned(world: World) -> None:
    address, staff = f"/v1/officers/{world.people['officer']}/enterprises/{LIUZHOU}", world.headers("park staff")
    assert world.score("officer", LIUZHOU, "pool_selection").status_code == 200
    assert world.client.delete(address, headers=staff).status_code == 204
    assert world.score("officer", LIUZHOU, "pool_selection").status_code == 404
    assert world.client.put(address, headers=staff).status_code == 204
    assert world.score("officer", LIUZHOU, "pool_selection").status_code == 200


@pytest.mark.parametrize("park", ["liuzhou", "柳州", "柳州高新区", " 柳州国家高新技术产业开发区"])
def test_the_staff_of_a_park_see_its_enterprises_by_whichever_name_it_was_made(world: World, park: str) -> None:
    with world.store.session() as session:
        parties = Parties(session)
        made = parties.institution("柳州高新区管委会", "park", park=park)
        parties.person(made, Role.PARK_STAFF, "clerk", "某某", PASSWORD)
    headers = world.headers("clerk")
    listed = world.client.get("/v1/enterprises", headers=headers).json()["items"]
    assert [one["uscc"] for one in listed] == [LIUZHOU]
    assert world.client.get(f"/v1/enterprises/{LIUZHOU}", headers=headers).status_code == 200
    assert world.client.get(f"/v1/enterprises/{GUILIN}", headers=headers).status_code == 404
