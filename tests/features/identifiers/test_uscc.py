from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ValueProblem
from features.identifiers import uscc

REGISTER = Path(__file__).parents[3] / "../shared/data/cn_register_uscc_sample.csv.gz"
needs_register = pytest.mark.skipif(not REGISTER.exists(), reason="the public register sample is not on this machine")

characters = st.sampled_from(uscc.ALPHABET)
valid = st.builds(
    uscc.make,
    st.sampled_from(uscc.AUTHORITY_CATEGORIES),
    st.from_regex(r"\A[0-9]{6}\Z"),
    st.text(characters, min_size=8, max_size=8),
)


def accepted(code: str) -> bool:
    try:
        uscc.check(code)
    except ValueProblem:
        return False
    return True


def test_weights_are_those_that_the_standard_prints() -> None:
    assert uscc._WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def test_a_real_code_passes_without_warning() -> None:
    assert uscc.check("91430000183779319G") == ("91430000183779319G", ())


@pytest.mark.parametrize(
    "written",
    [
        " 91430000183779319g ",
        "91430000-183779319-G",
        "9143 0000 1837 7931 9G",
        "９１４３００００１８３７７９３１９Ｇ",
        "９１４３００００１８３７７９３１９ｇ",
        "91430000\u00a0183779319\u3000G\ufeff",
        "91430000－183779319–G",
    ],
)
def test_blanks_hyphens_full_width_and_lower_case_are_normalised(written: str) -> None:
    assert uscc.normalise(written) == "91430000183779319G"
    assert accepted(written)


def test_a_ligature_does_not_become_two_letters() -> None:
    assert uscc.normalise("ﬀ") == "ﬀ"


def test_a_remainder_of_zero_gives_the_character_0() -> None:
    assert uscc.check_character("0" * 17) == "0"


def test_organisation_check_folds_10_to_x_and_11_to_0() -> None:
    assert uscc.organisation_check_character("00000000") == "0"
    # 5 × 9 = 45 = 1 mod 11, so c = 10
    assert uscc.organisation_check_character("00009000") == "X"


@pytest.mark.parametrize("length", [0, 17, 19])
def test_another_length_than_18_is_refused(length: int) -> None:
    with pytest.raises(ValueProblem, match="应为18位") as caught:
        uscc.check("9" * length)
    assert caught.value.field == "uscc"


@pytest.mark.parametrize("letter", "IOSVZ")
def test_the_five_unused_letters_are_refused_by_name(letter: str) -> None:
    with pytest.raises(ValueProblem, match=f"非法字符 {letter} "):
        uscc.check(f"9143000018377931{letter}G")


def test_a_letter_in_the_division_is_refused_even_with_a_right_check_character() -> None:
    first17 = "91A30000183779319"
    code = first17 + uscc.check_character(first17)
    with pytest.raises(ValueProblem, match="行政区划"):
        uscc.check(code)


def test_a_wrong_check_character_is_refused_with_the_value_as_given() -> None:
    with pytest.raises(ValueProblem, match="校验码不符") as caught:
        uscc.check(" 91430000183779319h")
    assert caught.value.value == " 91430000183779319h"
    assert " / " in caught.value.rule
    assert " / " in caught.value.remedy


@pytest.mark.parametrize("value", [None, 914300001837793190, 9.1e17, b"91430000183779319G"])
def test_what_is_not_text_is_refused_and_not_a_crash(value: object) -> None:
    with pytest.raises(ValueProblem):
        uscc.check(value)


def test_a_wrong_organisation_check_is_only_a_warning() -> None:
    first17 = "91430000" + "18377931" + "8"
    code = first17 + uscc.check_character(first17)
    assert uscc.check(code) == (code, ("organisation_check",))


@pytest.mark.parametrize(
    ("pair", "warnings", "in_scope"),
    [
        ("91", (), True),
        ("Y1", (), True),
        ("92", ("individual_business",), False),
        ("93", ("cooperative",), False),
        ("94", ("unusual_authority",), True),
        ("A1", ("unusual_authority",), True),
        ("N2", ("unusual_authority",), True),
    ],
)
def test_the_first_two_characters_only_warn(pair: str, warnings: tuple[str, ...], in_scope: bool) -> None:
    code = uscc.make(pair, "450200", "MA5K1234")
    assert uscc.check(code) == (code, warnings)
    assert uscc.is_enterprise_scope(code) is in_scope


@pytest.mark.parametrize(("pair", "division", "body"), [("9", "450200", "MA5K1234"), ("91", "45020A", "MA5K1234")])
def test_make_refuses_parts_of_a_wrong_shape(pair: str, division: str, body: str) -> None:
    with pytest.raises(ValueProblem):
        uscc.make(pair, division, body)


@pytest.mark.parametrize("body", ["MA5K123", "MA5K123o", "MA5K123O"])
def test_make_refuses_a_body_outside_the_alphabet(body: str) -> None:
    with pytest.raises(ValueProblem):
        uscc.make("91", "450200", body)


@given(valid, st.integers(0, 17), characters)
def test_every_substitution_of_one_character_is_detected(code: str, position: int, other: str) -> None:
    changed = code[:position] + other + code[position + 1 :]
    assert accepted(changed) is (changed == code)


@given(valid, st.integers(0, 16))
def test_every_swap_of_different_neighbours_is_detected(code: str, position: int) -> None:
    changed = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert accepted(changed) is (changed == code)


@given(st.lists(st.one_of(st.none(), valid, st.text(characters, min_size=17, max_size=19), st.text(max_size=20))))
def test_the_column_check_agrees_with_the_single_check(codes: list[str | None]) -> None:
    normal = [None if code is None else uscc.normalise(code) for code in codes]
    column = uscc.valid_codes(pl.Series("uscc", normal, dtype=pl.String))
    assert column.name == "uscc"
    assert column.to_list() == [None if code is None else accepted(code) for code in normal]


def test_the_column_check_agrees_on_mutilated_codes() -> None:
    draw = random.Random(32100)
    codes = []
    for _ in range(2000):
        code = list(uscc.make("91", f"{draw.randrange(10**6):06}", "".join(draw.choices(uscc.ALPHABET, k=8))))
        if draw.random() < 0.5:
            code[draw.randrange(18)] = draw.choice(uscc.ALPHABET + "IOSVZ é中\n")
        codes.append("".join(code))
    assert uscc.valid_codes(pl.Series(codes)).to_list() == [accepted(code) and code.isalnum() for code in codes]


@needs_register
def test_on_the_real_register_9996_pass_as_written_and_32_more_in_upper_case() -> None:
    codes = pl.read_csv(REGISTER, columns=["uscc"], infer_schema=False)["uscc"]
    assert len(codes) == 10_064
    assert uscc.valid_codes(codes).sum() == 9_996
    assert sum(map(accepted, codes)) == 9_996 + 32
    assert uscc.valid_codes(codes.map_elements(uscc.normalise, return_dtype=pl.String)).sum() == 9_996 + 32
