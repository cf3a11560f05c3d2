"""Rows alike in every natural field count once, whatever their row ids and sources (contract §1)."""

from __future__ import annotations

import copy
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


def test_what_was_known_leaves_the_dossier_as_it_is() -> None:
    silent = {**RIGHT, "row_id": "a", "source": "office", "known_from": "2026-01-01"}
    said = {**RIGHT, "row_id": "b", "disputed": False}
    enterprise = {"uscc": "91450200MA00000151", "name": "某某", "park": None}
    given = dossier.read({"enterprise": enterprise, "intellectual_property": [silent, said]})
    before = copy.deepcopy(given)
    found = resolve(given, date(2026, 11, 22))
    assert found.duplicates == 1
    assert given == before


def test_facts_do_not_say_who_stated_them_and_when() -> None:
    facts = known({**RIGHT, "row_id": "a", "source": "office", "known_from": "2026-01-01"}).facts()
    (row,) = facts["intellectual_property"] or ()
    assert not row.keys() & {"row_id", "source", "known_from", "retracted"}
    assert row["count"] == 1
