"""A card in which the lint finds something gets into no release, and of a draft it is told beside its difference."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import fastexcel
import pytest

from scoring.catalogue import FOLDER

ROOT = Path(__file__).parents[2]
NEXT, LOWEST = "      - {min: 10%, max_exclusive: 15%, points: 4}\n", "      - {max_exclusive: 10%, points: 0}\n"
OVERLAY = """\
overlay: city
title: {{zh: 市里的分档, en: Bands of a city}}
card: tech_sme
edition: "2017"
scope: {{region: "450200"}}
status: in_force
effective_from: 2026-01-01
published_on: 2026-01-01
documents: {{notice: {{number: 柳〔2026〕1号, title: 通知}}}}
items:
  tech_staff:
    document: notice
    article: 第一条
    max: 20
    indicator: tech_staff_ratio_quarterly
    bands:
      - {{min: 30%, points: 20}}
      - {{max_exclusive: {below}, points: 0}}
"""


@pytest.fixture
def unsound(tmp_path: Path) -> Path:
    """The card of 2017 without its lowest band for staff."""
    text = (FOLDER / "tech_sme" / "2017.yaml").read_text(encoding="utf-8")
    assert text.count(NEXT + LOWEST) == 1
    path = tmp_path / "draft.yaml"
    path.write_text(text.replace(NEXT + LOWEST, NEXT), encoding="utf-8")
    return path


def _dengti(
    *args: str, cwd: Path = ROOT, overlays: Path | None = None, store: Path | None = None
) -> subprocess.CompletedProcess[str]:
    named = {"DENGTI_OVERLAYS": str(overlays)} if overlays else {}
    kept = {"DENGTI_STORE": f"sqlite:///{store}"} if store else {}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "api.cli.main", *args],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **named, **kept},
        encoding="utf-8",
    )


def test_a_card_with_a_gap_in_its_bands_is_built_into_no_release(tmp_path: Path, unsound: Path) -> None:
    shutil.copytree(ROOT / "scoring", tmp_path / "scoring", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(unsound, tmp_path / "scoring" / "rulebooks" / "tech_sme" / "2017.yaml")
    refused = _dengti("release", "build", "--by", "甲", cwd=tmp_path, store=tmp_path / "store.db")
    assert refused.returncode == 1
    assert refused.stdout == ""
    told = refused.stderr
    for said in (
        "错误 error unsound_rules",
        "1 处问题 / findings: rulebooks/tech_sme/2017.yaml",
        "no release was built",
    ):
        assert said in told
    for said in (
        "错误 error bands_start_too_high",
        "rulebooks/tech_sme/2017.yaml:",
        "items.tech_staff.bands",
        "改法 remedy",
    ):
        assert said in told
    assert "Traceback" not in told
    listed = _dengti("release", "list", store=tmp_path / "store.db")
    assert "制作 built" not in listed.stdout


def test_an_overlay_of_a_deployment_that_leaves_a_gap_is_refused_and_mended_it_is_built(tmp_path: Path) -> None:
    overlays = tmp_path / "overlays"
    overlays.mkdir()
    path = overlays / "city.yaml"
    path.write_text(OVERLAY.format(below="20%"), encoding="utf-8")
    refused = _dengti("release", "build", "--by", "甲", overlays=overlays, store=tmp_path / "store.db")
    linted = _dengti("rulebook", "lint", overlays=overlays)
    alone = _dengti("rulebook", "lint", str(path))
    for done in (refused, linted, alone):
        assert done.returncode == 1
        assert f"{path}:" in done.stderr
        assert "[gap_between_bands]" in done.stderr or "错误 error gap_between_bands" in done.stderr
    assert "错误 error unsound_rules" in refused.stderr
    path.write_text(OVERLAY.format(below="30%"), encoding="utf-8")
    built = _dengti("release", "build", "--by", "甲", overlays=overlays, store=tmp_path / "store.db")
    assert built.returncode == 0, built.stderr
    assert built.stdout.startswith("sha256:")
    assert "检查规则 checking rules" in built.stderr


def test_what_the_lint_says_of_a_draft_stands_beside_its_difference(tmp_path: Path, unsound: Path) -> None:
    book = tmp_path / "diff.xlsx"
    done = _dengti("rulebook", "diff", "tech_sme@2017", str(unsound), "--output", str(book))
    assert done.returncode == 0, done.stderr
    assert "1 处问题，改正前不能制成发布版" in done.stdout
    assert "[bands_start_too_high]" in done.stdout
    # The difference itself is told all the same: who has fewer staff had no points, and now it is open.
    assert "< 10%: 0 → 不在任何档内 / in no bracket: 0–20" in done.stdout
    found = json.loads(_dengti("rulebook", "diff", "tech_sme@2017", str(unsound), "--format", "json").stdout)
    ((name, findings),) = found["lint"].items()
    assert name.endswith(f"({unsound})")
    assert [(one["code"], one["key"]) for one in findings] == [("bands_start_too_high", "items.tech_staff.bands[4]")]
    assert fastexcel.read_excel(book).load_sheet("检查").to_polars()["代码\ncode"].to_list() == ["bands_start_too_high"]


def test_of_a_sound_draft_it_is_said_that_nothing_was_found(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    shutil.copy(FOLDER / "tech_sme" / "2017.yaml", draft)
    done = _dengti("rulebook", "diff", "tech_sme@2017", str(draft))
    assert "没有发现问题 / no findings" in done.stdout
    editions = _dengti("rulebook", "diff", "gazelle.guangxi_pool@2021", "gazelle.guangxi_pool@2022")
    assert "检查 / lint" not in editions.stdout


def test_a_draft_of_an_overlay_is_looked_at_over_its_edition(tmp_path: Path) -> None:
    draft = tmp_path / "city.yaml"
    draft.write_text(OVERLAY.format(below="20%"), encoding="utf-8")
    done = _dengti("rulebook", "diff", "tech_sme@2017", str(draft))
    assert done.returncode == 0, done.stderr
    assert "[gap_between_bands]" in done.stdout
