"""Facts are only ever added: the same file once, a correction in place of what it corrects, each in its two times."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from loads import TODAY, load_dossiers
from sqlalchemy import func, select

from api.store.database import Store
from api.store.facts import Facts, Firm
from api.store.tables import AccessRow, FactRow, LoadRow
from features.errors import FactError
from features.resolve import Alternatives, Known, resolve

USCC = "91450200MA00000151"
RIGHT = {"kind": "invention_patent", "count": 1, "granted_on": "2021-05-06"}
LATER = date(2026, 12, 24)


def _known(store: Store, known_at: date = TODAY, **how: Any) -> Known:
    with store.session() as session:
        found = Facts(session).dossier(USCC, known_at, **how)
    assert found is not None
    return resolve(found, known_at)


def _revenue(store: Store, known_at: date = TODAY, **how: Any) -> object:
    (report,) = _known(store, known_at, **how).tables["annual_report"] or ()
    return report["revenue"]


def _with_revenue(yuan: int, **more: Any) -> dict[str, Any]:
    return strong(annual_reports=[{"fiscal_year": 2025, "revenue": yuan, **more}])


def _count(store: Store, table: type = FactRow) -> int:
    with store.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_file_is_loaded_once(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong())
    kept = _count(store)
    again = load_dossiers(store, tmp_path, strong(), today=LATER)
    assert again.already
    assert (_count(store), _count(store, LoadRow)) == (kept, 1)


def test_rows_that_say_nothing_new_are_not_added_again(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong())
    found = load_dossiers(store, tmp_path, strong(), strong(enterprise={"uscc": "91450200MA00000231"}))
    assert found.unchanged > 0
    assert found.corrected == 0
    with store.session() as session:
        loads = {fact.load for fact in Facts(session).history(USCC)}
    assert loads == {1}


def test_a_correction_counts_from_the_same_day_and_what_it_corrects_is_kept(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, _with_revenue(10), source="tax")
    before = datetime.now(UTC)
    found = load_dossiers(store, tmp_path, _with_revenue(12), source="tax")
    assert found.corrected == 1
    assert _revenue(store) == 1200
    assert _revenue(store, recorded_by=before) == 1000
    with store.session() as session:
        said = [fact.content["revenue"] for fact in Facts(session).history(USCC) if fact.table == "annual_report"]
    assert said == [10, 12]


def test_a_later_statement_of_a_source_leaves_the_former_for_the_days_before(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, _with_revenue(10), source="tax")
    load_dossiers(store, tmp_path, _with_revenue(12), source="tax", today=LATER)
    assert (_revenue(store, TODAY), _revenue(store, LATER)) == (1000, 1200)


def test_an_older_file_that_arrives_later_does_not_undo_what_was_known_since(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, _with_revenue(10), source="tax", known_from="2026-01-01")
    load_dossiers(store, tmp_path, _with_revenue(10, employees=5), source="tax", known_from="2026-06-01")
    load_dossiers(store, tmp_path, _with_revenue(11), source="tax", known_from="2026-03-01")
    assert [_revenue(store, date(2026, month, 2)) for month in (1, 3, 6)] == [1000, 1100, 1000]


def test_sources_that_differ_are_a_conflict(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, _with_revenue(10), source="tax")
    load_dossiers(store, tmp_path, _with_revenue(12), source="register")
    assert _revenue(store) == Alternatives((1000, 1200))


def test_nothing_is_known_before_the_day_of_the_import(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong())
    with store.session() as session:
        assert Facts(session).dossier(USCC, date(2026, 11, 21)) is None


def test_statutory_days_are_assumed_from_what_a_row_is_about_and_say_so(store: Store, tmp_path: Path) -> None:
    reports = [{"fiscal_year": year, "revenue": 1} for year in (2024, 2025, 2026)]
    load_dossiers(
        store, tmp_path, strong(annual_reports=reports, intellectual_property=[RIGHT]), known_from="statutory"
    )
    with store.session() as session:
        facts = Facts(session).history(USCC)
    dated = {(fact.table, fact.key): fact.known_from for fact in facts if fact.table != "intellectual_property"}
    assert dated["annual_report", "2024"] == date(2025, 5, 31)
    assert dated["annual_report", "2025"] == date(2026, 5, 31)
    # It is here today, so it is known today.
    assert dated["annual_report", "2026"] == TODAY
    assert dated["enterprise", ""] == date(2016, 5, 1)
    (right,) = (fact for fact in facts if fact.table == "intellectual_property")
    assert right.known_from == date(2021, 5, 6)
    assert {fact.known_by for fact in facts} == {"statutory"}


def test_a_row_keeps_the_day_that_it_states(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, _with_revenue(10, known_from="2026-04-01"), known_from="statutory")
    with store.session() as session:
        (report,) = (fact for fact in Facts(session).history(USCC) if fact.table == "annual_report")
    assert (report.known_from, report.known_by) == (date(2026, 4, 1), "stated")


def test_a_complete_list_withdraws_what_its_source_lists_no_more(store: Store, tmp_path: Path) -> None:
    second = {**RIGHT, "granted_on": "2022-01-01"}
    load_dossiers(store, tmp_path, strong(intellectual_property=[RIGHT, second]))
    found = load_dossiers(store, tmp_path, strong(intellectual_property=[second]), today=LATER)
    assert found.withdrawn == 1
    assert [len(_known(store, day).tables["intellectual_property"] or ()) for day in (TODAY, LATER)] == [2, 1]


def test_a_list_of_another_source_withdraws_nothing(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong(intellectual_property=[RIGHT]), source="office")
    found = load_dossiers(store, tmp_path, strong(intellectual_property=[]), source="park", today=LATER)
    assert found.withdrawn == 0
    assert len(_known(store, LATER).tables["intellectual_property"] or ()) == 1


def test_a_list_that_is_corrected_within_its_day_counts_as_corrected_for_that_day(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong(intellectual_property=[RIGHT]))
    load_dossiers(store, tmp_path, strong(intellectual_property=[{**RIGHT, "granted_on": "2021-05-07"}]))
    assert len(_known(store).tables["intellectual_property"] or ()) == 1


def test_an_empty_list_states_none_from_the_day_of_the_import(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong(events=[]))
    assert _known(store).tables["event"] == []
    assert _known(store).tables["financing_round"] is None


def test_private_facts_are_seen_by_their_owner_alone(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, _with_revenue(10))
    with store.session() as session:
        common = Facts(session).version(USCC)
    load_dossiers(store, tmp_path, _with_revenue(12), owner="bank-a")
    assert _revenue(store) == 1000
    assert _revenue(store, readers=["bank-b"]) == 1000
    assert _revenue(store, readers=["bank-a"]) == Alternatives((1000, 1200))
    with store.session() as session:
        facts = Facts(session)
        assert facts.version(USCC) == facts.version(USCC, ["bank-b"]) == common
        assert facts.version(USCC, ["bank-a"]) != common


def test_two_owners_with_as_many_facts_have_versions_of_their_own(store: Store, tmp_path: Path) -> None:
    for owner, revenue in (("bank-a", 10), ("bank-b", 12)):
        load_dossiers(store, tmp_path, _with_revenue(revenue), owner=owner)
    load_dossiers(store, tmp_path, _with_revenue(11))
    with store.session() as session:
        facts = Facts(session)
        assert len({facts.version(USCC, readers) for readers in ([], ["bank-a"], ["bank-b"])}) == 3


def test_the_version_changes_with_every_fact(store: Store, tmp_path: Path) -> None:
    seen = []
    for revenue in (10, 12):
        load_dossiers(store, tmp_path, _with_revenue(revenue))
        with store.session() as session:
            seen.append(Facts(session).version(USCC))
    assert seen[0] != seen[1]


def test_a_firm_is_found_by_its_newest_common_statement(store: Store, tmp_path: Path) -> None:
    told = {"uscc": USCC, "name": "甲", "region_code": "450200", "park": "liuzhou", "zone_type": "htz"}
    load_dossiers(store, tmp_path, strong(enterprise=told))
    load_dossiers(store, tmp_path, strong(enterprise={**told, "name": "乙"}), known_from="2026-01-01")
    load_dossiers(store, tmp_path, strong(enterprise={**told, "name": "丙"}), owner="bank-a", today=LATER)
    with store.session() as session:
        facts = Facts(session)
        assert facts.firm(USCC) == Firm(USCC, "甲", "450200", "liuzhou", "htz", None)
        assert facts.firms(after=USCC) == []
        assert facts.firm("91450200MA00000231") is None


def test_a_load_is_in_the_audit_trail(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong())
    with store.session() as session:
        (entry,) = session.scalars(select(AccessRow))
        assert (entry.actor, entry.action, entry.fields[0]) == ("p-1", "facts.import", "load/1")


def test_a_wrong_day_is_named_before_anything_is_loaded(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FactError, match="known_from"):
        load_dossiers(store, tmp_path, strong(), known_from="yesterday")
    assert _count(store, LoadRow) == 0
