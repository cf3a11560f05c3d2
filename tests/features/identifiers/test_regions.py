from __future__ import annotations

import pytest

from features.errors import ValueProblem
from features.identifiers import regions


def test_guangxi_has_14_and_sichuan_21_prefectures() -> None:
    count = {"450000": 0, "510000": 0}
    for region in regions._regions().values():
        if region.parent in count:
            count[region.parent] += 1
    assert count == {"450000": 14, "510000": 21}


def test_every_parent_is_listed_and_agrees_with_the_code() -> None:
    for region in regions._regions().values():
        assert regions.check_region(region.code) == region.code
        if region.parent is None:
            assert region.code == regions.province(region.code)
        else:
            assert regions.find(region.parent) is not None
            assert regions.is_within(region.code, region.parent)


def test_liuzhou_and_its_districts_are_found() -> None:
    liuzhou = regions.find("450200")
    assert liuzhou is not None
    assert (liuzhou.name_zh, liuzhou.parent, liuzhou.status) == ("柳州", "450000", "in_force")
    children = [region for region in regions._regions().values() if region.parent == "450200"]
    assert sum(region.status == "in_force" for region in children) == 10


@pytest.mark.parametrize("code", ["450221", "450122", "450127", "450322", "450331", "512081"])
def test_abolished_codes_are_kept_as_abolished(code: str) -> None:
    region = regions.find(code)
    assert region is not None
    assert region.status == "abolished"


@pytest.mark.parametrize("code", ["510222", "440100", "999999"])
def test_codes_not_listed_are_accepted_but_not_found(code: str) -> None:
    assert regions.check_region(code) == code
    assert regions.find(code) is None


@pytest.mark.parametrize("written", [" 450200 ", "４５０２００"])
def test_a_region_code_is_trimmed_and_made_half_width(written: str) -> None:
    assert regions.check_region(written) == "450200"


@pytest.mark.parametrize("value", ["", "45020", "4502000", "45O200", "柳州", "٤٥٠٢٠٠", None, 450200])
def test_what_is_not_six_digits_is_refused_with_its_field(value: object) -> None:
    with pytest.raises(ValueProblem) as caught:
        regions.check_region(value, "evaluation.region_code")
    assert (caught.value.field, caught.value.value) == ("evaluation.region_code", value)


def test_prefecture_and_province_come_from_the_digits() -> None:
    assert regions.prefecture("450221") == "450200"
    assert regions.prefecture("450000") == "450000"
    assert regions.province("512081") == "510000"


@pytest.mark.parametrize(
    ("code", "ancestor", "answer"),
    [
        ("450205", "450205", True),
        ("450205", "450200", True),
        ("450205", "450000", True),
        ("450221", "450200", True),
        ("450200", "450205", False),
        ("450000", "450200", False),
        ("450205", "450300", False),
        ("450205", "510000", False),
        ("451001", "451000", True),
        ("450101", "451000", False),
        ("451000", "450000", True),
        ("510100", "450000", False),
    ],
)
def test_is_within_compares_province_prefecture_or_county(code: str, ancestor: str, answer: bool) -> None:
    assert regions.is_within(code, ancestor) is answer


def test_national_zones_are_4_in_guangxi_and_8_in_sichuan() -> None:
    levels = [(zone.province, zone.level) for zone in regions.zones().values()]
    assert levels.count(("450000", "national")) == 4
    assert levels.count(("450000", "provincial")) == 8
    assert levels.count(("510000", "national")) == 8


@pytest.mark.parametrize(
    ("text", "zone_id"),
    [
        ("liuzhou", "liuzhou"),
        ("柳州", "liuzhou"),
        ("柳州高新区", "liuzhou"),
        ("柳州国家高新区", "liuzhou"),
        ("柳州高新技术产业开发区", "liuzhou"),
        ("柳东新区", "liuzhou"),
        ("柳州河西", "liuzhou_hexi"),
        ("河西柳州高新区", "liuzhou_hexi"),
        (" 梧州高新区 ", "wuzhou"),
        ("攀枝花高新区", "panzhihua"),
    ],
)
def test_a_zone_is_found_by_id_and_by_chinese_name(text: str, zone_id: str) -> None:
    zone = regions.find_zone(text)
    assert zone is not None
    assert zone.id == zone_id


@pytest.mark.parametrize("text", ["", "高新区", "深圳高新区", "河西"])
def test_an_unlisted_zone_is_unknown(text: str) -> None:
    assert regions.find_zone(text) is None


def test_a_zone_is_listed_once_by_each_name() -> None:
    names = [name for zone in regions.zones().values() for name in (zone.name_zh, *zone.also_called)]
    assert len(names) == len(set(names)) == len(regions._zones_by_name())
