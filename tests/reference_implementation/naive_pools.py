"""高企培育库 of two provinces and 规上, written anew from the policy pages."""

from .naive_firm import CLASS_1, WAN, Firm, day, years_before

FIELDS = {
    "electronic_information",
    "biology_new_medicine",
    "aerospace",
    "new_materials",
    "high_tech_services",
    "new_energy_saving",
    "resources_environment",
    "advanced_manufacturing",
}


def _pool(firm: Firm, staff: str, income: str, since: int = 0) -> bool:
    """What the pools of Guangdong and Jiangsu have in common: never 高企, or not in ``since`` or later."""
    had = any(
        row["kind"] == "high_tech_enterprise" and day(row["valid_from"]).year >= since
        for row in firm.raw["certificates"]
    )
    core = [
        row
        for row in firm.rights({*CLASS_1, "utility_model", "design_patent", "software_copyright"}, tied=True)
        if not row["disputed"] and (row["kind"] in CLASS_1 or not row["used_for_hte"])
    ]
    return (
        firm.founded <= years_before(firm.as_of, 1)
        and not had
        and bool(core)
        and firm.enterprise["technology_field"] in FIELDS
        and firm.share(firm.of("tech_staff"), firm.of("employees"), staff)
        and firm.share(firm.total("rd_expense", 2), firm.total("revenue", 2), "0.03")
        and firm.share(firm.of("hitech_income"), firm.of("total_income"), income)
    )


def pool_guangdong(firm: Firm) -> bool:
    """粤科函高字〔2017〕848号."""
    return (
        firm.in_region("44")
        and _pool(firm, "0.06", "0.40", since=2008)
        and firm.share(firm.total("rd_expense_province", 2), firm.total("rd_expense", 2), "0.60")
        and firm.yes("hte_pool.guangdong.rd_ledger")
        and firm.yes("hte_pool.guangdong.innovation")
    )


def pool_jiangsu(firm: Firm) -> bool:
    """省高企培育资金管理办法, 2018."""
    return (
        firm.in_region("32")
        and _pool(firm, "0.05", "0.50")
        and firm.share(firm.total("rd_expense_domestic", 2), firm.total("rd_expense", 2), "0.60")
        and firm.yes("hte_pool.jiangsu.innovation")
    )


def above_scale(firm: Firm) -> bool:
    """规模以上工业: industry with 2000万 of main-business revenue."""
    return firm.enterprise["industry_code"].startswith("C") and firm.of("main_business_revenue") >= 2000 * WAN
