"""What a running service does beside its requests: seal the audit, stop unusual queries, follow the live release, tidy up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from api import rules
from api.clock import SHANGHAI
from api.http import idempotency
from api.http.logs import frames, log
from api.service import Service
from api.store import heads
from api.store.access import SYSTEM, Stops
from api.store.audit import Access, Audit
from api.store.patterns import Patterns
from api.store.releases import Releases
from api.store.sealing import seal_all

EVERY = 0.5
"""Seconds between two rounds."""
WATCH = 2.0
"""Seconds after which new entries are looked at for unusual queries."""
TIDY = 3600.0


class Keeper:
    """A thread that makes its round twice a second, and a last one when the service stops."""

    def __init__(self, service: Service, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._service, self._now, self._log = service, now, log()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._rounds = self._unlooked = 0
        self._exported: date | None = None
        limits = service.settings.patterns
        self._patterns = Patterns(timedelta(minutes=limits.window_minutes), limits.firms, limits.refusals)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Seal what is left and end."""
        self._stop.set()
        self._thread.join()
        if self._service.has_store:
            seal_all(self._service.store)

    def _run(self) -> None:
        spent = 0.0
        # A round that took long is followed by the next the sooner, so that entries wait no longer for their seal.
        while not self._stop.wait(max(EVERY / 5, EVERY - spent)):
            begun = time.monotonic()
            try:
                if self._service.has_store:
                    self.round()
            except (SQLAlchemyError, OSError) as error:
                # The store or the folder of heads is away or busy; the next round does it.
                self._log.error("keeper", error=type(error).__name__, frames=frames(error))
            spent = time.monotonic() - begun

    def round(self) -> None:
        """One round."""
        self._unlooked += seal_all(self._service.store)
        if self._unlooked and self._rounds % int(WATCH / EVERY) == 0:
            self._stop_unusual()
            self._unlooked = 0
        self._follow_release()
        if self._rounds % int(TIDY / EVERY) == 0:
            with self._service.store.session() as session:
                idempotency.forget(session)
                head = Audit(session).head()
            # Kept outside the store, so that a cut tail shows.
            self._log.info("audit head", place=head.place, digest=head.digest)
        self._rounds += 1
        self._export_head()

    def _export_head(self) -> None:
        """The first head of a day, as a file of its own."""
        folder = self._service.settings.audit.heads_folder
        now = self._now()
        day = now.astimezone(SHANGHAI).date()
        if not folder or self._exported == day:
            return
        with self._service.store.session() as session:
            head = Audit(session).head()
        if head.place:
            heads.export(Path(folder), head, now)
            self._exported = day

    def _stop_unusual(self) -> None:
        store = self._service.store
        with store.session() as session:
            found = self._patterns.unusual(session)
        for institution, seen in found:
            with store.session() as session:
                if Stops(session).stop(institution, SYSTEM, f"异常查询 / unusual queries: {seen}"):
                    now = datetime.now(UTC)
                    Audit(session).record(Access(now, SYSTEM, institution, "service", "institution.stop"))
                    self._service.metrics.stops.inc()
                    self._log.warning("institution stopped", institution=institution)

    def _follow_release(self) -> None:
        service = self._service
        if service.settings.serving.release != rules.LIVE:
            return
        with service.store.session() as session:
            live = Releases(session).live_at()
        if live is not None and live != service.engine.release_id:
            service.engine = rules.engine(rules.LIVE, service.store)
            self._log.info("release", release=live)
