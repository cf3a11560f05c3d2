"""Routes of parks: which enterprises a service officer (企业服务专员) looks after."""

from __future__ import annotations

from api.auth.access import Rule, Tenant
from api.auth.roles import Role
from api.http.endpoint import Call, Endpoint
from api.http.refusals import Refused
from api.store.parties import Parties

STAFF = frozenset({Role.PARK_STAFF})


def assign(call: Call) -> None:
    """The officer looks after the enterprise from now on."""
    _own(call)
    Parties(call.session).assign(call.asked.path["person"], call.enterprise.uscc)


def unassign(call: Call) -> None:
    """The officer no longer does."""
    _own(call)
    Parties(call.session).unassign(call.asked.path["person"], call.enterprise.uscc)


def _own(call: Call) -> None:
    """An officer of the same park. Raises `Refused`."""
    if Parties(call.session).institution_of(call.asked.path["person"]) != call.who.institution:
        raise Refused("not_found")


ROUTES = (
    Endpoint(
        "PUT",
        "/v1/officers/{person}/enterprises/{uscc}",
        "officer.assign",
        "把企业交给服务专员 / an enterprise is looked after by an officer",
        Rule(STAFF, "party:write", Tenant.FIRM),
        assign,
        status=204,
        tag="park",
    ),
    Endpoint(
        "DELETE",
        "/v1/officers/{person}/enterprises/{uscc}",
        "officer.unassign",
        "不再由该专员服务 / no longer",
        Rule(STAFF, "party:write", Tenant.FIRM),
        unassign,
        status=204,
        tag="park",
    ),
)
