"""Seals the audit trail every second, beside what else the process does."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from sqlalchemy.exc import DBAPIError

from api.store.audit import BATCH, Audit
from api.store.database import Store

_LOG = logging.getLogger(__name__)


def seal_all(store: Store) -> int:
    """Seal everything that is committed, a batch a transaction; how many entries."""
    whole = 0
    while True:
        with store.session() as session:
            done = Audit(session).seal()
        whole += done
        if done < BATCH:
            return whole


class Sealer:
    """A thread that seals ``every`` so many seconds while the block runs, and once more at its end."""

    def __init__(self, store: Store, every: float = 0.5) -> None:
        self._store, self._every = store, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-sealer", daemon=True)

    def __enter__(self) -> Sealer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        seal_all(self._store)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                seal_all(self._store)
            except DBAPIError as error:
                # The entries stay where they are; the next round seals them.
                _LOG.warning("audit not sealed: %s", type(error.orig).__name__)
