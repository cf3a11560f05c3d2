"""The parameters of a question over HTTP, read and documented from one model.

FastAPI would read them one by one, at nearly the cost of all else that it does for a request.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.datastructures import QueryParams

from api.clock import today
from features import dossier
from scoring.engine import Question


def _one_or_several(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


class Parameters(BaseModel):
    """As given in the query; with a mistyped ``as_of`` passed over, the answer would be today's."""

    model_config = ConfigDict(extra="forbid")

    as_of: str | None = Field(None, description="评价日 / day of evaluation", examples=["2026-11-22"])
    known_at: str | None = Field(None, description="按该日已知的事实 / facts as known then")
    rules_on: str | None = Field(None, description="按该日施行的规则 / rules in force then")
    rulebook: Annotated[list[str] | None, BeforeValidator(_one_or_several)] = Field(
        None, description="只用这些规则 / only these rulebooks"
    )
    kind: str | None = Field(None, pattern="^(new|renewal)$", description="申请类型 / application kind")


def asked(query: bytes) -> Question:
    """The question of a query as it stands in the address; today where no day is given. Raises `RequestValidationError`,
    `DossierProblem`.
    """
    return _asked(query, today())


@lru_cache(maxsize=256)
def _asked(query: bytes, today: date) -> Question:
    # Kept, for most callers ask the same of many enterprises.
    try:
        found = Parameters.model_validate(values(QueryParams(query)))
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("query", *one["loc"])} for one in error.errors()]) from None
    return question(found, today)


def values(query: QueryParams) -> dict[str, str | list[str]]:
    """Each name's value, or its values where it stands several times."""
    given: dict[str, str | list[str]] = dict(query)
    if len(given) < len(query.multi_items()):
        given = {name: found if len(found := query.getlist(name)) > 1 else found[0] for name in query}
    return given


def question(found: Parameters, today: date) -> Question:
    """The same of parameters that are read already. Raises `DossierProblem`."""
    as_of, known_at, rules_on = (
        None if value is None else dossier.day(value, name)
        for name, value in (("as_of", found.as_of), ("known_at", found.known_at), ("rules_on", found.rules_on))
    )
    return Question(as_of or today, known_at or today, rules_on, tuple(found.rulebook or ()), found.kind)


def parameters() -> list[dict[str, Any]]:
    """The parameters as OpenAPI describes them."""
    properties = Parameters.model_json_schema()["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": schema, "description": schema["description"]}
        for name, schema in properties.items()
    ]
