"""Rights, rounds, events, grades and founding days that put one count, amount or age at a bound, or beside it."""

import datetime as dt
import random
from decimal import Decimal

from .card_bounds import Bound
from .naive_firm import CLASS_1, WAN, years_before
from .random_climbers import _number
from .random_dossiers import AS_OF, CENT, Row

CLASS_1_LIKE = "invention_patent"
MILLIONTH = Decimal("0.000001")
"""The least by which shares differ."""


def right(kind: str, count: int) -> Row:
    """A right that counts wherever its kind does."""
    return {
        "kind": kind,
        "number": "aimed",
        "count": count,
        "granted_on": "2025-03-01" if kind in CLASS_1 else "2024-03-01",
        "in_force": True,
        "acquired_by": "own_rd",
        "acquired_on": "2025-03-01",
        "supports_main_product": True,
        "applied_with_benefit": True,
        "high_value": False,
        "holder_rank": 1,
        "pct": False,
        "used_for_hte": False,
        "disputed": False,
    }


def put_rows(rng: random.Random, dossier: Row, bound: Bound, off: int) -> None:
    """What is no account of a year, at the bound."""
    _put_rights(rng, dossier, bound, off)
    grades, wanted = dossier["expert_grades"], int(bound.value) + off
    match bound.indicator:
        case "equity_financing" | "financing_total":
            dossier["financing_rounds"] = [paid(bound.value + CENT * off)]
        case "last_round_reaches" | "last_round_below" | "last_round_exceeds" | "last_round_at_most":
            currency = str(bound.settings["currency"])
            at = {"post_money": _number(bound.value + CENT * off), "currency": currency}
            beside = {"post_money": _number(bound.value - CENT), "currency": rng.choice([currency, "EUR"])}
            rounds = [{**paid(Decimal(3000 * WAN)), **at}]
            if rng.random() < 0.4:
                # On the same day: which of them was the last is not clear.
                rounds.append({**rounds[0], **beside, "row_id": "s"})
            dossier["financing_rounds"] = rounds
        case "last_round_sold" | "last_round_sold_less":
            last = {**dossier["financing_rounds"][-1], "equity_share": bound.value / 100 + MILLIONTH * off}
            less = {**last, "equity_share": bound.value / 100 - MILLIONTH, "row_id": "s"}
            dossier["financing_rounds"] = [last, less] if rng.random() < 0.4 else [last]
        case "market_share":
            share = str((bound.value + CENT * off) / 100)
            dossier["events"] = [row for row in dossier["events"] if row["kind"] != "market_share"]
            dossier["events"].append(
                {
                    "row_id": "s",
                    "kind": "market_share",
                    "occurred_on": "2025-01-01",
                    "value": share,
                    "level": "national",
                    "rank": 9,
                }
            )
        case "platform_score":
            year = AS_OF.year + int(bound.settings.get("year", 0))
            rows = [{"year": AS_OF.year - ago, "value": 40} for ago in (0, 1)]
            grades["specialised.platform_score"] = [
                {**row, "value": wanted} if row["year"] == year else row for row in rows
            ]
        case "digital_level":
            grades["specialised.digital_level"] = min(max(wanted, 1), 3)
        case "transfers_per_year":
            # Of three years.
            count = max(0, 3 * int(bound.value) + off)
            dossier["events"].append(
                {"row_id": "t", "kind": "achievement_transfer", "occurred_on": "2024-05-01", "count": count}
            )
        case "days_registered":
            dossier["enterprise"]["established_on"] = (AS_OF - dt.timedelta(days=wanted)).isoformat()
        case "age_at_most" | "age_at_least" | "founded_since":
            years = abs(int(bound.value)) + rng.choice([-1, 0, 0, 1])
            base = rng.choice([AS_OF, dt.date(AS_OF.year - 1, 12, 31), dt.date(AS_OF.year, 1, 1)])
            dossier["enterprise"]["established_on"] = (years_before(base, years) + dt.timedelta(days=off)).isoformat()


def _put_rights(rng: random.Random, dossier: Row, bound: Bound, off: int) -> None:
    wanted, of = int(bound.value) + off, bound.settings.get("of", "class_1")
    came = rng.choice(["own_rd", "merger"])
    kind = "software_copyright" if of == "class_2" else CLASS_1_LIKE
    match bound.indicator:
        case "product_rights":
            held = {
                **right(kind, wanted),
                "high_value": of == "class_1_high_value",
                "acquired_by": "merger" if of == "class_1" else "own_rd",
            }
            dossier["intellectual_property"] = [held] if wanted else []
        case "usable_rights":
            dossier["intellectual_property"] = [{**right(kind, wanted), "acquired_by": came}] if wanted else []
        case "applied_rights" | "valid_rights":
            dossier["intellectual_property"] = [right(kind, wanted)] if wanted else []
        case "rights_acquired":
            bought = {**right("software_copyright", 1), "acquired_by": "transfer", "number": "bought"}
            dossier["intellectual_property"] = [bought, *([right(kind, wanted)] if wanted else [])]
        case "rights_of" | "rights_granted_in":
            dossier["intellectual_property"] = [right(bound.settings["kinds"][0], wanted)] if wanted else []


def paid(amount: Decimal) -> Row:
    """A round of this year that a qualified institution has paid in."""
    return {
        "row_id": "r",
        "closed_on": "2026-01-05",
        "amount": _number(amount),
        "post_money": 3 * 10**8,
        "currency": "CNY",
        "arrived": True,
        "qualified_institution": True,
        "equity_share": Decimal("0.1"),
        "investor_related": False,
    }
