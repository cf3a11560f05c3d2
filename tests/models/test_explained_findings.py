"""Who trains may say why a finding of the leakage check is no leak: by feature and rule, with a reason, under a name."""

from __future__ import annotations

import pytest
from made import made

from features.errors import ValueProblem
from models.explained import given, unused
from models.leakage import RULES, TOGETHER, Finding
from models.sources import explained

KNOWN = made()


def test_a_reason_is_read_for_a_feature_and_a_rule_with_who_gave_it() -> None:
    found = given(["up:pure=法定门槛：a=b", f"climb.sample:{TOGETHER}= 演示 shown "], KNOWN, "张三")
    assert found == {
        ("up", "pure"): "法定门槛：a=b（说明人 explained by: 张三）",
        ("climb.sample", TOGETHER): "演示 shown（说明人 explained by: 张三）",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sideways:pure=why", "up, down, noise"),
        ("up:impure=why", ", ".join(RULES)),
        (f"up:{TOGETHER}=why", "climb.sample"),
        ("climb.sample:pure=why", "up, down, noise"),
        ("up=why", "FEATURE:RULE=REASON"),
        ("up:pure", "FEATURE:RULE=REASON"),
        ("up:pure=", "reason"),
        ("up:pure= \u200b ", "reason"),
    ],
)
def test_what_explains_nothing_known_is_refused_with_what_is_known(text: str, told: str) -> None:
    with pytest.raises(ValueProblem) as refused:
        given([text], KNOWN, "张三")
    assert (refused.value.field, refused.value.value) == ("--explain", text)
    assert told in refused.value.rule


def test_one_finding_has_one_reason() -> None:
    with pytest.raises(ValueProblem, match="once"):
        given(["up:pure=one", "up:pure=another"], KNOWN, "张三")


def test_a_reason_for_what_was_not_found_is_told() -> None:
    reasons = given(["up:pure=one", "down:missing_tells=two"], KNOWN, "张三")
    assert unused(reasons, [Finding("up", "pure", 0.95, 0.9, "one")]) == ["down:missing_tells"]


def test_what_is_explained_of_one_title_is_not_of_another_nor_of_distress() -> None:
    assert ("rd_to_revenue(-1)", "implausible_skill") in explained("climb.high_tech_enterprise")
    assert ("rd_expense(-1)", "implausible_skill") in explained("climb.specialised_sme")
    assert ("rd_expense(-1)", "implausible_skill") not in explained("climb.tech_sme")
    assert explained("distress") == explained("climb.gazelle") == {}
