"""Constants of the yearly process (docs/synthetic-population.md gives the equations).

Each is a DEMONSTRATION ASSUMPTION (演示假设). Those marked "set to" were chosen so that the outcome meets a cited figure of
`calibration`; the figure is cited, the constant is not.
"""

from __future__ import annotations

from dataclasses import dataclass

BURN_IN = 3
"""Years simulated before the first accounts, so that titles in force then were won in the process."""

TECH_MEMORY, TECH_SPREAD, TECH_SHOCK = 0.85, 0.85, 0.28
"""Technology level: share of last year's distance from the firm's own mean that remains, spread of the means, shock."""

SIZE_SPREAD = 1.10
"""Deviation of the log of the size that a firm tends to; set to the invoice firms' revenue spread."""
SIZE_OF_TECH = 0.15
LEVEL = 1.00
"""Factor on the profiles' median revenue; set to the invoice firms' median."""
TREND = 0.04
"""Yearly growth (log) of the size that firms tend to."""
REVERSION, REVERSION_OF_TURBULENCE = 0.08, 0.7
"""Share of the log distance from that size closed in a year by a firm without shocks, and what turbulence adds."""
START, START_SPREAD = -1.1, 0.6
"""A new firm's log distance from that size."""
GROWTH_OF_TECH, MOMENTUM = 0.035, 0.42
SHOCK, SHOCK_SPREAD, SHOCK_MOST, ONE_OFF = 0.143, 0.92, 0.50, 0.24
"""Mean absolute growth shock of the median firm, how (log) firms differ in it, the largest, and the part of a shock of that
size that touches one year's revenue only; set to the panel's growth spread."""

EXIT, EXIT_OF_TECH, EXIT_OF_GROWTH, EXIT_YOUNG = 0.0255, -0.35, -0.5, 1.5
"""Yearly chance of exit of a firm older than five years at level 0 without growth, what moves its log, and the factor on
younger ones; set to the cited rate."""
STRUCK_OFF = 0.25
"""Share of exits whose licence is revoked (吊销); the others deregister (注销)."""

INTENSITY_OF_SIZE, INTENSITY_OF_TECH, INTENSITY_SPREAD, INTENSITY_SHOCK = -0.12, 0.45, 0.35, 0.12
DEBT, DEBT_SPREAD, DEBT_SHOCK, DEBT_CEILING = -0.10, 1.45, 0.22, 1.1
"""Log odds of the debt ratio: mean, spread between firms, yearly shock; the ratio at certainty."""
ASSETS, ASSETS_SPREAD, ASSETS_OF_SIZE = -0.04, 0.6, -0.10
"""Log of assets over revenue: median, spread, and how it moves with log size."""
HEADS_OF_SIZE, HEADS_SPREAD, LEVEL_OF_HEADS = 0.80, 0.4, -0.45


@dataclass(frozen=True)
class Odds:
    """How a title is sought by a firm that meets its conditions: chance a year, moved by the technology level."""

    first: float
    renewed: float
    of_tech: float = 0.0
    revoked: float = 0.006


TITLES = {
    "high_tech_enterprise": Odds(0.22, 0.90, 0.3),
    "innovative_sme": Odds(0.15, 0.85, 0.3),
    "specialised_sme": Odds(0.45, 0.85, 0.3),
    "little_giant": Odds(0.11, 0.85, 0.3),
    "gazelle": Odds(0.05, 0.60, 0.2),
    "gazelle_pool": Odds(0.30, 0.30, 0.2, 0.0),
    "tech_sme": Odds(0.75, 0.75, 0.2, 0.0),
}
"""The ratios of the stocks of innovative, specialised and little giant firms are set to the cited ones."""
