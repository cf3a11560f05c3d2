"""Structured logs: a JSON line an event, of names that carry neither personal data nor secrets."""

from __future__ import annotations

import sys
import traceback
from typing import Any, cast

import orjson
import structlog

ALLOWED = frozenset(
    [
        "event",
        "level",
        "at",
        "request",
        "method",
        "route",
        "status",
        "ms",
        "institution",
        "error",
        "frames",
        "release",
        "place",
        "digest",
    ]
)
"""What a line may say; whatever else somebody adds is left out: addresses, queries, bodies, names, messages of errors."""


def _only_allowed(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: value for name, value in line.items() if name in ALLOWED}


def _written(_: Any, __: str, line: structlog.typing.EventDict) -> bytes:
    return orjson.dumps(line, default=str)


def log(stream: Any = None) -> structlog.typing.FilteringBoundLogger:
    """The logger, on stderr."""
    return cast(
        structlog.typing.FilteringBoundLogger,
        structlog.wrap_logger(
            structlog.BytesLogger(stream or sys.stderr.buffer),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                _only_allowed,
                _written,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(20),
            cache_logger_on_first_use=True,
        ),
    )


def frames(error: BaseException) -> list[str]:
    """Where an error arose, without its message, which may hold data."""
    return [
        f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}"
        for one in traceback.extract_tb(error.__traceback__)
    ]
