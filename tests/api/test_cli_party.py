"""``dengti party``: what an administrator makes, and how mistakes are told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from in_process import dengti
from sqlalchemy import select

from api.auth import passwords
from api.auth.tokens import digest
from api.store.database import Store
from api.store.parties import Parties
from api.store.tables import AccessRow, ClientRow, InstitutionRow, PersonRow, SandboxFirmRow

ROOT = Path(__file__).parents[2]
CODE = "91450200MA00000151"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def _run(url: str, *arguments: str, given: str = "") -> Any:
    environment = {**os.environ, "DENGTI_STORE": url}
    command = [sys.executable, "-m", "api.cli.main", "party", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=600)


def _made(url: str, *arguments: str, given: str = "") -> str:
    done = _run(url, *arguments, given=given)
    assert done.returncode == 0, done.stderr
    return str(done.stdout.strip())


def test_a_bank_its_branch_a_person_and_a_sandbox_program_are_made(url: str) -> None:
    bank = _made(url, "institution", "--name", "某银行", "--kind", "bank")
    branch = _made(url, "branch", bank, "--name", "某支行")
    login = ("--role", "bank_branch", "--login", "zhang", "--name", "某人", "--branch", branch)
    person = _made(url, "person", bank, *login, given="four unrelated words\n")
    made = dict(
        line.split("=") for line in _made(url, "client", bank, "--role", "bank_staff", "--sandbox").splitlines()
    )
    _made(url, "sandbox", CODE)
    assert bank in _made(url, "list")
    with Store(url) as store, store.session() as session:
        row = session.get_one(PersonRow, person)
        assert (row.institution_id, row.branch_id, row.role) == (bank, branch, "bank_branch")
        assert passwords.matches(row.password, "four unrelated words")
        client = session.get_one(ClientRow, made["CLIENT_ID"])
        assert client.secret == digest(made["CLIENT_SECRET"])
        assert client.sandbox
        assert session.scalars(select(SandboxFirmRow.uscc)).all() == [CODE]
        actions = session.scalars(select(AccessRow.action).order_by(AccessRow.number)).all()
        expected = ["institution.make", "branch.make", "person.make", "client.make", "sandbox.make", "institution.list"]
        assert actions == expected
    _made(url, "close-client", made["CLIENT_ID"])
    _made(url, "erase", person)
    with Store(url) as store, store.session() as session:
        assert session.get_one(ClientRow, made["CLIENT_ID"]).closed_at is not None
        assert session.get_one(PersonRow, person).name is None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("institution", "--name", "某银行", "--kind", "shop"), "kind"),
        (("institution", "--name", " ", "--kind", "bank"), "name"),
        (("institution", "--name", "某区", "--kind", "park"), "park"),
        (("institution", "--name", "某厅", "--kind", "authority"), "region"),
        (("institution", "--name", "某厅", "--kind", "authority", "--region", "45"), "region"),
        (
            ("institution", "--name", "某厅", "--kind", "authority", "--region", "450000", "--zone-type", "x"),
            "zone_type",
        ),
        (("branch", "inst_0", "--name", "某支行"), "institution"),
        (("client", "inst_0", "--role", "bank_staff"), "institution"),
        (("sandbox", "91450200MA00000152"), "uscc"),
        (("erase", "pers_0"), "person"),
        (("close-client", "client_0"), "client"),
        (("institution", "--name", "某银行", "--kind", "bank", "--by", "某人"), "--by"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(url: str, arguments: tuple[str, ...], field: str) -> None:
    done = dengti("party", *arguments, DENGTI_STORE=url)
    assert done.returncode == 1
    assert f"字段 field: {field}" in done.stderr
    assert "Traceback" not in done.stderr
    with Store(url) as store, store.session() as session:
        assert session.scalars(select(InstitutionRow.id)).all() == []
        assert session.scalars(select(AccessRow.number)).all() == []


@pytest.mark.parametrize(
    ("arguments", "given", "field"),
    [
        (("--role", "park_staff", "--login", "a", "--name", "b"), "four unrelated words", "role"),
        (("--role", "bank_staff", "--login", "a", "--name", "b"), "short", "password"),
        (("--role", "bank_staff", "--login", " ", "--name", "b"), "four unrelated words", "login"),
        (("--role", "bank_staff", "--login", "a", "--name", "b", "--branch", "br_0"), "four unrelated words", "branch"),
    ],
)
def test_people_of_a_bank_have_a_role_of_banks(url: str, arguments: tuple[str, ...], given: str, field: str) -> None:
    with Store(url) as store, store.session() as session:
        bank = Parties(session).institution("某银行", "bank")
    done = dengti("party", "person", bank, *arguments, stdin=given, DENGTI_STORE=url)
    assert done.returncode == 1
    assert f"字段 field: {field}" in done.stderr
