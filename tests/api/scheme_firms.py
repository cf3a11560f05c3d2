"""Enterprises, distributions and keys for the tests of schemes and receipts. Synthetic."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dossiers import strong

from scoring.engine import Question

Json = dict[str, Any]
QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
SCHEME = "credit.guangxi_reference"
PEERS = """\
overlay: peers
title: {zh: 分布, en: Distribution}
card: credit.guangxi_reference
edition: "2026"
scope: {region: "450000"}
decision: {by: 测试, on: 2026-11-01, because: 测试}
status: in_force
effective_from: 2026-11-01
published_on: 2026-11-01
scheme:
  peers_of: {population: 合成人口, firms: 20, as_of: 2026-11-01, snapshot: "sha256:0"}
  peers:
    all: {"0": 10, "100": 5, "999": 5}
    stage:expansion: {"0": 4, "122": 4, "124": 2}
    park:liuzhou: {"124": 1, "500": 4}
"""
CONFIRMED = """\
overlay: liuzhou
title: {zh: 柳州高新区积分方案, en: Scheme of Liuzhou park}
card: credit.guangxi_reference
edition: "2026"
scope: {park: liuzhou}
decision: {by: 柳州高新区管委会, on: 2026-06-01, because: 管委会会议通过}
status: in_force
effective_from: 2026-06-01
published_on: 2026-06-01
documents: {park: {number: 柳高新〔2026〕3号, title: 柳州高新区企业创新积分办法}}
source: {document: park, grade: official}
"""


def firm(**enterprise: Any) -> Json:
    """12.21 certain points of the reference scheme, in the stage of expansion."""
    raw = strong(intellectual_property=[], events=[], certificates=[])
    raw["enterprise"] |= enterprise
    raw["annual_reports"] = [
        {"fiscal_year": 2025, "revenue": 4000_0000, "rd_expense": 200_0000, "employees": 100, "rd_staff": 4, "hitech_income": 0,
         "total_income": 4000_0000, "net_profit": 0, "total_assets": 100, "total_liabilities": 100, "main_business_revenue": 0},
        {"fiscal_year": 2024, "revenue": 1, "main_business_revenue": 0},
        {"fiscal_year": 2023, "revenue": 1, "main_business_revenue": 0},
    ]  # fmt: skip
    return raw


def keys(folder: Path, name: str) -> tuple[Path, bytes]:
    """A new private key in a file, and its public key."""
    key = Ed25519PrivateKey.generate()
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all values without values below them."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = False
    for key, child in children:
        found = True
        yield from leaves(child, (*path, key))
    if not found:
        yield path


def changed(node: Json, path: tuple[Any, ...]) -> Json:
    """A copy with the value at a path changed."""
    made = copy.deepcopy(node)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = old + 1 if isinstance(old, int) else f"{old}x" if isinstance(old, str) else 7
    return made
