"""The settings of one deployment: a TOML file named by ``DENGTI_SETTINGS``, over it the environment names of the command line.

Outside ``dev`` whatever would be convenient but insecure is refused, all of it at once, each with its remedy.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.answers.receipts import SIGNING_KEY
from api.insecure import SHORTEST_SECRET, insecure
from features.dossier import DossierProblems
from features.errors import FileProblem, ValueProblem
from models.limits import DRIFT, LEAKAGE, DriftLimits, LeakageLimits

FILE = "DENGTI_SETTINGS"
"""Environment variable: the settings file."""
STORE = "DENGTI_STORE"


class SettingsProblems(DossierProblems):
    """Everything wrong in the settings of a deployment."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Issuer(_Part):
    """Who issues the scores (政策页 §5.5): a body in its public duty, or a filed credit bureau (备案征信机构)."""

    mode: Literal["public_body", "filed_bureau"] = "public_body"
    name: str = ""
    legal_basis: str = ""
    """Of a public body: the document that gives it the duty."""
    filing_number: str = ""
    """Of a bureau: the number of its filing with the People's Bank."""
    data_location: str = ""
    objections: str = ""
    """Where an enterprise sends an objection."""


class StoreSettings(_Part):
    """Where facts, answers and audit are kept."""

    url: str = "sqlite:///var/dengti.db"
    statement_seconds: float = Field(default=15.0, gt=0)
    """Of the service on PostgreSQL: a statement that takes longer is ended, its request answered 503."""
    lock_seconds: float = Field(default=5.0, gt=0)
    """The same for what waits for a lock."""
    idle_seconds: float = Field(default=30.0, gt=0)
    """The same for a transaction in which nothing is asked."""


class Keys(_Part):
    """Secrets, each in a file of its own."""

    token_secret_file: str = ""
    """Signs access tokens (HS256); at least 32 bytes. In dev one is made at each start."""
    signing_key: str = ""
    """The release key (``dengti keys new``); signs receipts."""


class Serving(_Part):
    """What is served."""

    release: str = "product"
    """``live``: the release that is live in the store; ``product``: the rules that come with the product (dev only)."""
    bank: bool = True
    """Whether banks are served."""
    distress: bool = False
    """Whether distress is served at all: then to the bank that runs it, or by a filed bureau."""
    anonymous_assess: bool = True
    """Whether ``POST /v1/assess`` answers without credentials (dev only)."""
    secure_cookies: bool = False
    """Whether cookies go over HTTPS only (must be true outside dev)."""


class AuditSettings(_Part):
    """What of the audit leaves the store."""

    heads_folder: str = ""
    """Where the chain's head is exported every day; best on another machine, only ever added to (must be said outside dev)."""


class Limits(_Part):
    """What one caller may use."""

    requests_per_minute: int = Field(default=6000, ge=1)
    """Of one institution, in one process."""
    logins_per_minute: int = Field(default=60, ge=1)
    """Tokens and logins asked for from one address, in one process."""
    body_seconds: float = Field(default=10.0, gt=0)
    """Time in which a body must have arrived."""
    concurrent_requests: int = Field(default=512, ge=1)
    metrics_from: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses that may read ``/metrics`` outside dev."""
    stop_seconds: int = Field(default=20, ge=1)
    """Time that running requests have to end when the service stops."""


class Sessions(_Part):
    """Tokens of machines and sessions of people."""

    token_minutes: int = Field(default=10, ge=1, le=60)
    session_minutes: int = Field(default=480, ge=1)
    failures_until_locked: int = Field(default=5, ge=1)
    locked_minutes: int = Field(default=15, ge=1)


class Patterns(_Part):
    """Query patterns after which an institution is stopped until somebody releases it."""

    window_minutes: int = Field(default=60, ge=1)
    firms: int = Field(default=5000, ge=1)
    """Different enterprises read within the window."""
    refusals: int = Field(default=500, ge=1)
    """Refused reads within the window: without consent, outside the scope."""


class Learning(_Part):
    """When training is stopped as leaking, and a card's batch is told to drift (`models.limits`: reference defaults)."""

    leakage_skill: float = Field(default=LEAKAGE.skill, gt=0.5, le=1)
    leakage_missing: float = Field(default=LEAKAGE.missing, gt=0.5, le=1)
    leakage_usual: float = Field(default=LEAKAGE.usual, gt=0, le=1)
    leakage_pure: float = Field(default=LEAKAGE.pure, gt=0.5, le=1)
    leakage_together: float = Field(default=LEAKAGE.together, gt=0.5, le=1)
    drift_psi_watch: float = Field(default=DRIFT.psi_watch, gt=0)
    drift_psi_alarm: float = Field(default=DRIFT.psi_alarm, gt=0)
    drift_odds_watch: float = Field(default=DRIFT.odds_watch, gt=1)
    drift_odds_alarm: float = Field(default=DRIFT.odds_alarm, gt=1)
    drift_errors: float = Field(default=DRIFT.errors, ge=0)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.drift_psi_alarm < self.drift_psi_watch or self.drift_odds_alarm < self.drift_odds_watch:
            raise ValueError("警报不得低于关注 / an alarm may not lie below its watch")
        return self

    @property
    def leakage(self) -> LeakageLimits:
        """As training takes them."""
        named = {one.name: getattr(self, f"leakage_{one.name}") for one in fields(LeakageLimits)}
        return LeakageLimits(**named)

    @property
    def drift(self) -> DriftLimits:
        """As the check of drift takes them."""
        psi, odds = (self.drift_psi_watch, self.drift_psi_alarm), (self.drift_odds_watch, self.drift_odds_alarm)
        return DriftLimits(*psi, *odds, self.drift_errors)


class Settings(_Part):
    """All of it; without a file, a deployment for development."""

    mode: Literal["dev", "production"] = "dev"
    issuer: Issuer = Issuer()
    store: StoreSettings = StoreSettings()
    keys: Keys = Keys()
    serving: Serving = Serving()
    audit: AuditSettings = AuditSettings()
    limits: Limits = Limits()
    sessions: Sessions = Sessions()
    patterns: Patterns = Patterns()
    learning: Learning = Learning()

    @property
    def dev(self) -> bool:
        """Whether insecure defaults are allowed."""
        return self.mode == "dev"

    def token_secret(self) -> bytes:
        """The secret that signs access tokens; in dev, without a file, one that lives as long as the process.

        Raises `FileProblem` where the file cannot be read.
        """
        if not self.keys.token_secret_file:
            return secrets.token_bytes(SHORTEST_SECRET)
        try:
            return Path(self.keys.token_secret_file).read_bytes().strip()
        except OSError as error:
            raise FileProblem(
                field="keys.token_secret_file",
                value=self.keys.token_secret_file,
                rule=f"文件无法读取 / the file cannot be read: {error.strerror}",
                remedy="openssl rand -hex 32 > token.secret",
            ) from None


def load(path: Path | None = None) -> Settings:
    """The settings of the file, or of the one that ``DENGTI_SETTINGS`` names, or those of development.

    Raises `FileProblem` where it cannot be read, `SettingsProblems` naming everything that is wrong or insecure.
    """
    stated = path or (Path(os.environ[FILE]) if os.environ.get(FILE) else None)
    tree = _tree(stated) if stated else {}
    for name, part, key in ((STORE, "store", "url"), (SIGNING_KEY, "keys", "signing_key")):
        if os.environ.get(name) and isinstance(tree.setdefault(part, {}), dict):
            tree[part][key] = os.environ[name]  # type: ignore[index]
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise SettingsProblems(
            [
                ValueProblem(
                    field=".".join(map(str, one["loc"])),
                    value=str(one.get("input"))[:60],
                    rule=f"设置有误 / a setting is wrong: {one['msg']}",
                    remedy="见 docs/settings.example.toml / see docs/settings.example.toml",
                )
                for one in error.errors()
            ]
        ) from None
    problems = insecure(settings)
    if problems:
        raise SettingsProblems(problems)
    return settings


def _tree(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileProblem(
            field=FILE,
            value=str(path),
            rule=f"设置文件无法读取 / the settings file cannot be read: {error}",
            remedy="从 docs/settings.example.toml 抄起 / start from docs/settings.example.toml",
        ) from None
