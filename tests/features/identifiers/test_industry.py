from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from features.errors import ValueProblem
from features.identifiers import industry


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("C3612", "C3612"),
        ("3612", "C3612"),
        ("36", "C36"),
        ("C36", "C36"),
        ("361", "C361"),
        ("C", "C"),
        ("c3612 ", "C3612"),
        ("Ｃ３６１２", "C3612"),
        ("0111", "A0111"),
        ("I6513", "I6513"),
    ],
)
def test_usual_spellings_become_letter_and_digits(written: str, normal: str) -> None:
    assert industry.normalise(written) == normal
    assert industry.normalise(normal) == normal


@pytest.mark.parametrize("value", ["", " ", "U", "C3", "1", "36121", "C36.12", "汽车", "٣٦", None, 3612])
def test_another_shape_is_refused(value: object) -> None:
    with pytest.raises(ValueProblem) as caught:
        industry.normalise(value)
    assert (caught.value.field, caught.value.value) == ("industry_code", value)


@pytest.mark.parametrize("code", ["00", "98", "C0011"])
def test_a_division_that_does_not_exist_is_refused(code: str) -> None:
    with pytest.raises(ValueProblem, match="无大类"):
        industry.normalise(code)


RANGES_2017 = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}


@pytest.mark.parametrize("section", RANGES_2017)
def test_a_letter_takes_exactly_its_own_divisions(section: str) -> None:
    first, last = RANGES_2017[section]
    for division in range(1, 98):
        if first <= division <= last:
            assert industry.normalise(f"{section}{division:02}") == f"{section}{division:02}"
        else:
            with pytest.raises(ValueProblem, match="不属"):
                industry.normalise(f"{section}{division:02}")


@pytest.mark.parametrize("edition", [2002, 2018, 0])
def test_an_unknown_edition_is_refused(edition: int) -> None:
    with pytest.raises(ValueProblem) as caught:
        industry.normalise("C36", edition)
    assert caught.value.field == "industry_code_edition"


def test_the_2011_edition_has_96_divisions_and_other_letters_from_79_on() -> None:
    assert industry.normalise("82", 2011) == "P82"
    assert industry.normalise("82", 2017) == "O82"
    with pytest.raises(ValueProblem):
        industry.normalise("97", 2011)


@pytest.mark.parametrize(
    ("code", "division"),
    [
        ("C3612", "36"),
        ("57", "57"),
        ("58", None),
        ("5810", None),
        ("59", "59"),
        ("78", "78"),
        ("79", "80"),
        ("82", "83"),
        ("83", "84"),
        ("84", "85"),
        ("96", "97"),
        ("C", None),
    ],
)
def test_2011_codes_move_to_their_2017_division_where_it_is_settled(code: str, division: str | None) -> None:
    assert industry.to_2017_division(code, 2011) == division


def test_a_2017_code_keeps_its_division() -> None:
    assert industry.to_2017_division("P8331", 2017) == "83"


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("A", "agriculture"),
        ("0111", "agriculture"),
        ("B06", "industry"),
        ("C", "industry"),
        ("C36", "industry"),
        ("4620", "industry"),
        ("E47", "construction"),
        ("51", "wholesale"),
        ("5211", "retail"),
        ("53", "not_classifiable"),
        ("54", "transport"),
        ("58", "transport"),
        ("591", "transport"),
        ("5910", "transport"),
        ("592", "storage"),
        ("5960", "storage"),
        ("5990", "storage"),
        ("60", "post"),
        ("61", "accommodation"),
        ("62", "catering"),
        ("63", "information_transmission"),
        ("6432", "information_transmission"),
        ("I65", "software"),
        ("J", "not_classifiable"),
        ("J66", "not_classifiable"),
        ("701", "real_estate"),
        ("7020", "property_management"),
        ("703", "other"),
        ("7040", "not_classifiable"),
        ("709", "other"),
        ("L", "leasing_business_services"),
        ("72", "leasing_business_services"),
        ("M", "other"),
        ("N79", "other"),
        ("O", "other"),
        ("P", "not_classifiable"),
        ("84", "not_classifiable"),
        ("85", "other"),
        ("R", "other"),
        ("S91", "not_classifiable"),
        ("T", "not_classifiable"),
    ],
)
def test_size_group_of_2017_codes(code: str, group: str) -> None:
    assert industry.size_group(code) == group


@pytest.mark.parametrize("code", ["F", "G", "G59", "H", "I", "K", "K70", "Q", "590", "597", "705"])
def test_size_group_is_none_where_the_code_is_too_short_to_decide(code: str) -> None:
    assert industry.size_group(code) is None


@pytest.mark.parametrize(
    ("code", "group_2011", "group_2017"),
    [
        ("58", "transport", "transport"),
        ("5911", "storage", "transport"),
        ("59", "storage", None),
        ("79", "other", "other"),
        ("82", "not_classifiable", "other"),
        ("83", "not_classifiable", "not_classifiable"),
        ("84", "other", "not_classifiable"),
        ("85", "other", "other"),
        ("90", "not_classifiable", "other"),
    ],
)
def test_size_group_depends_on_the_edition(code: str, group_2011: str, group_2017: str | None) -> None:
    assert industry.size_group(code, 2011) == group_2011
    assert industry.size_group(code, 2017) == group_2017


def test_all_17_size_groups_are_reached_and_no_other() -> None:
    assert len(industry.SIZE_GROUPS) == 17
    assert industry.SIZE_GROUPS[-1] == industry.NOT_CLASSIFIABLE
    for edition in industry.EDITIONS:
        assert set(industry._table(edition).size_group.values()) == set(industry.SIZE_GROUPS)


def test_high_tech_manufacturing_lists_85_classes_in_six_groups() -> None:
    rows = industry._rows("hightech_manufacturing.csv")
    assert len({row["class_code"] for row in rows}) == len(rows) == 85
    assert list(Counter(row["hightech_group"] for row in rows).values()) == [9, 6, 35, 8, 25, 2]


@pytest.mark.parametrize("code", ["C2710", "3749", "4343", "3562", "3990", "3474", "4021", "4029", "4090", "2665"])
def test_listed_classes_are_high_tech_manufacturing(code: str) -> None:
    assert industry.high_tech_manufacturing(code) is True


@pytest.mark.parametrize("code", ["C3612", "3511", "4030", "4020", "2663", "36", "361", "351", "41", "M", "I6513", "J"])
def test_other_classes_and_parents_without_a_listed_class_are_not(code: str) -> None:
    assert industry.high_tech_manufacturing(code) is False


@pytest.mark.parametrize("code", ["C", "26", "27", "39", "43", "374", "401", "402", "356", "394"])
def test_parents_of_listed_classes_are_not_decided(code: str) -> None:
    assert industry.high_tech_manufacturing(code) is None


@pytest.mark.parametrize(("code", "answer"), [("3911", None), ("C39", None), ("3612", False), ("6510", False)])
def test_a_2011_code_is_decided_only_by_a_division_without_listed_classes(code: str, answer: bool | None) -> None:
    assert industry.high_tech_manufacturing(code, 2011) is answer


@pytest.mark.parametrize(
    ("code", "number"),
    [("A", 100_000), ("A01", 120_001), ("A011", 130_011), ("C3612", 343_612), ("T9700", 2_049_700)],
)
def test_numeric_keeps_section_length_and_digits(code: str, number: int) -> None:
    assert industry.numeric(code) == number
    assert industry.from_numeric(number) == code


def test_1380_classes_go_through_a_polars_column_and_come_back() -> None:
    codes = [industry.normalise(f"{division:02}{rest:02}") for division in range(1, 98) for rest in range(15)][:1380]
    frame = pl.DataFrame({"code": [industry.numeric(code) for code in codes]}, schema={"code": pl.Int32})
    assert frame["code"].n_unique() == 1380
    counted = frame.group_by("code").len().sort("code")
    assert [industry.from_numeric(number) for number in counted["code"]] == sorted(codes)
