"""The rules of a release packed in one file, so that any past one can be read again as it was."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from features.errors import FactError, FileProblem, ValueProblem
from scoring import learned_points
from scoring.catalogue import LEARNED, OVERLAYS, Catalogue
from scoring.errors import RuleError
from scoring.release import content_of


def pack(catalogue: Catalogue) -> bytes:
    """Every rulebook, ladder, overlay and learned card, by path; the same files always give the same bytes."""
    files = {path.relative_to(catalogue.folder).as_posix(): path for path in catalogue.folder.rglob("*.yaml")}
    for folder, own in ((OVERLAYS, catalogue.own_overlays), (LEARNED, catalogue.own_learned)):
        files |= {f"{folder}/{path.name}": path for path in (own.glob("*.yaml") if own else ())}
    texts = {name: path.read_text(encoding="utf-8") for name, path in sorted(files.items())}
    return gzip.compress(json.dumps(texts, ensure_ascii=False).encode("utf-8"), mtime=0)


def unpack(packed: bytes, folder: Path) -> Catalogue:
    """The rules written into a folder, as a catalogue. Raises `FileProblem` where they are damaged."""
    try:
        texts: dict[str, str] = json.loads(gzip.decompress(packed))
        for name, text in texts.items():
            path = (folder / name).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise ValueError(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except (OSError, EOFError, ValueError, AttributeError) as error:
        raise FileProblem(
            field="release",
            value=str(error)[:80],
            rule="发布版的规则文件已损坏 / the rules of the release are damaged",
            remedy="从备份恢复 / restore them from a backup",
        ) from None
    return Catalogue(folder)


def must_open(release: str, packed: bytes) -> None:
    """Read every rule of a release as this program reads them. Raises `ValueProblem` where it cannot: then it could not answer."""
    try:
        with TemporaryDirectory() as folder:
            catalogue = unpack(packed, Path(folder))
            content_of(catalogue)
            for card in catalogue.learned:
                learned_points.roots(card)
    except (FactError, RuleError) as error:
        raise ValueProblem(
            field="release",
            value=release,
            rule=f"本程序打不开该发布版 / this program cannot open the release: {error}",
            remedy="以现有规则与模型卡重新制作并批准：dengti release build / build it anew of the present rules and cards",
        ) from None
