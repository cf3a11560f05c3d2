"""How people of an enterprise get in: invited for its code, with the letter by which it authorises them (授权书)."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from api.auth.tokens import digest, new_secret
from api.http.endpoint import Call
from api.http.refusals import Refused
from api.store.access import Invitations
from api.store.logins import Logins
from api.store.parties import Parties
from features.identifiers import uscc

SHA256 = "^sha256:[0-9a-f]{64}$"
VALID = timedelta(days=14)


class NewInvitation(BaseModel):
    """The letter by which the enterprise authorises a person."""

    model_config = ConfigDict(extra="forbid")

    letter: str = Field(pattern=SHA256, description="授权书的 SHA-256 / of the authorisation letter")
    letter_reference: str = Field(min_length=1, max_length=200, description="授权书文号 / its reference")


class Invitation(BaseModel):
    """The code is shown once."""

    id: str
    uscc: str
    code: str
    expires_at: datetime


class Acceptance(BaseModel):
    """A person of the enterprise takes the invitation up."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=100)
    uscc: str = Field(min_length=1, max_length=40)
    letter: str = Field(pattern=SHA256)
    login: str = Field(min_length=1, max_length=120)
    name: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=400)


class Accepted(BaseModel):
    """The person, by an opaque id."""

    person: str
    uscc: str


def invite(call: Call) -> Invitation:
    """Make an invitation for the enterprise of the address."""
    given, code, expires = call.body(NewInvitation), new_secret(), datetime.now(UTC) + VALID
    made = Invitations(call.session).add(
        call.enterprise.uscc,
        digest(code),
        given.letter.removeprefix("sha256:"),
        given.letter_reference,
        call.who.actor,
        expires,
    )
    return Invitation(id=made, uscc=call.enterprise.uscc, code=code, expires_at=expires)


def accept(call: Call) -> Accepted:
    """Make the person; code, enterprise and letter must be those of the invitation, once. Raises `Refused`."""
    given = call.body(Acceptance)
    found = Invitations(call.session).use(digest(given.code))
    same = found is not None and found[0] == uscc.normalise(given.uscc)
    if found is None or not same or not hmac.compare_digest(found[1], given.letter.removeprefix("sha256:")):
        raise Refused("wrong_credentials")
    person = Parties(call.session).person_of_enterprise(found[0], given.login, given.name, given.password)
    call.principal, call.note.uscc = Logins(call.session).by_id(person).principal, found[0]
    return Accepted(person=person, uscc=found[0])
