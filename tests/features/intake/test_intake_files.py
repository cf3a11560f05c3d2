import json
import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from features import dossier
from features.errors import FileProblem
from features.identifiers import uscc
from features.intake import read_input, write_rejects
from features.intake.imported import schema_of
from features.kinds import NEVER, day_number
from features.tables import PROVENANCE, TABLES, Enterprise
from tests.reference_implementation.random_dossiers import drop_facts, random_dossier

A, B, C = (uscc.make("91", "450200", f"MA5K000{n}") for n in (1, 2, 3))


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_encodings_and_separators(tmp_path, encoding, separator):
    text = (
        f"年度数据（单位：万元）\r\n统一社会信用代码,会计年度,营业收入\r\n\r\n{A},2025,12.5\r\n{B},2024,\r\n".replace(
            ",", separator
        )
    )
    got = read_input(write(tmp_path / "年报.csv", text, encoding))
    assert got.tables["annual_report"].select("uscc", "fiscal_year", "revenue").rows() == [
        (A, 2025, 125_000_00),
        (B, 2024, None),
    ]
    assert got.rejects.height == 0


def test_csv_line_numbers_count_quoted_line_breaks(tmp_path):
    text = f'uscc,名称,上市板块\n{A},"甲\n公司",x\n{B},乙,"{"x" * 501}"\n'
    got = read_input(write(tmp_path / "企业.csv", text))
    assert got.rejects["row"].to_list() == [4]
    assert got.tables["enterprise"]["name"].to_list() == ["甲\n公司"]


def test_a_csv_row_shifted_by_a_comma_is_refused(tmp_path):
    many = "".join(f"{A},{year},5,6\n" for year in range(1960, 2020)) * 5
    text = f"uscc,年度,营业收入,职工总数\n{A},2025,5,6\n{many}{B},2025,1,234,567,6\n"
    got = read_input(write(tmp_path / "年报.csv", text))
    assert got.rejects.select("row", "uscc", "column").rows() == [(303, B, "")]
    assert got.tables["annual_report"].height == 301
    assert any("只计一次" in note.zh for note in got.notes)


def test_csv_that_cannot_be_read(tmp_path):
    for content in (b"", b"  \n", b"PK\x03\x04xx", b"uscc,a\n\xff\xff\xff\xff,1\n", b'uscc,a\n"x,1\n', b"a\0b,c\n"):
        (tmp_path / "x.csv").write_bytes(content)
        with pytest.raises(FileProblem):
            read_input(tmp_path / "x.csv")


def test_parquet_types(tmp_path):
    frame = pl.DataFrame(
        {
            "uscc": [A, B, C],
            "fiscal_year": pl.Series([2025, 2025, 2025], dtype=pl.Int16),
            "revenue": pl.Series([Decimal("1.50"), Decimal("-3.20"), None], dtype=pl.Decimal(20, 2)),
            "net_profit": [0.1 + 0.2, 1e7, 1234.5600000000001],
            "employees": [80.0, 81.0, float("nan")],
            "rd_super_deduction": [True, None, False],
            "known_from": [date(2025, 5, 1), None, date(2025, 6, 1)],
            "total_assets": pl.Series([1.0, 2.0, 3.0], dtype=pl.Float32),
        }
    )
    frame.write_parquet(tmp_path / "annual_report.parquet")
    got = read_input(tmp_path)
    columns = ["uscc", "revenue", "net_profit", "employees", "rd_super_deduction", "known_from", "total_assets"]
    assert got.tables["annual_report"].select(columns).rows() == [
        (A, 150, 30, 800000, 1, day_number(date(2025, 5, 1)), None),
        (C, None, 123456, None, 0, day_number(date(2025, 6, 1)), None),
    ]
    assert got.rejects.select("row", "column", "value", "code").rows() == [
        (None, "total_assets", "total_assets", "single_precision"),
        (2, "revenue", "-3.20", "invalid_value"),
    ]


def test_parquet_instants_are_days_in_shanghai(tmp_path):
    late = pl.Series([datetime(2025, 4, 30, 17)], dtype=pl.Datetime("us", "UTC"))
    pl.DataFrame({"uscc": [A], "established_on": late}).write_parquet(tmp_path / "enterprise.parquet")
    assert read_input(tmp_path).tables["enterprise"]["established_on"].to_list() == [day_number(date(2025, 5, 1))]


def test_one_bad_row_among_many_loses_nothing_else(tmp_path):
    count = 100_000
    frame = pl.DataFrame(
        {
            "uscc": [[A, B, C][n % 3] for n in range(count)],
            "kind": ["invention_patent"] * count,
            "number": [f"ZL{n}" for n in range(count)],
            "granted_on": ["2021-05-06"] * 70_000 + ["2021-02-30"] + ["2021-05-06"] * (count - 70_001),
            "count": ["1"] * count,
        }
    )
    frame.write_csv(tmp_path / "intellectual_property.csv")
    got = read_input(tmp_path)
    table = got.tables["intellectual_property"]
    assert table.height == count - 1
    assert table["number"].to_list() == [f"ZL{n}" for n in range(count) if n != 70_000]
    assert got.rejects.select("row", "column", "value").rows() == [(70_002, "granted_on", "2021-02-30")]
    assert got.incomplete.rows() == [([A, B, C][70_000 % 3], "intellectual_property")]


def test_rows_beyond_the_most_for_one_firm_are_refused(tmp_path):
    frame = pl.DataFrame(
        {"uscc": [A] * 100_002 + [B], "kind": "trademark", "number": [str(n) for n in range(100_003)], "count": 1}
    )
    frame.write_parquet(tmp_path / "intellectual_property.parquet")
    got = read_input(tmp_path)
    assert got.tables["intellectual_property"].height == 100_001
    assert got.rejects.select("file", "row", "uscc", "code").rows() == [
        ("intellectual_property.parquet", row, A, "too_many_rows") for row in (100_001, 100_002)
    ]
    assert got.incomplete.rows() == [(A, "intellectual_property")]


def test_a_folder_reports_progress_and_notes_other_files(tmp_path):
    write(tmp_path / "enterprise.csv", f"uscc,name\n{A},甲\n")
    write(tmp_path / "readme.md", "x")
    seen: list[tuple[str, int, int]] = []
    got = read_input(tmp_path, lambda *step: seen.append(step))
    assert seen == [("enterprise.csv", 0, 1), (tmp_path.name, 1, 1)]
    assert [note.file for note in got.notes] == ["readme.md"]


def test_paths_without_data(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(FileProblem):
            read_input(path)


def test_frames_are_uniform(tmp_path):
    for table in TABLES.values():
        frame = pl.DataFrame({"uscc": [A], "source": ["x"], next(iter(table.fields)): [None]})
        frame.cast(pl.String).write_csv(tmp_path / f"{table.id}.csv")
    got = read_input(tmp_path)
    for name, frame in got.tables.items():
        assert dict(frame.schema) == schema_of(TABLES[name])


def dump(value: Any) -> str:
    return json.dumps(value, default=lambda v: str(v) if isinstance(v, date) else float(v), ensure_ascii=False)


def dossiers(count: int, seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        raw = random_dossier(rng)
        found.append(drop_facts(rng, raw) if rng.random() < 0.5 else raw)
    return [json.loads(dump(raw), parse_float=Decimal) for raw in found]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_files_agree_with_dossiers(tmp_path, form):
    raws = dossiers(60, 1)
    text = dump(raws) if form == "json" else "\n".join(map(dump, raws))
    got = read_input(write(tmp_path / f"x.{form}", text))
    assert got.rejects.height == 0, got.rejects.to_dicts()[:3]
    firms = {row["uscc"]: row for row in got.tables["enterprise"].iter_rows(named=True)}
    for raw in raws:
        read = dossier.read(raw)
        for table, rows in read.tables.items():
            frame = got.tables.get(table, pl.DataFrame(schema=schema_of(TABLES[table])))
            ours = (
                frame.filter(pl.col("uscc") == read.uscc)
                .select(c for c in frame.columns if not c.endswith("_listed"))
                .to_dicts()
            )
            assert [{k: v for k, v in row.items() if v is not None and k != "uscc"} for row in ours] == [
                {k: v for k, v in row.items() if v is not None} for row in rows or []
            ]
            if table != "enterprise":
                assert firms[read.uscc][f"{table}_listed"] == (None if rows is None else 1)


def test_a_bad_dossier_is_refused_whole_and_named(tmp_path):
    raws: list[Any] = [
        {"enterprise": {"uscc": A}, "events": []},
        {"enterprise": {"uscc": B, "strategic_emerging": "maybe"}, "certificates": [{"kind": "x"}]},
        {"enterprise": {}},
        7,
    ]
    got = read_input(write(tmp_path / "x.json", dump(raws)))
    assert got.tables["enterprise"].select("uscc", "event_listed", "certificate_listed").rows() == [(A, 1, None)]
    assert got.rejects.select("row", "uscc", "column").rows()[:2] == [
        (2, B, "enterprise.strategic_emerging"),
        (2, B, "certificates[0].kind"),
    ]
    assert set(got.rejects["row"]) == {2, 3, 4}
    assert got.incomplete.rows() == [(B, "certificate")]
    with pytest.raises(FileProblem):
        read_input(write(tmp_path / "y.json", "{"))
    lines = read_input(write(tmp_path / "y.jsonl", dump(raws[0]) + "\n{\n"))
    assert lines.rejects.select("row", "code").rows() == [(2, "invalid_dossier")]


def flat(raws: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The same facts as rows of sheets; an empty cell is an absent key, so nulls that state something are words."""
    sheets: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for raw in raws:
        code = raw["enterprise"]["uscc"]
        for table in TABLES.values():
            rows = raw.get(table.key)
            if table is Enterprise:
                listed = {f"{t.id}_listed": raw.get(t.key) is not None for t in TABLES.values() if t is not Enterprise}
                rows = [rows | listed]
            elif table.id == "expert_grade":
                given = (rows or {}).items()
                rows = [{"criterion": k} | e for k, v in given for e in (v if isinstance(v, list) else [{"value": v}])]
            for row in rows or []:
                sheets[table.id].append({k: "N/A" if v is None else v for k, v in row.items()} | {"uscc": code})
    return {table: rows for table, rows in sheets.items() if rows}


def as_text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def assert_alike(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> None:
    assert set(one) == set(other)
    for table in one:
        columns = [*schema_of(TABLES[table]), *(c for c in one[table].columns if c.endswith("_listed"))]
        left, right = (frames[table].select(columns) for frames in (one, other))
        if table == "enterprise":
            left, right = (f.with_columns(pl.col("^.*_listed$").replace(0, None)) for f in (left, right))
        order = ["uscc", *columns[1:]]
        assert left.sort(order).equals(right.sort(order)), table


def test_sheets_say_what_dossiers_say(tmp_path):
    raws = list({raw["enterprise"]["uscc"]: raw for raw in dossiers(80, 2)}.values())
    folder = tmp_path / "csv"
    folder.mkdir()
    with xlsxwriter.Workbook(tmp_path / "all.xlsx", {"strings_to_numbers": False}) as workbook:
        for table, rows in flat(raws).items():
            headers = list(dict.fromkeys(k for row in rows for k in row))
            pl.DataFrame(
                {h: [as_text(row.get(h)) for row in rows] for h in headers}, schema=dict.fromkeys(headers, pl.String)
            ).write_csv(folder / f"{table}.csv")
            sheet = workbook.add_worksheet(table)
            fields = TABLES[table].fields | PROVENANCE
            for place, header in enumerate(headers):
                sheet.write(0, place, fields[header].zh if header in fields and header != "value" else header)
                for line, row in enumerate(rows, start=1):
                    cell = row.get(header)
                    if cell is not None:
                        sheet.write(line, place, float(cell) if isinstance(cell, Decimal) else cell)
    from_json = read_input(write(tmp_path / "x.json", dump(raws)))
    for path in (folder, tmp_path / "all.xlsx"):
        got = read_input(path)
        assert got.rejects.height == 0, got.rejects.to_dicts()[:3]
        assert_alike(from_json.tables, got.tables)


def test_files_beside_dossiers_keep_their_own_completeness(tmp_path):
    write(tmp_path / "x.json", dump([{"enterprise": {"uscc": A}, "events": []}]))
    write(tmp_path / "enterprise.csv", f"uscc,name\n{B},乙\n{C},丙\n")
    write(tmp_path / "certificate.csv", f"uscc,证书类别\n{B},高企\n")
    got = read_input(tmp_path)
    rows = got.tables["enterprise"].sort("uscc").select("uscc", "event_listed", "certificate_listed").rows()
    assert set(rows) == {(A, 1, None), (B, None, 1), (C, None, None)}
    assert got.tables["certificate"]["revoked_on"].to_list() == [NEVER]


def test_rejects_are_written_for_people_and_programs(tmp_path):
    got = read_input(write(tmp_path / "企业.csv", f"uscc,成立日期\n{A},=1+1\n{A},昨天\n"))
    for suffix in ("parquet", "csv", "xlsx"):
        write_rejects(got.rejects, tmp_path / f"r.{suffix}")
    assert pl.read_parquet(tmp_path / "r.parquet").equals(got.rejects)
    text = (tmp_path / "r.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert "统一社会信用代码" in text.decode("utf-8-sig")
    assert "'=1+1" in text.decode("utf-8-sig")
    sheet = pl.read_excel(tmp_path / "r.xlsx")
    assert sheet["填报值"].to_list() == ["=1+1", "昨天"]
    with pytest.raises(FileProblem):
        write_rejects(got.rejects, tmp_path / "r.doc")


def test_an_input_in_which_nothing_is_recognised_is_an_error(tmp_path):
    with pytest.raises(FileProblem, match="no table was recognised"):
        read_input(write(tmp_path / "x.csv", "天气,温度\n晴,20\n"))


def test_grades_need_a_criterion(tmp_path):
    write(tmp_path / "expert_grade.csv", f"uscc,criterion,value\n{A},,5\n{B},hte.x,5\n")
    got = read_input(tmp_path)
    assert got.tables["expert_grade"]["uscc"].to_list() == [B]
    assert got.rejects.select("row", "code").rows() == [(2, "missing_criterion")]
    write(tmp_path / "expert_grade.csv", f"uscc,value,year\n{A},5,2025\n")
    assert read_input(tmp_path).rejects["code"].to_list() == ["missing_criterion_column"]


def test_a_mixed_line_without_a_year_is_refused_only_where_it_states_annual_facts(tmp_path):
    text = f"uscc,企业名称,成立日期,年度,职工总数\n{A},甲,2016-01-01,,\n{B},乙,2016-01-01,,5\n"
    got = read_input(write(tmp_path / "x.csv", text))
    assert got.tables["enterprise"]["uscc"].to_list() == [A]
    assert got.tables["annual_report"].height == 0
    assert got.rejects.select("row", "code").rows() == [(3, "missing_fiscal_year")]
