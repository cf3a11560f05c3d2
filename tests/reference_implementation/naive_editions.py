"""Every edition that some firm is still measured by, and who writes it anew: its file, day and kind of application, and what the
policy pages answer there in a form that the product's answer is put into as well."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any, NamedTuple

from .naive import assess_size_class, assess_tech_sme
from .naive_firm import Dossier, Firm
from .naive_gazelles import jinan_htz_told
from .naive_gazelles_before import guangxi_pool_2021, shandong_third_batch, sichuan_2019, tax_flagged
from .naive_high_tech import assess_high_tech
from .naive_ladder import ATTESTED as ATTESTED_NOW
from .naive_ladder import CARDS, Meets
from .naive_pools import above_scale, pool_guangdong, pool_jiangsu
from .naive_sme import innovative_points
from .naive_sme_2022 import (
    little_giant_renewed_in_2026,
    little_giant_renewed_later,
    specialised_2022,
    specialised_points,
    specialised_renewed,
)
from .naive_unicorns import unicorn_shandong_2018
from .random_dossiers import AS_OF

ATTESTED: Iterable[str] = (
    "specialised.equity_abroad_direct",
    "specialised.guangdong_line_60",
    "little_giant.equity_abroad",
    "little_giant.growth_spared_2025",
    "little_giant.core_process_digital",
    "little_giant.certified",
    "little_giant.own_brand",
    "gazelle.guangxi_pool.innovation_2021",
    "gazelle.sichuan.smallest_bracket",
    "gazelle.sichuan.growth_below_100_million",
    "gazelle.chengdu.recent_rights",
    "gazelle.shandong.transformed",
    "gazelle.shandong.growth_up_to_400_million",
    "gazelle.shandong.profit",
    "gazelle.shandong.rd_period",
    "unicorn.shandong.transformed",
    "hte_pool.guangdong.rd_ledger",
    "hte_pool.guangdong.innovation",
    "hte_pool.jiangsu.innovation",
)
"""What experts decide there."""
EVER_ATTESTED = (*ATTESTED_NOW, *ATTESTED)


class Said(NamedTuple):
    """A verdict in a word, and what parts of the card give beside: points, answers of single gates, flags."""

    word: str
    parts: Mapping[str, Any]


class Edition(NamedTuple):
    card: str
    file: str
    """Below the rulebooks."""
    says: Callable[[Dossier], Said]
    kind: str = "new"
    day: dt.date = AS_OF
    overlay: str = ""
    """Laid over it, by file below the rulebooks."""
    unstated: tuple[str, ...] = ()
    """Gates that no text on file states, or that are known from memory: they are open for every firm and stand aside."""

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.file.removesuffix(".yaml"), self.overlay, self.kind)))


def word(meets: Meets, dossier: Dossier) -> str:
    """By the policy pages; of judgements that are not recorded each can be either."""
    given = dossier["expert_grades"]
    silent = [one for one in EVER_ATTESTED if one not in given]
    grades = [dict(zip(silent, values, strict=True)) for values in product((False, True), repeat=len(silent))]
    found = {meets(Firm({**dossier, "expert_grades": given | one}, AS_OF)) for one in grades}
    return "undetermined" if len(found) > 1 else "pass" if True in found else "fail"


def _by(meets: Meets, parts: Callable[[Firm], dict[str, Any]] | None = None) -> Callable[[Dossier], Said]:
    return lambda dossier: Said(word(meets, dossier), parts(Firm(dossier, AS_OF)) if parts else {})


def _ranges(points: dict[str, int]) -> dict[str, Any]:
    return {f"items/{name}": (number, number) for name, number in points.items()}


def _leading(firm: Firm) -> dict[str, Any]:
    """What a leading product is, by 63号 附件1: shown only."""
    leading = firm.share(firm.of("leading_product_revenue"), firm.of("revenue"), "0.50", more=True)
    return {"gates/leading_product": "pass" if leading else "fail"}


def _whole(assess: Callable[[Dossier, dt.date], dict[str, Any]]) -> Callable[[Dossier], Said]:
    """Of a card that is written anew with its gates and items."""

    def says(dossier: Dossier) -> Said:
        found = assess(dossier, AS_OF)
        gates = {f"gates/{name}": answer for name, answer in found["gates"].items()}
        items = {f"items/{name}": (one["low"], one["high"]) for name, one in found["items"].items()}
        return Said(found["verdict"], {**gates, **items, "score": (found["score"]["low"], found["score"]["high"])})

    return says


def _tax(dossier: Dossier) -> Said:
    """What is asked in principle only, by one reading of growth or by both."""
    found = word(guangxi_pool_2021, dossier)
    reading = "gazelle.guangxi_pool.growth_compound"
    readings = [dossier["expert_grades"][reading]] if reading in dossier["expert_grades"] else [False, True]
    grades = [dossier["expert_grades"] | {reading: one} for one in readings]
    missed = {tax_flagged(Firm({**dossier, "expert_grades": one}, AS_OF)) for one in grades}
    told = "undetermined" if len(missed) > 1 else "fail" if True in missed else "pass"
    return Said(found, {"gates/tax_growth": told})


def _now(card: str, year: str, *unstated: str) -> Edition:
    return Edition(card, f"{card.replace('.', '/')}/{year}.yaml", _by(CARDS[card]), unstated=unstated)


EDITIONS = [
    Edition("tech_sme", "tech_sme/2017.yaml", _whole(assess_tech_sme)),
    Edition("high_tech_enterprise", "high_tech_enterprise/2016.yaml", _whole(assess_high_tech)),
    Edition("size_class", "size_class/2011.yaml", lambda dossier: Said(assess_size_class(dossier, AS_OF)["class"], {})),
    Edition(
        "innovative_sme",
        "innovative_sme/2022.yaml",
        _by(CARDS["innovative_sme"], lambda firm: _ranges(innovative_points(firm)) | _leading(firm)),
    ),
    Edition(
        "specialised_sme",
        "specialised_sme/2022.yaml",
        _by(specialised_2022, lambda firm: _ranges(specialised_points(firm)) | _leading(firm)),
        day=dt.date(2026, 3, 31),
    ),
    _now("specialised_sme", "2026"),
    Edition("specialised_sme", "specialised_sme/2026.yaml", _by(specialised_renewed), kind="renewal"),
    Edition(
        "little_giant",
        "little_giant/2022.yaml",
        _by(little_giant_renewed_in_2026, _leading),
        kind="renewal",
        unstated=("chain_position", "product_field"),
    ),
    _now("little_giant", "2026"),
    Edition(
        "little_giant",
        "little_giant/2026.yaml",
        _by(little_giant_renewed_later),
        kind="renewal",
        day=dt.date(2027, 1, 1),
    ),
    Edition(
        "gazelle.guangxi_pool",
        "gazelle/guangxi_pool/2021.yaml",
        _tax,
        day=dt.date(2021, 6, 1),
    ),
    _now("gazelle.guangxi_pool", "2022"),
    Edition("gazelle.sichuan", "gazelle/sichuan/2019.yaml", _by(sichuan_2019), day=dt.date(2021, 6, 1)),
    Edition(
        "gazelle.sichuan",
        "gazelle/sichuan/2019.yaml",
        _by(sichuan_2019),
        day=dt.date(2022, 6, 1),
        overlay="overlays/chengdu_gazelle_2022.yaml",
    ),
    _now("gazelle.sichuan", "2023", "age", "unseen_items"),
    _now("gazelle.torch", "2018"),
    _now("gazelle.jiangsu", "2024"),
    Edition("gazelle.shandong", "gazelle/shandong/2019.yaml", _by(shandong_third_batch), day=dt.date(2019, 6, 1)),
    _now("gazelle.shandong", "2020"),
    _now("gazelle.jinan", "2020"),
    _now("gazelle.liaoning", "2021"),
    _now("gazelle.zhongshan_torch", "2021"),
    Edition("gazelle.jinan_htz", "gazelle/jinan_htz/2016.yaml", _by(CARDS["gazelle.jinan_htz"], jinan_htz_told)),
    _now("gazelle.shijiazhuang_htz", "2018"),
    _now("gazelle.yancheng", "2022"),
    _now("gazelle.hangzhou_binjiang", "2017"),
    _now("gazelle.oecd", "2007"),
    _now("gazelle.eurostat", "2014"),
    _now("unicorn", "2017"),
    _now("potential_unicorn", "2022"),
    _now("seed_unicorn.sichuan", "2025"),
    Edition("unicorn.shandong", "unicorn/shandong/2018.yaml", _by(unicorn_shandong_2018), day=dt.date(2019, 6, 1)),
    _now("unicorn.shandong", "2020"),
    _now("quasi_unicorn.shandong", "2018", "age"),
    _now("unicorn.chengdu", "2020"),
    _now("industry_leader.chengdu", "2020"),
    Edition("hte_pool.guangdong", "hte_pool/guangdong/2017.yaml", _by(pool_guangdong)),
    Edition("hte_pool.jiangsu", "hte_pool/jiangsu/2018.yaml", _by(pool_jiangsu)),
    Edition("above_scale_industrial", "above_scale_industrial/2011.yaml", _by(above_scale)),
]
