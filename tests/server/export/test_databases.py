"""What the files for BI hold is the same on every database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from server.actions.bi_rows import DAILY, ENTRIES, REPORTS, WHOLE, fingerprints, rows_of_day
from server.db.session import Database
from server.domain.bi_tables import TABLES

WIDTHS = {table.name: len(table.columns) for table in TABLES}


def test_days_and_rows_are_found_on_every_database(database: Database) -> None:
    late = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    sale = {"part_key": 7, "customer_key": 0, "currency": "EUR", "source": "import", "code": ""}
    with database.write() as session:
        session.execute(insert(ENTRIES).values(date=late, tracking_type=10, notes="", deltas={"quantity": 1.5}))
        session.execute(insert(REPORTS).values(
            **sale, sales_date=date(2026, 3, 1), quantity_sold=Decimal("-2.5"), total_revenue=Decimal("0.000001"),
        ))  # fmt: skip
    found: dict[str, list[tuple[Any, ...]]] = {}
    with database.read() as connection:
        for name, days in DAILY.items():
            told = fingerprints(connection, days)
            found[name] = [row for day in told for rows in rows_of_day(connection, days, day) for row in rows]
            assert [*told] == [late.date() if name == "movements" else date(2026, 3, 1)]
        for name, rows_of in WHOLE.items():
            found[name] = [row for rows in rows_of(connection) for row in rows]
    assert {name for name, rows in found.items() for row in rows if len(row) != WIDTHS[name]} == set()
    assert (found["movements"][0][1], found["movements"][0][8]) == (late, Decimal("1.50000"))
    assert found["sales"] == [
        (date(2026, 3, 1), 7, None, None, None, None, None, Decimal("-2.5"), Decimal("0.000001"), "EUR", "import")
    ]
    assert found["forecasts"] == []
