"""Distress is told to nobody by default, then to a bank that runs it itself, or by a filed bureau."""

from __future__ import annotations

import pytest

from api.auth.roles import Principal, Role
from api.enterprise.scores import sees_distress, without_distress
from api.settings import Issuer, Serving, Settings


@pytest.mark.parametrize("served", [False, True])
@pytest.mark.parametrize("mode", ["public_body", "filed_bureau"])
@pytest.mark.parametrize("runs", [False, True])
def test_who_is_told_of_distress(served: bool, mode: str, runs: bool) -> None:
    settings = Settings.model_validate({"issuer": {"mode": mode}, "serving": {"distress": served}})
    bank = Principal("client_1", Role.BANK_STAFF, "inst_1", "api", runs_distress=runs)
    assert sees_distress(settings, bank) == (served and (mode == "filed_bureau" or runs))


def test_by_default_it_is_off() -> None:
    assert not Serving().distress
    assert Issuer().mode == "public_body"


def test_without_distress_nothing_else_is_taken_out() -> None:
    climb = {"target": "gazelle", "p": 0.5}
    whole = {"uscc": "x", "probability": {"climb": climb, "distress": {"p": 0.1}}, "bank_view": {"grade": "A"}}
    assert without_distress(whole) == {"uscc": "x", "probability": {"climb": climb}}
    assert without_distress({"uscc": "x", "probability": {"distress": {"p": 0.1}}}) == {"uscc": "x"}
    assert "bank_view" in whole
