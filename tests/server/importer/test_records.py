"""Single records: what is changed, what is refused and told, what follows from what."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from server.db.models import (
    Attachment,
    BomItem,
    LabelTemplate,
    Owner,
    Parameter,
    Part,
    StockItem,
    StockLocation,
    SupplierPart,
    TaggedItem,
    User,
)
from server.db.session import Database
from server.importer import ImportReport, import_file

Export = Callable[..., Path]
PART = ("part.part", 1, {"name": "Resistor"})
JOINED = {"password": "pbkdf2_sha256$1$a$b", "date_joined": "2026-01-01T00:00:00Z"}


def rows(database: Database, model: Any) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(model).order_by(model.pk)))


def told(report: ImportReport) -> list[tuple[str, str, str]]:
    return [(refusal.model, refusal.key, refusal.reason) for refusal in report.refusals]


def location(pk: int, name: str, parent: int | None = None, **more: Any) -> tuple[str, int, dict[str, Any]]:
    return "stock.stocklocation", pk, {"name": name, "parent": parent} | more


def item(pk: int, **more: Any) -> tuple[str, int, dict[str, Any]]:
    return "stock.stockitem", pk, {"part": 1, "quantity": "1.50000"} | more


def test_a_changed_record_changes_its_row_alone(stock: Database, export: Export) -> None:
    import_file(stock, export(PART, item(1), item(2)))
    report = import_file(stock, export(PART, item(1, quantity="2"), item(2), item(3)))
    assert str(report).splitlines()[0] == "Took 4 of 4 records: 1 new, 1 changed, 2 unchanged."
    counts = report.counts["stock.stockitem"]
    assert (counts.created, counts.updated, counts.unchanged, counts.total) == (1, 1, 1, 3)
    assert [row.quantity for row in rows(stock, StockItem)] == [2, Decimal("1.5"), Decimal("1.5")]


def test_fields_that_the_file_leaves_out_stay_as_they_are(stock: Database, export: Export) -> None:
    import_file(stock, export(PART, item(1, batch="B7")))
    import_file(stock, export(PART, item(1)))
    assert rows(stock, StockItem)[0].batch == "B7"


def test_unknown_models_and_fields_are_told_and_the_rest_is_taken(stock: Database, export: Export) -> None:
    report = import_file(stock, export(("no.such", 4, {}), ("part.part", 1, {"name": "Resistor", "colour": "red"})))
    assert told(report) == [
        ("no.such", "4", "Bincard does not know this model"),
        ("part.part", "1", 'field "colour": Bincard does not know it'),
    ]
    assert [row.name for row in rows(stock, Part)] == ["Resistor"]


@pytest.mark.parametrize(
    "field, value, reason",
    [
        ("name", None, "null is not allowed"),
        ("name", 5, "5 is not a text"),
        ("name", "x" * 101, "101 characters are more than 100"),
        ("name", "a\x00b", "characters that no database keeps"),
        ("name", "\ud800", "characters that no database keeps"),
        ("active", "yes", "yes is neither true nor false"),
        ("default_expiry", 1.5, "1.5 is not a whole number"),
        ("default_expiry", 2**63, "is not a whole number"),
        ("minimum_stock", "much", "much is not a number"),
        ("minimum_stock", "0.0000001", "at most 6 decimal places"),
        ("minimum_stock", "NaN", "at most 6 decimal places"),
        ("minimum_stock", "1e30", "too large"),
        ("creation_date", "yesterday", "yesterday is not a date"),
    ],
)
def test_a_value_that_does_not_fit_is_told_and_its_record_left_out(
    stock: Database, export: Export, field: str, value: Any, reason: str
) -> None:
    report = import_file(stock, export(PART, ("part.part", 2, {"name": "Coil"} | {field: value})))
    ((model, key, why),) = told(report)
    assert (model, key) == ("part.part", "2")
    assert why.startswith(f'field "{field}": ') and reason in why
    assert [row.pk for row in rows(stock, Part)] == [1]


def test_a_record_without_what_it_needs_is_told(stock: Database, export: Export) -> None:
    report = import_file(stock, export(PART, ("part.part", 2, {}), ("stock.stockitem", 3, {})))
    assert told(report) == [
        ("part.part", "2", 'field "name" is missing'),
        ("stock.stockitem", "3", 'field "part" is missing'),
    ]


def test_what_stands_on_a_refused_record_is_refused_or_freed(stock: Database, export: Export) -> None:
    bad = ("part.part", 9, {"name": None})
    path = export(PART, bad, item(1, part=9), item(2, parent=1), item(3, belongs_to=2), ("part.part", 2, {
        "name": "Variant", "variant_of": 9}))  # fmt: skip
    report = import_file(stock, path)
    assert told(report)[1:] == [
        ("part.part", "2", 'field "variant_of": part 9 was not taken'),
        ("stock.stockitem", "1", 'field "part": part 9 was not taken'),
        ("stock.stockitem", "2", 'field "parent": stockitem 1 was not taken'),
    ]
    assert [(row.pk, row.parent_id, row.belongs_to_id) for row in rows(stock, StockItem)] == [
        (2, None, None),
        (3, None, 2),
    ]
    assert rows(stock, Part)[1].variant_of_id is None


def test_rows_may_point_to_later_ones_and_to_themselves(database: Database, export: Export) -> None:
    import_file(database, export(item(1, parent=3, belongs_to=2), item(2, parent=2), item(3, belongs_to=1), PART))
    found = [(row.pk, row.parent_id, row.belongs_to_id) for row in rows(database, StockItem)]
    assert found == [(1, 3, 2), (2, 2, None), (3, None, 1)]


def test_paths_are_made_where_the_file_has_none(stock: Database, export: Export) -> None:
    import_file(stock, export(location(1, "Shelf", 3), location(2, "Attic"), location(3, "Room", pathstring="")))
    found = {row.pk: (row.level, row.tree_path, row.pathstring) for row in rows(stock, StockLocation)}
    assert found == {1: (1, "/3/1/", "Room/Shelf"), 2: (0, "/2/", "Attic"), 3: (0, "/3/", "")}
    with stock.read() as connection:
        order = connection.execute(select(StockLocation.pk).order_by(StockLocation.tree_sort)).scalars()
        assert list(order) == [2, 3, 1]


def test_a_moved_location_takes_along_what_the_file_does_not_name(stock: Database, export: Export) -> None:
    import_file(stock, export(location(1, "Room"), location(2, "Shelf", 1), location(3, "Bin", 2), location(4, "Hall")))
    import_file(stock, export(location(2, "Rack", 4)))
    found = {row.pk: (row.level, row.tree_path, row.pathstring) for row in rows(stock, StockLocation)}
    assert found[3] == (2, "/4/2/3/", "Hall/Rack/Bin")


def test_a_renamed_part_renames_its_stock(stock: Database, export: Export) -> None:
    import_file(stock, export(PART, item(1), ("part.part", 2, {"name": "Coil"}), item(2, part=2)))
    import_file(stock, export(("part.part", 1, {"name": "Film resistor"})))
    assert [row.part_name for row in rows(stock, StockItem)] == ["Film resistor", "Coil"]


def test_a_password_hashed_anew_here_stays(stock: Database, export: Export) -> None:
    path = export(("auth.user", 1, {"username": "admin"} | JOINED))
    import_file(stock, path)
    with stock.write() as session:
        session.execute(update(User).values(password="$argon2id$newer"))
    assert import_file(stock, path).unchanged == 1
    assert rows(stock, User)[0].password == "$argon2id$newer"


def test_groups_are_joined_and_left(stock: Database, export: Export) -> None:
    groups = ("auth.group", 1, {"name": "readers"}), ("auth.group", 2, {"name": "clerks"})
    import_file(stock, export(*groups, ("auth.user", 1, {"username": "a", "groups": [["readers"], 2]} | JOINED)))
    report = import_file(stock, export(("auth.user", 1, {"username": "a", "groups": [["clerks"]]} | JOINED)))
    assert report.counts["auth.user"].updated == 1
    with stock.read() as connection:
        from server.db.models import UserGroup

        assert [tuple(row) for row in connection.execute(select(UserGroup.user_id, UserGroup.group_id))] == [(1, 2)]


def test_permissions_of_their_own_are_told(stock: Database, export: Export) -> None:
    path = export(("auth.group", 1, {"name": "readers", "permissions": [["view_part", "part", "part"]]}))
    assert told(import_file(stock, path)) == [
        ("auth.group", "1", 'field "permissions": permissions follow from the rule sets of the group')
    ]


@pytest.mark.parametrize(
    "overage, attrition, setup, reasons",
    [("", 0, 0, []), ("5%", 5, 0, []), (" 2.5 %", Decimal("2.5"), 0, []), ("3", 0, 3, []), ("some", 0, 0, ["some"])],
)
def test_overage_became_attrition_or_setup_quantity(
    stock: Database, export: Export, overage: str, attrition: Any, setup: Any, reasons: list[str]
) -> None:
    line = {"part": 1, "sub_part": 2, "quantity": "1200.50000", "overage": overage}
    report = import_file(stock, export(PART, ("part.part", 2, {"name": "Board"}), ("part.bomitem", 1, line)))
    (row,) = rows(stock, BomItem)
    assert (row.attrition, row.setup_quantity, row.raw_amount) == (attrition, setup, "1200.5")
    assert [word in why for word, (_, _, why) in zip(reasons, told(report), strict=True)] == [True] * len(reasons)


def test_the_default_supplier_became_the_primary_one(stock: Database, export: Export) -> None:
    records = (
        ("company.company", 1, {"name": "DigiKey"}),
        ("part.part", 1, {"name": "Resistor", "default_supplier": 8}),
        ("part.part", 2, {"name": "Coil", "default_supplier": 77}),
        ("company.supplierpart", 7, {"part": 1, "supplier": 1, "SKU": "A"}),
        ("company.supplierpart", 8, {"part": 1, "supplier": 1, "SKU": "B"}),
    )
    report = import_file(stock, export(*records))
    assert {row.SKU: row.primary for row in rows(stock, SupplierPart)} == {"A": False, "B": True}
    assert told(report) == [("part.part", "2", 'field "default_supplier": supplier part 77 is not in the file')]


def test_what_an_older_generation_marked_for_review_is_told(stock: Database, export: Export) -> None:
    report = import_file(stock, export(PART, item(1, review_needed=False), item(2, review_needed=True)))
    assert [key for _, key, _ in told(report)] == ["2"]
    assert len(rows(stock, StockItem)) == 2


def test_templates_and_attachments_of_several_models_share_a_table(stock: Database, export: Export) -> None:
    label = {"name": "QR", "description": "", "label": "label/qr.html", "width": 24.0, "height": 12.0}
    attachment = {"attachment": "a.pdf", "comment": "", "upload_date": "2026-01-02", "user": None}
    path = export(
        PART, item(3),
        ("label.partlabel", 1, label), ("label.stockitemlabel", 1, label), ("label.stocklocationlabel", 2, label),
        ("stock.stockitemattachment", 1, attachment | {"stock_item": 3}),
        ("part.partattachment", 1, attachment | {"part": 1}),
    )  # fmt: skip
    import_file(stock, path)
    assert [(row.pk, row.model_type, row.template) for row in rows(stock, LabelTemplate)] == [
        (1, "part", "label/qr.html"), (2, "stocklocation", "label/qr.html"), (3, "stockitem", "label/qr.html"),
    ]  # fmt: skip
    assert [(row.pk, row.model_type, row.model_id) for row in rows(stock, Attachment)] == [
        (1, "stockitem", 3), (2, "part", 1),
    ]  # fmt: skip
    assert import_file(stock, path).unchanged == 7


def test_content_types_mean_what_the_file_says(stock: Database, export: Export) -> None:
    records = (
        ("contenttypes.contenttype", 40, {"app_label": "part", "model": "part"}),
        ("contenttypes.contenttype", 41, {"app_label": "auth", "model": "group"}),
        ("common.parametertemplate", 1, {"name": "Length", "model_type": 40}),
        ("common.parameter", 1, {"template": 1, "model_type": 40, "model_id": 1, "data": "4"}),
        ("users.owner", 1, {"owner_type": 41, "owner_id": 3}),
        ("taggit.tag", 1, {"name": "fragile", "slug": "fragile"}),
        ("taggit.taggeditem", 1, {"tag": 1, "content_type": 40, "object_id": 1}),
        ("users.owner", 2, {"owner_type": 99, "owner_id": 3}),
    )
    report = import_file(stock, export(PART, *records))
    assert [(row.model_type, row.model_id) for row in rows(stock, Parameter)] == [("part.part", 1)]
    assert [(row.owner_type, row.owner_id) for row in rows(stock, Owner)] == [("group", 3)]
    assert [(row.model_type, row.model_id) for row in rows(stock, TaggedItem)] == [("part.part", 1)]
    assert told(report) == [("users.owner", "2", 'field "owner_type": 99 is no known content type')]


def test_what_points_to_plugins_that_were_left_out_is_freed(stock: Database, export: Export) -> None:
    record = {"name": "Sizes", "source_plugin": 4, "created": "2026-01-01T00:00:00Z",
              "last_updated": "2026-01-01T00:00:00Z"}  # fmt: skip
    report = import_file(stock, export(("common.selectionlist", 1, record)))
    assert told(report) == [("common.selectionlist", "1", 'field "source_plugin": pluginconfig 4 was not taken')]
    assert report.created == 1
