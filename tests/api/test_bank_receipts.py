"""A bank's view of an answer under a scheme of reference: no points and no facts that only the scheme reads, yet a receipt that holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from overlay_texts import CONFIRMED
from scheme_firms import QUESTION, SCHEME, Json, changed, firm, keys, leaves

from api.answers.receipts import SIGNING_KEY, receipted
from api.answers.result import result
from api.answers.views import seen_by
from features.dossier import read
from scoring import verifier
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine

WITHHELD = (
    "参考方案 / reference scheme：未提供，未重新计算 / not given, not recomputed；"
    "参考规则 / its rules：未提供，未重新计算 / not given, not recomputed"
)
ONLY, SHOWN = "annual_report/-3/main_business_revenue", "annual_report/2023/main_business_revenue"
"""What no rule reads but the scheme's: the year from which the growth of the main business is counted."""


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    path, key = keys(tmp_path, "release")
    monkeypatch.setenv(SIGNING_KEY, str(path))
    return key


@pytest.fixture
def both(engine: Engine, public: bytes) -> tuple[Json, Json]:
    """The whole and what a bank sees of it."""
    assert public
    answer = engine.answer(read(firm()), QUESTION)
    whole = json.loads(json.dumps(receipted(result(answer), answer.rules.program)))
    return whole, seen_by("bank", whole)


def test_both_views_verify_and_have_one_signature(both: tuple[Json, Json], public: bytes) -> None:
    whole, seen = both
    assert verifier.verify(whole, public) == ([], "")
    assert verifier.verify(seen, public) == ([], WITHHELD)
    assert seen["receipt"] == whole["receipt"]
    assert seen["decision"] == whole["decision"]


def test_nothing_of_the_scheme_is_in_the_banks_view(both: tuple[Json, Json]) -> None:
    whole, seen = both
    only = set(whole["decision_reference"]["only"])
    assert only == {SHOWN}
    text = json.dumps({k: v for k, v in seen.items() if k not in ("credit", "release")}, ensure_ascii=False)
    assert SCHEME not in text
    assert "创新积分" not in text
    assert not any(ONLY in one["scalars"] for one in seen["decision"]["facts"])
    assert all(ONLY in one["scalars"] for one in whole["decision_reference"]["facts"])
    assert not only & {one["fact"] for one in seen["missing"]}
    assert seen["credit"].keys() <= {"scheme", "title", "edition", "status", "issuer", "overlays", "unavailable"}


def test_a_fact_of_the_scheme_alone_that_is_missing_is_not_listed(engine: Engine) -> None:
    raw = firm()
    del raw["annual_reports"][2]["main_business_revenue"]
    whole = result(engine.answer(read(raw), QUESTION))
    seen = seen_by("bank", whole)
    assert SHOWN in {one["fact"] for one in whole["missing"]}
    assert SHOWN not in json.dumps(seen)
    assert len(seen["missing"]) == len(whole["missing"]) - 1


def test_that_sources_differ_in_a_fact_of_the_scheme_alone_is_not_told(engine: Engine) -> None:
    raw = firm()
    oldest = raw["annual_reports"][2]
    raw["annual_reports"][2:] = [
        {**oldest, "source": "tax"},
        {**oldest, "source": "survey", "main_business_revenue": 9},
    ]
    whole = result(engine.answer(read(raw), QUESTION))
    seen = seen_by("bank", whole)
    assert f"conflict:{SHOWN}" in whole["flags"]
    assert SHOWN not in json.dumps(seen)
    # Nor how many values it may have.
    assert len(whole["decision_reference"]["facts"]) == 2
    assert len(seen["decision"]["facts"]) == 1


def test_a_changed_byte_of_either_part_is_found(both: tuple[Json, Json]) -> None:
    whole, seen = both
    for path in list(leaves(whole["decision_reference"]))[::97]:
        wrong, _ = verifier.verify({**whole, "decision_reference": changed(whole["decision_reference"], path)})
        assert wrong, path
    for path in list(leaves(seen["decision"]))[::29]:
        assert verifier.verify({**seen, "decision": changed(seen["decision"], path)})[0], path


def test_points_laid_into_the_banks_view_are_found(both: tuple[Json, Json], public: bytes) -> None:
    whole, seen = both
    laid: list[Callable[[Json], Json]] = [
        lambda one: {**one, "credit": whole["credit"]},
        lambda one: {**one, "decision_reference": changed(whole["decision_reference"], ("cards", SCHEME, "score", 0))},
        lambda one: {**one, "receipt": {k: v for k, v in one["receipt"].items() if k != "reference"}},
    ]
    for lay in laid:
        assert verifier.verify(lay(seen), public)[0]
    given_back = {key: whole[key] for key in ("decision_reference", "program_reference")}
    assert verifier.verify({**seen, **given_back}, public) == ([], "")


def test_the_digest_of_what_is_hidden_cannot_be_tried(both: tuple[Json, Json], engine: Engine) -> None:
    whole, seen = both
    guessed = {k: v for k, v in whole["decision_reference"].items() if k != "salt"}
    assert verifier.digest(guessed) != seen["receipt"]["reference"]
    assert whole["decision_reference"]["salt"] not in json.dumps(seen)
    # Without a key there is no salt, and the bank does not get the digest.
    plain = result(engine.answer(read(firm()), QUESTION))
    assert plain["receipt"]["reference"] == verifier.digest(plain["decision_reference"])
    assert "reference" not in seen_by("bank", plain)["receipt"]


def test_the_same_answer_has_the_same_receipt(both: tuple[Json, Json], engine: Engine) -> None:
    answer = engine.answer(read(firm()), QUESTION)
    assert receipted(result(answer), answer.rules.program)["receipt"] == both[0]["receipt"]


def test_without_a_key_both_views_are_intact_with_their_origin_unchecked(engine: Engine) -> None:
    answer = engine.answer(read(firm()), QUESTION)
    whole = json.loads(json.dumps(receipted(result(answer), answer.rules.program)))
    for view in (whole, seen_by("bank", whole)):
        wrong, unchecked = verifier.verify(view)
        assert (wrong, unchecked.split("；")[-1]) == ([], "未核对来源 / origin not checked")


def test_a_confirmed_scheme_is_in_the_part_that_everybody_gets(tmp_path: Path, public: bytes) -> None:
    (tmp_path / "liuzhou.yaml").write_text(CONFIRMED, encoding="utf-8")
    engine = Engine(Catalogue(FOLDER, tmp_path))
    answer = engine.answer(read(firm(park="liuzhou")), QUESTION)
    seen = seen_by("bank", receipted(result(answer), answer.rules.program))
    assert "score" in seen["decision"]["cards"][SCHEME]
    assert "reference" not in seen["receipt"]
    assert verifier.verify(json.loads(json.dumps(seen)), public) == ([], "")
