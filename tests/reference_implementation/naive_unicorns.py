"""独角兽, potential and seed unicorns, written anew from the policy pages."""

from fractions import Fraction

from .naive_firm import WAN, Firm, day, years_before


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
