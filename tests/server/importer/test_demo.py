"""The demo data set: an older generation of InvenTree, taken whole on every database."""

import json
import lzma
import time
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.db import models
from server.db.session import Database
from server.importer import ImportReport, import_file
from tests.server.importer.conftest import contents
from tests.shared import SHARED, needs_shared

DEMO = Path(str(files("server.demo") / "inventree-demo-export.json.xz"))
RECORDS: list[dict[str, Any]] = json.loads(lzma.decompress(DEMO.read_bytes()))


def fields(model: str) -> dict[int, dict[str, Any]]:
    return {record["pk"]: record["fields"] for record in RECORDS if record["model"] == model}


@pytest.fixture(scope="module")
def demo(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    import shutil

    path = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    shutil.copy(made, path)
    database = Database(f"sqlite:///{path}", synchronous="OFF")
    import_file(database, DEMO)
    yield database
    database.close()


def test_all_of_it_is_taken_but_four_records(database: Database) -> None:
    report = import_file(database, DEMO)
    assert (report.records, report.created, report.updated, report.unchanged) == (8481, 8477, 0, 0)
    assert {(refusal.model, refusal.key) for refusal in report.refusals} == {
        ("users.ruleset", "25"), ("users.ruleset", "26"), ("users.ruleset", "27"),
        ("plugin.notificationusersetting", "1"),
    }  # fmt: skip


def test_taking_it_twice_changes_nothing(database: Database) -> None:
    first = import_file(database, DEMO)
    before = contents(database)
    again = import_file(database, DEMO)
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)
    assert again.refusals == first.refusals
    assert contents(database) == before


def test_it_takes_no_more_than_a_few_seconds(stock: Database) -> None:
    start = time.perf_counter()
    import_file(stock, DEMO)
    assert time.perf_counter() - start < 10


def test_new_rows_get_keys_behind_the_taken_ones(database: Database) -> None:
    import_file(database, DEMO)
    with database.write() as session:
        part = models.Part(name="New")
        session.add(part)
        session.flush()
        assert part.pk == max(fields("part.part")) + 1


def test_progress_is_told_to_the_end(stock: Database) -> None:
    told: list[tuple[int, int]] = []
    import_file(stock, DEMO, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (8481, 8481)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 50


def test_stock_items_are_what_the_file_says(demo: Database) -> None:
    there = fields("stock.stockitem")
    names = {key: part["name"] for key, part in fields("part.part").items()}
    with demo.read() as connection:
        rows = connection.execute(select(models.StockItem)).all()
    assert {row.pk for row in rows} == there.keys()
    for row in rows:
        wanted = there[row.pk]
        assert row.quantity == Decimal(wanted["quantity"])
        assert row.part_name == names[row.part_id]
        assert (row.part_id, row.location_id, row.parent_id) == (wanted["part"], wanted["location"], wanted["parent"])
        assert (row.serial, row.batch, row.status) == (wanted["serial"], wanted["batch"], wanted["status"])
        assert row.purchase_price == (wanted["purchase_price"] and Decimal(wanted["purchase_price"]))


def test_trees_are_in_the_order_of_names(demo: Database) -> None:
    """On SQLite, InvenTree numbers its trees by names, code point by code point."""
    for model, table in (("stock.stocklocation", models.StockLocation), ("part.partcategory", models.PartCategory)):
        there = fields(model)
        with demo.read() as connection:
            rows = connection.execute(select(table).order_by(table.tree_sort)).all()
        paths = [row.pathstring.split("/") for row in rows]
        assert paths == sorted(paths)
        assert {row.pk: (row.pathstring, row.level) for row in rows} == {
            key: (fields["pathstring"], fields["level"]) for key, fields in there.items()
        }


def test_history_knows_its_part(demo: Database) -> None:
    part_of = {key: item["part"] for key, item in fields("stock.stockitem").items()}
    with demo.read() as connection:
        rows = connection.execute(select(models.StockItemTracking)).all()
    assert len(rows) == 1076
    assert all(row.part_id == part_of.get(row.item_id) for row in rows)


def test_users_keep_their_passwords_groups_and_roles(demo: Database) -> None:
    with demo.read() as connection:
        users = {row.username: row for row in connection.execute(select(models.User))}
        group = select(models.User.username, models.Group.name).join_from(models.UserGroup, models.User)
        groups = {tuple(row) for row in connection.execute(group.join(models.Group))}
        owners = {row.owner_type for row in connection.execute(select(models.Owner))}
        roles = connection.execute(select(func.count(models.RuleSet.pk))).scalar()
    assert users["admin"].is_superuser and users["admin"].password.startswith("pbkdf2_sha256$600000$")
    assert groups == {("reader", "readers"), ("engineer", "engineering"), ("allaccess", "all access")}
    assert owners == {"user", "group"}
    # Each of the three groups has a rule set for each of the eleven roles; those the file does not hold allow nothing.
    assert roles == 33


def test_parameters_and_attachments_belong_to_parts(demo: Database) -> None:
    there = fields("part.partparameter")
    with demo.read() as connection:
        rows = connection.execute(select(models.Parameter)).all()
        files = connection.execute(select(models.Attachment)).all()
    assert {(row.pk, row.model_type, row.model_id, row.template_id, row.data) for row in rows} == {
        (key, "part.part", value["part"], value["template"], value["data"]) for key, value in there.items()
    }
    assert {(row.model_type, row.model_id) for row in files} == {
        ("part", value["part"]) for value in fields("part.partattachment").values()
    }


def test_bom_lines_say_how_much(demo: Database) -> None:
    with demo.read() as connection:
        rows = connection.execute(select(models.BomItem.quantity, models.BomItem.raw_amount)).all()
    assert len(rows) == 228
    assert all(Decimal(amount) == quantity and "E" not in amount for quantity, amount in rows)


@needs_shared
def test_the_copy_in_the_package_is_the_whole_export() -> None:
    assert json.loads((SHARED / "data" / "inventree-demo-export.json").read_text()) == RECORDS


@needs_shared
def test_fixtures_of_today_are_taken_whole(database: Database) -> None:
    path = SHARED / "inventree" / "fixtures.json"
    report = import_file(database, path)
    assert (report.created, report.refusals) == (182, [])
    kept = contents(database)
    again = import_file(database, path)
    assert again.unchanged == 182 and contents(database) == kept
    with database.read() as connection:
        # The recorded server had not saved its trees yet: their paths stay empty until then.
        assert set(connection.execute(select(models.StockLocation.pathstring)).scalars()) == {""}
        parameters = connection.execute(select(models.Parameter.model_type, models.Parameter.model_id)).all()
        owners = connection.execute(select(models.Owner.owner_type, models.Owner.owner_id)).all()
    assert {model_type for model_type, _ in parameters} == {"part.part"}
    assert set(map(tuple, owners)) == {("group", key) for key in (1, 2, 3)} | {("user", key) for key in range(1, 6)}


def test_a_report_is_readable(demo: Database) -> None:
    report: ImportReport = import_file(demo, DEMO)
    lines = str(report).splitlines()
    assert lines[0] == "Took 8,477 of 8,481 records: 8,477 unchanged."
    assert "  stock.stockitem               1,106 unchanged" in lines
    assert any(line.startswith("  users.ruleset 25, 26, 27: there is no role for stocktakes") for line in lines)
