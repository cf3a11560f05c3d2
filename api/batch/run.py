"""A population scored part by part: what is done stays done, whatever stops the run.

Each part's results are written beside their place, seen onto the disk and moved there; then the journal names their
hashes. A run that goes on keeps the parts whose hashes hold, and refuses another input, release or day.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from api.batch.counts import columns_counted, counts
from api.batch.drift import COUNTED
from api.batch.frames import Framed
from api.batch.row_groups import concatenate
from features.durable import fingerprint, write_text, write_whole
from features.errors import FileProblem
from features.intake import write_rejects
from features.snapshot import Snapshot
from models.limits import DRIFT as LIMITS
from models.limits import DriftLimits
from scoring.engine import Question
from scoring.release import ENGINE

WORK, JOURNAL, MANIFEST = "unfinished", "journal.json", "manifest.json"
RESULTS, DRIFT = ("scores", "items"), "drift"


@dataclass(frozen=True)
class Batch:
    """One run: what is scored, by which question, into which folder."""

    framed: Framed
    snapshot: Snapshot
    question: Question
    source: dict[str, Any]
    """Name and hash of what the user gave."""
    target: Path
    limits: DriftLimits = LIMITS
    """From which values on drift is told."""

    def identity(self) -> dict[str, Any]:
        """What two runs must share for one to go on where the other stopped."""
        question = self.question
        return {
            "engine": ENGINE,
            "as_of": question.as_of.isoformat(),
            "known_at": question.known_at.isoformat(),
            "rules_on": (question.rules_on or question.as_of).isoformat(),
            "input": self.source,
            "snapshot": self.snapshot.sha256,
            "release": self.framed.release,
            **({"demo": True} if self.framed.demo else {}),
            "cards": self.framed.cards,
        }

    def run(
        self, rejects: pl.DataFrame, *, resume: bool, workers: int, done: Callable[[int], None]
    ) -> tuple[dict[str, Any], Counter[str]]:
        """Score what is not scored yet and write the result files; ``done`` is told the enterprises of each part. Gives the
        manifest, and what `counts` says of all.

        Raises `FileProblem` where ``resume`` finds the beginning of another run.
        """
        identity = self.identity()
        journal = _Journal(self.target / WORK, identity, self._kept, resume=resume)
        (self.target / MANIFEST).unlink(missing_ok=True)
        sizes = self.snapshot.sizes
        left, counted, cards = [], Counter[str](), self.framed.heads
        for number, firms in enumerate(sizes):
            if journal.has(number):
                scores = pl.read_parquet(journal.path("scores", number), columns=columns_counted(cards))
                counted.update(counts(scores, cards))
                done(firms)
            else:
                left.append(number)
        for number, of_part in self._scored(left, journal, workers):
            counted.update(of_part)
            done(sizes[number])
        self._publish(journal, len(sizes), rejects)
        files = {f"{name}.parquet": fingerprint(self.target / f"{name}.parquet") for name in (*RESULTS, "rejects")}
        drift = self._drift(journal, len(sizes))
        manifest = {**identity, **drift, "firms": sum(sizes), "rejected_rows": rejects.height, "files": files}
        write_text(self.target / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        shutil.rmtree(journal.folder)
        return manifest, counted

    def _scored(self, numbers: list[int], journal: _Journal, workers: int) -> Iterator[tuple[int, Counter[str]]]:
        def part(number: int) -> tuple[int, dict[str, str], Counter[str]]:
            found = self.framed.part(self.snapshot, number)
            hashes = {}
            for name, frame in found.items():
                path = journal.path(name, number)
                write_whole(path, partial(frame.write_parquet, compression="zstd"))
                hashes[path.name] = fingerprint(path)
            return number, hashes, counts(found["scores"], self.framed.heads)

        with ThreadPoolExecutor(max_workers=workers) as pool:
            for number, hashes, counted in pool.map(part, numbers):
                journal.add(number, hashes)
                yield number, counted

    @property
    def _kept(self) -> tuple[str, ...]:
        """What is kept of each part."""
        return (*RESULTS, DRIFT) if self.framed.drift.cards else RESULTS

    def _drift(self, journal: _Journal, parts: int) -> dict[str, Any]:
        """What the manifest says of it, where a learned card tells what it was fitted on."""
        if not self.framed.drift.cards:
            return {}
        counted = pl.concat(
            [pl.DataFrame(schema=COUNTED), *(pl.read_parquet(journal.path(DRIFT, n)) for n in range(parts))]
        )
        return {DRIFT: self.framed.drift.told(counted, self.limits)}

    def _publish(self, journal: _Journal, parts: int, rejects: pl.DataFrame) -> None:
        """Parts become the result files."""
        for name in RESULTS:
            files = [journal.path(name, number) for number in range(parts)]
            write_whole(self.target / f"{name}.parquet", partial(concatenate, files))
        write_whole(self.target / "rejects.parquet", lambda path: rejects.write_parquet(path, compression="zstd"))
        write_rejects(rejects, self.target / "rejects.xlsx")


class _Journal:
    """Which parts are done, and the hashes of their files."""

    def __init__(self, folder: Path, identity: dict[str, Any], kept: tuple[str, ...], *, resume: bool) -> None:
        """``kept``: what is kept of each part."""
        self.folder, self._kept = folder, kept
        self._entry: dict[str, Any] = {"run": identity, "parts": {}}
        if resume and (folder / JOURNAL).is_file():
            found = _read(folder / JOURNAL)
            _same(found["run"], json.loads(json.dumps(identity)))
            self._entry = found
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._write()

    def path(self, name: str, number: int) -> Path:
        """Where a part's results are."""
        return self.folder / f"{name}-{number:05d}.parquet"

    def has(self, number: int) -> bool:
        """Whether a part is done and its files are as they were written."""
        hashes = self._entry["parts"].get(str(number), {})
        files = [self.path(name, number) for name in self._kept]
        return all(path.is_file() and fingerprint(path) == hashes.get(path.name) for path in files)

    def add(self, number: int, hashes: dict[str, str]) -> None:
        """Note a part as done."""
        self._entry["parts"][str(number)] = hashes
        self._write()

    def _write(self) -> None:
        write_text(self.folder / JOURNAL, json.dumps(self._entry, ensure_ascii=False))


def _read(path: Path) -> dict[str, Any]:
    """What a journal says. Raises `FileProblem` where it is damaged."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found["run"], dict) and isinstance(found["parts"], dict):
            return found
    except (ValueError, KeyError, TypeError):
        pass
    raise FileProblem(
        field="--resume",
        value=str(path),
        rule="未完成批次的日志已损坏 / the journal of the unfinished run is damaged",
        remedy="不加 --resume 重新开始 / start anew without --resume",
    )


def _same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Raise `FileProblem` where a run that was begun is another one."""
    for key, value in wanted.items():
        if found.get(key) != value:
            raise FileProblem(
                field=f"--resume: {key}",
                value=json.dumps(found.get(key), ensure_ascii=False)[:200],
                rule="未完成的批次用的是另一输入、发布版或日期 / the unfinished run has another input, release or day",
                remedy="用原来的输入与参数继续，或不加 --resume 重新开始 / go on with the same input and options, "
                "or start anew without --resume",
            )
