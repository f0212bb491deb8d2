"""A seeded warehouse: parts, locations, stock items and their history, written straight into the tables."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from server.db.models.part import Part, PartCategory
from server.db.models.stock import StockItem, StockItemTracking, StockLocation
from server.db.models.users import User
from server.db.session import Database
from server.db.trees import place_all

__all__ = ["fill"]

WORDS = [
    "bolt",
    "nut",
    "washer",
    "gasket",
    "bearing",
    "seal",
    "valve",
    "hose",
    "clamp",
    "filter",
    "pump",
    "motor",
    "relay",
    "fuse",
    "cable",
    "lamp",
    "spring",
    "pin",
]
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def fill(
    database: Database, *, parts: int = 20_000, locations: int = 1_000, items: int = 100_000, seed: int = 7,
    one_location: bool = False, empty: bool = True,
) -> None:  # fmt: skip
    """Fill an empty, migrated database. `one_location` puts every item into one location;
    without `empty` every item holds something."""
    rng = random.Random(seed)
    with database.write() as session:

        def put(model: Any, rows: list[dict[str, Any]]) -> None:
            for start in range(0, len(rows), 20_000):
                session.execute(insert(model), rows[start : start + 20_000])

        user = User(
            username="bench", password="", is_superuser=True, is_staff=True, is_active=True, first_name="",
            last_name="", email="", date_joined=NOW,
        )  # fmt: skip
        session.add(user)
        session.flush()
        put(PartCategory, _tree(100, "Category", rng))
        put(StockLocation, _tree(locations, "Shelf", rng))
        names = [f"{rng.choice(WORDS)} {rng.choice(WORDS)} M{rng.randint(2, 40)}-{n}" for n in range(1, parts + 1)]
        put(Part, [_part(n, name, rng) for n, name in enumerate(names, 1)])
        put(
            StockItem,
            [
                _item(n, parts, names, 1 if one_location else 1 + rng.randrange(locations), 0 if empty else 1, rng)
                for n in range(1, items + 1)
            ],
        )
        put(
            StockItemTracking,
            [
                {
                    "item_id": n, "part_id": None, "date": NOW - timedelta(days=rng.randrange(700)), "tracking_type": 1,
                    "notes": "", "user_id": user.pk, "deltas": {"quantity": 1.0, "status": 10},
                }
                for n in range(1, items + 1)
            ],
        )  # fmt: skip
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("ANALYZE")


def _tree(count: int, kind: str, rng: random.Random) -> list[dict[str, Any]]:
    """Nodes 1 to `count`, each below an earlier one (about ten to a parent)."""
    nodes = {
        n: (None if n <= 10 else rng.randint(max(1, n // 10 - 3), n // 10), f"{kind} {n:04d}")
        for n in range(1, count + 1)
    }
    places = place_all(nodes)
    return [
        {
            "pk": n, "name": name, "parent_id": parent, "level": places[n].level, "tree_path": places[n].tree_path,
            "tree_sort": places[n].tree_sort, "pathstring": places[n].pathstring,
        }
        for n, (parent, name) in nodes.items()
    ]  # fmt: skip


def _part(number: int, name: str, rng: random.Random) -> dict[str, Any]:
    return {
        "pk": number, "name": name, "IPN": f"IPN-{number:06d}", "description": f"A {name} for all purposes",
        "category_id": rng.randint(1, 100), "active": True, "component": True, "purchaseable": True,
        "creation_date": date(2025, 1, 1), "minimum_stock": Decimal(rng.randrange(50)),
        "tree_path": f"/{number}/", "level": 0,
    }  # fmt: skip


def _item(number: int, parts: int, names: list[str], location: int, least: int, rng: random.Random) -> dict[str, Any]:
    part = rng.randint(1, parts)
    return {
        "pk": number, "part_id": part, "part_name": names[part - 1], "quantity": Decimal(rng.randint(least, 5000)),
        "location_id": location, "batch": f"B{rng.randrange(2000):04d}" if rng.random() < 0.3 else "",
        "status": 10, "updated": NOW - timedelta(minutes=rng.randrange(500_000)), "creation_date": NOW,
        "delete_on_deplete": False,
    }  # fmt: skip
