"""The files for BI, read back with pyarrow and compared with the database."""

import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select

from server.__main__ import main
from server.actions.bi_rows import ENTRIES, FORECASTS, ITEMS, REPORTS
from server.db.session import Database
from server.domain.bi_tables import KINDS, TABLES
from server.jobs.declaring import JobFailed, Work
from server.jobs.tasks.export_parquet import MISSING, export_parquet
from tests.serving import DATABASE, settings_for

pytest.importorskip("pyarrow")
import pyarrow.dataset as ds
from pyarrow import fs

from server.analytics.parquet import Lake, Target, open_lake, schema_of

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
PART = 1


@pytest.fixture
def database(tmp_path: Path, demo_template: Path) -> Iterator[Database]:
    """The demo data with some sales and a forecast."""
    shutil.copy(demo_template / DATABASE, tmp_path / DATABASE)
    opened = Database(settings_for(tmp_path).url, synchronous="OFF")
    common = {"part_key": PART, "customer_key": 0, "currency": "EUR", "source": "import", "code": ""}
    with opened.write() as session:
        session.execute(insert(REPORTS), [
            {**common, "sales_date": date(2026, 2, 1 + number % 3), "customer_key": number,
             "quantity_sold": Decimal("1.5") * (1 if number % 4 else -1), "total_revenue": Decimal("0.123456")}
            for number in range(30)
        ])  # fmt: skip
        session.execute(insert(FORECASTS).values(
            part_id=PART, made_at=NOW, start=date(2026, 3, 2), bucket="month", horizon=3, kind="smooth",
            model="AutoETS", mean=[1.5, 2, 3], low=[0, 1, 1], high=[3, 4, 5], error=0.8, naive_error=1.1,
            history_buckets=40, enough=True, why="",
        ))  # fmt: skip
    yield opened
    opened.close()


def run(database: Database, place: Path | str, now: datetime = NOW, **settings: Any) -> Any:
    given = settings_for(Path(str(database.engine.url.database)).parent, export_to=str(place), **settings)
    return export_parquet.run(Work(database, given, {}, now))


def read(place: Path | str, table: str, filesystem: Any = None) -> list[dict[str, Any]]:
    found = ds.dataset(f"{place}/{table}", format="parquet", partitioning="hive", filesystem=filesystem)
    rows: list[dict[str, Any]] = found.to_table().to_pylist()
    return rows


def scalar(database: Database, statement: Any) -> Any:
    with database.read() as connection:
        return connection.execute(statement).scalar()


def test_the_files_hold_what_the_database_holds(database: Database, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    told = run(database, lake)
    stock = read(lake, "stock")
    assert len(stock) == told["rows"]["stock"] == scalar(database, select(func.count()).select_from(ITEMS))
    assert sum(row["quantity"] for row in stock) == scalar(database, select(func.sum(ITEMS.c.quantity)))
    assert {str(row["date"]) for row in stock} == {"2026-03-02"}
    assert {row["status_text"] for row in stock} >= {"OK"}
    movements = read(lake, "movements")
    assert sum(row["entry"] for row in movements) == scalar(database, select(func.sum(ENTRIES.c.pk)))
    assert all(row["time"].date().isoformat() == str(row["date"]) for row in movements)
    assert all(row["type_text"] for row in movements)
    told_quantities = [row for row in movements if row["quantity"] is not None]
    assert told_quantities
    assert all(Decimal(str(json.loads(row["deltas"])["quantity"])) == row["quantity"] for row in told_quantities)
    sales = read(lake, "sales")
    assert sum(row["quantity_sold"] for row in sales) == scalar(database, select(func.sum(REPORTS.c.quantity_sold)))
    assert sum(row["total_revenue"] for row in sales) == Decimal("3.703680")
    assert {row["customer"] for row in sales} == {None, *range(1, 30)}
    assert [(row["step"], row["period_start"], row["mean"]) for row in read(lake, "forecasts")] == [
        (1, date(2026, 3, 2), 1.5), (2, date(2026, 4, 1), 2.0), (3, date(2026, 5, 1), 3.0),
    ]  # fmt: skip
    suppliers = read(lake, "supplier_performance")
    assert sum(row["receipts"] for row in suppliers) > 0
    assert all(row["on_time"] <= row["promised"] <= row["receipts"] for row in suppliers)
    assert not list((lake / "_tmp").iterdir())


def test_the_second_time_only_what_changed_is_written(database: Database, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    run(database, lake)
    assert run(database, lake) == {"skipped": "It is done for today."}
    times = {path: path.stat().st_mtime_ns for path in lake.rglob("*.parquet")}
    with database.write() as session:
        session.execute(insert(ENTRIES).values(date=datetime(2026, 2, 28, 12, tzinfo=UTC), tracking_type=10, notes="x",
                                               deltas={"quantity": 7, "added": "none"}))  # fmt: skip
        session.execute(delete(REPORTS).where(REPORTS.c.sales_date == date(2026, 2, 2)))
    told = run(database, lake, NOW + timedelta(days=1))
    assert told["rows"]["movements"] == 1
    assert told["rows"]["sales"] == 0
    new = {path for path in lake.rglob("*.parquet") if path.stat().st_mtime_ns != times.get(path)}
    assert {path.parent.relative_to(lake).as_posix() for path in new} == {
        "movements/date=2026-02-28",
        *(f"{table}/date=2026-03-03" for table in ("stock", "supplier_performance", "forecasts")),
    }
    assert not (lake / "sales/date=2026-02-02/part-0.parquet").exists()
    assert (read(lake, "movements")[-1]["quantity"], read(lake, "movements")[-1]["added"]) == (Decimal(7), None)
    manifest = json.loads((lake / "_manifest.json").read_text())
    assert sorted(manifest["tables"]["stock"]) == ["2026-03-02", "2026-03-03"]
    listed = {entry["path"] for days in manifest["tables"].values() for entry in days.values()}
    assert listed == {path.relative_to(lake).as_posix() for path in lake.rglob("*.parquet")}


def test_what_was_broken_off_leaves_what_was_there(tmp_path: Path) -> None:
    lake = open_lake(Target(str(tmp_path / "lake")))
    table, day = next(one for one in TABLES if one.name == "supplier_performance"), date(2026, 1, 1)
    row = (1, "A", 3, 3, 1.0, 2.0, 2, 1, 0.5, day)
    assert lake.write(table, day, [[row]]) == 1

    def broken() -> Iterator[list[tuple[Any, ...]]]:
        yield [row, row]
        raise OSError("the line is cut")

    with pytest.raises(OSError, match="cut"):
        lake.write(table, day, broken())
    assert len(read(tmp_path / "lake", "supplier_performance")) == 1
    assert not list((tmp_path / "lake" / "_tmp").iterdir())
    assert lake.write(table, day, []) == 0
    assert read(tmp_path / "lake", "supplier_performance") == []


def test_it_waits_for_its_hour_and_says_where_it_cannot_write(database: Database, tmp_path: Path) -> None:
    assert "names no place" in run(database, "")["skipped"]
    assert "from 6:00 UTC" in run(database, tmp_path / "lake", export_hour=6)["skipped"]
    (tmp_path / "file").write_text("")
    with pytest.raises(JobFailed, match="could not be written"):
        run(database, tmp_path / "file" / "lake")


def test_without_the_extra_it_says_so(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "server.analytics.parquet")
    with pytest.raises(JobFailed) as refused:
        run(database, tmp_path / "lake")
    assert str(refused.value) == MISSING


def test_the_command_writes_them(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database.close()
    place = ["export", "parquet", "--data-dir", str(tmp_path)]
    assert main([*place, "--to", str(tmp_path / "lake")]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["sales"] == 30
    assert main(place) == 1
    assert "BINCARD_EXPORT_TO" in capsys.readouterr().err


def test_schema_and_page_say_the_same() -> None:
    page = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")
    for table in TABLES:
        schema = schema_of(table)
        for column in table.columns:
            assert str(schema.field(column.name).type) == KINDS[column.kind].replace("date32", "date32[day]")
            line = f"| `{column.name}` | {KINDS[column.kind]} | {column.meaning} |"
            assert line in page, f"docs/export.md, {table.name}: {line}"


def test_it_goes_through_any_filesystem(database: Database, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    below = fs.SubTreeFileSystem(str(tmp_path / "below"), fs.LocalFileSystem())
    lake, table = Lake(below, "bucket/bi"), TABLES[2]
    lake.write(table, date(2026, 1, 2), [])
    lake.write_manifest({"tables": {}})
    assert lake.manifest() == {"schema": 1, "tables": {}}
    assert (tmp_path / "below/bucket/bi/sales/date=2026-01-02/part-0.parquet").exists()
    lake.remove("sales", date(2026, 1, 2))
    lake.remove("sales", date(2026, 1, 2))
    assert not (tmp_path / "below/bucket/bi/sales/date=2026-01-02/part-0.parquet").exists()
