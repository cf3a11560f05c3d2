"""A sentence that a rule rests on is found in its text by place and hash, and a changed text is noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from api.authority import quotes
from scoring.catalogue import FOLDER

TEXT = "第一条 为促进发展。\n第二条 职工不超过500人的企业。\n"
SENTENCE = "职工不超过500人的企业"
SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"


def _root(tmp_path: Path, quote: str, text: str = TEXT) -> tuple[Path, Path]:
    root, texts = tmp_path / "rulebooks", tmp_path / "texts"
    root.mkdir()
    texts.mkdir()
    (texts / "measures.txt").write_text(text, encoding="utf-8")
    held = hashlib.sha256(TEXT.encode()).hexdigest()
    card = f"texts: {{measures: {{file: measures.txt, sha256: {held}}}}}\ngates:\n  employees:\n    quote: {quote}\n"
    (root / "card.yaml").write_text(card, encoding="utf-8")
    return root, texts


def _right(tmp_path: Path) -> str:
    (tmp_path / "m.txt").write_text(TEXT, encoding="utf-8")
    return quotes.written("measures", tmp_path, "m.txt", SENTENCE)


def test_a_sentence_is_named_by_its_place_and_hash(tmp_path: Path) -> None:
    assert _right(tmp_path) == (
        f"{{text: measures, at: {TEXT.index(SENTENCE)}, length: {len(SENTENCE)}, sha256: {quotes.sha256(SENTENCE)}}}"
    )
    root, texts = _root(tmp_path, _right(tmp_path))
    assert quotes.check(root, texts) == ()
    assert quotes.check(root, None) == ()


def test_a_sentence_that_stands_twice_or_nowhere_cannot_be_quoted(tmp_path: Path) -> None:
    (tmp_path / "m.txt").write_text("一。一。", encoding="utf-8")
    for sentence in ("一", "二"):
        with pytest.raises(ValueError, match=r"m\.txt"):
            quotes.written("measures", tmp_path, "m.txt", sentence)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda q: q.replace("at: ", "at: 1"), "quote_not_there"),
        (lambda q: q.replace("length: ", "length: 1"), "quote_not_there"),
        (lambda q: q.replace("text: measures", "text: other"), "unknown_text"),
        (lambda q: q.replace("at: ", "at: -"), "not_a_place"),
        (lambda q: q.replace(", sha256", ", sha"), "key_missing"),
    ],
)
def test_a_wrong_quote_is_found(tmp_path: Path, change, code: str) -> None:  # type: ignore[no-untyped-def]
    root, texts = _root(tmp_path, change(_right(tmp_path)))
    assert code in [finding.code for finding in quotes.check(root, texts)]


def test_a_text_that_changed_or_is_not_there_is_noticed(tmp_path: Path) -> None:
    root, texts = _root(tmp_path, _right(tmp_path), TEXT.replace("500", "600"))
    assert [finding.code for finding in quotes.check(root, texts)] == ["text_changed"]
    (texts / "measures.txt").unlink()
    assert [finding.code for finding in quotes.check(root, texts)] == ["text_missing"]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the policy documents are not here")
def test_every_quote_of_the_shipped_rules_stands_in_its_document() -> None:
    assert [str(finding) for finding in quotes.check(FOLDER, SEEDS)] == []
