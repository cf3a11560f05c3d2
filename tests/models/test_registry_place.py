"""Where the registry is, a folder or a server: what is none, does not answer or stops is told soon and by its address."""

from __future__ import annotations

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from made import made

from features.errors import ValueProblem
from models.experiment import Provenance, train
from models.tracking import WAITING, Tracking
from scoring.learned import SYNTHETIC

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")


@pytest.mark.parametrize("silent", [False, True])
def test_a_database_that_does_not_answer_is_asked_once(
    tmp_path: Path, silent: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if silent:
            listening.listen()
        address = f"postgresql+psycopg://office:secret@127.0.0.1:{listening.getsockname()[1]}/runs"
        with pytest.raises(ValueProblem, match="cannot be read") as found:
            Tracking(tmp_path, address)
    assert found.value.field == "MLFLOW_TRACKING_URI"
    assert "secret" not in str(found.value)
    assert "retried" not in capfd.readouterr().err


class _Dying(BaseHTTPRequestHandler):
    """A server that answers one question and then stops."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"experiments": []}')

    do_GET = do_POST  # noqa: N815 (the base class's name)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_server_that_stops_while_a_run_is_logged_is_told(tmp_path: Path) -> None:
    trained = train(made(), Provenance(SYNTHETIC, "合成 synthetic", "演示 demonstration"), full=False)
    with HTTPServer(("127.0.0.1", 0), _Dying) as server:
        answered = threading.Thread(target=server.handle_request)
        answered.start()
        tracking = Tracking(tmp_path, f"http://127.0.0.1:{server.server_port}")
        answered.join()
    with pytest.raises(ValueProblem, match="whether it runs") as found:
        tracking.log(trained, "张三")
    assert found.value.field == "MLFLOW_TRACKING_URI"


@pytest.mark.parametrize(
    "server",
    ["garbage://x", "garbage", "http://127.0.0.1:9", "http://[", "http://no.such.host.invalid", "mssql://a/b"],
)
def test_a_server_that_cannot_be_reached_is_told_by_its_address(server: str, tmp_path: Path) -> None:
    with pytest.raises(ValueProblem) as found:
        Tracking(tmp_path, server)
    assert (found.value.field, found.value.value) == ("MLFLOW_TRACKING_URI", server)
    assert "\n" not in found.value.rule
    assert "whether it runs" in found.value.remedy


def test_a_password_in_an_address_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(ValueProblem) as found:
        Tracking(tmp_path, "http://office:secret@127.0.0.1:9")
    assert found.value.value == "http://…@127.0.0.1:9"
    assert "secret" not in str(found.value)


def test_a_server_that_is_silent_is_given_up_before_anyone_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more than 15 seconds by the settings, which a user's own go before."""
    for name in WAITING:
        monkeypatch.delenv(name, raising=False)
    Tracking(tmp_path)
    assert (
        int(os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"]) * (1 + int(os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"])) <= 15
    )
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "90")
    Tracking(tmp_path)
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "90"


def test_a_server_that_is_set_to_nothing_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    Tracking(tmp_path)
    assert (tmp_path / "mlflow.db").is_file()


def test_a_folder_without_a_registry_or_with_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueProblem, match="there is no registry here"):
        Tracking(tmp_path, make=False)
    assert not list(tmp_path.iterdir())
    (tmp_path / "mlflow.db").write_text("no database " * 100)
    with pytest.raises(ValueProblem, match="cannot be read"):
        Tracking(tmp_path)
