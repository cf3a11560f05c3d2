"""An evaluation as Markdown with pictures beside it, and as one HTML page that holds them; people read it, nothing parses it."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from models.drift import BASE_RATE, Check, worst
from models.evaluation import pictures
from models.evaluation.compare import CARD, table
from models.evaluation.evaluate import Evaluation, Split
from models.evaluation.metrics import Estimate
from models.evaluation.slices import Slice
from models.limits import drift_told, leakage_told
from scoring.learned import FOREIGN, OWN, SYNTHETIC, LearnedCard

LABELS = {
    SYNTHETIC: "［合成数据 SYNTHETIC］",
    FOREIGN: "［境外公开数据 foreign public data］",
    OWN: "［本单位数据 own data］",
}
_SHAPES = 12
_STYLE = (
    "body{font:15px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;max-width:66rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #ddd;padding:.25rem .6rem;text-align:left}"
    "td:not(:first-child){white-space:nowrap}table{display:block;overflow-x:auto}"
    "svg{max-width:100%;height:auto}"
)


@dataclass(frozen=True)
class Report:
    """Markdown, and the SVG of each picture that it names."""

    title: str
    markdown: str
    svg: Mapping[str, str]

    def html(self) -> str:
        """One page, pictures inside."""
        body = MarkdownIt("commonmark").enable("table").render(self.markdown)
        for name, svg in self.svg.items():
            alt = html.escape(name)
            body = body.replace(f'<img src="{name}.svg" alt="{alt}" />', svg)
        head = f'<meta charset="utf-8"><title>{html.escape(self.title)}</title><style>{_STYLE}</style>'
        return f'<!doctype html><html lang="zh"><head>{head}</head><body>{body}</body></html>\n'

    def write(self, folder: Path) -> list[Path]:
        """``report.md``, ``report.html`` and the pictures; the paths."""
        folder.mkdir(parents=True, exist_ok=True)
        files = {"report.md": self.markdown, "report.html": self.html()}
        files |= {f"{name}.svg": svg for name, svg in self.svg.items()}
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return [folder / name for name in files]


def report(found: Evaluation, card: LearnedCard, data: str) -> Report:
    """Everything that was found, under headings that say of what data; ``data`` is the hash of them."""
    svg = {
        "skill": pictures.skill({name: one["auc"] for name, one in found.test.results.items()}, "AUC, 95 % interval"),
        "reliability": pictures.reliability(found.curves),
    }
    if found.served:
        svg["gains"] = pictures.gains(found.served)
    strongest = sorted(card.features, key=lambda one: one.range[0] - one.range[1])[:_SHAPES]
    svg["shapes"] = pictures.shapes([one for one in strongest if one.edges])
    title = f"{card.id} {LABELS[card.origin]}"
    return Report(title, "\n\n".join(_sections(found, card, data)) + "\n", svg)


def _sections(found: Evaluation, card: LearnedCard, data: str) -> Iterator[str]:
    label = LABELS[card.origin]

    def heading(zh: str, en: str, depth: int = 2) -> str:
        return f"{'#' * depth} {zh} / {en} {label}"

    yield heading(f"{card.id} 评估报告", "evaluation", 1)
    yield (
        f"- 事件 event: `{card.event}`；数据 data: {found.dataset}，{found.rows:,} 行 rows，{found.events:,} 事件 events\n"
        f"- 检验 test: {_kind(found.test)}\n- 训练于 trained on: {card.trained_on}\n"
        f"- 适用于 valid for: {card.valid_for}\n- 评分卡 card: `{card.sha256}`\n- 数据 data: `{data}`"
    )
    yield heading("与其他模型比较", "beside other models")
    yield _beside(found.test)
    yield "\n".join(f"- {name}: {why}" for name, why in found.missing_models.items())
    yield "![skill](skill.svg)"
    if found.unseen is not None:
        yield _unseen(found.test, found.unseen)
    if found.grouped is not None:
        yield heading("训练期内按企业分组", "grouped folds within the training period")
        yield _kind(found.grouped)
        yield _beside(found.grouped)
    yield heading("校准", "reliability")
    yield (
        f"ECE {found.test.results[CARD]['calibration_error']}；若预测全对，同样多的行偶然也有 "
        f"/ so many rows show by chance, were every forecast right: {found.by_chance}。"
        "重抽样的 ECE 偏高，区间可能高于其值 / drawn anew it leans up, its interval may lie above it."
    )
    yield _reliability(found)
    yield "![reliability](reliability.svg)"
    if found.served:
        yield heading("服务前 k 家的收益", "what serving the first k firms gains")
        rows = [f"| {s.k} | {s.found} | {s.chance:.3f} | {_gained(s.gained)} |" for s in found.served]
        yield "| k | 命中率 precision | 随机 by lot | 多得事件 events gained |\n|---|---|---|---|\n" + "\n".join(rows)
        yield (
            "多得事件 = k ×（命中率 − 随机），区间为命中率区间的同样换算 "
            "/ events gained: k × (precision − by lot), its interval that of the precision, carried over."
        )
        yield "![gains](gains.svg)"
    if found.slices:
        yield heading("分组表现", "by zone, size, age and sector")
        yield _slices(found)
    yield heading("泄漏检查", "leakage")
    yield leakage_told(found.leakage_limits)
    yield "\n".join(f"- {one}" for one in found.leakage) or "没有可疑字段 / no suspicious feature."
    if found.drift:
        yield heading("训练期与检验期之间的漂移", "drift between training and test period")
        yield drift_told(found.drift_limits)
        yield drifted(found.drift)
    yield heading("评分卡的形状", "shapes of the card")
    yield "各档得分（对数优势）；虚线为缺失 / points by band in log-odds; dashed: missing."
    yield "![shapes](shapes.svg)"


def drifted(found: Sequence[Check]) -> str:
    """The worst level, and what there is to say of the base rate and of each feature that has a level."""
    head = "| 字段 feature | PSI（基率为优势比 odds ratio） | 偶然所致 by chance | 级别 level |\n|---|---|---|---|"
    told = [one for one in found if one.level or one.name == BASE_RATE]
    rows = [f"| {one.name} | {one.value:.3f} | {one.chance:.3f} | {one.told} |" for one in told]
    few = sum(one.mute for one in found)
    mute = f"；{few} 项行数过少，不足以报警 checks with too few rows for an alarm" if few else ""
    return "\n\n".join(
        [f"最高级别 worst level: {worst(found).told}{mute}", *(["\n".join([head, *rows])] if rows else [])]
    )


def _kind(split: Split) -> str:
    name = "时间外样本 out of time" if split.out_of_time else "按企业分组五折 five folds, firms kept together"
    return f"{name}，{split.rows:,} 行 rows，{split.events:,} 事件 events"


def _beside(split: Split) -> str:
    """The models, and what being readable costs."""
    if not split.lost:
        return table(split.results)
    lost = "\n".join(f"- {name}: {one}" for name, one in split.lost.items())
    price = "可读性的代价：AUC 减评分卡的，同样抽取 / the price of being readable: AUC less the card's, drawn alike"
    return f"{table(split.results)}\n\n{price}\n\n{lost}"


def _unseen(test: Split, unseen: Slice) -> str:
    """Whether the card knows firms or only recognises them."""
    seen = test.rows - unseen.rows
    skill = f"：AUC {_few(unseen.auc)}" if unseen.rows else ""
    return (
        f"检验期 {test.rows:,} 行中 {seen:,} 行属于也训练过的企业 "
        f"/ of the rows of the test period {seen:,} belong to firms that were also trained on. "
        f"训练中未见的企业 firms not seen in training: {unseen.rows:,} 行 rows，{unseen.events:,} 事件 events{skill}"
    )


def _reliability(found: Evaluation) -> str:
    """The card's groups of equally many rows."""
    rows = [
        f"| {one.forecast:.3f} | {one.frequency:.3f} [{one.low:.3f}, {one.high:.3f}] | {one.rows:,} |"
        for one in found.curves[CARD]
    ]
    return "| 预测 forecast | 实际 observed | 行 rows |\n|---|---|---|\n" + "\n".join(rows)


def _gained(one: Estimate) -> str:
    return f"{one.value:+.1f} [{one.low:+.1f}, {one.high:+.1f}]"


def _slices(found: Evaluation) -> str:
    lines = ["| | 行 rows | 事件 events | 平均预测 mean forecast | AUC | ECE |", "|---|---|---|---|---|---|"]
    for one in found.slices:
        skill, error = _few(one.auc), _few(one.calibration_error)
        lines.append(f"| {one.cut}: {one.value} | {one.rows:,} | {one.events:,} | {one.mean:.3f} | {skill} | {error} |")
    return "\n".join(lines)


def _few(found: Estimate | None) -> str:
    return "样本过少 too few" if found is None else str(found)
