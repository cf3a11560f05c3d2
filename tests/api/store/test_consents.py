"""A consent holds for one recipient, its purposes, its fields and its days, until the moment of its withdrawal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.store.consents import Consent, Consents, Refused
from api.store.database import Store
from features.errors import ValueProblem

USCC, OTHER = "91450200MA00000151", "91450200MA00000231"
EVIDENCE = "sha256:" + "e" * 64
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def _give(store: Store, **changed: Any) -> str:
    given = {
        "uscc": USCC,
        "recipient": "bank-a",
        "purposes": ["loan_review"],
        "scope": ["annual_report", "enterprise/region_code"],
        "period": (FIRST, LAST),
        "evidence": EVIDENCE,
        "by": "p-1",
    }
    with store.session() as session:
        return Consents(session).give(**{**given, **changed})


def _standing(
    store: Store,
    at: datetime = NOW,
    uscc: str = USCC,
    recipient: str = "bank-a",
    purpose: str = "loan_review",
    consent: str | None = None,
) -> Consent | Refused:
    with store.session() as session:
        return Consents(session).standing(uscc, recipient, purpose, at, consent)


def test_a_consent_stands_for_what_it_says(store: Store) -> None:
    given = _give(store)
    found = _standing(store)
    assert isinstance(found, Consent)
    assert (found.id, found.evidence) == (given, EVIDENCE)
    assert found.covers("annual_report")
    assert found.covers("annual_report", "revenue")
    assert found.covers("enterprise", "region_code")
    assert not found.covers("enterprise")
    assert not found.covers("enterprise", "name")
    assert not found.covers("event")


def test_who_it_does_not_name_has_none(store: Store) -> None:
    given = _give(store)
    assert _standing(store, recipient="bank-b") == Refused("never")
    assert _standing(store, uscc=OTHER) == Refused("never")
    assert _standing(store, consent="0" * 32) == Refused("never")
    assert _standing(store, purpose="statistics") == Refused("other_purpose", given)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        # Days begin at midnight in Shanghai.
        (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), "not_yet"),
        (datetime(2026, 10, 31, 16, tzinfo=UTC), None),
        (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 30, 16, tzinfo=UTC), "expired"),
    ],
)
def test_it_stands_from_its_first_day_to_the_end_of_its_last(store: Store, at: datetime, reason: str | None) -> None:
    given = _give(store)
    found = _standing(store, at)
    assert (found == Refused(reason, given)) if reason else isinstance(found, Consent)


def test_a_withdrawal_counts_at_once_and_is_never_undone(store: Store) -> None:
    given = _give(store, period=(date(2000, 1, 1), date(2100, 1, 1)))
    before = datetime.now(UTC)
    with store.session() as session:
        Consents(session).withdraw(given, "p-2", "改变主意")
    with store.session() as session:
        Consents(session).withdraw(given, "p-3")
    assert _standing(store, datetime.now(UTC)) == Refused("withdrawn", given)
    assert isinstance(_standing(store, before - timedelta(seconds=1)), Consent)
    with store.session() as session:
        (kept,) = Consents(session).of(USCC)
    assert kept.withdrawn_at is not None
    assert kept.withdrawn_at - before < timedelta(seconds=30)


def test_a_newer_consent_stands_beside_a_withdrawn_one(store: Store) -> None:
    with store.session() as session:
        Consents(session).withdraw(_give_in(session), "p-1")
    newer = _give(store)
    found = _standing(store, datetime(2026, 11, 30, 8, tzinfo=UTC))
    assert isinstance(found, Consent)
    assert found.id == newer


def _give_in(session: Any) -> str:
    return Consents(session).give(USCC, "bank-a", ["loan_review"], ["all"], (FIRST, LAST), EVIDENCE, "p-1")


def test_only_the_firm_that_gave_it_withdraws_it(store: Store) -> None:
    given = _give(store)
    for named, uscc in ((given, OTHER), ("0" * 32, USCC)):
        with pytest.raises(ValueProblem, match="no such consent"), store.session() as session:
            Consents(session).withdraw(named, "p-1", uscc=uscc)
    assert isinstance(_standing(store), Consent)


def test_what_a_bank_brought_is_passed_on_only_by_consent_in_writing(store: Store) -> None:
    with pytest.raises(ValueProblem, match="第二十九条") as error:
        _give(store, scope=["all", "private/bank-b"], written=False)
    assert error.value.field == "written"
    _give(store, scope=["private/bank-b"], written=True)
    found = _standing(store)
    assert isinstance(found, Consent)
    assert found.private_of == ("bank-b",)
    # Its own is not passed on to it.
    _give(store, scope=["all", "private/bank-a"], written=False)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("purposes", {"purposes": []}),
        ("scope", {"scope": []}),
        ("scope", {"scope": ["annual_report/none"]}),
        ("scope", {"scope": ["everything"]}),
        ("scope", {"scope": ["private/"]}),
        ("period", {"period": (LAST, FIRST)}),
        ("evidence", {"evidence": "signed"}),
    ],
)
def test_a_consent_that_says_too_little_is_refused(store: Store, field: str, changed: dict[str, Any]) -> None:
    with pytest.raises(ValueProblem) as error:
        _give(store, **changed)
    assert error.value.field == field
    assert _standing(store) == Refused("never")
