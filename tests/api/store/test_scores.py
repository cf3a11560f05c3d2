"""An answer that was given is given again byte for byte, as long as the question and the facts are the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dossiers import strong
from loads import TODAY, load_dossiers

from api.store.database import Store
from api.store.facts import Facts
from api.store.scores import Scores

QUESTION = ("91450200MA00000151", "sha256:" + "1" * 64, TODAY, TODAY)


def test_the_first_of_two_answers_to_one_question_is_kept(store: Store) -> None:
    with store.session() as session:
        assert Scores(session).keep(*QUESTION, "f", b"\x00 first \xff") == b"\x00 first \xff"
    with store.session() as session:
        assert Scores(session).keep(*QUESTION, "f", b"second") == b"\x00 first \xff"
        assert Scores(session).kept(*QUESTION, "f") == b"\x00 first \xff"


def test_another_question_has_no_answer_yet(store: Store) -> None:
    uscc, release, as_of, known_at = QUESTION
    other = date(2026, 1, 1)
    with store.session() as session:
        scores = Scores(session)
        scores.keep(*QUESTION, "f", b"answer")
        assert scores.kept("91450200MA00000231", release, as_of, known_at, "f") is None
        assert scores.kept(uscc, "sha256:" + "2" * 64, as_of, known_at, "f") is None
        assert scores.kept(uscc, release, other, known_at, "f") is None
        assert scores.kept(uscc, release, as_of, other, "f") is None
        assert scores.kept(uscc, release, as_of, known_at, "g") is None


def test_a_new_fact_leaves_the_former_answer_for_the_former_facts(store: Store, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong())
    with store.session() as session:
        before = Facts(session).version(QUESTION[0])
        Scores(session).keep(*QUESTION, before, b"answer")
    load_dossiers(store, tmp_path, strong(events=[{"kind": "fraud", "occurred_on": "2026-01-01"}]))
    with store.session() as session:
        assert Scores(session).kept(*QUESTION, Facts(session).version(QUESTION[0])) is None
        assert Scores(session).kept(*QUESTION, before) == b"answer"
