"""Passwords: Argon2id with the library's parameters, and a length that guessing does not reach."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from features.errors import ValueProblem

SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")
"""Checked for an unknown login, which so takes as long as a known one."""


def hashed(password: str) -> str:
    """The password as it is kept. Raises `ValueProblem` where it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueProblem(
            field="password",
            value="",
            rule=f"口令须为 {SHORTEST} 至 {LONGEST} 个字符 / a password has {SHORTEST} to {LONGEST} characters",
            remedy="用较长的口令，例如几个不相干的词 / use a longer one, for instance some unrelated words",
        )
    return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password; equally slow where nobody has that login."""
    try:
        return _HASHER.verify(kept or _NOBODY, password[: LONGEST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
