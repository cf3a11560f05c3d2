"""The golden dossiers of the tiers, scored in a batch, get what each gets alone: grades of years, kinds, days, regions."""

from __future__ import annotations

import copy
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from golden_cases import Case, cases
from reference_implementation.random_dossiers import random_uscc

from api.answers.result import result
from api.batch.frames import frames
from features import dossier
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from scoring.engine import Engine, Question

CARDS = (
    "credit.guangxi_reference",
    "innovative_sme",
    "specialised_sme",
    "little_giant",
    "gazelle.changsha_htz",
    "gazelle.eurostat",
    "gazelle.gbt_41464",
    "gazelle.guangxi_pool",
    "gazelle.hangzhou_binjiang",
    "gazelle.huangpu",
    "gazelle.huangpu_pool",
    "gazelle.jiangsu",
    "gazelle.jinan",
    "gazelle.jinan_htz",
    "gazelle.liaoning",
    "gazelle.oecd",
    "gazelle.shandong",
    "gazelle.shijiazhuang_htz",
    "gazelle.sichuan",
    "gazelle.torch",
    "gazelle.wuhan_east_lake",
    "gazelle.wuxi_pool",
    "gazelle.xiamen_torch",
    "gazelle.yancheng",
    "gazelle.zhengzhou_htz",
    "gazelle.zhongguancun",
    "gazelle.zhongshan_torch",
    "hte_pool.guangdong",
    "hte_pool.guangxi",
    "hte_pool.jiangsu",
    "industry_leader.chengdu",
    "potential_unicorn",
    "potential_unicorn.huangpu",
    "potential_unicorn.shenzhen",
    "potential_unicorn.suqian",
    "potential_unicorn.yancheng",
    "quasi_unicorn.shandong",
    "seed_unicorn.shenzhen",
    "seed_unicorn.sichuan",
    "unicorn",
    "unicorn.chengdu",
    "unicorn.huangpu",
    "unicorn.shandong",
    "unicorn.shenzhen",
    "unicorn.suqian",
    "unicorn.yancheng",
)


def _questions() -> dict[Question, list[Case]]:
    found: dict[Question, list[Case]] = defaultdict(list)
    for case in cases():
        if case.rulebook in CARDS:
            found[case.question].append(case)
    return found


QUESTIONS = _questions()


def _code(rng: random.Random) -> str:
    """A firm's code; other prefixes are out of every card's scope."""
    return next(code for code in iter(lambda: random_uscc(rng, "450200"), None) if code.startswith("91"))


def _alone(engine: Engine, raw: dict[str, Any], question: Question) -> dict[str, Any]:
    answer = result(engine.answer(dossier.read(raw), question))
    row: dict[str, Any] = {}
    if "score" in answer.get("credit", {}):
        credit = answer["credit"]
        of = credit["scheme"]
        row |= {f"{of}.coverage": credit["coverage"], f"{of}.status": credit["status"]}
        row[f"{of}.accounts.year"] = credit.get("accounts", {}).get("year")
        row |= {f"{of}.stage": credit["stage"], f"{of}.bounds": credit["bounds"]}
        row |= {f"{of}.score.{end}": credit["score"][end] for end in ("low", "high")}
        for name, item in credit["items"].items():
            row |= {f"{of}.items.{name}.{end}": item["points"][end] for end in ("low", "high")}
    for of, card in answer["assessments"].items():
        if of not in CARDS:
            continue
        row |= {f"{of}.verdict": card["verdict"], f"{of}.bounds": card["bounds"]}
        row |= {f"{of}.gates.{name}.verdict": gate["verdict"] for name, gate in card["gates"].items()}
        for name, item in card["items"].items():
            row |= {f"{of}.items.{name}.{end}": item["points"][end] for end in ("low", "high")}
    return row


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q.as_of}-{q.rules_on}-{q.kind}")
def test_a_batch_of_golden_dossiers(engine: Engine, tmp_path: Path, question: Question) -> None:
    rng = random.Random(7)
    firms: dict[str, dict[str, Any]] = {}
    for case in QUESTIONS[question]:
        raw = copy.deepcopy(case.dossier)
        raw["enterprise"]["uscc"] = _code(rng)
        firms[raw["enterprise"]["uscc"]] = raw
    path = tmp_path / "firms.json"
    path.write_text(json.dumps(list(firms.values()), ensure_ascii=False, default=float), encoding="utf-8")
    read = read_input(path)
    assert read.rejects.is_empty(), read.rejects
    wide = pivot(LongTables.of(read.tables, read.incomplete), question.known_at)
    scores, items = frames(engine, wide, question)
    batch = {row["uscc"]: row for row in scores.join(items, on="uscc", how="left").iter_rows(named=True)}
    assert batch.keys() == firms.keys()
    for code, raw in firms.items():
        alone = _alone(engine, raw, question)
        assert {key: batch[code][key] for key in alone} == alone, raw
