"""One running service: its settings, rules, store, tokens and what it counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from api.auth.tokens import Tokens
from api.http.limits import Buckets
from api.http.metrics import Metrics
from api.settings import Settings
from api.store.database import Store, Timeouts
from scoring.engine import Engine


@dataclass
class Service:
    """What routes draw on. The store is opened at the first use: to assess a dossier none is needed."""

    settings: Settings
    engine: Engine
    metrics: Metrics = field(default_factory=Metrics)
    stopping: bool = False

    @cached_property
    def store(self) -> Store:
        """The store. Raises `ValueProblem` where it cannot be opened."""
        of = self.settings.store
        return Store(of.url, Timeouts(of.statement_seconds, of.lock_seconds, of.idle_seconds))

    @property
    def has_store(self) -> bool:
        """Whether the store is open."""
        return "store" in vars(self)

    @cached_property
    def tokens(self) -> Tokens:
        """Signs access tokens."""
        return Tokens(self.settings.token_secret(), self.settings.sessions.token_minutes)

    @cached_property
    def requests(self) -> Buckets:
        """What each institution may still ask."""
        return Buckets(self.settings.limits.requests_per_minute)

    @cached_property
    def logins(self) -> Buckets:
        """What each address may still try."""
        return Buckets(self.settings.limits.logins_per_minute)

    @cached_property
    def cursor_key(self) -> bytes:
        """Marks cursors as ours; it changes with the token secret and keeps nothing secret."""
        return hashlib.sha256(b"cursor" + self.settings.token_secret()).digest()
