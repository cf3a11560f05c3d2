"""Receipts under attack: a byte of any kind flipped, facts that came late, edited rules, another release, another's receipt or key."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dossiers import strong
from scheme_firms import QUESTION, SCHEME, Json, firm, keys
from typer.testing import CliRunner

from api.answers.receipts import SIGNING_KEY, receipted
from api.answers.result import result
from api.authority.bundle import pack, unpack
from api.cli import console
from api.cli.main import app
from features.dossier import read
from scoring import verifier
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question
from scoring.release import canonical

FORGED = ["签名无效 / the signature is not valid"]
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+|true|false|null|[{}\[\],:]')


def _rich() -> Json:
    raw = firm(park="liuzhou")
    raw["events"] = [{"kind": "st_award", "level": "provincial", "occurred_on": "2025-01-01"}]
    raw["certificates"] = [{"kind": "gazelle", "valid_from": "2025-01-01", "valid_to": "2027-12-31"}]
    return raw


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    path, key = keys(tmp_path_factory.mktemp("keys"), "release")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SIGNING_KEY, str(path))
        yield key


def _signed(engine: Engine, raw: Json, question: Question = QUESTION) -> Json:
    answer = engine.answer(read(raw), question)
    found: Json = json.loads(json.dumps(receipted(result(answer), answer.rules.program)))
    return found


@pytest.fixture(scope="module")
def good(engine: Engine, public: bytes) -> Json:
    found = _signed(engine, _rich())
    assert verifier.verify(found, public) == ([], "")
    return found


def _classes(text: str) -> dict[tuple[str, ...], list[tuple[int, int]]]:
    """Spans of the tokens of a JSON text by what they are: structure, keys and values of each kind, below each key of the card."""
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    path: list[str] = []
    key = ""
    for token in TOKEN.finditer(text):
        shown = token.group()
        is_key = shown.startswith('"') and text[token.end() : token.end() + 1] == ":"
        if is_key:
            key = shown
        kind = (
            shown
            if len(shown) == 1 and not shown.isdigit()
            else "key"
            if is_key
            else "text"
            if shown[0] == '"'
            else "number"
        )
        found.setdefault((path[1] if len(path) > 1 else "", path[3] if len(path) > 3 else "", kind), []).append(
            token.span()
        )
        if shown in "{[":
            path.append(key)
        elif shown in "}]":
            path.pop()
    return found


@pytest.mark.parametrize("part", ["decision", "decision_reference"])
def test_a_flipped_bit_at_every_kind_of_place_is_found(good: Json, part: str) -> None:
    rng, readable = random.Random(7), 0
    # Without the rules, which make no difference to it, a verification takes a hundredth of the time.
    given = {key: value for key, value in good.items() if not key.startswith("program")}
    text = canonical(good[part]).decode("utf-8")
    classes = _classes(text)
    assert len(classes) > 30
    for spans in classes.values():
        for start, end in rng.sample(spans, min(8, len(spans))):
            before, token, after = (piece.encode("utf-8") for piece in (text[:start], text[start:end], text[end:]))
            made = bytearray(token)
            made[rng.randrange(len(token))] ^= 1 << rng.randrange(7)
            try:
                again = json.loads(before + bytes(made) + after)
            except ValueError:
                # No JSON any more.
                continue
            assert canonical(again) != text.encode("utf-8")
            readable += 1
            try:
                wrong = verifier.verify({**given, part: again})[0]
            except (KeyError, TypeError, AttributeError):
                # `dengti verify` says that this is no result.
                continue
            assert wrong, (token, bytes(made))
    assert readable > 60


def test_keys_in_any_order_at_every_depth_are_the_same_receipt(good: Json, public: bytes) -> None:
    rng = random.Random(3)

    def shuffled(node: Any) -> Any:
        if isinstance(node, dict):
            pairs = [(key, shuffled(child)) for key, child in node.items()]
            rng.shuffle(pairs)
            return dict(pairs)
        return [shuffled(child) for child in node] if isinstance(node, list) else node

    for _ in range(3):
        assert verifier.verify(shuffled(good), public) == ([], "")


def _restamped(found: Json) -> Json:
    """As somebody leaves it who has no key: every digest made to fit."""
    receipt = {
        **found["receipt"],
        "sha256": verifier.digest(found["decision"]),
        "program": verifier.digest(found["program"]),
    }
    receipt["reference"] = verifier.digest(found["decision_reference"])
    receipt["program_reference"] = verifier.digest(found["program_reference"])
    return {**found, "receipt": receipt}


def _late(one: Json) -> None:
    one["decision"]["facts"][0]["scalars"]["annual_report/-1/rd_expense"] = 10**9


def _late_row(one: Json) -> None:
    one["decision"]["facts"][0]["rows"]["event"].append({"kind": 0, "severity": 2})


def _late_completion(one: Json) -> None:
    more = copy.deepcopy(one["decision"]["facts"][0])
    more["scalars"]["annual_report/-1/employees"] = 1
    one["decision"]["facts"].append(more)


def _without_facts(one: Json) -> None:
    one["decision"]["facts"] = []


def _later_day(one: Json) -> None:
    one["as_of"] = one["decision"]["as_of"] = "2027-11-22"


def _another_firm(one: Json) -> None:
    one["uscc"] = one["decision"]["uscc"] = "91450200MA0000154P"


def _another_release(one: Json) -> None:
    one["release"]["id"] = one["decision"]["release"] = "sha256:" + "0" * 64


def _easier_rule(one: Json) -> None:
    nodes = one["program"]["nodes"]
    place = next(i for i, node in enumerate(nodes) if node[0] == "ge")
    nodes[place] = ["const", 1]


def _weights(one: Json) -> None:
    one["program_reference"]["schemes"][SCHEME]["weights"]["expansion"]["rd_amount"] = 1


def _no_part(one: Json) -> None:
    for name in ("decision_reference", "program_reference"):
        del one[name]
        one["receipt"].pop(name.removeprefix("decision_"))
    one["credit"] = {key: one["credit"][key] for key in ("scheme", "title", "edition", "status", "issuer")}


def _no_rules(one: Json) -> None:
    del one["program"]
    one["receipt"].pop("program")


def _no_score(one: Json) -> None:
    one["decision_reference"]["cards"][SCHEME].pop("score")
    one["credit"].pop("score")


ATTACKS: list[Callable[[Json], None]] = [
    _late, _late_row, _late_completion, _without_facts, _later_day, _another_firm, _another_release, _easier_rule, _weights,
    _no_part, _no_rules, _no_score,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_what_was_changed_has_no_signature_although_every_digest_fits(
    good: Json, public: bytes, attack: Callable[[Json], None]
) -> None:
    made = copy.deepcopy(good)
    attack(made)
    if "program" in made and "decision_reference" in made:
        assert verifier.verify(made)[0], "the digests tell"
        made = _restamped(made)
    assert FORGED[0] in verifier.verify(made, public)[0]


def test_a_late_fact_with_fitting_digests_is_found_by_what_follows_from_it(good: Json) -> None:
    made = copy.deepcopy(good)
    _late(made)
    assert any("rd" in line for line in verifier.verify(_restamped(made))[0])


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A release with an edited card."""
    folder = tmp_path_factory.mktemp("other")
    unpack(pack(Catalogue()), folder)
    path = folder / "tech_sme" / "2017.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("max: 500人", "max: 90人"), encoding="utf-8")
    return Engine(Catalogue(folder))


def test_rules_of_another_release_do_not_fit_the_receipt(good: Json, other: Engine, public: bytes) -> None:
    swapped = _signed(other, _rich())
    assert verifier.verify(swapped, public) == ([], "")
    assert verifier.verify({**good, "program": swapped["program"]}, public)[0]
    # With its digest too: the values do not follow, nor does the signature.
    receipt = {**good["receipt"], "program": swapped["receipt"]["program"]}
    wrong = verifier.verify({**good, "program": swapped["program"], "receipt": receipt}, public)[0]
    assert FORGED[0] in wrong
    assert any(line.startswith("tech_sme") for line in wrong)


@pytest.mark.parametrize("part", ["receipt", "decision", "decision_reference", "program"])
def test_a_part_of_another_answer_does_not_fit(
    good: Json, engine: Engine, other: Engine, public: bytes, part: str
) -> None:
    for another in (
        _signed(engine, strong()),
        _signed(engine, _rich(), Question(date(2026, 6, 30), date(2026, 11, 22))),
        _signed(other, {**_rich(), "events": []}),
    ):
        if another[part] != good[part]:
            assert verifier.verify({**good, part: another[part]}, public)[0]


@pytest.mark.parametrize("part", ["credit", "assessments"])
def test_what_people_read_of_another_answer_does_not_fit(good: Json, engine: Engine, public: bytes, part: str) -> None:
    assert verifier.verify({**good, part: _signed(engine, strong())[part]}, public)[0]


def test_a_key_that_is_none_of_the_issuers_is_found(good: Json, tmp_path: Path) -> None:
    elliptic = generate_private_key(SECP256R1()).public_key()
    for foreign in (
        keys(tmp_path, "foreign")[1],
        elliptic.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ):
        assert verifier.verify(good, foreign)[0] == FORGED


@pytest.mark.parametrize("signature", [None, "", "00", "zz", "ab" * 64])
def test_a_wrong_signature_is_found(good: Json, public: bytes, signature: str | None) -> None:
    receipt = {key: value for key, value in good["receipt"].items() if key != "signature"}
    receipt |= {} if signature is None else {"signature": signature}
    assert verifier.verify({**good, "receipt": receipt}, public)[0] == FORGED


@pytest.mark.parametrize("value", [None, [], 7, "x", {}])
@pytest.mark.parametrize(
    "key",
    ["decision", "receipt", "program", "decision_reference", "program_reference", "release", "credit", "assessments"],
)
def test_a_mutilated_file_is_never_intact_and_never_a_crash(
    good: Json, public: bytes, tmp_path: Path, key: str, value: object
) -> None:
    (tmp_path / "key.pem").write_bytes(public)
    (tmp_path / "result.json").write_text(json.dumps({**good, key: value}), encoding="utf-8")
    done = CliRunner().invoke(app, ["verify", str(tmp_path / "result.json"), "--public-key", str(tmp_path / "key.pem")])
    assert done.exception is None or isinstance(done.exception, (SystemExit, *console.USER_ERRORS)), done.exception
    # What people read may be taken away, and a part not be given; what is decided and signed may not be touched.
    left_out = (key in ("credit", "assessments") and not value) or (
        key.startswith(("program", "decision_reference")) and value is None
    )
    assert left_out or done.exit_code == 1
