"""A batch is held against what each learned card was fitted on, and says so in its manifest and on the screen."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from in_process import dengti
from learned_cards import CLIMB, catalogue

from api.batch.frames import frames
from api.batch.run import JOURNAL, WORK
from api.cli.summary import TOLD
from features import snapshot
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import pivot
from features.population import generate, write_folder
from models.replay.inputs import values
from models.seen_rows import seen_of
from scoring.engine import Engine, Question
from scoring.learned import LearnedCard
from scoring.learned_points import measured

DAY = date(2026, 11, 22)
FIRMS = 600
NAME = CLIMB.id


def _long(folder: Path) -> LongTables:
    read = read_input(folder)
    return LongTables.of(read.tables, read.incomplete)


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SYNTHETIC firms."""
    folder = tmp_path_factory.mktemp("population")
    write_folder(generate(FIRMS, 3), folder)
    return folder


@pytest.fixture(scope="module")
def card(population: Path, tmp_path_factory: pytest.TempPathFactory) -> LearnedCard:
    """As if it had been fitted on the firms of the population of whom it speaks."""
    wide = pivot(_long(population), DAY)
    engine = Engine(catalogue(tmp_path_factory.mktemp("plain"), CLIMB))
    scores, _ = frames(engine, wide, Question(DAY, DAY))
    asked = scores.filter(pl.col(f"probability.{NAME}.facts_low").is_not_null()).select("uscc")
    made = [measured(one) for one in CLIMB.features]
    found = values(wide, DAY, tuple(made)).join(asked, on="uscc", how="semi")
    named = found.select(pl.col(one.id).alias(feature.name) for one, feature in zip(made, CLIMB.features, strict=True))
    assert 100 < named.height < FIRMS
    return replace(CLIMB, seen=seen_of(named, pl.Series([0, 1] * (named.height // 2) + [0] * (named.height % 2))))


@pytest.fixture(scope="module")
def learned(card: LearnedCard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learned")
    catalogue(folder, card)
    return folder


def _rescored(source: Path, target: Path, learned: Path, *more: str, **environment: str) -> tuple[Any, str]:
    given = ("rescore", str(source), str(target), "--as-of", str(DAY), "--known-at", str(DAY), *more)
    done = dengti(*given, DENGTI_LEARNED=str(learned), **environment)
    assert done.returncode == 0, done.stderr
    return json.loads((target / "manifest.json").read_text(encoding="utf-8")), done.stdout


def _changed(source: Path, target: Path) -> Path:
    """Everybody's revenue of the last years a hundred times as large."""
    shutil.copytree(source, target)
    path = target / "annual_report.parquet"
    frame = pl.read_parquet(path)
    revenue = (pl.col("revenue") * 100).cast(frame.schema["revenue"])
    frame.with_columns(pl.when(revenue <= 10**11).then(revenue).otherwise("revenue")).write_parquet(path)
    return target


def test_the_firms_it_was_fitted_on_are_no_drift(population: Path, learned: Path, tmp_path: Path) -> None:
    manifest, printed = _rescored(population, tmp_path / "out", learned)
    found = manifest["drift"]["cards"][NAME]
    assert (found["level"], len(found["features"])) == ("ok", len(CLIMB.features))
    assert {one["psi"] for one in found["features"]} == {0.0}
    assert "漂移 drift" not in printed
    assert manifest["drift"]["limits"].startswith("限值 limits：PSI 0.1 / 0.25")


def test_other_firms_of_the_same_kind_are_none_either(learned: Path, tmp_path: Path) -> None:
    write_folder(generate(FIRMS, 4), tmp_path / "others")
    manifest, _ = _rescored(tmp_path / "others", tmp_path / "out", learned)
    assert manifest["drift"]["cards"][NAME]["level"] == "ok"


def test_firms_whose_revenue_has_moved_are_an_alarm_that_people_see(
    population: Path, learned: Path, tmp_path: Path
) -> None:
    manifest, printed = _rescored(_changed(population, tmp_path / "moved"), tmp_path / "out", learned)
    found = manifest["drift"]["cards"][NAME]
    assert found["level"] == "alarm"
    assert found["features"][0]["level"] == "alarm"
    assert "revenue" in {one["feature"] for one in found["features"] if one["level"] == "alarm"}
    assert f"漂移 drift: {NAME} — 警报 alarm" in printed
    assert "dengti model drift" in printed
    beyond = [one["feature"] for one in found["features"] if one["level"] != "ok"]
    assert all((name in printed) is (place < TOLD) for place, name in enumerate(beyond))


def test_the_limits_are_those_of_the_deployment(population: Path, learned: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[learning]\ndrift_psi_watch = 50\ndrift_psi_alarm = 60\n", encoding="utf-8")
    moved = _changed(population, tmp_path / "moved")
    manifest, _ = _rescored(moved, tmp_path / "out", learned, DENGTI_SETTINGS=str(settings))
    assert manifest["drift"]["cards"][NAME]["level"] == "ok"
    assert "PSI 50 / 60" in manifest["drift"]["limits"]


def test_a_batch_that_went_on_tells_the_same_as_one_that_was_not_stopped(
    population: Path, learned: Path, tmp_path: Path
) -> None:
    parts = tmp_path / "parts"
    snapshot.write(parts, (pivot(part, DAY) for part in _long(population).parts(100)), DAY)
    whole, _ = _rescored(parts, tmp_path / "whole", learned)
    assert whole["drift"]["cards"][NAME]["level"] == "ok"
    target = tmp_path / "stopped"
    _rescored(parts, target, learned)
    # As a run leaves it that was killed after some of its parts: made by a run that keeps them.
    kept = _stopped(parts, target, learned)
    again, _ = _rescored(parts, target, learned, "--resume")
    assert kept
    assert again == whole


def _stopped(parts: Path, target: Path, learned: Path) -> int:
    """A run that ends with an error after half of its parts; how many it has kept."""
    from api.batch.frames import Framed

    part, told = Framed.part, []

    def some(self: Framed, given: snapshot.Snapshot, number: int) -> dict[str, pl.DataFrame]:
        if number >= 3:
            raise OSError(28, "no space left on device")
        told.append(number)
        return part(self, given, number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Framed, "part", some)
        given = ("rescore", str(parts), str(target), "--as-of", str(DAY), "--known-at", str(DAY))
        assert dengti(*given, DENGTI_LEARNED=str(learned)).returncode != 0
    journal = json.loads((target / WORK / JOURNAL).read_text(encoding="utf-8"))
    assert all(f"drift-{int(number):05d}.parquet" in files for number, files in journal["parts"].items())
    return len(journal["parts"])


def test_a_card_that_does_not_tell_what_it_was_fitted_on_is_not_compared(population: Path, tmp_path: Path) -> None:
    catalogue(tmp_path / "learned", CLIMB)
    manifest, _ = _rescored(population, tmp_path / "out", tmp_path / "learned")
    assert "drift" not in manifest
