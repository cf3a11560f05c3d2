"""Rows alike in every natural field count once, whatever their row ids and sources (contract §1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from features import dossier
from features.resolve import Known, resolve

RIGHT = {
    "kind": "invention_patent",
    "count": 1,
    "granted_on": "2021-05-06",
    "in_force": True,
    "acquired_by": "own_rd",
    "supports_main_product": True,
}


def known(*rights: dict[str, Any]) -> Known:
    raw = {"enterprise": {"uscc": "91450200MA00000151", "name": "某某"}, "intellectual_property": [*rights]}
    return resolve(dossier.read(raw), date(2026, 11, 22))


def test_a_right_stated_under_two_row_ids_counts_once() -> None:
    found = known({**RIGHT, "row_id": "a"}, {**RIGHT, "row_id": "b"})
    assert len(found.tables["intellectual_property"] or ()) == 1
    assert found.duplicates == 1


def test_a_right_that_two_sources_state_and_a_further_row_repeats_counts_once() -> None:
    found = known(
        {**RIGHT, "row_id": "a", "source": "office"},
        {**RIGHT, "row_id": "a", "source": "park"},
        {**RIGHT, "row_id": "b"},
    )
    assert len(found.tables["intellectual_property"] or ()) == 1
    assert found.duplicates == 2


def test_silence_beside_an_equal_row_that_says_not_so_is_no_assumption() -> None:
    silent, said = {**RIGHT, "row_id": "a"}, {**RIGHT, "row_id": "b", "disputed": False}
    for rights in ((silent, said), (said, silent)):
        found = known(*rights)
        (row,) = found.tables["intellectual_property"] or ()
        assert row["disputed"] == 0
        assert "disputed/assumed" not in row


def test_a_right_with_another_number_is_another_right() -> None:
    found = known({**RIGHT, "number": "ZL1"}, {**RIGHT, "number": "ZL2"})
    assert len(found.tables["intellectual_property"] or ()) == 2
    assert found.duplicates == 0
