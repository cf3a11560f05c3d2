"""Result frames of a population: ``scores`` and ``items``, a row an enterprise.

Column names are the paths of the result JSON: ``tech_sme.verdict``, ``tech_sme.items.rd_input.low``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from api.answers.decision import status_of
from api.answers.tier import STATES
from api.batch.probability import placements, probabilities
from api.batch.words import WORD, Number, Raised, Told
from features.facts import path_of_year
from scoring.assembly import Verdict
from scoring.batch import Scored
from scoring.card import MICRO, Card, Scheme
from scoring.ladder import Ladder, State, ladder_for
from scoring.program import Program

VERDICTS = pl.Enum([v.word for v in Verdict])


def frames(scored: Iterable[Scored]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``scores`` and ``items`` of all groups, sorted by uscc."""
    given = list(scored)
    scores = pl.concat([_scores(one) for one in given], how="diagonal").sort("uscc")
    items = pl.concat([_items(one) for one in given], how="diagonal").sort("uscc")
    return scores, items


def _scores(scored: Scored) -> pl.DataFrame:
    program, values = scored.rules.program, scored.values
    found: list[pl.Series] = _tier(program, scored.firms["region_code"], values)
    for name, compiled in program.cards.items():
        card = compiled.card
        if card.classes:
            found.append(_class(card, values))
            continue
        if card.scheme:
            found += _stage(card.id, card.scheme, values)
            status = pl.Series(f"{name}.status", [status_of(card)], dtype=pl.String)
            found.append(status.new_from_index(0, scored.firms.height))
        else:
            found.append(_words(values[f"verdict|{name}"]).alias(f"{name}.verdict"))
        unsafe = values[f"{name}|unsafe"].cast(pl.Boolean) | scored.wider[name]
        found.append(_pick(unsafe, "safe", "exact").alias(f"{name}.bounds"))
        if card.items:
            found += [_points(values[f"score|{name}|{end}"]).alias(f"{name}.score.{end}") for end in ("low", "high")]
    for learned in program.learned:
        found += probabilities(learned, values)
    found.append(_missing(program, scored.as_of).of(values).alias("missing"))
    found.append(_flags(program).of(values).alias("flags"))
    release = pl.Series("release", [scored.rules.release.id], dtype=WORD).new_from_index(0, scored.firms.height)
    return scored.firms.with_columns(release, *found)


@lru_cache(maxsize=64)
def _missing(program: Program, as_of: date) -> Raised:
    return Raised({path_of_year(n.removeprefix("unknown|"), as_of): [pl.col(n)] for n in program.unknown})


@lru_cache(maxsize=64)
def _flags(program: Program) -> Raised:
    flags: dict[str, list[pl.Expr]] = {}
    for name in sorted(n for n in program.parts if n.startswith("flag|")):
        flags.setdefault(name.rsplit("|", 1)[1], []).append(pl.col(name))
    return Raised(flags)


TIER: dict[str, pl.DataType] = {
    "tier.ladder": WORD,
    "tier.recognised": WORD,
    "tier.qualified": WORD,
    "tier.next": WORD,
    "tier.held": pl.List(WORD),
    "tier.undetermined": pl.List(WORD),
    "tier.states": pl.List(WORD),
}


def _tier(program: Program, region_codes: pl.Series, values: pl.DataFrame) -> list[pl.Series]:
    """Place on the ladder of each firm's region, and where the rules leave a tier open the spread over the tiers."""
    codes = region_codes.unique().to_list()
    ladders = {code: ladder_for(None if code is None else str(code)).id for code in codes}
    found = []
    for name in dict.fromkeys(ladders.values()):
        own = pl.Series([code for code, ladder in ladders.items() if ladder == name], dtype=pl.Int64)
        chosen = region_codes.is_in(own.implode(), nulls_equal=True)
        ladder, of_ladder = program.ladders[name], values.filter(chosen)
        place, spread = _place(program, ladder).of(of_ladder), placements(program, ladder, of_ladder)
        found.append(place.with_columns(*spread.get_columns(), chosen.arg_true().alias("#")))
    if not found:
        return list(pl.DataFrame(schema=TIER).get_columns())
    return pl.concat(found, how="diagonal").sort("#").drop("#").get_columns()


@lru_cache(maxsize=64)
def _place(program: Program, ladder: Ladder) -> Told:
    rungs, prefix = [rung.id for rung in ladder.rungs], f"tier|{ladder.id}|"
    roots = {**program.parts, **program.assembly}
    names = [f"{prefix}{key}" for key in ("recognised", "qualified", "next")]
    for stem, end in (("holds/", "|low"), (f"{prefix}undetermined/", ""), (f"{prefix}state/", "")):
        names += [f"{stem}{rung}{end}" for rung in rungs]

    def tell(recognised: int, qualified: int, following: int, *of_rungs: int) -> list[Any]:
        held, open_, states = (of_rungs[i * len(rungs) : (i + 1) * len(rungs)] for i in range(3))
        return [
            ladder.id,
            *(rungs[place] if place >= 0 else None for place in (recognised, qualified, following)),
            *([rung for rung, true in zip(rungs, truths, strict=True) if true] for truths in (held, open_)),
            [f"{rung}:{STATES[s]}" for rung, s in zip(rungs, states, strict=True) if s != State.NONE.value],
        ]

    return Told([Number(pl.col(name), roots[name].lo, roots[name].hi) for name in names], TIER, tell)


def _class(card: Card, made: pl.DataFrame) -> pl.Series:
    low, high = f"score|{card.id}|low", f"score|{card.id}|high"
    undetermined = len(card.classes)
    index = made.select(
        pl.when(pl.col(low) == pl.col(high)).then(pl.col(low) // pl.lit(MICRO)).otherwise(undetermined).alias("class")
    )["class"]
    return index.cast(pl.UInt8).cat.to(pl.Enum([*card.classes, "undetermined"])).alias(f"{card.id}.class")


def _stage(name: str, scheme: Scheme, made: pl.DataFrame) -> list[pl.Series]:
    """The stage where the enterprise surely is; nothing of a scheme without stages."""
    stages = [stage.id for stage in scheme.stages]
    if not stages:
        return []
    kind = pl.Enum([*stages, "undetermined"])
    of_stage = (pl.when(pl.col(f"stage|{name}|{stage}|low") == 1).then(pl.lit(stage)) for stage in stages)
    found = pl.coalesce(*of_stage, pl.lit("undetermined")).cast(kind)
    return [made.select(found.alias(f"{name}.stage")).to_series()]


def _words(codes: pl.Series) -> pl.Series:
    return codes.cast(pl.UInt8).cat.to(VERDICTS)


def _pick(truths: pl.Series, yes: str, no: str) -> pl.Series:
    return truths.cast(pl.UInt8).cat.to(pl.Enum([no, yes]))


def _points(micro: pl.Series) -> pl.Series:
    # Divided by a column: Polars divides by a literal through its reciprocal, which misses the nearest float.
    return micro / pl.Series([float(MICRO)]).new_from_index(0, micro.len())


def _items(scored: Scored) -> pl.DataFrame:
    values = scored.values
    found: list[pl.Series] = [scored.firms["uscc"]]
    for name, compiled in scored.rules.program.cards.items():
        for part in compiled.parts:
            path, root = f"{name}.{part.replace('/', '.')}", f"{name}|{part}"
            if part.startswith("items/"):
                found += [_points(values[f"{root}|{end}"]).alias(f"{path}.{end}") for end in ("low", "high")]
            else:
                found.append(_verdict(values, root).alias(f"{path}.verdict"))
        on_score = (gate for gate, given in compiled.card.gates.items() if given.score is not None)
        found += [_verdict(values, f"gate|{name}|{gate}").alias(f"{name}.gates.{gate}.verdict") for gate in on_score]
    return pl.DataFrame(found)


def _verdict(values: pl.DataFrame, root: str) -> pl.Series:
    """fail 0, pass 1, undetermined 2."""
    certain, possible = (values[f"{root}|{end}"].cast(pl.Int8) for end in ("low", "high"))
    return _words(2 * possible - certain)
