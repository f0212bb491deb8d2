"""Sales on each of the three databases: taken in, followed, asked for and mended; and the command."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from server.__main__ import main
from server.actions.sales.board import Question, board
from server.actions.sales.checking import check_sales
from server.actions.sales.following import catch_up
from server.actions.sales.history import demand_history
from server.actions.sales.importing import Choice, add_missing, count_new, prepare, write_sales
from server.actions.sales.looking import orders_behind, slow_movers
from server.actions.sales.series import season, series
from server.actions.sales.tables import OUTS, REPORTS
from server.db.migrate import migrate
from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.db.session import Database
from server.domain.spreadsheets import read_table
from server.events.recorder import record_events

HISTORY = Path(__file__).parents[2] / "data" / "sales-history.csv"
END = date(2011, 12, 10)


def test_sales_are_the_same_on_every_database(database: Database) -> None:
    record_events(database)
    assert catch_up(database) is None
    choice = Choice(currency="GBP", create_parts=True, create_customers=True)
    sheet = read_table(HISTORY.read_bytes(), HISTORY.name)
    with database.read() as connection:
        found = prepare(connection, sheet, choice)
    found = database.run_write(lambda session: add_missing(session, found, choice, END))
    assert write_sales(database.run_write, found.sales, lambda done, total: None) == len(found.sales)
    assert write_sales(database.run_write, found.sales, lambda done, total: None) == 0
    with database.write() as session:
        most = Counter(sale.part for sale in found.sales).most_common(1)[0][0]
        part = session.get_one(Part, most)
        session.add(StockItem(part_id=part.pk, quantity=Decimal(4)))
        session.execute(REPORTS.update().where(REPORTS.c.part_key == part.pk).values(quantity_sold=Decimal(0)))
        key = part.pk
    assert check_sales(database)["reports_mended"] > 0
    assert not any(count for name, count in check_sales(database).items() if name.endswith("_mended"))
    figures = catch_up(database)
    assert figures is not None and figures["events"] > 0
    with database.read() as connection:
        assert count_new(connection, found.sales) == 0
        total = sum((sale.figures.revenue for sale in found.sales), Decimal(0))
        behind = orders_behind(connection, "part", None, None, None, 5, 0)
        assert behind["totals"][0]["revenue"] == pytest.approx(float(total)) and len(behind["results"]) == 5
        for by in ("part", "category", "customer", "supplier"):
            told = board(connection, Question(by, "M", END, "GBP", sort="-units"))
            sold = sum(told["total"][name] for name in ("units", "current_units"))
            assert sold == float(sum((sale.figures.units for sale in found.sales), Decimal(0)))
        chart = series(connection, "part", [(key, "")], "month", 14, END, "GBP", 3)["results"][0]
        months = season(connection, "part", [(key, "")], 2, END, "GBP")
        assert sum(chart["units"]["values"]) == sum(sum(filter(None, year["units"])) for year in months["years"])
        buckets = demand_history(connection, [key], since=date(2010, 12, 1), until=date(2012, 1, 1), bucket="month")
        assert len(buckets[key]) == 13 and any(bucket.sold for bucket in buckets[key])
        assert slow_movers(connection, date(2014, 1, 1), 180, "", 5, 0)["count"] == 1
        assert connection.execute(select(OUTS)).all() == []


def test_the_command_says_what_is_in_a_file_and_takes_it_in_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINCARD_DATA_DIR", str(tmp_path / "data"))
    assert main(["migrate"]) == 0
    capsys.readouterr()
    command = ["sales", "import", str(HISTORY), "--currency", "gbp", "--create-parts"]

    def run(*more: str) -> dict[str, object]:
        assert main([*command, *more]) == 0
        told: dict[str, object] = json.loads(capsys.readouterr().out)
        return told

    dry = run("--dry-run")
    assert dry["dry_run"] is True and dry["new_lines"] == dry["lines"]
    assert run()["written"] == dry["lines"]
    assert run()["written"] == 0
    bad = tmp_path / "bad.csv"
    bad.write_text("part,quantity,date,price\nA,one,2020-01-01,1\n")
    assert main(["sales", "import", str(bad)]) == 1
    assert "Row 2: the quantity 'one' is no number" in capsys.readouterr().err
    assert main(["sales", "import", str(bad), "--column", "part"]) == 1
    assert main(["sales", "import", str(bad), "--skip-bad", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["error_count"] == 1


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/bincard.sqlite3", synchronous="OFF")
    migrate(made)
    yield made
    made.close()


def test_days_without_stock_lie_within_their_buckets(sqlite: Database) -> None:
    with sqlite.write() as session:
        session.execute(OUTS.insert().values(
            part_key=7, location_key=0, since=datetime(2026, 1, 5, 12, tzinfo=UTC),
            until=datetime(2026, 1, 14, 0, tzinfo=UTC),
        ))  # fmt: skip
        session.execute(OUTS.insert().values(
            part_key=7, location_key=0, since=datetime(2026, 1, 30, tzinfo=UTC), until=None
        ))  # fmt: skip
    with sqlite.read() as connection:
        weeks = demand_history(connection, [7], since=date(2026, 1, 5), until=date(2026, 2, 2), bucket="week")[7]
        assert [week.out_of_stock_days for week in weeks] == [6, 2, 0, 3]
        assert demand_history(connection, None, since=date(2026, 1, 5), until=date(2026, 2, 2), bucket="week") == {}
