"""独角兽, potential, quasi- and seed unicorns, written anew from the policy pages."""

import datetime as dt
from fractions import Fraction

from .naive_firm import WAN, YI, Firm, day, years_before


def _above(firm: Firm, amount: int) -> bool | None:
    """Whether the last round valued the firm above so many dollars; None where its currency or rounds of one day leave it open."""
    found = {
        Fraction(str(row["post_money"])) > amount if row["currency"] == "USD" else None for row in firm.last_rounds
    }
    return found.pop() if len(found) == 1 else None


def _scored(firm: Firm, points: int) -> bool:
    since = dt.date(firm.as_of.year - 1, 1, 1)
    return any(Fraction(str(row["value"])) >= points for row in firm.events("credit_score", since=since))


def _of_shandong_2018(firm: Firm, name: str, amount: int) -> bool:
    """The money must have arrived, the controller's does not count: where the last round does not, an earlier one may."""
    others = all(row["arrived"] and not row["investor_related"] for row in firm.last_rounds)
    above = _above(firm, amount)
    valued = firm.yes(f"{name}.valuation") if above is None or not others else above
    return (
        firm.in_region("37")
        and bool(firm.last_rounds)
        and (firm.unlisted or firm.yes(f"{name}.listed_too"))
        and valued
        and _scored(firm, 73)
    )


def unicorn_shandong_2018(firm: Firm) -> bool:
    young = firm.founded >= years_before(firm.as_of, 10) or firm.yes("unicorn.shandong.transformed")
    return young and _of_shandong_2018(firm, "unicorn.shandong", 10**9)


def quasi_unicorn_shandong(firm: Firm) -> bool:
    """What is asked beside an age that is not on file."""
    return _of_shandong_2018(firm, "quasi_unicorn.shandong", 10**8)


def unicorn_shandong(firm: Firm) -> bool:
    """The second batch, January 2020: 5 % of the equity were sold in the round."""
    above, name = _above(firm, 10**9), "unicorn.shandong"
    sold = {Fraction(str(row["equity_share"])) >= Fraction("0.05") for row in firm.last_rounds}
    return (
        firm.in_region("37")
        and firm.founded >= years_before(firm.as_of, 10)
        and bool(firm.last_rounds)
        and (firm.unlisted or firm.yes(f"{name}.listed_too"))
        and (firm.yes(f"{name}.valuation") if above is None else above)
        and (firm.yes(f"{name}.share_sold") if len(sold) > 1 else True in sold)
        and _scored(firm, 85)
    )


def unicorn_chengdu(firm: Firm) -> bool:
    valued = _valued(firm, 10**9, "USD") or (
        not _valued_below(firm, 10**9, "USD") and firm.yes("unicorn.chengdu.valuation")
    )
    return firm.in_region("5101") and bool(firm.last_rounds) and firm.unlisted and valued


def industry_leader_chengdu(firm: Firm) -> bool:
    return (
        firm.in_region("5101")
        and firm.of("main_business_revenue") >= 10 * YI
        and all(firm.grew("main_business_revenue", "0.20", 1, more=True, ago=ago) for ago in (1, 2))
        and firm.unlisted
    )


def _valued(firm: Firm, least: int, currency: str) -> bool:
    rounds = firm.last_rounds
    reached = [row["currency"] == currency and Fraction(str(row["post_money"])) >= least for row in rounds]
    return bool(reached) and all(reached)


def _valued_below(firm: Firm, least: int, currency: str) -> bool:
    rounds = firm.last_rounds
    below = [row["currency"] == currency and Fraction(str(row["post_money"])) < least for row in rounds]
    return bool(below) and all(below)


def unicorn(firm: Firm) -> bool:
    valued = _valued(firm, 10**9, "USD") or (not _valued_below(firm, 10**9, "USD") and firm.yes("unicorn.valuation"))
    return firm.founded_since(-10) and bool(firm.last_rounds) and firm.unlisted and valued


def potential_unicorn(firm: Firm) -> bool:
    """GB/T 41464-2022: at most 5 years and 1亿 dollars, or 5 to 9 years and 5亿."""
    young = firm.founded_since(-5)
    valued = _valued(firm, 5 * 10**8, "USD") or (young and _valued(firm, 10**8, "USD"))
    open_ = not _valued_below(firm, 10**8, "USD") and (young or not _valued_below(firm, 5 * 10**8, "USD"))
    return (
        firm.founded_since(-9)
        and bool(firm.last_rounds)
        and firm.unlisted
        and (valued or (open_ and firm.yes("potential_unicorn.valuation")))
    )


def seed_unicorn_sichuan(firm: Firm) -> bool:
    """四川种子独角兽 2025: at most 7 years, 3亿 yuan after the last round, 3000万 in all."""
    closed = [row for row in firm.raw["financing_rounds"] if day(row["closed_on"]) <= firm.as_of]
    raised = sum((Fraction(str(row["amount"])) for row in closed if row["currency"] == "CNY"), Fraction(0))
    abroad = any(row["currency"] != "CNY" for row in closed)
    valued = _valued(firm, 3 * 10**8, "CNY") or (
        not _valued_below(firm, 3 * 10**8, "CNY") and firm.yes("seed_unicorn.sichuan.valuation")
    )
    clean = firm.clean_three_years(violation=not firm.yes("seed_unicorn.sichuan.no_violation"))
    return (
        firm.in_region("51")
        and firm.founded >= years_before(firm.as_of, 7)
        and firm.unlisted
        and valued
        and (raised >= 3000 * WAN or (abroad and firm.yes("seed_unicorn.sichuan.financing")))
        and firm.holds("high_tech_enterprise", "tech_sme")
        and clean
    )
