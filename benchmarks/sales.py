"""The sales screen beside the floor of its own SQL.

    python -m benchmarks sales [--rows 500000] [--rounds 7] [--keep DIR]

A database of seeded sales reports (500 of each part, over two years, to 2,000 customers) with their sums by week and
month, made by SQL at once; `--keep` keeps it for the next time. Then each answer of the screen is asked for over HTTP,
and the very statements that it runs are run by bare sqlite3, all rows fetched and made JSON: the ratio is what names,
money, growth, classes, order, rights and HTTP cost on top. Limits: 3x (and 20 ms for the request itself, which is all
that the small answers cost), and the first answer in under a second.
"""

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
from sqlalchemy import event, insert

from benchmarks.serving import prepared, serve
from server.actions.sales.board import Question, board
from server.actions.sales.looking import slow_movers
from server.actions.sales.series import season, series
from server.actions.users import add_user
from server.db.models.company import Company
from server.db.models.part import Part, PartCategory
from server.db.models.stock import StockItem
from server.db.session import Database
from server.settings import Settings

__all__ = ["main"]

EACH, DAYS, CUSTOMERS, CATEGORIES = 500, 730, 2_000, 200
FIRST, UNTIL = date(2024, 1, 1), date(2025, 12, 29)
LIMIT, REQUEST, OPENS = 3.0, 0.02, 1.0
Ask = Callable[[Any], Any]

# A multiplicative hash in place of chance: the same rows whenever it is run, made within SQLite.
ROWS = f"""INSERT INTO bincard_salesreport
 (part_key, sales_date, customer_key, currency, source, code, quantity_sold, total_revenue)
 WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows)
 SELECT i / {EACH} + 1, date('{FIRST}', '+' || ((i % {EACH}) * {DAYS} / {EACH}) || ' days'),
  (i * 2654435761 % 4294967296) % {CUSTOMERS} + 1, 'USD', 'import', '',
  ((i * 40503 % 65536) % 12 + 1) * 100000, ((i * 40503 % 65536) % 12 + 1) * ((i / {EACH}) % 97 + 1) * 250000 FROM n"""
SUMS = """INSERT INTO bincard_salessum
 (about, span, object_key, code, start, currency, quantity_sold, total_revenue)
 SELECT '{about}', '{span}', {key}, '', date(sales_date, {start}), currency, sum(quantity_sold), sum(total_revenue)
 FROM bincard_salesreport GROUP BY {key}, date(sales_date, {start}), currency"""
STARTS = {"W": "'weekday 0', '-6 days'", "M": "'start of month'"}


def fill(database: Database, rows: int) -> None:
    """Parts, customers, reports and their sums."""
    parts = max(1, rows // EACH)
    with database.write() as session:
        session.execute(insert(PartCategory), [
            {"pk": n, "name": f"Category {n}", "tree_path": f"/{n}/"} for n in range(1, CATEGORIES + 1)
        ])  # fmt: skip
        for start in range(1, parts + 1, 10_000):
            session.execute(insert(Part), [
                {"pk": n, "name": f"Part {n:06}", "IPN": f"IPN-{n}", "description": "", "creation_date": FIRST,
                 "category_id": n % CATEGORIES + 1, "tree_path": f"/{n}/"}
                for n in range(start, min(start + 10_000, parts + 1))
            ])  # fmt: skip
            session.execute(insert(StockItem), [
                {"part_id": n, "quantity": n % 9, "part_name": f"Part {n:06}"}
                for n in range(start, min(start + 10_000, parts + 1))
            ])  # fmt: skip
        session.execute(insert(Company), [
            {"pk": n, "name": f"Customer {n:05}", "is_customer": True, "email": f"{n}@example.com"}
            for n in range(1, CUSTOMERS + 1)
        ])  # fmt: skip
        add_user(session, "bench", datetime.now(UTC)).is_superuser = True
    path = database.engine.url.database or ""
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("DROP INDEX ix_bincard_salesreport_sales_date")
        raw.execute(ROWS, {"rows": rows})
        raw.execute("CREATE INDEX ix_bincard_salesreport_sales_date ON bincard_salesreport (sales_date)")
        for about, key in (("P", "part_key"), ("C", "customer_key")):
            for span, begin in STARTS.items():
                raw.execute(SUMS.format(about=about, span=span, key=key, start=begin))
    raw.close()


def questions() -> dict[str, tuple[str, dict[str, Any], Ask]]:
    """By name: path and query, and the same asked in this process (to learn its statements)."""
    found: dict[str, tuple[str, dict[str, Any], Ask]] = {}
    for by in ("part", "category", "customer", "supplier"):
        for period, span in (("weeks", "W"), ("months", "M")):
            asked = Question(by, span, UNTIL, "USD")
            query = {"by": by, "period": period, "until": UNTIL.isoformat(), "currency": "USD"}
            found[f"table of {by}, {period}"] = ("table/", query, partial(board, asked=asked))
    usual = {"until": UNTIL.isoformat(), "currency": "USD"}
    found["chart of one part"] = (
        "series/", {"key": 1, **usual},
        lambda link: series(link, "part", [(1, "")], "week", 53, UNTIL, "USD", 4),
    )  # fmt: skip
    found["year of everything"] = (
        "season/", usual, lambda link: season(link, "part", None, 5, UNTIL, "USD")
    )  # fmt: skip
    found["slow movers"] = (
        "slow/", {"until": UNTIL.isoformat()}, lambda link: slow_movers(link, UNTIL, 180, "", 25, 0)
    )  # fmt: skip
    return found


def statements(database: Database, ask: Ask) -> list[tuple[str, Any]]:
    """What the answer asks the database."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *others: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, parameters))

    with database.read() as connection:
        event.listen(connection.engine, "before_cursor_execute", note)
        try:
            ask(connection)
        finally:
            event.remove(connection.engine, "before_cursor_execute", note)
    return seen


def median(run: Callable[[], Any], rounds: int) -> float:
    """Seconds, after one round to warm up."""
    run()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def processor(database: Database, ask: Ask) -> float:
    """Seconds of the processor for an answer: what it takes where nothing else runs."""
    with database.read() as connection:
        begin = time.process_time()
        ask(connection)
        return time.process_time() - begin


def measure(settings: Settings, token: str, rounds: int) -> list[tuple[str, float, float, float, float]]:
    """Name, the first answer, the median, the processor time and the floor of each question, in seconds."""
    database = Database(settings.url)
    path = database.engine.url.database or ""
    found = []
    with serve(settings) as (address, _), httpx.Client(timeout=120) as client:
        client.headers["Authorization"] = f"Token {token}"
        client.get(f"{address}/api/user/me/").raise_for_status()  # the server is up
        for name, (route, query, ask) in questions().items():
            url = f"{address}/plugin/bincard/sales/{route}?{urlencode(query)}"

            def over_http(url: str = url) -> None:
                client.get(url).raise_for_status()

            begin = time.perf_counter()
            over_http()
            first = time.perf_counter() - begin
            own = statements(database, ask)
            raw = sqlite3.connect(path)

            def floor(raw: sqlite3.Connection = raw, own: list[tuple[str, Any]] = own) -> None:
                for statement, parameters in own:
                    orjson.dumps(raw.execute(statement, parameters).fetchall())

            found.append((name, first, median(over_http, rounds), processor(database, ask), median(floor, rounds)))
            raw.close()
    database.close()
    return found


def main(arguments: list[str]) -> int:
    """Measure and print; 1 when a limit is missed."""
    options = argparse.ArgumentParser(prog="python -m benchmarks sales")
    options.add_argument("--rows", type=int, default=500_000)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--keep", type=Path, help="a directory for the database, used again when it is there")
    given = options.parse_args(arguments)
    os.environ["BINCARD_WORKERS"] = "0"  # the nightly check would take reports without lines away
    with tempfile.TemporaryDirectory(prefix="bincard-sales-") as temporary:
        data = given.keep or Path(temporary)
        began = time.perf_counter()
        is_there = (data / "bincard.sqlite3").exists()
        settings, token = prepared(data, lambda database: None if is_there else fill(database, given.rows))
        print(f"database of {given.rows:,} reports ready after {time.perf_counter() - began:.1f} s")
        found = measure(settings, token, given.rounds)
    bad = 0
    for name, first, own, busy, floor in found:
        misses = own > LIMIT * floor + REQUEST or first > OPENS
        bad += misses
        print(
            f"{name:28} first {first * 1000:7.1f} ms  median {own * 1000:7.1f} ms  "
            f"processor {busy * 1000:6.1f} ms  floor {floor * 1000:7.1f} ms  "
            f"{own / floor:5.2f}x{'  MISSED' if misses else ''}"
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
