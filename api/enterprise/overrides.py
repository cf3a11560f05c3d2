"""Manual overrides: what two people decided of one enterprise, until a day. They stand beside a result, which they never change."""

from __future__ import annotations

from typing import Any

from api.clock import today
from api.http.endpoint import Call
from api.store.approvals import Approvals


def overrides(call: Call) -> list[dict[str, Any]]:
    """The overrides that hold today."""
    found = Approvals(call.session).overrides(call.enterprise.uscc, today())
    return [
        {
            "id": one["id"],
            **one["content"],
            "reason": one["reason"],
            "expires_on": one["expires_on"],
            "decided_at": one["decided_at"].isoformat(),
        }
        for one in found
    ]
