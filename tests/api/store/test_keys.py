"""Keys are changed without receipts losing their proof; a key that leaked proves nothing any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from typer.testing import CliRunner

from api.answers import receipts
from api.cli.main import app
from api.store.database import URL, Store
from api.store.keys import Keys
from features.errors import FileProblem, ValueProblem
from scoring import verifier

QUESTION = ["--as-of", "2026-11-22", "--known-at", "2026-11-22"]


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(autouse=True)
def _store(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, url)


def _new(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    made = _run("keys", "new", str(folder / name), "--by", "p-1").strip()
    monkeypatch.setenv(receipts.SIGNING_KEY, str(folder / name))
    return made


def _receipt(folder: Path) -> dict[str, Any]:
    path = folder / "firm.json"
    path.write_text(json.dumps(strong()), encoding="utf-8")
    found: dict[str, Any] = json.loads(_run("score", str(path), *QUESTION, "--receipt"))
    return found


def test_receipts_of_a_retired_key_verify_beside_those_of_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _new(tmp_path, "first.pem", monkeypatch)
    old = _receipt(tmp_path)
    second = _new(tmp_path, "second.pem", monkeypatch)
    _run("keys", "retire", first, "--by", "p-1", "--reason", "yearly")
    new = _receipt(tmp_path)
    assert (old["receipt"]["key"], new["receipt"]["key"]) == (first, second)
    published = _run("keys", "list", "--pem").encode()
    assert [verifier.verify(one, published) for one in (old, new)] == [([], "")] * 2


def test_nothing_that_a_compromised_key_signed_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _new(tmp_path, "first.pem", monkeypatch)
    old = _receipt(tmp_path)
    _new(tmp_path, "second.pem", monkeypatch)
    _run("keys", "retire", first, "--by", "p-1", "--reason", "yearly")
    # Also where it is found out later.
    _run("keys", "retire", first, "--by", "p-1", "--reason", "leaked", "--compromised")
    wrong, _ = verifier.verify(old, _run("keys", "list", "--pem").encode())
    assert wrong == ["签名无效 / the signature is not valid"]
    assert "compromised" in _run("keys", "list")


def test_a_key_that_is_unknown_or_retired_is_not_retired(store: Store, tmp_path: Path) -> None:
    made = _run("keys", "new", str(tmp_path / "key.pem"), "--by", "p-1").strip()
    with store.session() as session:
        Keys(session).retire(made, "p-1", "yearly")
    for key in ("0" * 16, made):
        with pytest.raises(ValueProblem, match="key"), store.session() as session:
            Keys(session).retire(key, "p-1", "again")


def test_the_private_key_is_for_its_owner_alone_and_replaces_no_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    _run("keys", "new", str(path), "--by", "p-1")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileProblem, match="not replaced"):
        CliRunner().invoke(app, ["keys", "new", str(path), "--by", "p-1"], catch_exceptions=False)
