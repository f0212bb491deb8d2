"""Orders beside their floor: the bare SQL statements that the same work needs at the least, in the same run.

    python -m benchmarks orders [--rounds 5]

Measured in one process, without HTTP on either side, each write on a fresh copy of the same SQLite file: receiving an
order of 250 lines, the board (the first 100 open orders of 10,000, with their figures), and the automatic allocation
of an order of 1,000 lines. The floor reads, inserts and updates the same rows by sqlite3 and makes the same JSON; it
checks nothing. Limit: 3x.

What no correct program can leave out is in the floor too: receiving the last of an order notes that the prices of its
parts are out of date (a row for each part), each row that is made or changed is told by an event, and allocating asks
what the lines were promised already, and counts only promises that are still open. Neither is in the floor: who may do
it, whether the body makes sense, the tests that stock must have passed, variants, locks, and the values' types.
"""

import argparse
import json
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert

from benchmarks.serving import prepared
from benchmarks.warehouse import fill
from server.app import create_app
from server.db.models.company import Company, SupplierPart
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem, SalesOrder, SalesOrderLineItem
from server.db.session import Database
from server.rest.context import Incoming
from server.settings import Settings

__all__ = ["main"]

LIMIT = 3.0
ORDERS, LINES_EACH, RECEIVED, ALLOCATED = 10_000, 5, 250, 1_000
TODAY = date(2026, 1, 5)
BOARD = "outstanding=true&supplier_detail=true&limit=100&ordering=target_date"


def fill_orders(database: Database, seed: int = 11) -> None:
    """A warehouse, 10,000 purchase orders of 5 lines, one of 250 that is placed, and a sales order of 1,000 lines."""
    fill(database, parts=5_000, locations=200, items=20_000, empty=False)
    rng = random.Random(seed)
    placed = ORDERS + 1
    with database.write() as session:

        def put(model: Any, rows: list[dict[str, Any]]) -> None:
            for start in range(0, len(rows), 10_000):
                session.execute(insert(model), rows[start : start + 10_000])

        put(Company, [{"pk": n, "name": f"Company {n:03d}", "description": "", "currency": "USD", "is_supplier": True,
                       "is_customer": True, "active": True} for n in range(1, 101)])  # fmt: skip
        put(SupplierPart, [{"pk": n, "part_id": n, "supplier_id": 1 + n % 100, "SKU": f"SKU-{n}", "active": True,
                            "pack_quantity": "", "pack_quantity_native": Decimal(1)}
                           for n in range(1, 5_001)])  # fmt: skip
        put(PurchaseOrder, [_order(n, rng) for n in range(1, ORDERS + 1)])
        # The second of each kind is for warming up: a running server has seen such work before.
        put(PurchaseOrder, [{**_order(n, rng), "status": 20, "issue_date": TODAY} for n in (placed, placed + 1)])
        numbers = (
            [n for n in range(1, ORDERS + 1) for _ in range(LINES_EACH)] + [placed] * RECEIVED + [placed + 1] * RECEIVED
        )
        put(PurchaseOrderLineItem, [_line(n, rng) for n in numbers])
        put(SalesOrder, [{"pk": n, "reference": f"SO-000{n}", "reference_int": n, "status": 15, "customer_id": 1,
                          "description": "", "creation_date": TODAY} for n in (1, 2)])  # fmt: skip
        put(SalesOrderLineItem, [{"order_id": 1 + n // ALLOCATED, "part_id": part,
                                  "quantity": Decimal(rng.randint(1, 40))}
                                 for n, part in enumerate(rng.sample(range(1, 5_001), 2 * ALLOCATED))])  # fmt: skip


def _order(number: int, rng: random.Random) -> dict[str, Any]:
    return {
        "pk": number, "reference": f"PO-{number:05d}", "reference_int": number, "supplier_id": 1 + number % 100,
        "description": "", "status": rng.choice((10, 20, 25, 30, 30, 40)), "creation_date": TODAY,
        "target_date": TODAY + timedelta(days=rng.randrange(-60, 120)), "total_price": Decimal(100),
        "total_price_currency": "USD",
    }  # fmt: skip


def _line(order: int, rng: random.Random) -> dict[str, Any]:
    return {
        "order_id": order, "part_id": rng.randint(1, 5_000), "quantity": Decimal(rng.randint(1, 50)), "received": 0,
        "purchase_price": Decimal(rng.randint(1, 900)) / 100, "purchase_price_currency": "USD",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------- ours


class Ours:
    """The server's program over a copy of the database, asked without HTTP."""

    def __init__(self, directory: Path, token: str) -> None:
        settings = Settings(data_dir=directory, database_url="", sqlite_synchronous="NORMAL")
        self.database = Database(settings.url, synchronous="NORMAL")
        self.api = create_app(settings, self.database)
        self.headers = {"authorization": f"Token {token}"}
        self.ask("GET", "/api/user/me/")  # what a running server has behind it

    def ask(self, method: str, path: str, query: str = "", body: Any = None) -> Any:
        answer = self.api.handle(
            Incoming(
                method=method,
                path=path,
                origin="http://localhost",
                headers=self.headers,
                query=dict(pair.split("=", 1) for pair in query.split("&") if pair),
                body=body,
            )
        )
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.content!r}")
        return answer.content

    def close(self) -> None:
        self.api.close()
        self.database.close()


def our_receipt(ours: Ours) -> Any:
    def receive(order: int) -> Callable[[], Any]:
        lines = orjson.loads(ours.ask("GET", "/api/order/po-line/", f"order={order}&limit=500"))["results"]
        body = {"items": [{"line_item": line["pk"], "quantity": line["quantity"]} for line in lines], "location": 1}
        return lambda: ours.ask("POST", f"/api/order/po/{order}/receive/", body=body)

    receive(ORDERS + 2)()
    return receive(ORDERS + 1)


def our_board(ours: Ours) -> Any:
    ours.ask("GET", "/api/order/po/", BOARD)
    return lambda: ours.ask("GET", "/api/order/po/", BOARD)


def our_allocation(ours: Ours) -> Any:
    def allocate(order: int) -> Any:
        return ours.ask("POST", f"/api/order/so/{order}/auto-allocate/", body={"interchangeable": True})

    allocate(2)
    return lambda: allocate(1)


# ------------------------------------------------------------------------------------------------- the floor


def floor_receipt(connection: sqlite3.Connection) -> Any:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    def run(order: int = ORDERS + 1) -> bytes:
        connection.execute("BEGIN IMMEDIATE")
        lines = connection.execute(
            "SELECT l.pk, l.quantity, l.purchase_price, s.part_id, s.pk, p.name FROM order_purchaseorderlineitem l "
            "JOIN part_supplierpart s ON s.pk = l.part_id JOIN part_part p ON p.pk = s.part_id WHERE l.order_id = ?",
            (order,),
        ).fetchall()
        columns = [row[1] for row in connection.execute("PRAGMA table_info(stock_stockitem)")]
        sample = connection.execute("SELECT * FROM stock_stockitem LIMIT 1").fetchone()
        keys = []
        for line, quantity, price, part, supplied, name in lines:
            row = {
                **dict(zip(columns, sample, strict=True)), "part_id": part, "part_name": name, "quantity": quantity,
                "supplier_part_id": supplied, "purchase_order_id": order, "purchase_price": price,
                "location_id": 1, "updated": now,
            }  # fmt: skip
            row.pop("pk")
            marks = ", ".join("?" * len(row))
            made = connection.execute(
                f"INSERT INTO stock_stockitem ({', '.join(row)}) VALUES ({marks})", list(row.values())
            )
            keys.append((int(made.lastrowid or 0), part, line, quantity))
        connection.executemany(
            "INSERT INTO stock_stockitemtracking (item_id, part_id, date, tracking_type, notes, user_id, deltas) "
            "VALUES (?, ?, ?, 70, '', 1, ?)",
            [(key, part, now, json.dumps({"purchaseorder": order, "line": line, "quantity": quantity}))
             for key, part, line, quantity in keys],
        )  # fmt: skip
        connection.executemany(
            "UPDATE order_purchaseorderlineitem SET received = received + ? WHERE pk = ?",
            [(quantity, line) for _, _, line, quantity in keys],
        )
        connection.execute("UPDATE order_purchaseorder SET status = 30 WHERE pk = ?", (order,))
        _floor_prices(connection, sorted({part for _, part, _, _ in keys}), now)
        _floor_events(
            connection,
            "stockitem",
            now,
            [(key, part, order, "created", {"quantity": [None, quantity]}) for key, part, _, quantity in keys],
        )
        _floor_events(
            connection,
            "purchaseorderlineitem",
            now,
            [(line, part, order, "changed", {"received": [0, quantity]}) for _, part, line, quantity in keys],
        )
        _floor_events(connection, "purchaseorder", now, [(order, None, None, "changed", {"status": [20, 30]})])
        connection.execute("COMMIT")
        made_rows = connection.execute(
            f"SELECT t.*, l.pathstring, s.SKU FROM stock_stockitem t LEFT JOIN stock_stocklocation l "
            f"ON l.pk = t.location_id LEFT JOIN part_supplierpart s ON s.pk = t.supplier_part_id "
            f"WHERE t.pk IN ({', '.join(str(key[0]) for key in keys)})"
        )
        return _json(made_rows)

    run(ORDERS + 2)
    return run


def _floor_events(
    connection: sqlite3.Connection,
    model: str,
    now: str,
    changed: Sequence[tuple[int, int | None, int | None, str, dict[str, Any]]],
) -> None:
    """Write down what was changed: key, part, order, action and figures of each row."""
    connection.executemany(
        "INSERT INTO bincard_event (time, kind, model, object_key, part_key, parent_key, action, user_key, username, "
        "origin, about, changes) VALUES (?, 'order', ?, ?, ?, ?, ?, 1, 'admin', 'POST', ?, ?)",
        [(now, model, key, part, order, action, json.dumps({"part": part, "order": order}), json.dumps(figures))
         for key, part, order, action, figures in changed],
    )  # fmt: skip


def _floor_prices(connection: sqlite3.Connection, parts: Sequence[int], now: str) -> None:
    """Note that the prices of the parts are to be worked out anew."""
    marks = ", ".join("?" * len(parts))
    known = {part for (part,) in connection.execute(
        f"SELECT part_id FROM part_partpricing WHERE part_id IN ({marks})", parts)}  # fmt: skip
    currencies = [
        row[1] for row in connection.execute("PRAGMA table_info(part_partpricing)") if row[1].endswith("_currency")
    ]
    columns = ["part_id", "scheduled_for_update", "updated", "currency", *currencies]
    connection.executemany(
        f"INSERT INTO part_partpricing ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        [(part, 1, now, "USD", *("USD" for _ in currencies)) for part in parts if part not in known],
    )
    connection.executemany(
        "UPDATE part_partpricing SET scheduled_for_update = 1, updated = ? WHERE part_id = ?",
        [(now, part) for part in sorted(known)],
    )


def floor_board(connection: sqlite3.Connection) -> Any:
    sql = """SELECT o.*, c.name, c.description, c.currency,
      (SELECT count(*) FROM order_purchaseorderlineitem l WHERE l.order_id = o.pk) AS line_items,
      (SELECT count(*) FROM order_purchaseorderlineitem l WHERE l.order_id = o.pk AND l.quantity <= l.received) AS done
      FROM order_purchaseorder o LEFT JOIN company_company c ON c.pk = o.supplier_id
      WHERE o.status IN (10, 20, 25) ORDER BY o.target_date, o.pk LIMIT 100"""

    def run() -> bytes:
        connection.execute("SELECT count(*) FROM order_purchaseorder WHERE status IN (10, 20, 25)").fetchone()
        return _json(connection.execute(sql))

    return run


def floor_allocation(connection: sqlite3.Connection) -> Any:
    def run(order: int = 1) -> bytes:
        connection.execute("BEGIN IMMEDIATE")
        lines = connection.execute(
            """SELECT l.pk, l.part_id, l.quantity - l.shipped - coalesce((SELECT sum(a.quantity)
              FROM order_salesorderallocation a LEFT JOIN order_salesordershipment s ON s.pk = a.shipment_id
              WHERE a.line_id = l.pk AND s.shipment_date IS NULL), 0)
              FROM order_salesorderlineitem l WHERE l.order_id = ?""", (order,)
        ).fetchall()  # fmt: skip
        parts = ", ".join(str(part) for _, part, _ in lines)
        free: dict[int, list[list[Any]]] = {}
        for key, part, quantity in connection.execute(
            f"""SELECT i.pk, i.part_id, i.quantity
              - coalesce((SELECT sum(a.quantity) FROM order_salesorderallocation a
                  JOIN order_salesorderlineitem l ON l.pk = a.line_id JOIN order_salesorder o ON o.pk = l.order_id
                  LEFT JOIN order_salesordershipment s ON s.pk = a.shipment_id WHERE a.item_id = i.pk
                  AND o.status IN (10, 15, 20, 25) AND s.shipment_date IS NULL), 0)
              - coalesce((SELECT sum(b.quantity) FROM build_builditem b WHERE b.stock_item_id = i.pk), 0)
              - coalesce((SELECT sum(t.quantity) FROM order_transferorderallocation t WHERE t.item_id = i.pk), 0)
              FROM stock_stockitem i WHERE i.part_id IN ({parts}) AND i.quantity > 0 AND i.status IN (10, 50, 55, 85)
              AND i.sales_order_id IS NULL AND i.customer_id IS NULL AND i.belongs_to_id IS NULL
              AND i.consumed_by_id IS NULL AND NOT i.is_building ORDER BY i.updated, i.pk"""
        ):
            free.setdefault(part, []).append([key, quantity])
        promised = []
        for line, part, wanted in lines:
            for item in free.get(part, ()):
                taken = min(wanted, item[1])
                if taken > 0:
                    promised.append((line, item[0], taken))
                    item[1] -= taken
                    wanted -= taken
        connection.executemany(
            "INSERT INTO order_salesorderallocation (line_id, item_id, quantity) VALUES (?, ?, ?)", promised
        )
        first = connection.execute("SELECT max(pk) FROM order_salesorderallocation").fetchone()[0] - len(promised) + 1
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        _floor_events(
            connection,
            "salesorderallocation",
            now,
            [
                (first + number, None, order, "created", {"quantity": [None, taken]})
                for number, (_, _, taken) in enumerate(promised)
            ],
        )
        connection.execute("COMMIT")
        return orjson.dumps({"allocated": len(promised)})

    run(2)
    return run


def _json(cursor: sqlite3.Cursor) -> bytes:
    names = [column[0] for column in cursor.description]
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in cursor])


# ------------------------------------------------------------------------------------------------- measuring

Make = Callable[[Any], Callable[[], Any]]
SUBJECTS: dict[str, tuple[Make, Make]] = {
    f"receive {RECEIVED} lines": (our_receipt, floor_receipt),
    f"board of {ORDERS:,} orders": (our_board, floor_board),
    f"auto-allocate {ALLOCATED:,} lines": (our_allocation, floor_allocation),
}


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 when a limit is missed."""
    options = argparse.ArgumentParser(prog="benchmarks orders", description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        return _measure(Path(scratch), chosen.rounds)


def _measure(scratch: Path, rounds: int) -> int:
    filled = scratch / "filled"
    filled.mkdir()
    _, token = prepared(filled, fill_orders)
    missed = 0
    print(f"{'work':28} {'ours ms':>9} {'floor ms':>9} {'ratio':>6}  (median of {rounds}; limit {LIMIT:g})")
    for name, (ours, floor) in SUBJECTS.items():
        pairs = [(_time_ours(scratch, filled, token, ours), _time_floor(scratch, filled, floor)) for _ in range(rounds)]
        mine, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
        late = "" if mine / bare <= LIMIT else "  MISSED"
        missed += bool(late)
        print(f"{name:28} {mine * 1000:9.1f} {bare * 1000:9.1f} {mine / bare:6.2f}{late}")
    return 1 if missed else 0


def _copy(scratch: Path, filled: Path) -> Path:
    directory = scratch / "copy"
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(filled, directory)
    return directory


def _time_ours(scratch: Path, filled: Path, token: str, make: Make) -> float:
    ours = Ours(_copy(scratch, filled), token)
    try:
        return _timed(make(ours))
    finally:
        ours.close()


def _time_floor(scratch: Path, filled: Path, make: Make) -> float:
    connection = sqlite3.connect(_copy(scratch, filled) / "bincard.sqlite3", isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return _timed(make(connection))
    finally:
        connection.close()


def _timed(run: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
