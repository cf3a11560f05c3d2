"""A walk over every output: wherever numbers of the reference scheme show, it says that they are a reference; nowhere official."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from overlay_texts import overlay
from scheme_firms import QUESTION, SCHEME, firm

from api.answers.elsewhere import compare
from api.answers.receipts import receipted
from api.answers.result import result
from api.answers.series import Asked, linked_series
from api.answers.views import READERS, seen_by
from api.app import create_app
from api.authority.show import workbook
from api.authority.show.description import describe
from api.authority.show.markdown import markdown
from api.authority.show.text import text
from api.authority.sql.card_query import card_query
from api.authority.sql.dialects import DIALECTS
from features.dossier import read
from features.identifiers import uscc
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine

ROOT = FOLDER.parents[1]
CLAIMS = re.compile(
    r"(?<!非)官方|(?<!not )(?<!not an )(?<!never an )\bofficial\b|confirmed_by_park|国家积分|national weights"
)
"""Words that would present a number as somebody's; 非官方 and "not official" do not."""


def _says_reference(shown: str) -> None:
    assert "参考" in shown or "reference" in shown, shown[:200]
    assert not CLAIMS.search(shown), CLAIMS.search(shown)


def _with_numbers(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Mappings that state points of a part."""
    if isinstance(node, dict):
        if "points" in node and "clause" in node:
            yield path, node
        for key, child in node.items():
            yield from _with_numbers(child, f"{path}/{key}")
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from _with_numbers(child, f"{path}/{place}")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("receipt", [False, True])
def test_the_result(engine: Engine, reader: str, receipt: bool) -> None:
    answer = engine.answer(read(firm()), QUESTION)
    whole = result(answer)
    found = json.loads(json.dumps(seen_by(reader, receipted(whole, answer.rules.program) if receipt else whole)))
    credit = found["credit"]
    assert credit["status"] == "reference"
    _says_reference(json.dumps(credit, ensure_ascii=False))
    parts = list(_with_numbers(credit))
    assert bool(parts) == (reader != "bank")
    assert {part["grade"] for _, part in parts} <= {"reference"}
    for reason in found["reasons"]:
        if "创新积分" in reason["zh"]:
            _says_reference(reason["zh"])
            _says_reference(reason["en"])
    # In the decision the scheme stands in the part that is named so, and nowhere else.
    assert SCHEME not in found["decision"]["cards"]


@pytest.fixture(scope="module")
def described(engine: Engine) -> Any:
    edition = engine.catalogue.edition(SCHEME)
    return describe(edition.latest, edition.tree)


def test_the_card_as_text_and_markdown(described: Any) -> None:
    for shown in (text(described).plain, markdown(described)):
        _says_reference(shown)
        assert "参考，无人发布或确认 / a reference that nobody issued or confirmed" in shown


def test_the_card_as_a_workbook(described: Any, tmp_path: Path) -> None:
    workbook.write(described, tmp_path / "card.xlsx")
    sheets = pl.read_excel(tmp_path / "card.xlsx", sheet_id=0, has_header=False)
    assert len(sheets) > 1
    for name, sheet in sheets.items():
        if name == "文件":
            # Documents have no numbers that could be taken for points.
            continue
        _says_reference("\n".join(str(cell) for row in sheet.iter_rows() for cell in row if cell))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_card_as_sql(engine: Engine, dialect: str) -> None:
    shown = card_query(engine.catalogue.edition(SCHEME).latest, date(2026, 11, 22), DIALECTS[dialect])
    assert "无人发布或确认" in shown.split("SELECT")[0]
    assert not CLAIMS.search(shown.replace("不得作为官方得分使用", ""))


def test_the_comparison_of_schemes(engine: Engine) -> None:
    found = compare(engine, read(firm()), QUESTION, "credit")
    told = [card for card in found["cards"] if "score" in card]
    assert [(card["card"], card["status"]) for card in told] == [(SCHEME, "reference")]
    for clause in found["clauses"]:
        if SCHEME in clause["cells"]:
            assert clause["cells"][SCHEME]["grade"] == "reference"


def test_the_series(engine: Engine) -> None:
    asked = Asked(SCHEME, [2026], QUESTION.known_at, QUESTION.as_of)
    for year in linked_series(engine, read(firm()), asked)["years"]:
        assert {year[way]["card"]["status"] for way in ("then", "linked")} == {"reference"}


def _dengti(*args: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"COLUMNS": "250", "PATH": "", "LANG": "C.UTF-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Thirty firms scored: the files, the results, and what was printed."""
    folder = tmp_path_factory.mktemp("batch")
    firms = [firm(uscc=uscc.make("91", "450200", f"MA{number:06d}")) for number in range(30)]
    (folder / "firms.json").write_text(json.dumps(firms), encoding="utf-8")
    asked = ("--as-of", "2026-11-22", "--known-at", "2026-11-22")
    printed = _dengti("rescore", folder / "firms.json", folder / "results", *asked)
    return folder, folder / "results", printed


def test_the_tables_of_a_batch(batch: tuple[Path, Path, str]) -> None:
    _, results, printed = batch
    scores = pl.read_parquet(results / "scores.parquet")
    assert scores[f"{SCHEME}.status"].unique().to_list() == ["reference"]
    # Every column of the scheme's points names the scheme, and its name says what it is.
    assert all("reference" in name for name in scores.columns if name.startswith("credit.guangxi"))
    for line in printed.splitlines():
        if "积分" in line:
            _says_reference(line)


def test_the_items_of_a_batch_stand_under_a_name_that_says_so(batch: tuple[Path, Path, str]) -> None:
    own = [name for name in pl.read_parquet(batch[1] / "items.parquet").columns if name.startswith("credit.")]
    assert f"{SCHEME}.items.rd_amount.low" in own
    assert all("reference" in name for name in own)


def test_the_documentation_of_the_service_and_its_examples() -> None:
    shown = json.dumps(create_app().openapi(), ensure_ascii=False)
    assert not re.search(r"国家积分|national weights|confirmed_by_park", shown)
    # What names the scheme or such a part says what it is.
    for place in re.finditer(r"guangxi_reference|decision_reference", shown):
        _says_reference(shown[place.start() - 40 : place.end() + 120])


def test_no_page_of_the_documentation_calls_these_weights_anybodys() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README*.md"), ROOT / "docs" / "settings.example.toml"]
    named = [p for page in pages for p in page.read_text(encoding="utf-8").split("\n\n") if SCHEME in p]
    assert named
    for paragraph in named:
        _says_reference(paragraph)


def test_ranks_name_scheme_edition_status_and_vintage(batch: tuple[Path, Path, str]) -> None:
    folder, results, _ = batch
    _dengti("credit", "rank", results, "--scheme", SCHEME, "--output", folder / "ranks.csv")
    ranks = pl.read_csv(folder / "ranks.csv", infer_schema=False)
    manifest = json.loads((results / "manifest.json").read_text(encoding="utf-8"))
    stated = {"scheme": SCHEME, "edition": "2026", "status": "reference"}
    stated |= {key: manifest[key] for key in ("as_of", "known_at", "release")}
    assert ranks.select(*stated).unique().rows(named=True) == [stated]


def test_frozen_tables(batch: tuple[Path, Path, str]) -> None:
    folder, _, _ = batch
    asked = ("--by", "甲", "--because", "试", "--as-of", "2026-11-22", "--output", folder / "own")
    _dengti("credit", "peers", folder / "firms.json", *asked)
    (path,) = (folder / "own").glob("*.yaml")
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "参考" in stated["title"]["zh"]
    assert "grade" not in json.dumps(stated)
    credit = result(Engine(Catalogue(FOLDER, folder / "own")).answer(read(firm()), QUESTION))["credit"]
    assert (credit["status"], credit["percentile"]["firms"]) == ("reference", 30)
    assert "confirmed" not in credit


def test_a_parks_own_distribution_confirms_no_weight(tmp_path: Path) -> None:
    (tmp_path / "park.yaml").write_text(overlay("park", "scheme: {peers: {all: {'10': 9}}}\n"), encoding="utf-8")
    credit = result(Engine(Catalogue(FOLDER, tmp_path)).answer(read(firm(park="liuzhou")), QUESTION))["credit"]
    assert credit["status"] == "reference"
    assert "confirmed" not in credit


def test_the_catalogue_and_the_commands_that_print_it() -> None:
    for line in _dengti("rulebook", "list").splitlines():
        if SCHEME in line:
            _says_reference(line)
    _says_reference(_dengti("rulebook", "show", SCHEME))
    (path,) = (FOLDER / "credit" / "guangxi_reference").glob("*.yaml")
    _says_reference(path.read_text(encoding="utf-8").replace("nobody's official weights", ""))
