"""Seals everything of the audit trail that waits; the serving process does it twice a second (`api.keeper`)."""

from __future__ import annotations

from api.store.audit import BATCH, Audit
from api.store.database import Store


def seal_all(store: Store) -> int:
    """Seal everything that is committed, a batch a transaction; how many entries."""
    whole = 0
    while True:
        with store.session() as session:
            done = Audit(session).seal()
        whole += done
        if done < BATCH:
            return whole
