"""A card trained by replay says of an enterprise the same in the rules as on the training side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import SAID, pivot
from features.population import generate, write_folder
from models.additive import AdditiveCardClassifier
from models.experiment import of_catalogue
from models.replay.inputs import measured
from models.replay.known import as_it_was
from models.sources import replayed
from scoring.batch import score
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question
from scoring.learned import SYNTHETIC

DAY = date(2026, 9, 30)


def test_points_in_the_rules_are_those_of_the_values_that_training_measured(tmp_path: Path) -> None:
    write_folder(generate(700, 13), tmp_path / "population")
    read = read_input(tmp_path / "population")
    long = LongTables.of(read.tables, read.incomplete)
    dataset, provenance = replayed(long, "climb.high_tech_enterprise", DAY)
    assert provenance.origin == SYNTHETIC
    assert "SYNTHETIC" in provenance.trained_on
    assert "事项 event 30 天 days" in provenance.trained_on, "the stated lags are told"
    model = AdditiveCardClassifier(n_trees=60, n_repeats=1, monotonic_cst=dict(dataset.monotone))
    fitted = model.fit(dataset.features, dataset.outcome)
    told = {"trained_on": provenance.trained_on, "valid_for": provenance.valid_for, "origin": provenance.origin}
    card = of_catalogue(fitted.to_card(dataset.name, **told), dataset)
    card.write(_made(tmp_path / "learned") / f"{card.id}.yaml")

    wide = pivot(as_it_was(long, DAY), DAY)
    wide = wide.only(wide.firms[SAID].is_null())
    values = measured(wide, DAY)
    engine = Engine(Catalogue(own_learned=tmp_path / "learned"))
    scored = score(engine, wide, Question(DAY, DAY))
    told = scored.firms.select("uscc").with_columns(
        scored.values({f"{card.id}|points|low": range(scored.rules)}).to_series().alias("points")
    )
    wanted = [card.points(row) for row in values.drop("uscc").iter_rows(named=True)]
    assert told["uscc"].to_list() == values["uscc"].to_list()
    assert told["points"].to_list() == wanted
    assert len(set(wanted)) > 100


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
