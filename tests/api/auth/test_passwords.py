"""Passwords are kept by Argon2id with the library's parameters, and nobody's password is checked as long as somebody's."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.profiles import get_default_parameters
from world import PASSWORD

from api.auth import passwords

pytestmark = pytest.mark.usefixtures("product_passwords")


def test_a_password_is_kept_with_the_librarys_parameters() -> None:
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert extract_parameters(kept) == get_default_parameters()
    assert passwords.matches(kept, PASSWORD)
    assert not passwords.matches(kept, PASSWORD + ".")


def test_an_unknown_login_is_checked_with_the_same_parameters() -> None:
    assert extract_parameters(passwords._NOBODY) == get_default_parameters()
    assert not passwords.matches(None, "nobody has this password")
