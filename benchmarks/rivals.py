from __future__ import annotations


def section(population, repeats): ...
