"""Runs and versions of cards in MLflow: SQLite and plain files under ``mlruns/`` unless a server is set.

Every run keeps parameters, the fingerprint of the data, measures, card, report and environment. A card's version
in the registry is a run's files; no pickle is kept, for a card is a table.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.errors import ValueProblem
from models.drift import BASE_RATE, worst
from models.evaluation.evaluate import Evaluation
from models.evaluation.metrics import Estimate
from models.experiment import Trained, environment
from scoring.learned import LearnedCard
from scoring.learned_file import read_card

if TYPE_CHECKING:
    from mlflow import MlflowClient

FOLDER = Path("mlruns")
SETTING = "MLFLOW_TRACKING_URI"
"""Environment variable with the address of a server; MLflow's own name for it."""
CHAMPION, CHALLENGER = "champion", "challenger"
CARD = "card.yaml"
COMPARISON, PROMOTION = "comparison", "promotion"
"""Kinds of texts that are kept with a version, each numbered."""
EXPERIMENT = "dengti"
SECONDS = 6
"""So long a database is waited for."""
WAITING = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "6", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
"""MLflow's own settings, where nobody set them: a server that does not answer is told of within 15 seconds."""
_QUIET = {
    # Nothing leaves the machine but to the server that was set.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}


@dataclass(frozen=True)
class Version:
    """A version of a card in the registry."""

    name: str
    number: str
    run: str
    aliases: tuple[str, ...]
    tags: dict[str, str]


class Tracking:
    """The runs and the registry of one place."""

    def __init__(self, folder: Path = FOLDER, server: str | None = None, *, make: bool = True) -> None:
        """``server``: address of an MLflow server; by default that of `SETTING`, else SQLite in ``folder``.

        Raises `ValueProblem` where the server does not answer, what lies in the folder is no registry, or there is none and
        none is to be made.
        """
        self._folder = folder.resolve()
        uri = server or os.environ.get(SETTING) or None
        self._local = uri is None
        if uri is None:
            file = self._folder / "mlflow.db"
            if not make and not file.is_file():
                raise ValueProblem(
                    field="--runs",
                    value=str(folder),
                    rule="此处没有登记 / there is no registry here",
                    remedy="检查目录；登记由 dengti train 建立 / check the folder; `dengti train` makes a registry",
                )
            self._folder.mkdir(parents=True, exist_ok=True)
            uri = f"sqlite:///{file}"
        self._uri = uri
        for name, value in {**_QUIET, **WAITING}.items():
            os.environ.setdefault(name, value)
        with warnings.catch_warnings():
            # MLflow's own use of SQLAlchemy.
            warnings.simplefilter("ignore")
            from mlflow import MlflowClient
            from mlflow.exceptions import MlflowException
            from sqlalchemy.exc import SQLAlchemyError

            try:
                _asked(uri)
                self._client: MlflowClient = MlflowClient(uri, uri)
                self._client.search_experiments(max_results=1)
            # A library that the address would need is lacking, or it is no address: MLflow lets these through.
            except (MlflowException, SQLAlchemyError, ImportError, ValueError) as error:
                raise self._unreadable(uri, error) from None

    def log(self, trained: Trained, by: str) -> Version:
        """Keep a run, register its card as a version, and call it the challenger. Raises `ValueProblem` where the server stops
        meanwhile.
        """
        with self._answering():
            return self._logged(trained, by)

    def _logged(self, trained: Trained, by: str) -> Version:
        name = trained.card.id
        tags = {"by": by, "origin": trained.card.origin, "card": trained.card.sha256, "data": trained.fingerprint}
        tags |= {"event": trained.card.event}
        tags |= {} if trained.test_from is None else {"test_from": trained.test_from.isoformat()}
        run = self._client.create_run(self._experiment(), run_name=name, tags=tags).info
        for key, value in trained.parameters.items():
            self._client.log_param(run.run_id, key, value)
        for key, value in _measures(trained.evaluation).items():
            self._client.log_metric(run.run_id, key, value)
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            trained.card.write(folder / CARD)
            (folder / "environment.json").write_text(json.dumps(environment(), indent=1), encoding="utf-8")
            trained.report.write(folder)
            self._client.log_artifacts(run.run_id, made)
        self._client.set_terminated(run.run_id)
        if not self._client.search_registered_models(f"name = '{name}'"):
            self._client.create_registered_model(name)
        made_version = self._client.create_model_version(name, run.artifact_uri, run.run_id, tags=tags)
        self._client.set_registered_model_alias(name, CHALLENGER, made_version.version)
        return self.version(name, str(made_version.version))

    def versions(self, name: str | None = None) -> list[Version]:
        """Every version, of one card where it is named; the newest first."""
        models = [name] if name else sorted(model.name for model in self._client.search_registered_models())
        return [
            self.version(model, str(number))
            for model in models
            for number in sorted(
                (int(one.version) for one in self._client.search_model_versions(f"name = '{model}'")), reverse=True
            )
        ]

    def version(self, name: str, number: str) -> Version:
        """One version, by number or alias. Raises `ValueProblem` where there is none."""
        from mlflow.exceptions import MlflowException

        try:
            if not number.isdigit():
                number = str(self._client.get_model_version_by_alias(name, number).version)
            found = self._client.get_model_version(name, number)
        except MlflowException:
            raise ValueProblem(
                field="model",
                value=f"{name} {number}",
                rule="登记中没有该版本 / the registry has no such version",
                remedy="dengti model list",
            ) from None
        # Aliases stand with the model: that of a version alone is not filled in by every store.
        aliases = self._client.get_registered_model(name).aliases
        named = tuple(sorted(alias for alias, one in aliases.items() if str(one) == number))
        return Version(name, number, str(found.run_id), named, dict(found.tags))

    def card(self, version: Version) -> LearnedCard:
        """The card of a version. Raises `ValueProblem` where its file is not the one that was registered."""
        found = read_card(self.file(version, CARD))
        if found.sha256 != version.tags["card"]:
            raise ValueProblem(
                field=f"{version.name} {version.number}",
                value=found.sha256,
                rule=f"登记后文件已被改动，登记的是 / the file was changed after it was registered as {version.tags['card']}",
                remedy="恢复原文件，或重新训练 / restore the file, or train anew",
            )
        return found

    def file(self, version: Version, name: str) -> Path:
        """A file of the version's run, on this machine. Raises `ValueProblem` where the run has none of that name."""
        if name not in {one.path for one in self._client.list_artifacts(version.run)}:
            raise ValueProblem(
                field=f"{version.name} {version.number}",
                value=name,
                rule="该版本没有此文件 / the version has no such file",
                remedy="恢复该文件，或重新比较：dengti model compare / restore the file, or compare again"
                if name.startswith(COMPARISON)
                else "恢复该文件，或重新训练：dengti train / restore the file, or train anew",
            )
        return Path(self._client.download_artifacts(version.run, name))

    def keep(self, version: Version, kind: str, text: str) -> str:
        """Add a text to the version's run beside the earlier ones of its kind; the name of its file."""
        with self._answering():
            earlier = [one.path for one in self._client.list_artifacts(version.run) if one.path.startswith(f"{kind}-")]
            name = f"{kind}-{len(earlier) + 1}.md"
            self._client.log_text(version.run, text, name)
        return name

    def tag(self, version: Version, **tags: str | None) -> None:
        """Note something with the version; None takes a note away."""
        for key, value in tags.items():
            if value is not None:
                self._client.set_model_version_tag(version.name, version.number, key, value)
            elif key in version.tags:
                self._client.delete_model_version_tag(version.name, version.number, key)

    def call(self, version: Version, alias: str) -> None:
        """Give the alias to this version, whichever had it."""
        self._client.set_registered_model_alias(version.name, alias, version.number)

    def uncall(self, version: Version, alias: str) -> None:
        """Take the alias away."""
        self._client.delete_registered_model_alias(version.name, alias)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """What goes wrong between this program and the registry, told as such."""
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (MlflowException, SQLAlchemyError, OSError) as error:
            # Of a full disk here the command line tells itself.
            if self._local and isinstance(error, OSError):
                raise
            raise self._unreadable(self._uri, error) from None

    def _unreadable(self, uri: str, error: Exception) -> ValueProblem:
        why, shown = (re.sub("//[^/@ ]*@", "//…@", one) for one in (str(error).strip().partition("\n")[0], uri))
        return ValueProblem(
            field="--runs" if self._local else SETTING,
            value=shown,
            rule=f"登记无法读取 / the registry cannot be read: {why}",
            remedy="恢复备份，或换一目录 / restore a backup, or take another folder"
            if self._local
            else "检查地址，以及服务是否运行 / check the address, and whether it runs",
        )

    def _experiment(self) -> str:
        found: Any = self._client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        place = (self._folder / "artifacts").as_uri() if self._local else None
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=place))


def _asked(uri: str) -> None:
    """Of a database on a server, whether it answers: MLflow itself asks ten times, over 100 seconds. Raises SQLAlchemyError or
    ImportError where it does not.
    """
    from sqlalchemy import create_engine

    if uri.startswith(("postgresql", "mysql")):
        with create_engine(uri, connect_args={"connect_timeout": SECONDS}).connect():
            pass


def _measures(found: Evaluation) -> dict[str, float]:
    """By ``model/measure``, of the folds within the training period ``grouped/…``; of the first k firms ``first_<k>/…``; of the
    drift between the periods ``drift/…``. Ends of intervals are ``_low`` and ``_high``.
    """
    told: dict[str, float] = {}
    for place, split in (("", found.test), ("grouped/", found.grouped)):
        for model, measures in split.results.items() if split else ():
            for measure, one in measures.items():
                told |= _ends(f"{place}{_key(model)}/{measure}", one)
    for first in found.served:
        told |= _ends(f"first_{first.k}/precision", first.found)
        told[f"first_{first.k}/lift"] = first.found.value / first.chance
    for check in found.drift:
        told["drift/base_rate_odds" if check.name == BASE_RATE else f"drift/psi/{_key(check.name)}"] = check.value
    if found.drift:
        told["drift/worst"] = worst(found.drift)
    return told


def _ends(name: str, found: Estimate) -> dict[str, float]:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def _key(name: str) -> str:
    """A name as MLflow takes it in a metric's."""
    return "".join(letter if letter.isalnum() or letter == "-" else "_" for letter in name)
