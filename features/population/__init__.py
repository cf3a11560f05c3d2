"""Synthetic enterprises (合成数据) for demonstrations, tests and benchmarks; nothing here describes a real enterprise.

Firm number ``k`` of a seed is the same firm in every population that contains it, so a population can be made in
parts of any size, in any order, on any number of machines. docs/synthetic-population.md states the process.
"""

from features.population.compare import Compared, compare
from features.population.files import write_folder, write_population
from features.population.generate import generate, generate_range
from features.population.spoilt import BadRow
from features.population.workbook import write_workbook

__all__ = [
    "BadRow",
    "Compared",
    "compare",
    "generate",
    "generate_range",
    "write_folder",
    "write_population",
    "write_workbook",
]
