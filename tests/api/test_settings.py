"""One settings file; outside development what is insecure or unsaid is refused, all of it at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.answers.receipts import SIGNING_KEY
from api.settings import FILE, STORE, Settings, SettingsProblems, load
from features.errors import FileProblem

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "settings.example.toml"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (FILE, STORE, SIGNING_KEY):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def example(tmp_path: Path) -> str:
    """The example with a secret that is there."""
    secret = tmp_path / "token.secret"
    secret.write_text("4f1c9be27a3d5e8f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7")
    return EXAMPLE.read_text(encoding="utf-8").replace("/etc/dengti/token.secret", str(secret))


def _fields(tmp_path: Path, text: str) -> set[str]:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load(path)
    except SettingsProblems as error:
        return {problem.field for problem in error.problems if problem.rule and problem.remedy}
    return set()


def test_the_example_is_accepted_for_production_once_its_secret_is_there(example: str, tmp_path: Path) -> None:
    assert _fields(tmp_path, example) == set()
    assert _fields(tmp_path, EXAMPLE.read_text(encoding="utf-8")) == {"keys.token_secret_file"}


def test_the_example_names_every_setting(example: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(example, encoding="utf-8")
    found = load(path)
    for name in Settings.model_fields:
        part = getattr(found, name)
        if name != "mode":
            assert part.model_fields_set == set(type(part).model_fields), name


def test_an_alarm_of_drift_below_its_watch_is_refused(tmp_path: Path) -> None:
    assert _fields(tmp_path, "[learning]\ndrift_psi_alarm = 0.05\n") == {"learning"}
    assert _fields(tmp_path, "[learning]\nleakage_skill = 0.4\n") == {"learning.leakage_skill"}
    assert _fields(tmp_path, "[learning]\ndrift_psi_alarm = 0.3\n") == set()


def test_without_a_file_it_is_for_development() -> None:
    assert load().dev


def test_production_with_nothing_else_said_names_everything_at_once(tmp_path: Path) -> None:
    assert _fields(tmp_path, 'mode = "production"') == {
        "keys.token_secret_file",
        "keys.signing_key",
        "serving.release",
        "serving.anonymous_assess",
        "serving.secure_cookies",
        "audit.heads_folder",
        "issuer.name",
        "issuer.legal_basis",
        "issuer.data_location",
    }


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('release = "live"', 'release = "product"', "serving.release"),
        ("anonymous_assess = false", "anonymous_assess = true", "serving.anonymous_assess"),
        ("secure_cookies = true", "secure_cookies = false", "serving.secure_cookies"),
        ("signing_key = ", 'signing_key = ""\n# ', "keys.signing_key"),
        ('name = "某高新区', 'name = " "\n# "', "issuer.name"),
        ("legal_basis = ", 'legal_basis = ""\n# ', "issuer.legal_basis"),
        ("data_location = ", 'data_location = ""\n# ', "issuer.data_location"),
        ('mode = "public_body"', 'mode = "filed_bureau"', "issuer.filing_number"),
        ("token_minutes = 10", "token_minutes = 100000", "sessions.token_minutes"),
        ("body_seconds = 10.0", "body_second = 10.0", "limits.body_second"),
        ('mode = "public_body"', 'mode = "company"', "issuer.mode"),
    ],
)
def test_what_is_insecure_unsaid_or_misspelt_is_refused(
    example: str, tmp_path: Path, before: str, after: str, field: str
) -> None:
    assert before in example
    assert _fields(tmp_path, example.replace(before, after)) == {field}


@pytest.mark.parametrize("secret", ["short", "0" * 64, ""])
def test_a_secret_that_can_be_guessed_is_refused(example: str, tmp_path: Path, secret: str) -> None:
    (tmp_path / "token.secret").write_text(secret)
    assert _fields(tmp_path, example) == {"keys.token_secret_file"}


def test_without_bank_routes_no_issuer_need_be_stated(example: str, tmp_path: Path) -> None:
    text = example.replace("bank = true", "bank = false").replace("legal_basis = ", 'legal_basis = ""\n# ')
    assert _fields(tmp_path, text) == set()


def test_the_environment_lies_over_the_file(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(example, encoding="utf-8")
    monkeypatch.setenv(FILE, str(path))
    monkeypatch.setenv(STORE, "sqlite:///elsewhere.db")
    assert load().store.url == "sqlite:///elsewhere.db"
    assert load().issuer.name == "某高新区管理委员会（示例）"


@pytest.mark.parametrize("text", ["mode =", "\xff", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "settings.toml"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(FileProblem):
        load(path)


def test_the_service_does_not_start_and_says_all_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('mode = "production"')
    command = [sys.executable, "-m", "api.cli.main", "serve", "--settings", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1
    for field in ("issuer.name", "issuer.legal_basis", "issuer.data_location", "keys.signing_key"):
        assert field in done.stderr
    assert "Traceback" not in done.stderr
