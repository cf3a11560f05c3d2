"""The rungs beside 科技型 and 高企 as they stand, written anew from the policy pages: every card is one function from a firm to
whether it meets the published conditions."""

from collections.abc import Callable

from .naive_firm import Firm
from .naive_gazelles import (
    guangxi_pool,
    jiangsu,
    jinan,
    jinan_htz,
    liaoning,
    oecd,
    shandong,
    shijiazhuang_htz,
    sichuan,
    torch,
    yancheng,
    zhongshan_torch,
)
from .naive_sme import innovative_sme, little_giant, specialised_sme
from .naive_unicorns import potential_unicorn, seed_unicorn_sichuan, unicorn

Meets = Callable[[Firm], bool]
CARDS: dict[str, Meets] = {
    "innovative_sme": innovative_sme,
    "specialised_sme": specialised_sme,
    "little_giant": little_giant,
    "gazelle.guangxi_pool": guangxi_pool,
    "gazelle.sichuan": sichuan,
    "gazelle.torch": torch,
    "gazelle.jiangsu": jiangsu,
    "gazelle.shandong": shandong,
    "gazelle.jinan": jinan,
    "gazelle.liaoning": liaoning,
    "gazelle.zhongshan_torch": zhongshan_torch,
    "gazelle.jinan_htz": jinan_htz,
    "gazelle.shijiazhuang_htz": shijiazhuang_htz,
    "gazelle.yancheng": yancheng,
    "gazelle.oecd": oecd,
    "unicorn": unicorn,
    "potential_unicorn": potential_unicorn,
    "seed_unicorn.sichuan": seed_unicorn_sichuan,
}
ATTESTED = (
    "innovative_sme.equity_abroad",
    "specialised.equity_abroad",
    "specialised.market_position",
    "little_giant.recognition",
    "little_giant.product_field",
    "little_giant.independent",
    "gazelle.guangxi_pool.growth_compound",
    "gazelle.sichuan.three_intervals",
    "gazelle.sichuan.no_violation",
    "gazelle.no_sharp_fall",
    "gazelle.torch.speed_suffices",
    "gazelle.shandong.rd_over_sums",
    "gazelle.independent",
    "gazelle.jinan.rd_over_sums",
    "gazelle.jinan.credit_report",
    "gazelle.liaoning.venture_suffices",
    "gazelle.liaoning.round_abroad",
    "gazelle.zhongshan_torch.bound_included",
    "gazelle.zhongshan_torch.two_growths",
    "gazelle.jinan_htz.profit",
    "gazelle.shijiazhuang_htz.profit",
    "gazelle.shijiazhuang_htz.emerging",
    "gazelle.shijiazhuang_htz.venture_abroad",
    "gazelle.yancheng.rd_strong",
    "unicorn.valuation",
    "potential_unicorn.valuation",
    "seed_unicorn.sichuan.valuation",
    "seed_unicorn.sichuan.financing",
    "seed_unicorn.sichuan.no_violation",
)
"""What experts decide."""
