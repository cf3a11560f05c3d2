"""Result frames of a population: ``scores`` and ``items``, a row an enterprise.

Column names are the paths of the result JSON: ``tech_sme.verdict``, ``tech_sme.items.rd_input.low``.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from scoring.assembly import Verdict
from scoring.batch import Scored
from scoring.card import MICRO, Card
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
    program, parts, made = scored.rules.program, scored.parts, scored.assembly
    found: list[pl.Series] = _tier(program, scored.firms["region_code"], parts, made)
    for name, compiled in program.cards.items():
        card = compiled.card
        if card.classes:
            found.append(_class(card, made))
            continue
        found.append(_words(made[f"verdict|{name}"]).alias(f"{name}.verdict"))
        unsafe = (parts[f"{name}|unsafe"] == 1) | scored.wider[name]
        found.append(_pick(unsafe, "safe", "exact").alias(f"{name}.bounds"))
        if card.items:
            found += [_points(made[f"score|{name}|{end}"]).alias(f"{name}.score.{end}") for end in ("low", "high")]
    found.append(
        _raised(parts, "missing", {n.removeprefix("unknown|"): [n] for n in parts.columns if n.startswith("unknown|")})
    )
    flags: dict[str, list[str]] = {}
    for name in sorted(n for n in parts.columns if n.startswith("flag|")):
        flags.setdefault(name.rsplit("|", 1)[1], []).append(name)
    found.append(_raised(parts, "flags", flags))
    release = pl.Series("release", [scored.rules.release.id]).new_from_index(0, scored.firms.height)
    return scored.firms.with_columns(release, *found).join(scored.notes, on="uscc", how="left", maintain_order="left")


def _tier(program: Program, region_codes: pl.Series, parts: pl.DataFrame, made: pl.DataFrame) -> list[pl.Series]:
    codes = region_codes.unique().to_list()
    chosen = pl.DataFrame(
        {"region_code": codes, "ladder": [ladder_for(None if c is None else str(c)).id for c in codes]},
        schema={"region_code": pl.Int64, "ladder": pl.String},
    )
    frame = pl.concat([region_codes.to_frame("region_code"), parts, made], how="horizontal").join(
        chosen, on="region_code", how="left", nulls_equal=True, maintain_order="left"
    )
    ladders = program.ladders.values()

    def of_ladder(answers: Iterable[pl.Expr]) -> pl.Expr:
        return pl.coalesce(
            pl.when(pl.col("ladder") == ladder.id).then(answer) for ladder, answer in zip(ladders, answers, strict=True)
        )

    held = (_rungs(ladder, [f"holds/{r.id}|low" for r in ladder.rungs]) for ladder in ladders)
    open_ = (_rungs(ladder, [f"tier|{ladder.id}|undetermined/{r.id}" for r in ladder.rungs]) for ladder in ladders)
    out = frame.select(
        pl.col("ladder").alias("tier.ladder"),
        *(
            of_ladder(_rung(ladder, pl.col(f"tier|{ladder.id}|{key}")) for ladder in ladders).alias(f"tier.{key}")
            for key in ("recognised", "qualified", "next")
        ),
        of_ladder(held).alias("tier.held"),
        of_ladder(open_).alias("tier.undetermined"),
        of_ladder(_states(ladder) for ladder in ladders).alias("tier.states"),
    )
    return out.get_columns()


def _rung(ladder: Ladder, place: pl.Expr) -> pl.Expr:
    return place.replace_strict(
        {i: rung.id for i, rung in enumerate(ladder.rungs)}, default=None, return_dtype=pl.String
    )


def _rungs(ladder: Ladder, truths: list[str]) -> pl.Expr:
    named = (pl.when(pl.col(t) == 1).then(pl.lit(rung.id)) for t, rung in zip(truths, ladder.rungs, strict=True))
    return pl.concat_list(named).list.drop_nulls()


def _states(ladder: Ladder) -> pl.Expr:
    """``rung:state`` for every rung that is in a state."""
    words = {state.value: state.name.lower() for state in State if state is not State.NONE}
    stated = (
        pl.col(f"tier|{ladder.id}|state/{r.id}").replace_strict(
            {code: f"{r.id}:{word}" for code, word in words.items()}, default=None, return_dtype=pl.String
        )
        for r in ladder.rungs
    )
    return pl.concat_list(stated).list.drop_nulls()


def _class(card: Card, made: pl.DataFrame) -> pl.Series:
    low, high = f"score|{card.id}|low", f"score|{card.id}|high"
    undetermined = len(card.classes)
    index = made.select(
        pl.when(pl.col(low) == pl.col(high)).then(pl.col(low) // pl.lit(MICRO)).otherwise(undetermined).alias("class")
    )["class"]
    return index.cast(pl.UInt8).cat.to(pl.Enum([*card.classes, "undetermined"])).alias(f"{card.id}.class")


def _words(codes: pl.Series) -> pl.Series:
    return codes.cast(pl.UInt8).cat.to(VERDICTS)


def _pick(truths: pl.Series, yes: str, no: str) -> pl.Series:
    return truths.cast(pl.UInt8).cat.to(pl.Enum([no, yes]))


def _points(micro: pl.Series) -> pl.Series:
    # Divided by a column: Polars divides by a literal through its reciprocal, which misses the nearest float.
    return micro / pl.Series([float(MICRO)]).new_from_index(0, micro.len())


def _raised(parts: pl.DataFrame, name: str, roots: dict[str, list[str]]) -> pl.Series:
    """Per enterprise the words of which some root is raised."""
    if not roots:
        return pl.Series(name, [[]] * parts.height, dtype=pl.List(pl.String))
    words = (pl.when(pl.max_horizontal(names) == 1).then(pl.lit(word)) for word, names in roots.items())
    return parts.select(pl.concat_list(words).list.drop_nulls().alias(name))[name]


def _items(scored: Scored) -> pl.DataFrame:
    parts = scored.parts
    found: list[pl.Series] = [scored.firms["uscc"]]
    for name, compiled in scored.rules.program.cards.items():
        for part in compiled.parts:
            path, root = f"{name}.{part.replace('/', '.')}", f"{name}|{part}"
            if not part.startswith("items/"):
                # fail 0, pass 1, undetermined 2
                verdict = 2 * parts[f"{root}|high"] - parts[f"{root}|low"]
                found.append(_words(verdict).alias(f"{path}.verdict"))
            else:
                found += [_points(parts[f"{root}|{end}"]).alias(f"{path}.{end}") for end in ("low", "high")]
        for gate, given in compiled.card.gates.items():
            if given.score is not None:
                made = scored.assembly
                verdict = 2 * made[f"gate|{name}|{gate}|high"] - made[f"gate|{name}|{gate}|low"]
                found.append(_words(verdict).alias(f"{name}.gates.{gate}.verdict"))
    return pl.DataFrame(found)
