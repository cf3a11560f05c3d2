"""``rulebook diff``: what is said of two texts, each change by itself."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import fastexcel
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from test_cli_score import dengti

from api.authority.diff import forms, workbook
from api.authority.diff.cards import Change, changes
from api.authority.diff.effects import Effect, of_bands, of_ranges
from api.authority.diff.report import Report
from api.authority.diff.sources import Side, side
from scoring.card import MICRO, Band, Limits, Values
from scoring.catalogue import FOLDER, Catalogue

REPORTS = Path(__file__).parent / "reports"
CATALOGUE = Catalogue()
EDITIONS = {
    f"{name}@{edition.latest.edition}": Side(edition, edition.card(date.max))
    for name, editions in CATALOGUE.editions.items()
    for edition in editions
}
RELAXED, TIGHTENED, CHANGED = Effect.RELAXED, Effect.TIGHTENED, Effect.CHANGED
TECH_SME = FOLDER / "tech_sme" / "2017.yaml"
Tree = dict[str, Any]


# --- one change each --------------------------------------------------------------------------------------------------


def _draft(folder: Path, source: Path, edit: Callable[[Tree], object]) -> str:
    """A file as it is, edited: texts stay texts."""
    tree = yaml.load(source.read_text(encoding="utf-8"), yaml.BaseLoader)
    edit(tree)
    path = folder / "draft.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(path)


def _changes(folder: Path, source: Path, edit: Callable[[Tree], object]) -> list[Change]:
    before, after = (side(given, "new", CATALOGUE) for given in (str(source), _draft(folder, source, edit)))
    return changes(before, after)


def _set(*path: str | int, value: object) -> Callable[[Tree], object]:
    def edit(tree: Any) -> None:
        for key in path[:-1]:
            tree = tree[key]
        tree[path[-1]] = value

    return edit


def _drop(*path: str) -> Callable[[Tree], object]:
    def edit(tree: Any) -> None:
        for key in path[:-1]:
            tree = tree[key]
        del tree[path[-1]]

    return edit


def _strict(tree: Tree) -> None:
    gate = tree["gates"]["employees"]
    gate["max_exclusive"] = gate.pop("max")


LIMIT = ("gates", "employees", "max")
STAFF = ("items", "tech_staff")


@pytest.mark.parametrize(
    ("edit", "part", "what", "before", "after", "effect"),
    [
        (_set(*LIMIT, value="600人"), "employees", "condition", "≤ 500人", "≤ 600人", RELAXED),
        (_set(*LIMIT, value="499人"), "employees", "condition", "≤ 500人", "≤ 499人", TIGHTENED),
        (_strict, "employees", "condition", "≤ 500人", "< 500人", TIGHTENED),
        (_set("gates", "employees", "article", value="第九条"), "employees", "clause", None, None, None),
        (_set("gates", "employees", "grade", value="repost"), "employees", "source grade", "official", "repost", None),
        (
            _set("gates", "employees", "grade", value="memory"),
            "employees",
            "source grade",
            "official",
            "memory",
            CHANGED,
        ),
        (_set("gates", "employees", "label", "zh", value="职工"), "employees", "name", None, None, None),
        (_set("gates", "employees", "binding", value="no"), "employees", "decides", "是 yes", "否 no", RELAXED),
        (_set("gates", "employees", "route", value="score"), "employees", "route", None, "score", RELAXED),
        (_drop("gates", "tech_staff_nonzero", "route"), "tech_staff_nonzero", "route", "score", None, TIGHTENED),
        (_drop("gates", "employees"), "employees", "removed", None, None, RELAXED),
        (
            _set(*STAFF, "bands", 1, "points", value="15"),
            "tech_staff",
            "points",
            "≥ 25%, < 30%: 16",
            "≥ 25%, < 30%: 15",
            TIGHTENED,
        ),
        (_set("routes", "score", "score", "min", value="50"), "score", "condition", "≥ 60", "≥ 50", RELAXED),
        (_drop("routes", "direct"), "direct", "removed", None, None, TIGHTENED),
        (_set("application_kinds", value=["new"]), "", "application kinds", None, "新申报 / new applications", None),
        (_set("effective_to", value="2030-12-31"), "", "in force", None, None, None),
        (_set("status", value="draft"), "", "status", "in_force", "draft", None),
        (_set("region", value="450000"), "", "region", None, "450000", None),
        (_set("documents", "measures", "title", value="新办法"), "", "removed", None, None, None),
    ],
)
def test_a_change_is_told_by_itself_with_its_effect(
    tmp_path: Path,
    edit: Callable[[Tree], object],
    part: str,
    what: str,
    before: str | None,
    after: str | None,
    effect: Effect | None,
) -> None:
    found = _changes(tmp_path, TECH_SME, edit)
    about = [one for one in found if one.part == part and one.what.en == what]
    assert len(about) == 1, found
    assert about[0].effect is effect
    for wanted, told in ((before, about[0].before), (after, about[0].after)):
        assert wanted is None or told == wanted
    # What follows from it may be told, but no other part.
    assert {one.part for one in found} == {part}


def test_points_and_the_maximum_that_follows_are_told(tmp_path: Path) -> None:
    def edit(tree: Tree) -> None:
        tree["items"]["tech_staff"]["bands"][0]["points"] = "25"
        tree["items"]["tech_staff"]["max"] = "25"
        tree.pop("maximum", None)

    told = [(one.part, one.what.en, one.before, one.after) for one in _changes(tmp_path, TECH_SME, edit)]
    assert told == [
        ("", "maximum", "100", "105"),
        ("tech_staff", "points", "≥ 30%: 20", "≥ 30%: 25"),
        ("tech_staff", "maximum", "20", "25"),
    ]


def test_an_indicator_replaced_is_told_as_a_whole(tmp_path: Path) -> None:
    edit = _set("gates", "total_assets", "indicator", value="revenue")
    (found,) = _changes(tmp_path, TECH_SME, edit)
    assert (found.before, found.after) == ("资产总额 ≤ 2亿元 / total assets", "营业收入 ≤ 2亿元 / revenue")
    assert found.effect is CHANGED


@pytest.mark.parametrize(
    ("kind", "adding", "removing"), [("all", TIGHTENED, RELAXED), ("any", RELAXED, TIGHTENED)], ids=["all", "any"]
)
def test_one_more_condition_asks_more_of_all_and_less_of_any(
    tmp_path: Path, kind: str, adding: Effect, removing: Effect
) -> None:
    one, other = {"indicator": "revenue", "min": "1亿元"}, {"indicator": "total_assets", "min": "1亿元"}

    def with_parts(*parts: Tree) -> Callable[[Tree], object]:
        def edit(tree: Tree) -> None:
            gate = tree["gates"]["employees"]
            del gate["indicator"], gate["max"]
            gate[kind] = list(parts)

        return edit

    few = side(_draft(tmp_path, TECH_SME, with_parts(one)), "new", CATALOGUE)
    many = side(_draft(tmp_path, TECH_SME, with_parts(other, one)), "new", CATALOGUE)
    (added,), (removed,) = changes(few, many), changes(many, few)
    assert (added.before, added.after, added.effect) == (None, "资产总额 ≥ 1亿元 / total assets", adding)
    assert (removed.before, removed.after, removed.effect) == (added.after, None, removing)


def test_under_a_negation_a_wider_limit_is_tighter(tmp_path: Path) -> None:
    def negated(limit: str) -> Callable[[Tree], object]:
        def edit(tree: Tree) -> None:
            gate = tree["gates"]["employees"]
            del gate["indicator"], gate["max"]
            gate["not"] = {"indicator": "revenue", "max": limit}

        return edit

    before = side(_draft(tmp_path, TECH_SME, negated("1亿元")), "new", CATALOGUE)
    after = side(_draft(tmp_path, TECH_SME, negated("2亿元")), "new", CATALOGUE)
    (found,) = changes(before, after)
    assert found.effect is TIGHTENED


# --- what does not count ----------------------------------------------------------------------------------------------


def _upside_down(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _upside_down(value) for key, value in reversed(tree.items())}
    return [_upside_down(one) for one in reversed(tree)] if isinstance(tree, list) else tree


@pytest.mark.parametrize("name", EDITIONS)
def test_order_comments_and_layout_are_no_change(name: str, tmp_path: Path) -> None:
    original = EDITIONS[name]
    assert changes(original, original) == []
    tree = yaml.load(original.edition.path.read_text(encoding="utf-8"), yaml.BaseLoader)
    turned = _upside_down(tree)
    for group, was in zip(turned.get("groups", {}).values(), reversed(tree.get("groups", {}).values()), strict=True):
        group["items"] = was["items"]
    if "classes" in tree:
        turned["classes"] = tree["classes"]
    # Ends of a range of points have an order.
    text = yaml.safe_dump(_ranges_kept(turned), allow_unicode=True, sort_keys=False)
    path = tmp_path / "draft.yaml"
    path.write_text(f"# 征求意见稿\n{text}", encoding="utf-8")
    assert changes(original, side(str(path), "new", CATALOGUE)) == []


def _ranges_kept(tree: Any) -> Any:
    if isinstance(tree, dict):
        kept = {key: _ranges_kept(value) for key, value in tree.items()}
        if isinstance(kept.get("points"), list):
            kept["points"] = kept["points"][::-1]
        for setting in (kept.get("with") or {}).values() if isinstance(kept.get("with"), dict) else ():
            if isinstance(setting, list):
                setting.reverse()
        return kept
    return [_ranges_kept(one) for one in tree] if isinstance(tree, list) else tree


def test_another_way_to_write_a_number_is_no_change(tmp_path: Path) -> None:
    def edit(tree: Tree) -> None:
        tree["gates"]["total_assets"]["max"] = "20000万元"
        tree["items"]["tech_staff"]["bands"][0] = {"min": "0.3", "points": "20.0"}

    assert _changes(tmp_path, TECH_SME, edit) == []


# --- relaxed, tightened, changed --------------------------------------------------------------------------------------


def _limits(least: int | None = None, most: int | None = None, *, above: bool = False, below: bool = False) -> Limits:
    ends = (None if end is None else Fraction(end) for end in (least, most))
    low, high = ends
    return Limits(low, above, high, below)


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (_limits(5), _limits(5), None),
        (_limits(5), _limits(4), RELAXED),
        (_limits(5), _limits(5, above=True), TIGHTENED),
        (_limits(5, above=True), _limits(5), RELAXED),
        (_limits(None, 5), _limits(None, 6), RELAXED),
        (_limits(None, 5), _limits(None, 5, below=True), TIGHTENED),
        (_limits(3, 5), _limits(4, 6), CHANGED),
        (_limits(3, 5), _limits(3), RELAXED),
        (_limits(3), _limits(None, 3), CHANGED),
        (Values((1,)), Values((0,)), CHANGED),
        (Values((1, 2)), Values((1, 2, 3)), RELAXED),
    ],
)
def test_limits_are_compared_by_what_lies_within(
    before: Limits | Values, after: Limits | Values, effect: Effect | None
) -> None:
    assert of_ranges(before, after) is effect
    assert of_ranges(after, before) is (effect and effect.turned)


def test_bands_are_compared_by_what_each_value_earns() -> None:
    def bands(*steps: tuple[int, int]) -> list[Band]:
        return [Band(_limits(least), points * MICRO, points * MICRO) for least, points in steps]

    three = bands((30, 20), (20, 10))
    assert of_bands(three, list(three)) is None
    assert of_bands(three, bands((25, 20), (20, 10))) is RELAXED
    assert of_bands(three, bands((30, 18), (20, 10))) is TIGHTENED
    assert of_bands(three, bands((25, 15), (20, 10))) is CHANGED
    # A band cut in two that earn the same is no change.
    assert of_bands(three, bands((40, 20), (30, 20), (20, 10))) is None


_ENDS = st.one_of(st.none(), st.integers(-3, 3))
_ANY = st.builds(_limits, _ENDS, _ENDS, above=st.booleans(), below=st.booleans())


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(before=_ANY, after=_ANY)
def test_an_effect_is_what_every_value_says(before: Limits, after: Limits) -> None:
    def holds(limits: Limits, value: Fraction) -> bool:
        low, high = limits.least, limits.most
        above = low is None or (value > low if limits.least_strict else value >= low)
        return above and (high is None or (value < high if limits.most_strict else value <= high))

    values = [Fraction(step, 4) for step in range(-20, 21)]
    gained = any(holds(after, v) and not holds(before, v) for v in values)
    lost = any(holds(before, v) and not holds(after, v) for v in values)
    wanted = {(False, False): None, (True, False): RELAXED, (False, True): TIGHTENED, (True, True): CHANGED}
    assert of_ranges(before, after) is wanted[gained, lost]


# --- whole rulebooks --------------------------------------------------------------------------------------------------

PAIRS = [
    (a, b)
    for a, b in product(EDITIONS, EDITIONS)
    if a < b and (a.partition("@")[0] == b.partition("@")[0] or (a.startswith("gazelle") and b.startswith("gazelle")))
]


def _seen(found: list[Change]) -> Iterator[tuple[object, ...]]:
    for one in found:
        yield one.section, one.part, one.before, one.after, one.effect


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_way_back_is_the_contrary(a: str, b: str) -> None:
    there, back = (changes(EDITIONS[x], EDITIONS[y]) for x, y in ((a, b), (b, a)))
    assert there
    turned = (replace(one, before=one.after, after=one.before, effect=one.effect and one.effect.turned) for one in back)
    assert sorted(map(str, _seen(there))) == sorted(map(str, _seen(list(turned))))


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_every_form_says_every_change(a: str, b: str, tmp_path: Path) -> None:
    report = Report(EDITIONS[a], EDITIONS[b], changes(EDITIONS[a], EDITIONS[b]))
    printed = io.StringIO()
    Console(file=printed, soft_wrap=True, width=120).print(forms.text(report.elements(0)))
    plain = printed.getvalue()
    marked = forms.markdown(report.elements(0))
    told = json.loads(json.dumps(forms.as_json(report, 0), ensure_ascii=False))
    workbook.write(report, tmp_path / "diff.xlsx")
    cells = fastexcel.read_excel(tmp_path / "diff.xlsx").load_sheet("条文变化", dtypes="string").to_polars()
    assert len(report.changes) == len(told["changes"]) == cells.height
    assert "\x1b" not in plain
    for change, row in zip(report.changes, cells.iter_rows(), strict=True):
        assert change.name.zh in plain
        assert change.name.zh in marked
        assert [cell or None for cell in row[5:7]] == [change.before, change.after]
        for line in f"{change.before or ''}\n{change.after or ''}".splitlines():
            assert line in plain
            assert line.strip() in marked


def test_duties_that_say_the_same_are_told_apart_by_their_terms(tmp_path: Path) -> None:
    source = FOLDER / "little_giant" / "2022.yaml"
    terms = [
        duty["each_year_by"] for duty in yaml.safe_load(source.read_text("utf-8"))["duties"] if "each_year_by" in duty
    ]
    assert len(terms) == 2
    first = next(
        i for i, duty in enumerate(yaml.safe_load(source.read_text("utf-8"))["duties"]) if "each_year_by" in duty
    )
    (found,) = _changes(tmp_path, source, _set("duties", first, "each_year_by", value="03-31"))
    assert found.section == "held"
    assert found.before is not None
    assert terms[0] in found.before
    assert found.after is not None
    assert "03-31" in found.after


def test_the_report_of_two_editions_is_the_one_on_file() -> None:
    done = dengti("rulebook", "diff", "gazelle.guangxi_pool@2021", "gazelle.guangxi_pool@2022")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (REPORTS / "gazelle.guangxi_pool_2021_2022.txt").read_text(encoding="utf-8")


def test_a_rulebook_without_edition_is_its_newest() -> None:
    newest = side("specialised_sme", "new", CATALOGUE)
    assert newest.card.edition == "2026"


def test_the_application_kind_chooses_the_versions() -> None:
    new, renewal = (side("little_giant", kind, CATALOGUE) for kind in ("new", "renewal"))
    assert {one.section for one in changes(new, renewal)} == {"gates"}
