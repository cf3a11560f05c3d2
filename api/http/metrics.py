"""What is counted, for Prometheus: requests by route and status, their time, refusals by code, unsealed audit entries."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one process. Labels are routes, never addresses: no enterprise can be read from them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("dengti_requests", "Requests", ["method", "route", "status"], registry=self._registry)
        self.seconds = Histogram(
            "dengti_request_seconds", "Time of a request", ["route"], buckets=BUCKETS, registry=self._registry
        )
        self.refusals = Counter("dengti_refusals", "Requests refused", ["code"], registry=self._registry)
        self.stops = Counter("dengti_stops", "Institutions stopped for their query pattern", registry=self._registry)
        self.sealed = Gauge("dengti_audit_sealed_place", "Place of the audit chain's head", registry=self._registry)

    @lru_cache(maxsize=4096)  # noqa: B019 - as long as the process
    def of(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """The counter and the histogram of a kind of request; to look a label up costs more than to count."""
        return self.requests.labels(method, route, str(status)), self.seconds.labels(route)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
