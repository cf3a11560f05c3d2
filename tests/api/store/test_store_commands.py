"""What an office and an operator do with the store from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fastexcel
import pytest
from click.testing import Result
from dossiers import strong
from loads import load_dossiers
from sqlalchemy import text
from triggers import without_triggers
from typer.testing import CliRunner

from api.cli.main import app
from api.clock import today
from api.store.database import URL, Store
from api.store.facts import Facts
from api.store.loading import FIRMS
from features.errors import FactError, ValueProblem
from features.identifiers import uscc

ROOT = Path(__file__).parents[3]
USCC = "91450200MA00000151"


@pytest.fixture(autouse=True)
def _deployment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, url)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def _file(folder: Path, *firms: object, name: str = "firms.json") -> str:
    path = folder / name
    path.write_text(json.dumps(firms), encoding="utf-8")
    return str(path)


def test_good_rows_go_in_and_wrong_ones_come_back(url: str, tmp_path: Path) -> None:
    path = tmp_path / "年度数据.csv"
    path.write_text(
        f"统一社会信用代码,会计年度,营业收入（万元）\n{USCC},2025,12.5\n{USCC},2024,许多\n", encoding="utf-8"
    )
    done = _run("import", str(path), "--store", "--into", str(tmp_path / "out"), "--source", "tax")
    assert done.exit_code == 0
    assert "rejected 1" in done.stdout
    assert fastexcel.read_excel(tmp_path / "out" / "rejects.xlsx").load_sheet(0).height == 1
    with Store(url) as store, store.session() as session:
        (fact,) = Facts(session).history(USCC)
    assert (fact.key, fact.source, fact.content["revenue"]) == ("2025", "tax", 125000)
    again = _run("import", str(path), "--store", "--into", str(tmp_path / "out"), "--source", "tax")
    assert "nothing changed" in again.stdout


def test_an_assumed_day_is_told_with_its_reason(tmp_path: Path) -> None:
    done = _run("import", _file(tmp_path, strong()), "--store", "--into", str(tmp_path), "--known-from", "statutory")
    assert "假定 assumption · 年度数据 annual_report" in done.stdout
    assert "Art. 13" in done.stdout


@pytest.mark.parametrize("option", ["--by", "--owner"])
def test_a_name_is_refused_where_an_id_is_asked_for(tmp_path: Path, option: str) -> None:
    with pytest.raises(ValueProblem, match="never a name"):
        _run("import", _file(tmp_path, strong()), "--store", "--into", str(tmp_path), option, "张三")


def test_a_backup_made_by_command_is_restored_by_command(
    url: str, tmp_path: Path, another_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run("import", _file(tmp_path, strong()), "--store", "--into", str(tmp_path))
    kept = _run("backup", str(tmp_path / "store.zip"))
    with pytest.raises(FactError, match="not empty"):
        _run("restore", str(tmp_path / "store.zip"))
    other = another_url("sqlite")
    monkeypatch.setenv(URL, other)
    restored = _run("restore", str(tmp_path / "store.zip"))
    assert kept.stdout.splitlines()[-1] == restored.stdout.splitlines()[-1]
    with Store(url) as former, Store(other) as new, former.session() as one, new.session() as two:
        assert Facts(one).dossier(USCC, today()) == Facts(two).dossier(USCC, today())


def test_the_chain_is_sealed_exported_and_checked_by_command(url: str, tmp_path: Path) -> None:
    _run("import", _file(tmp_path, strong()), "--store", "--into", str(tmp_path), "--by", "p-7")
    assert "sealed 1" in _run("audit", "seal").stdout
    heads = tmp_path / "heads.jsonl"
    heads.write_text(_run("audit", "head").stdout, encoding="utf-8")
    (entry,) = map(json.loads, _run("audit", "export").stdout.splitlines())
    assert (entry["actor"], entry["action"], entry["place"]) == ("p-7", "facts.import", 1)
    day = today().isoformat()
    assert _run("audit", "export", "--since", day, "--until", day).stdout
    assert not _run("audit", "export", "--until", "2020-01-01").stdout
    assert "cut tail cannot be seen" in _run("audit", "check").stdout
    assert _run("audit", "check", "--head", str(heads)).exit_code == 0
    with Store(url) as store:
        without_triggers(store)
        with store.session() as session:
            session.execute(text("DELETE FROM access"))
            session.execute(text("DELETE FROM audit_seal"))
    assert _run("audit", "check").exit_code == 0
    cut = _run("audit", "check", "--head", str(heads))
    assert cut.exit_code == 1
    assert "exported head 1" in cut.stderr


def test_two_imports_at_once_lose_nothing_and_add_nothing_twice(url: str, tmp_path: Path) -> None:
    firms = [strong(enterprise={**strong()["enterprise"], "uscc": code}) for code in _codes(40)]
    first = _file(tmp_path, *firms, name="first.json")
    second = _file(tmp_path, *reversed(firms), name="second.json")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "api.cli.main", "import", path, "--store", "--into", str(tmp_path / str(number))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number, path in enumerate((first, first, second))
    ]
    assert [one.wait(timeout=240) for one in started] == [0, 0, 0], [one.communicate()[1] for one in started]
    with Store(url) as store, store.session() as session:
        for code in _codes(40):
            facts = Facts(session).history(code)
            assert len({(fact.table, fact.key) for fact in facts}) == len(facts) == 5
    for one in started:
        assert one.stderr is not None
        one.stderr.close()


def _codes(number: int) -> list[str]:
    return [uscc.make("91", "450200", f"MA{place:06d}") for place in range(1, number + 1)]


KILLED = """
import os, sys
sys.path[:0] = ["tests/api/store"]
from pathlib import Path
from api.store.database import Store
from api.store.loading import File, load
from features.durable import fingerprint
from features.intake import read_input
from loads import TODAY
path = Path(sys.argv[2])
file = File(fingerprint(path), path.name, "p-1")
load(Store(sys.argv[1]), file, read_input(path), TODAY, lambda _: os.kill(os.getpid(), 9))
"""


def test_an_import_that_is_killed_is_gone_on_with(url: str, tmp_path: Path) -> None:
    firms = [strong(enterprise={**strong()["enterprise"], "uscc": code}) for code in _codes(FIRMS + 50)]
    path = _file(tmp_path, *firms, name="dossiers.json")
    killed = subprocess.run([sys.executable, "-c", KILLED, url, path], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    with Store(url) as store:
        with store.session() as session:
            assert len(Facts(session).firms(limit=1000)) == FIRMS
        found = load_dossiers(store, tmp_path, *firms)
        assert not found.already
        assert found.rows == 50 * 5
        with store.session() as session:
            assert len(Facts(session).firms(limit=1000)) == FIRMS + 50
        assert load_dossiers(store, tmp_path, *firms).already
