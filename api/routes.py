"""Every route of the service, by user."""

from __future__ import annotations

from api import assess
from api.auth import routes as auth
from api.authority import routes as authority
from api.bank import routes as bank
from api.enterprise import routes as enterprise
from api.http.endpoint import Endpoint
from api.operator import routes as operator
from api.park import routes as park

ENDPOINTS: tuple[Endpoint, ...] = (
    # Looked for in this order; this one is asked most.
    *assess.ROUTES,
    *operator.ROUTES,
    *auth.ROUTES,
    *enterprise.ROUTES,
    *bank.ROUTES,
    *park.ROUTES,
    *authority.ROUTES,
)
