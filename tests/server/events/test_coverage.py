"""Nothing of stock, orders, counts and users changes without an event.

What is declared is gone over by itself; what really changes in the tables is taken down by triggers of the database,
which know nothing of how events are written.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.db.session import Database
from server.events.catalog import NOT_WORTH_TELLING, WATCHED
from server.events.reading import bounds
from server.resources import declared
from server.rest.resource import Resource
from tests.server.resources.people import People, people

AREAS = ("stock/", "order/", "user/", "/plugin/bincard/count/")
SILENT = {
    "stock_stocklocationtype": "a word for a kind of place",
    "users_owner": "comes and goes with its user or group",
}
"""Tables of these areas that are written through the API and tell nothing, and why."""
TOLD_WITH = {"countline": "the new session's event stands for its lines", "userprofile": "made and gone with the user"}
WRITES = {"create", "update", "delete", "bulk_update", "bulk_delete"}


def test_every_resource_that_can_be_written_tells_of_it() -> None:
    silent = {
        declaration.model.__tablename__
        for declaration in declared()
        if isinstance(declaration, Resource) and declaration.path.startswith(AREAS) and WRITES & set(declaration.can)
    } - set(WATCHED)
    assert silent <= set(SILENT), f"let {silent - set(SILENT)} be watched (server/events/catalog.py), or say why not"


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), demo_template) as made:
        watch(made.server.database)
        yield made


def watch(database: Database) -> None:
    """Triggers that take down each row of a watched table that changes in what events tell."""
    with database.exclusive() as connection:
        connection.execute(text("CREATE TABLE seen (model TEXT, object INTEGER)"))
        for table, watched in WATCHED.items():
            names = [name for name in watched.columns if name not in NOT_WORTH_TELLING]
            changed = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in names) or "0"
            for what, row, when in (("INSERT", "NEW", "1"), ("UPDATE", "NEW", changed), ("DELETE", "OLD", "1")):
                connection.execute(text(
                    f"CREATE TRIGGER seen_{table}_{what} AFTER {what} ON {table} WHEN {when} "
                    f"BEGIN INSERT INTO seen VALUES ('{watched.model}', {row}.pk); END"
                ))  # fmt: skip


def untold(database: Database, after: int) -> set[tuple[str, int]]:
    """What changed and no event since `after` tells of; the triggers begin anew."""
    with database.exclusive() as connection:
        seen = {(row[0], row[1]) for row in connection.execute(text("SELECT model, object FROM seen"))}
        connection.execute(text("DELETE FROM seen"))
        told = connection.execute(
            text("SELECT model, object_key FROM bincard_event WHERE pk > :after"), {"after": after}
        )
        assert seen, "nothing was changed"
        return seen - {(row[0], row[1]) for row in told}


def test_whatever_changes_is_told(folk: People) -> None:
    database = folk.server.database
    with folk.client("admin") as api:
        stock = api.get("stock/", params={"in_stock": True, "serialized": False, "min_stock": 3, "limit": 40}).json()
        items = [item for item in stock["results"] if item["allocated"] == 0]
        one, two, three, four, five = items[:5]
        place = api.get("stock/location/", params={"structural": False, "limit": 1}).json()["results"][0]["pk"]
        other = api.get("stock/", params={"part": one["part"], "in_stock": True}).json()
        twins = [row["pk"] for row in other if not row["serial"]][:2]
        order = api.get("order/po/", params={"status": 10, "limit": 1}).json()["results"][0]["pk"]
        sale = api.get("order/so/", params={"outstanding": True, "limit": 1}).json()["results"][0]["pk"]
        user = {"username": "told", "first_name": "T", "last_name": "T", "email": "t@example.com"}
        account = api.post("user/", json=user).json()["pk"]
        scope: dict[str, object] = {"description": "shelf", "scope": {"items": [four["pk"]]}}

        def line(item: dict[str, int], quantity: int = 1) -> dict[str, object]:
            return {"items": [{"pk": item["pk"], "quantity": quantity}], "notes": "", "location": place}

        deeds: list[tuple[str, str, dict[str, object]]] = [
            ("POST", "stock/add/", line(one)), ("POST", "stock/remove/", line(one)),
            ("POST", "stock/count/", line(two, 7)), ("POST", "stock/transfer/", line(three)),
            ("PATCH", f"stock/{five['pk']}/", {"batch": "told"}), ("DELETE", f"stock/{five['pk']}/", {}),
            ("PATCH", "stock/", {"items": [one["pk"], two["pk"]], "batch": "many"}),
            ("POST", "stock/", {"part": one["part"], "quantity": 4, "location": place}),
            ("POST", "stock/location/", {"name": "told"}), ("POST", f"order/po/{order}/issue/", {}),
            ("PATCH", f"order/so/{sale}/", {"target_date": "2031-01-01"}), ("POST", f"order/po/{order}/cancel/", {}),
            ("PATCH", f"user/{account}/", {"email": "told@example.com"}),
            ("PATCH", f"user/{account}/set-password/", {"password": "Quite-Long-81!"}),
            ("POST", "user/group/", {"name": "told"}), ("DELETE", f"user/{account}/", {}),
            ("POST", f"{folk.server.url}/plugin/bincard/count/session/", scope),
        ]  # fmt: skip
        if len(twins) == 2:
            merge = {"items": [{"item": pk} for pk in twins], "location": place, "allow_mismatched_suppliers": True,
                     "allow_mismatched_status": True}  # fmt: skip
            deeds.append(("POST", "stock/merge/", merge))
        untold(database, 0)
        silent = {}
        for method, path, body in deeds:
            after = bounds(database).newest
            answer = api.request(method, path, json=body)
            assert answer.status_code < 300, f"{method} {path}: {answer.text}"
            if "set-password" in path:
                assert bounds(database).newest == after + 1
                continue
            missing = {(model, key) for model, key in untold(database, after) if model not in TOLD_WITH}
            if missing:
                silent[f"{method} {path}"] = missing
    assert silent == {}
