"""The commands of docs/quickstart-bank.md, as they stand there, against a real server on a fresh store."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_two_processes import free_port

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "quickstart-bank.md").read_text(encoding="utf-8")


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the commands print; they run in a folder that holds nothing but the documents."""
    folder = tmp_path_factory.mktemp("quickstart")
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / "dengti").write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m api.cli.main "$@"\n')
    (folder / "dengti").chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "PORT": str(free_port()), "HOME": str(folder)}
    script = "set -eu\n" + "\n".join(_blocks("sh")).replace("wait $SERVER", "wait $SERVER || true")
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def test_the_answers_are_those_that_the_document_shows(printed: str) -> None:
    answers = [
        json.loads(one) for one in re.findall(r"\{.*?\}(?=\{\"|$|\n)", printed, re.DOTALL) if one.startswith('{"')
    ]
    refused = [one["reason"] for one in answers if one.get("code") == "consent_required"]
    assert refused == ["not_stated", "withdrawn"]
    score = next(one for one in answers if "assessments" in one)
    assert score["assessments"]["tech_sme"]["verdict"] == "pass"
    assert {"low": 70, "high": 70, "max": 100}.items() <= score["assessments"]["tech_sme"]["score"].items()
    assert score["use"]["onward_transfer"] == "forbidden"
    shown = "".join(_blocks("text"))
    for text in ('"reason":"not_stated"', '"reason":"withdrawn"', '"low":70,"high":70,"max":100'):
        assert text in shown.replace(": ", ":").replace('", "', '","') or text in shown


def test_a_bare_machine_installs_with_what_stands_there() -> None:
    commands = "".join(_blocks("sh bare"))
    assert "-m pip install --quiet -c constraints.txt -e ." in commands
    assert (ROOT / "constraints.txt").is_file()
