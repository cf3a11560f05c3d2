"""Commands are loaded when they are asked for, without searching for cycles, which goes on afterwards."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from api.cli import lazy

SAYS = """
import gc
SEARCHED = gc.isenabled()
THING = [{}]
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_while_a_command_is_loaded_nothing_is_searched_for_cycles_and_what_it_brings_never_is(modules: Path) -> None:
    (modules / "a_command_of_its_own.py").write_text(SAYS)
    found = lazy._loaded("a_command_of_its_own")
    assert not found.SEARCHED
    assert gc.isenabled()
    assert not any(one is found.THING for one in gc.get_objects()), "frozen"
    assert lazy._loaded("a_command_of_its_own") is found
    gc.unfreeze()


def test_where_a_command_cannot_be_loaded_cycles_are_searched_again(modules: Path) -> None:
    (modules / "a_command_that_fails.py").write_text("raise ValueError('no')")
    with pytest.raises(ValueError, match="no"):
        lazy._loaded("a_command_that_fails")
    assert gc.isenabled()
    assert "a_command_that_fails" not in sys.modules
    gc.unfreeze()
