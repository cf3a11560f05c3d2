"""A deployment in production: an approved release, keys, issuer stated; what development allows is closed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from dossiers import strong
from test_two_processes import free_port

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "docs" / "settings.example.toml").read_text(encoding="utf-8")


def _dengti(environment: dict[str, str], *arguments: str, given: str = "") -> str:
    command = [sys.executable, "-m", "api.cli.main", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and live release of a service that was set up by its own commands."""
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "token.secret").write_text(os.urandom(32).hex())
    text = EXAMPLE.replace("/etc/dengti/token.secret", str(folder / "token.secret"))
    text = text.replace("/etc/dengti/release.pem", str(folder / "release.pem"))
    text = text.replace("/var/lib/dengti/audit-heads", str(folder / "heads"))
    url = f"sqlite:///{folder / 'store.db'}"
    (folder / "settings.toml").write_text(text.replace("postgresql://dengti@127.0.0.1/dengti", url), encoding="utf-8")
    environment = {**os.environ, "DENGTI_STORE": url}
    release = _dengti(environment, "release", "build", "--by", "first")
    approved = _dengti(environment, "release", "approve", release, "--by", "second")
    assert approved == f"已批准 approved: {release}"
    live = _dengti(environment, "release", "activate", release, "--by", "second")
    assert live == f"已启用 live: {release}"
    _dengti(environment, "keys", "new", str(folder / "release.pem"), "--by", "second")
    park = _dengti(environment, "party", "institution", "--name", "某区", "--kind", "park", "--park", "liuzhou")
    login = ("--role", "park_staff", "--login", "staff", "--name", "某人")
    _dengti(environment, "party", "person", park, *login, given="four unrelated words\n")
    port = free_port()
    command = [sys.executable, "-m", "api.cli.main", "serve", "--port", str(port)]
    environment = {**os.environ, "DENGTI_SETTINGS": str(folder / "settings.toml")}
    environment.pop("DENGTI_STORE", None)
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):
            try:
                httpx.get(f"http://127.0.0.1:{port}/ready", timeout=60).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", release
    finally:
        process.terminate()
        process.wait(300)


def test_the_live_release_answers_and_nobody_asks_without_credentials(deployed: tuple[str, str]) -> None:
    address, release = deployed
    assert httpx.get(f"{address}/healthz", timeout=120).json()["release"] == release
    answer = httpx.post(f"{address}/v1/assess", json=strong(), timeout=120)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert httpx.get(f"{address}/v1/disclosure", timeout=120).json()["issuer"]["name"] == "某高新区管理委员会（示例）"


def test_a_persons_cookie_goes_over_https_only(deployed: tuple[str, str]) -> None:
    address, _ = deployed
    given = {"login": "staff", "password": "four unrelated words"}
    answer = httpx.post(f"{address}/v1/session", json=given, timeout=120)
    assert answer.status_code == 200, answer.text
    assert "; Secure" in answer.headers["set-cookie"]


def test_what_is_assessed_for_a_known_person_names_the_issuer(deployed: tuple[str, str]) -> None:
    address, release = deployed
    with httpx.Client(timeout=60) as http:
        answer = http.post(f"{address}/v1/session", json={"login": "staff", "password": "four unrelated words"})
        cookie = answer.headers["set-cookie"].partition(";")[0]
        headers = {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}
        found = http.post(f"{address}/v1/assess", json=strong(), headers=headers).json()
    assert found["issuer"]["legal_basis"] == "示例：某市人民政府授权文件"
    assert found["release"]["id"] == release


def test_metrics_are_for_the_machine_itself(deployed: tuple[str, str]) -> None:
    address, _ = deployed
    assert httpx.get(f"{address}/metrics", timeout=120).status_code == 200
    forwarded = httpx.get(f"{address}/metrics", headers={"X-Forwarded-For": "203.0.113.5"}, timeout=120)
    assert (forwarded.status_code, forwarded.json()["code"]) == (404, "not_found")
