"""Many enterprises at once: the same program over columns, conflicting completions united, results as two frames.

Column names are the paths of the result JSON: ``tech_sme.verdict``, ``tech_sme.items.rd_input.low``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from features.snapshot import Columns, LongTables, columns
from scoring.card import MICRO, Card
from scoring.compile import Verdict
from scoring.engine import Engine, Question, Rules
from scoring.ladder import Ladder, ladder_for
from scoring.polars_backend import Facts, evaluate
from scoring.program import LOWER, Program

VERDICTS = pl.Enum([v.word for v in Verdict])
TRUTHS = pl.Enum(["fail", "pass", "undetermined"])


@dataclass(frozen=True)
class Scored:
    """Results of some enterprises, one row each, sorted by uscc."""

    scores: pl.DataFrame
    items: pl.DataFrame


def score(engine: Engine, long: LongTables, question: Question) -> Scored:
    """Score every enterprise of the tables. Raises `UnknownName` for a rulebook that does not exist."""
    parts = list(_by_rules(engine, long, question))
    if not parts:
        parts = [(engine.rules(question.rules_on or question.as_of, None, question.kind or "new", question.rulebooks), long)]
    scored = [_score(rules, tables, question) for rules, tables in parts]
    return Scored(
        pl.concat([s.scores for s in scored], how="diagonal").sort("uscc"),
        pl.concat([s.items for s in scored], how="diagonal").sort("uscc"),
    )


def _by_rules(engine: Engine, long: LongTables, question: Question) -> Iterator[tuple[Rules, LongTables]]:
    """Enterprises grouped by the cards that are in force for their region."""
    firms = long.firms().to_frame("uscc")
    enterprise = long.tables.get("enterprise")
    if enterprise is None or "region_code" not in enterprise.columns:
        regions = firms.with_columns(pl.lit(None, dtype=pl.Int64).alias("region_code"))
    else:
        last = enterprise.select("uscc", "region_code").unique("uscc", keep="last", maintain_order=True)
        regions = firms.join(last, on="uscc", how="left")
    groups: dict[str, tuple[Rules, list[int | None]]] = {}
    for code in regions["region_code"].unique().to_list():
        region = None if code is None else str(code)
        rules = engine.rules(question.rules_on or question.as_of, region, question.kind or "new", question.rulebooks)
        groups.setdefault(rules.release.id, (rules, []))[1].append(code)
    for rules, codes in groups.values():
        if len(groups) == 1:
            yield rules, long
        else:
            wanted = pl.DataFrame({"region_code": codes}, schema={"region_code": pl.Int64})
            chosen = regions.join(wanted, on="region_code", how="semi", nulls_equal=True)["uscc"]
            yield rules, long.of(chosen)


def _score(rules: Rules, long: LongTables, question: Question) -> Scored:
    program = rules.program
    read = columns(long, question.as_of, question.known_at, program.scalars, program.row_fields)
    each = evaluate({**program.parts, **program.unknown}, Facts(read.frame, read.children, read.moments))
    single = read.frame["uscc"].is_unique().all()
    parts, safe = (each, None) if single else _unite(program, read, each)
    made = evaluate(program.assembly, Facts(parts, {}, {}))
    firms = read.frame.unique("uscc", keep="first", maintain_order=True)
    return Scored(
        _scores(rules, firms, parts, made, safe, read), _items(rules, firms["uscc"], parts)
    )


def _unite(program: Program, read: Columns, each: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parts of each enterprise over its completions, and per card whether the united answer is wider than they are."""
    keyed = each.with_columns(read.frame["uscc"])
    parts = keyed.group_by("uscc", maintain_order=True).agg(
        pl.col(name).min() if name.endswith(LOWER) else pl.col(name).max() for name in each.columns
    )
    made = evaluate(program.assembly, Facts(parts.drop("uscc"), {}, {}))
    singly = evaluate(program.assembly, Facts(each, {}, {})).with_columns(read.frame["uscc"])
    undetermined = Verdict.UNDETERMINED.value
    stated = singly.group_by("uscc", maintain_order=True).agg(
        *(
            pl.when(pl.col(n).n_unique() == 1).then(pl.col(n).first()).otherwise(undetermined).alias(n)
            for n in made.columns
            if n.startswith("verdict|")
        ),
        *(
            (pl.col(n).min() if n.endswith(LOWER) else pl.col(n).max())
            for n in made.columns
            if n.startswith("score|")
        ),
    )
    wider = {
        name: pl.any_horizontal(
            made[c] != stated[c] for c in stated.columns if c != "uscc" and c.split("|")[1] == name
        )
        for name in program.cards
    }
    return parts.drop("uscc"), stated.select(wider[name].alias(name) for name in program.cards)


def _scores(
    rules: Rules,
    firms: pl.DataFrame,
    parts: pl.DataFrame,
    made: pl.DataFrame,
    safe: pl.DataFrame | None,
    read: Columns,
) -> pl.DataFrame:
    program = rules.program
    out = firms.select("uscc", "name", "region_code")
    found: list[pl.Series] = _tier(program, firms["region_code"], parts, made)
    for name, compiled in program.cards.items():
        card = compiled.card
        if card.classes:
            found.append(_class(card, made))
        else:
            found.append(_words(made[f"verdict|{name}"], VERDICTS).alias(f"{name}.verdict"))
            unsafe = parts[f"{name}|unsafe"] == 1
            unsafe = unsafe | safe[name] if safe is not None else unsafe
            found.append(_pick(unsafe, "safe", "exact").alias(f"{name}.bounds"))
            if card.items:
                found += [_points(made[f"score|{name}|{end}"]).alias(f"{name}.score.{end}") for end in ("low", "high")]
    found.append(_names(parts, "unknown|").alias("missing"))
    found.append(_flags(parts).alias("flags"))
    return out.with_columns(found).join(read.notes, on="uscc", how="left", maintain_order="left")


def _tier(program: Program, region_codes: pl.Series, parts: pl.DataFrame, made: pl.DataFrame) -> list[pl.Series]:
    codes = region_codes.unique().to_list()
    chosen = pl.DataFrame(
        {"region_code": codes, "ladder": [ladder_for(None if c is None else str(c)).id for c in codes]},
        schema={"region_code": pl.Int64, "ladder": pl.String},
    )
    frame = pl.concat([region_codes.to_frame("region_code"), parts, made], how="horizontal").join(
        chosen, on="region_code", how="left", nulls_equal=True, maintain_order="left"
    )
    exprs = {}
    for key in ("recognised", "qualified", "next"):
        exprs[key] = pl.coalesce(
            pl.when(pl.col("ladder") == ladder.id).then(_rung(ladder, pl.col(f"tier|{ladder.id}|{key}")))
            for ladder in program.ladders.values()
        )
    for key in ("held", "undetermined"):
        exprs[key] = pl.coalesce(
            pl.when(pl.col("ladder") == ladder.id).then(
                pl.concat_list(
                    pl.when(
                        pl.col(f"holds/{r.id}|certain" if key == "held" else f"tier|{ladder.id}|undetermined/{r.id}") == 1
                    ).then(pl.lit(r.id))
                    for r in ladder.rungs
                ).list.drop_nulls()
            )
            for ladder in program.ladders.values()
        )
    out = frame.select(pl.col("ladder").alias("tier.ladder"), *(e.alias(f"tier.{k}") for k, e in exprs.items()))
    return out.get_columns()


def _rung(ladder: Ladder, place: pl.Expr) -> pl.Expr:
    return place.replace_strict(
        {i: rung.id for i, rung in enumerate(ladder.rungs)}, default=None, return_dtype=pl.String
    )


def _class(card: Card, made: pl.DataFrame) -> pl.Series:
    low, high = made[f"score|{card.id}|low"], made[f"score|{card.id}|high"]
    names = pl.Enum([*card.classes, "undetermined"])
    index = made.select(
        pl.when(low == high).then(low // pl.lit(MICRO)).otherwise(len(card.classes)).alias("class")
    )["class"]
    return index.cast(pl.UInt8).cat.to(names).alias(f"{card.id}.class")


def _words(codes: pl.Series, words: pl.Enum) -> pl.Series:
    return codes.cast(pl.UInt8).cat.to(words)


def _pick(truths: pl.Series, yes: str, no: str) -> pl.Series:
    frame = truths.to_frame("t")
    return frame.select(pl.when("t").then(pl.lit(yes)).otherwise(pl.lit(no)).alias("t"))["t"].cast(pl.Enum([no, yes]))


def _points(micro: pl.Series) -> pl.Series:
    # Divided by a column: Polars divides by a literal through its reciprocal, which misses the nearest float.
    return micro / pl.Series([float(MICRO)]).new_from_index(0, micro.len())


def _names(parts: pl.DataFrame, prefix: str) -> pl.Series:
    """Per enterprise the names of the raised roots."""
    raised = [name for name in parts.columns if name.startswith(prefix)]
    if not raised:
        return pl.Series("names", [[]] * parts.height, dtype=pl.List(pl.String))
    return parts.select(
        pl.concat_list(
            pl.when(pl.col(name) == 1).then(pl.lit(name.removeprefix(prefix))) for name in raised
        ).list.drop_nulls().alias("names")
    )["names"]


def _flags(parts: pl.DataFrame) -> pl.Series:
    """Flags of any part, each once."""
    by_flag: dict[str, list[str]] = {}
    for name in parts.columns:
        if name.startswith("flag|"):
            by_flag.setdefault(name.rsplit("|", 1)[1], []).append(name)
    if not by_flag:
        return pl.Series("flags", [[]] * parts.height, dtype=pl.List(pl.String))
    return parts.select(
        pl.concat_list(
            pl.when(pl.max_horizontal(names) == 1).then(pl.lit(flag)) for flag, names in sorted(by_flag.items())
        ).list.drop_nulls().alias("flags")
    )["flags"]


def _items(rules: Rules, firms: pl.Series, parts: pl.DataFrame) -> pl.DataFrame:
    found: list[pl.Series] = [firms]
    for name, compiled in rules.program.cards.items():
        for part, own in compiled.parts.items():
            path = f"{name}.{part.replace('/', '.')}"
            if own.truth is not None:
                certain, possible = parts[f"{name}|{part}|certain"], parts[f"{name}|{part}|possible"]
                # fail 0, pass 1, undetermined 2
                found.append(_words(2 * possible - certain, TRUTHS).alias(f"{path}.verdict"))
            else:
                found += [_points(parts[f"{name}|{part}|{end}"]).alias(f"{path}.{end}") for end in ("low", "high")]
    return pl.DataFrame(found)
