from __future__ import annotations

import hashlib

import polars as pl
import pytest

from features.population.draws import Draws, bit, rows

NUMBERS = pl.int_range(1, 100_001, dtype=pl.Int64, eager=True).alias("number").to_frame()


def drawn(expression: pl.Expr, frame: pl.DataFrame = NUMBERS) -> pl.Series:
    return frame.select(x=expression)["x"]


def splitmix(bits: int) -> int:
    """SplitMix64's output function in plain integers."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        bits = (bits ^ (bits >> shift)) * factor % 2**64
    return bits


def digest(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def test_a_draw_is_splitmix64_of_the_key_and_one_round_more_for_the_stream() -> None:
    bits = splitmix((digest("5/scope") + 4 * 0x9E3779B97F4A7C15) % 2**64) ^ digest("5/scope/stream")
    bits = bits * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ (bits >> 31)) * 0x94D049BB133111EB % 2**64
    bits ^= bits >> 33
    assert drawn(Draws(5, "scope", "number").word("stream"), NUMBERS.head(3))[2] == bits
    value = drawn(Draws(5, "scope", "number").uniform("stream"), NUMBERS.head(3))[2]
    assert value == (bits >> 12) * 2.0**-52 + 2.0**-53


def test_mixing_the_keys_beforehand_changes_no_draw() -> None:
    plain, keyed = Draws(1, "t", "number"), Draws(1, "t", "number")
    frame = keyed.keyed(NUMBERS)
    assert drawn(plain.uniform("a")).equals(drawn(keyed.uniform("a"), frame))


def test_uniform_is_uniform_inside_the_open_interval() -> None:
    values = drawn(Draws(1, "t", "number").uniform("u"))
    assert values.min() > 0
    assert values.max() < 1
    tenths = (values * 10).floor().value_counts()["count"]
    assert tenths.len() == 10
    assert tenths.min() > 9_500
    assert tenths.max() < 10_500


def test_normal_has_mean_0_and_deviation_1() -> None:
    values = drawn(Draws(1, "t", "number").normal("n"))
    assert values.mean() == pytest.approx(0, abs=0.02)
    assert values.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("law", "deviation"), [("noise", 1.0), ("laplace", 2**0.5)])
def test_noise_and_laplace_have_mean_0_and_their_deviation(law: str, deviation: float) -> None:
    values = drawn(getattr(Draws(1, "t", "number"), law)("n"))
    assert values.mean() == pytest.approx(0, abs=0.02)
    assert values.std() == pytest.approx(deviation, rel=0.02)


def test_a_rare_bit_is_set_as_often_as_its_halvings_say() -> None:
    frame = NUMBERS.with_columns(bits=Draws(1, "t", "number").rare("r", 3))
    shares = [frame.select(bit("bits", place)).to_series().mean() for place in (0, 31, 63)]
    assert shares == pytest.approx([0.125] * 3, abs=0.005)


def test_streams_seeds_scopes_and_keys_are_unrelated() -> None:
    one = drawn(Draws(1, "t", "number").uniform("a"))
    for other in (
        Draws(1, "t", "number").uniform("b"),
        Draws(2, "t", "number").uniform("a"),
        Draws(1, "s", "number").uniform("a"),
    ):
        assert pl.DataFrame({"x": one, "y": drawn(other)}).select(pl.corr("x", "y")).item() == pytest.approx(
            0, abs=0.02
        )


def test_a_row_draws_the_same_beside_other_rows() -> None:
    whole = drawn(Draws(1, "t", "number").uniform("a"))
    part = drawn(Draws(1, "t", "number").uniform("a"), NUMBERS.slice(70_000, 10))
    assert part.equals(whole.slice(70_000, 10))


def test_one_stream_cannot_be_drawn_twice() -> None:
    draw = Draws(1, "t", "number")
    draw.uniform("a")
    with pytest.raises(ValueError, match="drawn twice"):
        draw.uniform("a")


def test_pick_follows_the_weights() -> None:
    shares = drawn(Draws(1, "t", "number").pick("p", {"x": 3, None: 1})).value_counts()
    counted = dict(shares.iter_rows())
    assert counted["x"] == pytest.approx(75_000, abs=700)
    assert counted[None] == pytest.approx(25_000, abs=700)


def test_whole_reaches_both_ends_and_never_leaves_them() -> None:
    assert sorted(drawn(Draws(1, "t", "number").whole("w", -1, 2)).unique()) == [-1, 0, 1, 2]


def test_whole_and_day_stay_at_the_lower_end_of_an_empty_range() -> None:
    assert drawn(Draws(1, "t", "number").whole("w", 5, 3)).unique().to_list() == [5]


@pytest.mark.parametrize("mean", [0.0, 0.4, 3.0])
def test_count_has_its_mean(mean: float) -> None:
    values = drawn(Draws(1, "t", "number").count("c", pl.lit(mean), 1_000))
    assert values.mean() == pytest.approx(mean, rel=0.03)


def test_rows_repeat_each_row_as_often_as_asked() -> None:
    frame = rows(pl.DataFrame({"n": [2, 0, 1]}), pl.col("n"))
    assert frame.rows() == [(2, 0), (2, 1), (1, 0)]
