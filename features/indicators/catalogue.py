"""All indicators: importing this module registers those of every module beside it."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from features import indicators
from features.indicators.base import make, names, parameters

for _module in pkgutil.iter_modules(indicators.__path__):
    import_module(f"{indicators.__name__}.{_module.name}")

__all__ = ["make", "names", "parameters"]
