"""A group of commands that are loaded when they are asked for: most of a short command's time would go into the others."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command


class LazyGroup(TyperGroup):
    """By name of a command ``where`` has ``module:name`` of its function, or of the `typer.Typer` of its own commands."""

    where: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in their order."""
        return list(self.where)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, loaded; None for no such name."""
        if cmd_name not in self.where:
            return None
        module, _, name = self.where[cmd_name].partition(":")
        found = getattr(_loaded(module), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
            alone.command(cmd_name)(found)
            found = alone
        command = get_command(found)
        command.name = cmd_name
        return command


def _loaded(name: str) -> ModuleType:
    """The module; while it is loaded nothing is searched for cycles, as in `api.cli.main`, and what it brings never is."""
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()
