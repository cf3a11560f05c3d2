"""The file of a learned card: read as it is, whole and known to the last key, and, where it is to answer, fit to be served."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from scoring.errors import CardError
from scoring.ladder import ladders
from scoring.learned import DISTRESS, FORMAT, Feature, LearnedCard, Uncertainty
from scoring.learned_points import measured
from scoring.seen import Seen
from scoring.yaml_tree import load

T = TypeVar("T", int, float)
Tree = Mapping[str, Any]
NEEDED = ("format", "learned_card", "event", "origin", "trained_on", "valid_for", "intercept", "features")
OPTIONAL = ("uncertainty", "seen")
"""Keys of a card's file."""


def read_card(path: Path) -> LearnedCard:
    """The card of a file. Raises `CardError` where the file is none, has another format, or says what no card says."""
    tree: Any = load(path, path.name).plain()
    stated = tree.get("format") if isinstance(tree, dict) else None
    if isinstance(tree, dict) and "learned_card" in tree and stated != str(FORMAT):
        raise CardError(
            code="learned_card_format",
            where=path.name,
            problem=f"评分卡格式 {stated or '无（早期）'}，本程序读取格式 {FORMAT} / the card's format is "
            f"{stated or 'none (a former one)'}, this program reads format {FORMAT}",
            mend="重新训练、批准并写出 / train, promote and write it anew: dengti train, dengti model promote, dengti model card",
        )
    try:
        return _card(tree)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise _none(path, f"不是模型评分卡 / not a learned card: {type(error).__name__} {error}", _ANEW) from None


def read_served(paths: Iterable[Path]) -> tuple[LearnedCard, ...]:
    """The cards of files that are to answer, each of an event of its own: of a rung of some ladder, or distress; of features
    that the catalogue measures. Raises `CardError` as `read_card` does, and where one cannot be served.
    """
    rungs = sorted({f"climb.{rung.id}" for ladder in ladders().values() for rung in ladder.rungs})
    found: dict[str, LearnedCard] = {}
    for path in paths:
        card = read_card(path)
        if card.id not in (*rungs, DISTRESS):
            known = ", ".join((*rungs, DISTRESS))
            raise _none(path, f"{card.id}：没有此事件 / no such event; 可用 known: {known}", "更正编号 / mend the id")
        if card.id in found:
            raise _none(
                path, f"{card.id}：只能有一张 / one file of each event", "移走多余的文件 / take the other file away"
            )
        # A card of other columns is read, compared and kept; of an enterprise nothing says what they are.
        loose = [one.name for one in card.features if not one.indicator]
        if loose or not card.features:
            told = (
                f"字段没有指标 features without an indicator: {', '.join(loose)}" if loose else "没有字段 no features"
            )
            raise _none(path, f"{card.id}：不能用于企业 / cannot answer of enterprises: {told}", _ANEW)
        found[card.id] = card
    return tuple(found.values())


_ANEW = "用 dengti model card 重新写出 / write it anew with dengti model card"


def _none(path: Path, problem: str, mend: str) -> CardError:
    return CardError(code="not_a_learned_card", where=path.name, problem=problem, mend=mend)


def _card(tree: Tree) -> LearnedCard:
    _keys(tree, "", NEEDED, OPTIONAL)
    return LearnedCard(
        tree["learned_card"],
        tree["event"],
        tree["trained_on"],
        tree["valid_for"],
        int(tree["intercept"]),
        tuple(map(_feature, tree["features"])),
        tree["origin"],
        _uncertainty(tree.get("uncertainty", ())),
        _seen(tree["seen"]) if "seen" in tree else None,
    )


def _keys(tree: Tree, where: str, needed: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Raises ValueError for the first key that is lacking or that nobody knows."""
    for key in needed:
        if key not in tree:
            raise ValueError(f"{where}{key}：缺少 / is lacking")
    for key in tree:
        if key not in (*needed, *optional):
            known = ", ".join((*needed, *optional))
            raise ValueError(f"{where}{key}：没有此键 / unknown key; 可用 known: {known}")


def _seen(tree: Tree) -> Seen:
    _keys(tree, "seen: ", ("rows", "events", "features"))
    for name, one in (tree["features"] or {}).items():
        _keys(one, f"seen {name}: ", ("edges", "rows"))
    return Seen.read(tree)


def _uncertainty(bands: Sequence[Tree]) -> Uncertainty:
    edges = _edges(bands, "uncertainty: ", int, ("low", "high"))
    low, high = (tuple(int(band[end]) for band in bands) for end in ("low", "high"))
    return Uncertainty(edges, low, high)


def _edges(bands: Sequence[Tree], where: str, number: Callable[[str], T], beside: Sequence[str]) -> tuple[T, ...]:
    """The upper ends of all bands but the last, which has none; each has the keys ``beside``."""
    if bands and "up_to" in bands[-1]:
        raise ValueError("末档无上界 / the last band has no upper edge")
    for place, band in enumerate(bands):
        _keys(band, where, beside if place == len(bands) - 1 else ("up_to", *beside))
    return tuple(number(band["up_to"]) for band in bands[:-1])


def _feature(tree: Tree) -> Feature:
    _keys(
        tree,
        "feature: ",
        ("feature", "monotone", "missing", "bands"),
        ("indicator", "with") if "indicator" in tree else (),
    )
    where, missing, bands = f"{tree['feature']}: ", tree["missing"], tree["bands"]
    _keys(missing, f"{where}missing: ", ("points", "seen"))
    edges = _edges(bands, f"{where}band: ", float, ("points",))
    points = tuple(int(band["points"]) for band in bands)
    seen = {"true": True, "false": False}[missing["seen"]]
    settings = {name: _setting(value) for name, value in tree.get("with", {}).items()}
    found = Feature(
        tree["feature"], edges, points, int(missing["points"]), seen, int(tree["monotone"]), tree.get("indicator", ""), settings
    )  # fmt: skip
    if found.indicator:
        measured(found)
    return found


def _setting(value: Any) -> Any:
    """A setting as the indicator takes it: files hold texts, and whole numbers are meant as such."""
    if isinstance(value, list):
        return [_setting(one) for one in value]
    return int(value) if value.lstrip("-").isdigit() else value
