"""``dengti verify``: whether a result is whole, follows from its facts and rules, and comes from whom it says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import err, out
from features import dossier
from features.errors import FileProblem
from scoring import verifier


def verify(
    source: Annotated[Path, typer.Argument(metavar="RESULT.json", help="结果文件 / a result")],
    public_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="发布方公钥（PEM） / the issuer's public key")
    ] = None,
) -> None:
    """核验结果：决定部分完整、可由事实与规则重新算出、来源可信；梯次、缺失与理由不在收据之内 / verify a result by itself, offline;
    tier, missing and reasons stand outside the receipt.
    """
    result = dossier.loads(source.read_bytes())
    try:
        wrong, unchecked = verifier.verify(result, public_key.read_bytes() if public_key else None)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise FileProblem(
            field=str(source),
            value=str(error)[:80],
            rule="应为一家企业的结果 JSON，公钥应为 PEM / must be the result JSON of one enterprise, the key PEM",
            remedy="用 dengti score --receipt 的输出 / give the output of dengti score --receipt",
        ) from None
    for line in wrong:
        err.print(line, markup=False, highlight=False)
    if wrong:
        err.print("不完好 / not intact")
        raise typer.Exit(1)
    for line in (f"完好 / intact{'：' + unchecked if unchecked else ''}", verifier.VERIFIED, verifier.OUTSIDE):
        out.print(line, markup=False, highlight=False)
