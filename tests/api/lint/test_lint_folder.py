"""The shipped rulebooks are clean; what is wrong between files is found; nothing that is in a file makes the lint fall."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.authority.lint.folder import lint_file, lint_folder
from scoring.catalogue import FOLDER
from scoring.errors import Finding

CARD = """\
card: {id}
edition: "{edition}"
title: {{zh: 示例, en: Sample}}
status: {status}
effective_from: {begins}
{more}published_on: 2019-12-01
documents:
  measures: {{number: 示例〔2026〕1号, title: 示例办法}}
source: {{document: measures, grade: official}}

gates:
  employees:
    label: {{zh: 职工不少于50人, en: At least 50 employees}}
    article: 第一条
    indicator: employees_quarterly
    min: 50人
"""


def put(root: Path, place: str, **values: str) -> None:
    given = {"id": "sample", "edition": "2020", "status": "in_force", "begins": "2020-01-01", "more": ""} | values
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CARD.format(**given), encoding="utf-8")


def found_in(root: Path) -> list[tuple[str, str, int, str]]:
    found = lint_folder(root)
    for finding in found:
        assert "/" in finding.problem
        assert "/" in finding.mend
    return [(f.code, f.file, f.line, f.key) for f in found]


def test_the_shipped_rulebooks_are_clean() -> None:
    assert [str(finding) for finding in lint_folder(FOLDER)] == []


def test_each_shipped_card_is_clean_alone() -> None:
    paths = [path for path in FOLDER.rglob("*.yaml") if not {"ladders", "overlays"} & set(path.parts)]
    assert len(paths) >= 2
    assert [finding for path in paths for finding in lint_file(path)] == []


def ended(day: str) -> str:
    return f"effective_to: {day}\n"


def second(root: Path, **values: str) -> None:
    put(root, "sample/2022.yaml", edition="2022", begins="2022-01-01", **values)


def edition_twice(root: Path) -> None:
    put(root, "sample/2020.yaml", more=ended("2021-12-31"))
    put(root, "sample/copy.yaml", more=ended("2021-12-31"))


def editions_overlap(root: Path) -> None:
    put(root, "sample/2020.yaml", more=ended("2022-01-01"))
    second(root)


def editions_overlap_where_the_first_never_ends(root: Path) -> None:
    put(root, "sample/2020.yaml")
    second(root)


def editions_gap(root: Path) -> None:
    put(root, "sample/2020.yaml", more=ended("2021-12-30"))
    second(root)


def editions_gap_for_one_kind(root: Path) -> None:
    put(root, "sample/2020.yaml", more=ended("2021-12-31"))
    put(root, "sample/2022.yaml", edition="2022", begins="2022-01-01", more="application_kinds: [new]\n")
    put(root, "sample/2023.yaml", edition="2023", begins="2023-01-01", more="application_kinds: [renewal]\n")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (edition_twice, [("edition_twice", "2022", 0)]),
        (editions_overlap, [("editions_overlap", "sample/2022.yaml", 5)]),
        (editions_overlap_where_the_first_never_ends, [("editions_overlap", "sample/2022.yaml", 5)]),
        (editions_gap, [("editions_gap", "sample/2022.yaml", 5)]),
        (editions_gap_for_one_kind, [("editions_gap", "sample/2023.yaml", 5)]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_between_editions(make: Callable[[Path], None], expected: list[tuple[str, str, int]], tmp_path: Path) -> None:
    make(tmp_path)
    found = found_in(tmp_path)
    if make is edition_twice:
        # A copy has the wrong file name too.
        file = f"{tmp_path.name}/sample/copy.yaml"
        assert found == [("edition_twice", file, 2, "edition"), ("file_name_is_not_edition", file, 2, "edition")]
        return
    assert found == [(code, f"{tmp_path.name}/{file}", line, "effective_from") for code, file, line in expected]


def test_editions_that_follow_one_another_are_clean(tmp_path: Path) -> None:
    put(tmp_path, "sample/2020.yaml", status="repealed", more=ended("2021-12-31"))
    second(tmp_path)
    put(tmp_path, "sample/2023.yaml", edition="2023", status="draft", begins="2023-01-01")
    put(tmp_path, "sample/2021.yaml", edition="2021", begins="2021-01-01", more='region: "450000"\n')
    assert found_in(tmp_path) == []


@pytest.mark.parametrize(
    ("place", "values", "code", "line", "key"),
    [
        ("gazelle/2020.yaml", {"id": "gazelle.sichuan"}, "folder_is_not_id", 1, "card"),
        ("2020.yaml", {"id": "gazelle.sichuan"}, "folder_is_not_id", 1, "card"),
        ("gazelle/sichuan/2023.yaml", {"id": "gazelle.sichuan"}, "file_name_is_not_edition", 2, "edition"),
        ("gazelle/sichuan/2020.yml", {"id": "gazelle.sichuan"}, "suffix_not_yaml", 1, "card"),
    ],
)
def test_place_of_a_file(place: str, values: dict[str, str], code: str, line: int, key: str, tmp_path: Path) -> None:
    put(tmp_path, place, **values)
    assert found_in(tmp_path) == [(code, f"{tmp_path.name}/{place}", line, key)]


def test_ladders_are_no_cards(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "ladders", tmp_path / "ladders")
    assert found_in(tmp_path) == []


def test_an_unreadable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    put(tmp_path, "sample/2020.yaml", begins="yesterday")
    (tmp_path / "sample" / "2021.yaml").write_text("card: sample\nedition: }\n", encoding="utf-8")
    assert [(code, line) for code, _, line, _ in found_in(tmp_path)] == [("not_a_date", 5), ("not_yaml", 2)]


def sound(findings: tuple[Finding, ...]) -> bool:
    return all(f.code and f.file and f.line >= 1 and f.key and f.problem and f.mend for f in findings)


REPLACEMENTS: tuple[Any, ...] = ("", "x", "-1", "1/0", "²", "2026-01-01", [], {}, ["a"], [[]], {"a": "b"}, [{"a": "b"}])


def test_no_wrong_value_makes_the_lint_fall(tmp_path: Path) -> None:
    """Any node of a card replaced by what does not belong there."""
    whole = yaml.load((FOLDER / "tech_sme" / "2017.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    chance = random.Random(7)
    path = tmp_path / "card.yaml"
    for _ in range(120):
        tree = deepcopy(whole)
        node, steps = tree, chance.randint(0, 5)
        for _ in range(steps):
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            deeper = [k for k in keys if isinstance(node[k], (dict, list)) and node[k]]
            if not deeper:
                break
            node = node[chance.choice(deeper)]
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        node[chance.choice(keys)] = chance.choice(REPLACEMENTS)
        path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
        assert sound(lint_file(path))


def test_no_broken_byte_makes_the_lint_fall(tmp_path: Path) -> None:
    data = (FOLDER / "tech_sme" / "2017.yaml").read_bytes()
    chance = random.Random(11)
    path = tmp_path / "card.yaml"
    for _ in range(200):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(changed))] = chance.choice(b"\x00\xff{}[]:-&*!\n\t 0a%")
        path.write_bytes(bytes(changed))
        assert sound(lint_file(path))


OVERLAY = """\
overlay: {name}
title: {{zh: 覆盖, en: Overlay}}
card: sample
edition: "{edition}"
scope: {{region: "450200"}}
status: in_force
effective_from: 2021-01-01
published_on: 2021-01-01
documents:
  notice: {{number: 柳〔2021〕1号, title: 通知}}
gates:
  employees: {{{changes}}}
cliffs:
  - {{part: gates.employees, indicator: employees_quarterly, at: [300人], because: {{zh: 第一条, en: Article 1}}}}
"""


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, []),
        ({"name": "other"}, [("file_name_is_not_overlay", "overlay")]),
        ({"edition": "2019"}, [("unknown_edition", "edition")]),
        (
            {"changes": "max: 300人, article: 第一条"},
            [("document_unused", "documents.notice"), ("key_missing", "gates.employees.document")],
        ),
        ({"changes": "max: 300人, document: notice"}, [("key_missing", "gates.employees.article")]),
        ({"changes": "max: 300万元, document: notice, article: 第一条"}, [("unit_mismatch", "gates.employees.max")]),
    ],
)
def test_an_overlay_names_its_file_its_edition_and_its_source(
    tmp_path: Path, values: dict[str, str], found: list[tuple[str, str]]
) -> None:
    put(tmp_path, "sample/2020.yaml")
    given = {"name": "city", "edition": "2020", "changes": "max: 300人, document: notice, article: 第一条"} | values
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays" / "city.yaml").write_text(OVERLAY.format(**given), encoding="utf-8")
    assert sorted((code, key) for code, _, _, key in found_in(tmp_path)) == found
