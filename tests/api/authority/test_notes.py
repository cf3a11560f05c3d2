"""Readings beside provisions: what stands there is told, what is written wrongly is a finding of the lint."""

from __future__ import annotations

from pathlib import Path

from api.authority.notes import notes
from api.authority.quotes import check
from scoring.yaml_tree import Findings, load

CARD = """\
gates:
  age: {note: {zh: 满六年之日, en: the sixth anniversary, grade: secondary}}
  open: {article: 一}
routes:
  direct: {note: {zh: 只有中文}}
"""


def test_a_note_is_an_inference_unless_it_says_otherwise_and_is_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(CARD, encoding="utf-8")
    findings = Findings("card")
    found = notes(load(path, "card"), findings)
    assert str(found["gates", "age"]) == "读法：满六年之日 / read as: the sixth anniversary [secondary]"
    assert found["routes", "direct"].grade == "inference"
    assert [(one.code, one.line) for one in findings.found] == [("key_missing", 5)]
    assert [one.code for one in check(tmp_path, None)] == ["key_missing"]
