"""A route as it is declared: address, stated rule, what comes in, what goes out; and one call of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from api.auth.access import Firm, Rule, Tenant
from api.auth.roles import Principal
from api.http.limits import LARGEST
from api.http.refusals import Refused
from api.problems import MEDIA_TYPE, refusal
from api.service import Service

Model = TypeVar("Model", bound=BaseModel)
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: JSON bytes, unless a media type is named."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    code: str = "ok"
    """What the audit records as its outcome."""

    @staticmethod
    def of(error: Refused) -> Answer:
        """A refusal that is answered, not raised, so that what was noted of it is kept."""
        sent = refusal(error)
        return Answer(bytes(sent.body), sent.status_code, error.headers, MEDIA_TYPE, error.code)


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be computed outside any transaction; the handler is then called anew, with what came out."""

    compute: Callable[[], Any]


@dataclass(slots=True)
class Note:
    """What the audit says of the call besides who and when."""

    uscc: str = ""
    purpose: str = ""
    fields: tuple[str, ...] = ()
    consent: str = ""
    release: str = ""


@dataclass(slots=True)
class Asked:
    """A request, read."""

    path: Mapping[str, str]
    params: Mapping[str, str | list[str]]
    """The query; several values of one name as a list."""
    raw: bytes
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    address: str
    at: datetime


@dataclass(slots=True)
class Call:
    """One call of an endpoint within its transaction."""

    service: Service
    endpoint: Endpoint
    asked: Asked
    transaction: Connection | None
    """Of endpoints that use the store."""
    note: Note
    principal: Principal | None = None
    firm: Firm | None = None
    """The enterprise that the address names, within the scope of who asks."""
    computed: Any = None
    """What a `Work` of the last round computed."""
    given_query: BaseModel | None = None
    given_body: BaseModel | None = None
    made_session: Session | None = None

    @property
    def connection(self) -> Connection:
        """The transaction."""
        assert self.transaction is not None
        return self.transaction

    @property
    def session(self) -> Session:
        """A session within the transaction, made where it is asked for."""
        if self.made_session is None:
            self.made_session = Session(self.connection)
        return self.made_session

    @property
    def who(self) -> Principal:
        """Who asks; of routes that ask for an identity only."""
        assert self.principal is not None
        return self.principal

    @property
    def enterprise(self) -> Firm:
        """The enterprise that the address names."""
        assert self.firm is not None
        return self.firm

    def query(self, model: type[Model]) -> Model:
        """The query as the endpoint declares it."""
        assert isinstance(self.given_query, model)
        return self.given_query

    def body(self, model: type[Model]) -> Model:
        """The body as the endpoint declares it."""
        assert isinstance(self.given_body, model)
        return self.given_body


Handler = Callable[[Call], "Answer | Work | BaseModel | Mapping[str, Any] | None"]


@dataclass(frozen=True)
class Endpoint:
    """One route. A route cannot be made without its rule."""

    method: str
    path: str
    name: str
    """What the audit calls it."""
    summary: str
    rule: Rule
    handle: Handler | None = None
    raw: Callable[[Service, Endpoint, Request], Awaitable[Response]] | None = None
    """Instead of ``handle``, for a route that reads its request itself."""
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    form: bool = False
    """Whether the body is a form (application/x-www-form-urlencoded) instead of JSON."""
    answer: type[BaseModel] | dict[str, Any] | None = None
    media_type: str = "application/json"
    status: int = 200
    tag: str = "service"
    refusals: tuple[str, ...] = ()
    """Codes beyond those that follow from rule, body and query."""
    example: Any = None
    largest: int = LARGEST
    store: bool = True
    """Whether it uses the store."""
    alone: bool = False
    """Whether it waits for all reads of the enterprise to end, and holds others up until it ends."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """More of its OpenAPI operation."""
    headers: tuple[dict[str, Any], ...] = ()
    """Parameters of its own that it reads from the headers, as OpenAPI describes them."""
    replayable: bool = True
    """Of a write: whether ``Idempotency-Key`` is taken."""

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method in WRITES

    @property
    def of_firm(self) -> bool:
        """Whether its address names an enterprise that must lie within the scope."""
        return self.rule.tenant is Tenant.FIRM

    @property
    def keyed(self) -> bool:
        """Whether it takes ``Idempotency-Key``."""
        return self.writes and self.replayable and self.rule.tenant is not Tenant.PUBLIC
