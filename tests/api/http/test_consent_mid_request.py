"""A consent that is withdrawn while an answer is being computed does not let it out; reads and withdrawals at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select
from world import LIUZHOU, World

from api.store.facts import Facts
from api.store.tables import AccessRow, ScoreRow
from features.dossier import Dossier
from scoring.engine import Answer, Engine, Question


class Slow(Engine):
    """Computes only once it is told to."""

    def __init__(self, plain: Engine) -> None:
        super().__init__(plain.catalogue, plain.release_id)
        self.rules = plain.rules
        self.computing, self.go = threading.Event(), threading.Event()

    def answer(self, dossier: Dossier, question: Question) -> Answer:
        self.computing.set()
        assert self.go.wait(300)
        return super().answer(dossier, question)


def test_a_withdrawal_while_the_answer_is_computed_holds(copied: Callable[..., World], engine: Engine) -> None:
    slow = Slow(engine)
    world = copied()
    world.client.app.state.service.engine = slow  # type: ignore[attr-defined]
    consent = world.consent("bank program", LIUZHOU)
    bank, firm = world.headers("bank program", Purpose="loan_review"), world.headers("enterprise")
    address = f"/v1/enterprises/{LIUZHOU}"

    def read() -> Any:
        return world.client.get(f"{address}/score", headers={**bank, "Consent-Id": consent})

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(read)
        assert slow.computing.wait(300)
        withdrawn = world.client.post(f"{address}/consents/{consent}/withdrawal", json={}, headers=firm)
        assert withdrawn.status_code == 200
        slow.go.set()
        answer = running.result(300)
    assert (answer.status_code, answer.json()["reason"]) == (403, "withdrawn")
    assert "assessments" not in answer.text
    with world.store.session() as session:
        outcomes = list(session.scalars(select(AccessRow.outcome).where(AccessRow.action == "score.read")))
        kept = list(session.scalars(select(ScoreRow.uscc)))
    assert outcomes == ["consent_required"]
    assert kept == []


def test_facts_that_arrive_while_the_answer_is_computed_are_in_it(
    copied: Callable[..., World], engine: Engine, tmp_path: Any
) -> None:
    from world import facts, load_facts

    slow, world = Slow(engine), copied()
    world.client.app.state.service.engine = slow  # type: ignore[attr-defined]
    staff = world.headers("park staff", Purpose="statistics")
    address = f"/v1/enterprises/{LIUZHOU}/score?as_of=2026-11-22&known_at=2027-12-31"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(world.client.get, address, headers=staff)
        assert slow.computing.wait(300)
        accident = {"kind": "safety_accident", "occurred_on": "2026-06-01", "severity": "major"}
        load_facts(world.store, tmp_path, [facts(LIUZHOU, events=[accident])], fingerprint="sha256:later")
        slow.go.set()
        found = running.result(300).json()
    assert found["assessments"]["tech_sme"]["gates"]["compliance"]["verdict"] == "fail"


def test_after_a_withdrawal_is_answered_no_read_is_recorded_as_let_through(either: World) -> None:
    consent = either.consent("bank program", LIUZHOU)
    bank = {**either.headers("bank program", Purpose="loan_review"), "Consent-Id": consent}
    firm = either.headers("enterprise")
    address = f"/v1/enterprises/{LIUZHOU}"
    assert either.client.get(f"{address}/score", headers=bank).status_code == 200
    withdrawn = threading.Event()

    def reads(_: int) -> list[tuple[bool, int]]:
        found = []
        for _ in range(12):
            late = withdrawn.is_set()
            found.append((late, either.client.get(f"{address}/score", headers=bank).status_code))
        return found

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(reads, number) for number in range(3)]
        answer = either.client.post(f"{address}/consents/{consent}/withdrawal", json={}, headers=firm)
        withdrawn.set()
        answers = [one for each in running for one in each.result(120)]
    assert answer.status_code == 200
    assert {status for late, status in answers if late} <= {403}
    assert {status for _, status in answers} <= {200, 403}
    assert either.client.get(f"{address}/score", headers=bank).status_code == 403
    with either.store.session() as session:
        asked = select(AccessRow.outcome).where(AccessRow.action == "score.read").order_by(AccessRow.number)
        outcomes = list(session.scalars(asked))
    assert len(outcomes) == len(answers) + 2


def test_withdrawals_and_own_facts_at_once_neither_deadlock_nor_get_lost(either: World) -> None:
    headers = either.headers("bank program")
    consents = [either.consent("bank program", LIUZHOU) for _ in range(8)]
    address = f"/v1/enterprises/{LIUZHOU}"

    def work(number: int) -> tuple[int, int]:
        event = {"kind": "loan_default", "occurred_on": f"2026-05-{number + 1:02}"}
        brought = {"enterprise": {"uscc": LIUZHOU}, "events": [event]}
        first = either.client.post(f"{address}/facts", json=brought, headers=headers)
        second = either.client.post(f"{address}/consents/{consents[number]}/withdrawal", json={}, headers=headers)
        return first.status_code, second.status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {(200, 200)}
    listed = either.client.get(f"{address}/consents", headers=headers).json()["items"]
    assert all(one["withdrawn_at"] for one in listed)
    with either.store.session() as session:
        facts = Facts(session).standing([LIUZHOU], [either.institutions["bank"]])
    assert len({fact.key for fact in facts if fact.table == "event"}) == 8
