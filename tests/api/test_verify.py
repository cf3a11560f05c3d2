"""A receipt by attack: what was changed is found, what was not is intact, and who signed is known only with a key."""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dossiers import strong as sample

from api.answers import receipts
from api.answers.result import result
from features.dossier import read
from features.identifiers.uscc import check_character
from scoring import verifier
from scoring.engine import Engine, Question
from scoring.release import canonical

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
Json = dict[str, Any]


def _keys(folder: Path, name: str) -> tuple[Path, bytes]:
    key = Ed25519PrivateKey.generate()
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Json, bytes]]:
    private, public = _keys(tmp_path_factory.mktemp("keys"), "release")
    os.environ[receipts.SIGNING_KEY] = str(private)
    try:
        answer = Engine().answer(read(sample()), QUESTION)
        yield json.loads(json.dumps(receipts.receipted(result(answer), answer.rules.program))), public
    finally:
        del os.environ[receipts.SIGNING_KEY]


def test_what_nobody_changed_is_intact(signed: tuple[Json, bytes]) -> None:
    found, public = signed
    assert verifier.verify(found, public) == ([], "")
    assert verifier.verify(found) == ([], "未核对来源 / origin not checked")


def test_of_whom_no_card_is_for_it_is_intact_too() -> None:
    raw = sample()
    raw["enterprise"]["uscc"] = "92450200MA0000015" + check_character("92450200MA0000015")
    answer = Engine().answer(read(raw), QUESTION)
    found = json.loads(json.dumps(receipts.receipted(result(answer), answer.rules.program)))
    assert "decision_reference" in found
    assert verifier.verify(found)[0] == []


def test_the_order_of_keys_changes_nothing(signed: tuple[Json, bytes]) -> None:
    found, public = signed
    turned = json.loads(json.dumps(found, sort_keys=True), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert verifier.verify(turned, public) == ([], "")


def test_it_has_the_canonical_form_of_the_service(signed: tuple[Json, bytes]) -> None:
    assert verifier.canonical(signed[0]["decision"]) == canonical(signed[0]["decision"])


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = False
    for key, child in children:
        found = True
        yield from leaves(child, (*path, key))
    if not found:
        yield path


def changed(node: Json, path: tuple[Any, ...]) -> Json:
    made = copy.deepcopy(node)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = old + 1 if isinstance(old, int) else f"{old}x" if isinstance(old, str) else 7
    return made


def test_any_change_of_the_decision_part_is_found(signed: tuple[Json, bytes]) -> None:
    found, _ = signed
    places = list(leaves(found["decision"]))
    for path in random.Random(1).sample(places, 25):
        wrong, _ = verifier.verify({**found, "decision": changed(found["decision"], path)})
        assert wrong, path


def _restamped(found: Json) -> Json:
    """As an attacker leaves it who has no key: the hashes are made to fit."""
    receipt = {**found["receipt"], "sha256": verifier.digest(found["decision"])}
    return {**found, "receipt": {**receipt, "program": verifier.digest(found["program"])}}


def test_a_better_verdict_with_a_new_hash_does_not_follow_from_the_facts(signed: tuple[Json, bytes]) -> None:
    found, _ = signed
    decided = [path for path in leaves(found["decision"]["cards"]) if path[1] in ("parts", "verdict", "score", "bands")]
    for path in random.Random(2).sample(decided, 25):
        better = {**found, "decision": {**found["decision"], "cards": changed(found["decision"]["cards"], path)}}
        wrong, _ = verifier.verify(_restamped(better))
        assert wrong, path


def test_shown_words_that_the_decision_does_not_say_are_found(signed: tuple[Json, bytes]) -> None:
    found = copy.deepcopy(signed[0])
    found["assessments"]["tech_sme"]["score"]["low"] -= 1
    assert verifier.verify(found)[0]
    found = copy.deepcopy(signed[0])
    found["credit"]["score"]["high"] += 1
    assert verifier.verify(found)[0]
    found = copy.deepcopy(signed[0])
    found["assessments"]["unicorn"]["verdict"] = "pass"
    assert verifier.verify(found)[0]


def test_another_release_is_found_and_without_a_key_only_the_signature_would_tell(signed: tuple[Json, bytes]) -> None:
    found, public = copy.deepcopy(signed[0]), signed[1]
    found["release"]["id"] = "sha256:" + "0" * 64
    assert verifier.verify(found)[0]
    found["decision"]["release"] = found["release"]["id"]
    assert verifier.verify(found)[0]
    assert verifier.verify(_restamped(found)) == ([], "未核对来源 / origin not checked")
    assert verifier.verify(_restamped(found), public)[0] == ["签名无效 / the signature is not valid"]


def test_an_edited_rule_is_found(signed: tuple[Json, bytes]) -> None:
    found, public = copy.deepcopy(signed[0]), signed[1]
    place = next(i for i, node in enumerate(found["program"]["nodes"]) if node[0] == "ge")
    found["program"]["nodes"][place] = ["const", 1]
    assert verifier.verify(found)[0][0] == "规则 / the program：与收据的指纹不符 / does not match its receipt"
    assert verifier.verify(_restamped(found), public)[0]


def test_a_foreign_key_does_not_fit(signed: tuple[Json, bytes], tmp_path: Path) -> None:
    assert verifier.verify(signed[0], _keys(tmp_path, "other")[1])[0] == ["签名无效 / the signature is not valid"]


def test_sources_that_differ_are_united_as_the_rules_say() -> None:
    raw = sample()
    report = raw["annual_reports"][0]
    raw["annual_reports"] = [
        {**report, "source": "tax"},
        {**report, "source": "survey", "rd_expense": 1, "employees": 600},
    ]
    answer = Engine().answer(read(raw), QUESTION)
    found = json.loads(json.dumps(receipts.receipted(result(answer), answer.rules.program)))
    assert len(found["decision"]["facts"]) > 1
    assert verifier.verify(found) == ([], "未核对来源 / origin not checked")


def test_by_command_line_and_as_a_file_alone(signed: tuple[Json, bytes], tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps(signed[0]), encoding="utf-8")
    (tmp_path / "key.pem").write_bytes(signed[1])
    (tmp_path / "wrong.json").write_text(json.dumps(changed(signed[0], ("decision", "uscc"))), encoding="utf-8")
    (tmp_path / "other.json").write_text('{"hello": 1}', encoding="utf-8")
    dengti = [sys.executable, "-m", "api.cli.main", "verify"]
    alone = [sys.executable, "-I", verifier.__file__]

    def run(*args: str) -> tuple[int, str]:
        done = subprocess.run(args, capture_output=True, text=True, cwd=Path(__file__).parents[2])
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    result_, key = str(tmp_path / "result.json"), str(tmp_path / "key.pem")
    limits = f"{verifier.VERIFIED}\n{verifier.OUTSIDE}\n"
    assert run(*dengti, result_, "--public-key", key) == (0, f"完好 / intact\n{limits}")
    assert run(*dengti, result_) == (0, f"完好 / intact：未核对来源 / origin not checked\n{limits}")
    assert run(*dengti, str(tmp_path / "wrong.json"))[0] == 1
    assert run(*dengti, str(tmp_path / "other.json"))[0] == 1
    assert run(*alone, result_, key) == (0, f"完好 / intact\n{limits}")
    assert run(*alone, str(tmp_path / "wrong.json"))[0] == 1


@pytest.mark.parametrize("part", ["tier", "missing", "flags", "reasons", "engine"])
def test_what_it_does_not_cover_is_named(signed: tuple[Json, bytes], part: str) -> None:
    """Contract §5: texts and what else is made of the decision stand outside the receipt."""
    found, public = signed
    assert verifier.verify({**found, part: "changed"}, public) == ([], "")
    assert part in verifier.OUTSIDE
    assert part not in verifier.VERIFIED


def test_of_the_parts_of_a_card_only_verdict_and_total_are_held_against_the_decision(
    signed: tuple[Json, bytes],
) -> None:
    found, public = copy.deepcopy(signed[0]), signed[1]
    found["assessments"]["tech_sme"]["items"]["rd_input"]["points"]["low"] = 0
    assert verifier.verify(found, public) == ([], "")
    assert "单项门槛与指标的取值、得分和结论" in verifier.OUTSIDE
