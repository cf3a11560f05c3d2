"""A serving process does not ask the system anew for the memory of each answer."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

ANSWERS = """
import resource
from api import memory

def answer():
    parts = [bytes(100_000) for _ in range(4)]
    return b"".join(parts)

def faults(answers):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(answers):
        answer()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / answers

if {kept}:
    memory.keep()
faults(50)
print(faults(200))
"""
"""Pages that the system clears for each answer of 400 KB, once the process has warmed up."""


def faults(*, kept: bool) -> float:
    ran = subprocess.run([sys.executable, "-c", ANSWERS.format(kept=kept)], capture_output=True, text=True, check=True)
    return float(ran.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc")
def test_what_answers_were_written_in_is_not_cleared_by_the_system_each_time() -> None:
    assert faults(kept=False) > 10
    assert faults(kept=True) < 1
