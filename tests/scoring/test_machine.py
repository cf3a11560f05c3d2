"""Machine code of the columns: exact quotients of every width, and a cache of compiled rules that is safe to run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.facts import FirmFacts
from scoring import core, machine, machine_kept
from scoring.column_backend import Facts, Plan, evaluate
from scoring.core import Node, const, fill
from scoring.machine_types import LANES, Result, integers, places, quotient
from scoring.one_backend import compile_one

LIMITS = st.one_of(st.sampled_from([1, 2**31, 2**32 - 1, 2**32, 2**47, 2**62, 2**63 - 1]), st.integers(1, 2**63 - 1))
ROOTS = {"twice": core.mul(fill("x", 0, 0, 1000), 2), "late": core.ge(fill("x", 0, 0, 1000), 7)}
FACTS = Facts(pl.DataFrame({"x": [1, None, 7, 1000]}), {}, {})


def near(limit: int) -> st.SearchStrategy[int]:
    """Numbers up to a limit: any, its ends, and those beside the powers of 2, where carries are."""
    powers = st.builds(
        lambda bit, off: min(max(2**bit + off, 0), limit), st.integers(0, limit.bit_length()), st.integers(-2, 2)
    )
    return st.one_of(st.integers(0, limit), st.sampled_from([0, limit]), powers)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data(), most=LIMITS, by=LIMITS, factor=LIMITS, signed=st.booleans())
def test_a_quotient_of_any_width_is_the_floor(
    data: st.DataObject, most: int, by: int, factor: int, *, signed: bool
) -> None:
    top = core.mul(fill("over", 0, -most if signed else 0, most), factor)
    bottom = core.greatest((fill("under", 1, 0, by), const(1)))
    signs = st.sampled_from([-1, 1]) if signed else st.just(1)
    pairs = data.draw(st.lists(st.tuples(near(most), near(by), signs), min_size=1, max_size=30))
    facts = pl.DataFrame(
        {"over": [sign * over for over, _, sign in pairs], "under": [under for _, under, _ in pairs]},
        {"over": pl.Int64, "under": pl.Int64},
    )
    found = evaluate({"floor": core.div(top, bottom)}, Facts(facts, {}, {}))["floor"].to_list()
    assert found == [sign * over * factor // max(under, 1) for over, under, sign in pairs]


@pytest.mark.parametrize("firms", [*range(LANES + 2), 127, 128, 129, 300])
def test_any_number_of_enterprises_comes_out_even(firms: int) -> None:
    facts = Facts(pl.DataFrame({"x": range(firms)}, {"x": pl.Int64}), {}, {})
    assert evaluate(ROOTS, facts).rows() == [(2 * n, n >= 7) for n in range(firms)]


@pytest.mark.parametrize("top", [2**bits + off for bits in (15, 16, 31, 32) for off in (-1, 0, 1)])
def test_what_just_fits_into_fewer_bits_and_what_just_does_not(top: int) -> None:
    x, y = fill("x", 0, -top, top), fill("y", 0, 0, top)
    roots = {
        "x": x,
        "sum": core.add((x, y)),
        "more": core.add((x, const(1))),
        "twice": core.mul(x, 2),
        "product": core.mul(x, y),
        "least": core.smallest((x, y)),
        "most": core.greatest((x, y)),
        "share": core.div(core.mul(x, 3), core.greatest((y, const(1)))),
        "chosen": core.choose(core.ge(x, y), x, core.add((y, const(-1)))),
        "equal": core.eq(x, top),
    }
    ends = [-top, 1 - top, -1, 0, 1, top - 1, top]
    pairs = [(a, b) for a in ends for b in ends if b >= 0]
    facts = Facts(pl.DataFrame(pairs, {"x": pl.Int64, "y": pl.Int64}, orient="row"), {}, {})
    found = evaluate(roots, facts).rows()
    alone = compile_one(roots.values())
    assert [tuple(map(int, row)) for row in found] == [
        tuple(map(int, alone(FirmFacts({"x": a, "y": b}, {})))) for a, b in pairs
    ]


@pytest.mark.parametrize("top", [2**bits + off for bits in (31, 32) for off in (-1, 0, 1)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_what_is_kept_for_later_loses_no_bit(top: int, sign: int) -> None:
    """More nodes read it than one loop computes, so that it goes through memory, in the narrowest type that holds it."""
    kept = core.mul(core.greatest((fill("x", 0, 0, top), fill("y", 0, 0, top))), sign)
    roots = {str(n): core.div(core.mul(kept, n), const(n + 1)) for n in range(2, 200)}
    facts = Facts(pl.DataFrame({"x": [0, 1, top - 1, top], "y": [0, 0, 1, 2]}, {"x": pl.Int64, "y": pl.Int64}), {}, {})
    found = evaluate(roots, facts)
    assert found.rows() == [tuple(sign * x * n // (n + 1) for n in range(2, 200)) for x in (0, 1, top - 1, top)]


# --- kept on disk ---------------------------------------------------------------------------------------------------


def compiled(monkeypatch: pytest.MonkeyPatch, folder: Path, roots: dict[str, Node] = ROOTS) -> int:
    """How often code is written and compiled, when these rules are made ready with a folder to keep it in."""
    times = []
    compile_, write = machine._compiled, machine_kept.write
    monkeypatch.setattr(machine, "_compiled", lambda text, level: times.append(text) or compile_(text, level))
    monkeypatch.setattr(machine_kept, "write", lambda *roots: times.append("") or write(*roots))
    monkeypatch.setenv(machine_kept.CACHE, str(folder) if str(folder) != "." else "")
    assert Plan(roots, keep=True).evaluate(FACTS).rows() == [(2, False), (0, False), (14, True), (2000, True)]
    monkeypatch.undo()
    return len(times)


def test_rules_are_written_and_compiled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert [compiled(monkeypatch, tmp_path / "kept") for _ in range(3)] == [2, 0, 0]
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700


def test_what_is_asked_otherwise_has_code_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(machine_kept.CACHE, str(tmp_path / "kept"))
    twice, late = ROOTS.values()
    number = fill("x", 0, 0, 1000)
    asked: list[tuple[dict[str, Node | Result], dict[str, Node]]] = [
        ({"a": twice}, {}), ({"b": twice}, {}), ({"a": late}, {}), ({"a": integers(late)}, {}),
        ({"a": quotient(twice, 7)}, {}), ({"a": quotient(twice, 8)}, {}), ({"a": twice}, {"b": late}),
        ({"a": twice, "b": late}, {}), ({"b": late, "a": twice}, {}), ({"a": fill("x", 0, 0, 999)}, {}),
        ({"a": number}, {}), ({"a": fill("x", 1, 0, 1000)}, {}), ({"a": fill("y", 0, 0, 1000)}, {}),
        ({"a": core.step(number, (3,), (1, 2))}, {}), ({"a": core.step(number, (3,), (1, 3))}, {}),
    ]  # fmt: skip
    for number_of, (roots, further) in enumerate(asked, 1):
        for _ in range(2):
            plan = Plan(roots, further, keep=True)
            fresh = Plan(roots, further)
            assert plan._code == fresh._code
        assert len(list((tmp_path / "kept").glob("*.code"))) == number_of


@pytest.mark.parametrize("kind", ["o", "code"])
@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 400])
def test_a_damaged_file_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: bytes, kind: str) -> None:
    compiled(monkeypatch, tmp_path / "kept")
    (file,) = (tmp_path / "kept").glob(f"*.{kind}")
    whole = file.read_bytes()
    file.write_bytes(damage or whole[:-1])
    assert compiled(monkeypatch, tmp_path / "kept") == 1
    assert file.read_bytes() == whole


def test_a_folder_that_others_can_write_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    assert [compiled(monkeypatch, tmp_path / "open") for _ in range(2)] == [2, 2]
    assert not list((tmp_path / "open").iterdir())


def test_nothing_is_kept_where_the_setting_is_empty_or_no_folder_can_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    assert compiled(monkeypatch, Path()) == 2
    assert compiled(monkeypatch, tmp_path / "file" / "below") == 2


def test_old_files_make_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine_kept, "_KEPT", 3)
    monkeypatch.setenv(machine_kept.CACHE, str(tmp_path / "kept"))
    (tmp_path / "kept").mkdir(mode=0o700)
    (tmp_path / "kept" / "of somebody else").touch()
    for factor in range(2, 8):
        Plan({"twice": core.mul(fill("x", 0, 0, 1000), factor)}, keep=True)
    names = [path.name for path in (tmp_path / "kept").iterdir()]
    assert "of somebody else" in names
    assert len(names) == 4


def test_places_and_quotients_are_given_as_such() -> None:
    number = fill("x", 0, -10, 10**6)
    plan = Plan(
        {
            "place": places(core.mul(core.ge(number, 1), 255)),
            "points": quotient(number, 7),
            "whole": integers(core.ge(number, 1)),
        }
    )
    made = plan.values(Facts(pl.DataFrame({"x": [-10, 3, 10**6]}), {}, {}))
    assert made["place"].dtype == np.uint8
    assert made["place"].tolist() == [0, 255, 255]
    assert made["points"].tolist() == [-10 / 7, 3 / 7, 10**6 / 7]
    assert made["whole"].tolist() == [0, 1, 1]
    assert made["whole"].dtype == np.int64


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: places(fill("x", 0, -1, 5)),
        lambda: places(fill("x", 0, 0, 256)),
        lambda: quotient(fill("x", 0, 0, 2**53 + 1), 1),
    ],
)
def test_what_the_type_does_not_hold_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"place|float"):
        wrong()
