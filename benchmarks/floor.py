"""The floor: the same questions answered by hand-written sqlite3 statements behind bare Starlette routes.

No permissions, no filters, no forms: just the query, the JSON and the HTTP server that Bincard uses too. Run as
`python -m benchmarks.floor DATABASE PORT`.
"""

import sqlite3
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ITEM = """
SELECT t.pk, t.part_id AS part, t.quantity, t.serial, t.batch, t.location_id AS location, t.belongs_to_id AS belongs_to,
 t.build_id AS build, t.consumed_by_id AS consumed_by, t.customer_id AS customer, t.delete_on_deplete, t.expiry_date,
 t.is_building, t.link, t.notes, t.owner_id AS owner, t.packaging, t.parent_id AS parent,
 t.purchase_order_id AS purchase_order, po.reference AS purchase_order_reference, t.sales_order_id AS sales_order,
 so.reference AS sales_order_reference, t.status, t.status_custom_key, t.supplier_part_id AS supplier_part, sp.SKU,
 mp.MPN, t.barcode_hash, t.creation_date, t.stocktake_date, t.updated, t.purchase_price, t.purchase_price_currency,
 (SELECT coalesce(sum(a.quantity), 0) FROM order_salesorderallocation a WHERE a.item_id = t.pk)
 + (SELECT coalesce(sum(b.quantity), 0) FROM build_builditem b WHERE b.stock_item_id = t.pk) AS allocated,
 (SELECT count(*) FROM stock_stockitem i WHERE i.belongs_to_id = t.pk) AS installed_items,
 (SELECT count(*) FROM stock_stockitem i WHERE i.parent_id = t.pk) AS child_items,
 (SELECT count(*) FROM stock_stockitemtracking h WHERE h.item_id = t.pk) AS tracking_items,
 p.pk AS p_pk, p.IPN AS p_ipn, p.name AS p_name, p.description AS p_description, p.revision AS p_revision,
 p.active AS p_active, p.units AS p_units, p.image AS p_image, p.trackable AS p_trackable, p.virtual AS p_virtual,
 p.default_location_id AS p_location, p.barcode_hash AS p_barcode, p.assembly AS p_assembly,
 p.component AS p_component, p.minimum_stock AS p_minimum, p.is_template AS p_template, p.salable AS p_salable,
 p.purchaseable AS p_purchaseable, p.testable AS p_testable, p.locked AS p_locked,
 l.pk AS l_pk, l.name AS l_name, l.description AS l_description, l.pathstring AS l_path, l.parent_id AS l_parent,
 l.structural AS l_structural, l.external AS l_external, l.level AS l_level, l.custom_icon AS l_icon
"""
JOINS = """
 LEFT JOIN part_part p ON p.pk = t.part_id LEFT JOIN stock_stocklocation l ON l.pk = t.location_id
 LEFT JOIN part_supplierpart sp ON sp.pk = t.supplier_part_id
 LEFT JOIN company_manufacturerpart mp ON mp.pk = sp.manufacturer_part_id
 LEFT JOIN order_purchaseorder po ON po.pk = t.purchase_order_id
 LEFT JOIN order_salesorder so ON so.pk = t.sales_order_id
"""
LIST = f"""{ITEM} FROM (SELECT pk FROM stock_stockitem ORDER BY part_name, quantity, location_id, pk LIMIT ? OFFSET ?) k
 JOIN stock_stockitem t ON t.pk = k.pk {JOINS} ORDER BY t.part_name, t.quantity, t.location_id, t.pk"""
ONE = f"{ITEM} FROM stock_stockitem t {JOINS} WHERE t.pk = ?"
STOCKED = """s.quantity > 0 AND s.status + 0 IN (10, 50, 55, 85) AND s.sales_order_id IS NULL AND s.customer_id IS NULL
 AND s.belongs_to_id IS NULL AND s.consumed_by_id IS NULL AND NOT s.is_building"""
FOUND = """ FROM part_part p LEFT JOIN part_partcategory c ON c.pk = p.category_id
 WHERE p.name LIKE :w OR p.description LIKE :w OR p.IPN LIKE :w OR p.revision LIKE :w OR p.keywords LIKE :w
 OR c.name LIKE :w OR p.pk IN (SELECT part_id FROM company_manufacturerpart WHERE MPN LIKE :w)
 OR p.pk IN (SELECT part_id FROM part_supplierpart WHERE SKU LIKE :w)
 OR p.pk IN (SELECT m.model_id FROM taggit_taggeditem m JOIN taggit_tag t ON t.pk = m.tag_id
             WHERE m.model_type = 'part.part' AND t.name LIKE :w)"""
PARTS = f"""SELECT p.*, c.name AS category_name,
 (SELECT coalesce(sum(s.quantity), 0) FROM stock_stockitem s WHERE s.part_id = p.pk AND {STOCKED}) AS in_stock,
 (SELECT count(*) FROM stock_stockitem s WHERE s.part_id = p.pk) AS stock_item_count,
 (SELECT coalesce(sum(s.quantity), 0) FROM stock_stockitem s JOIN stock_stocklocation l ON l.pk = s.location_id
  WHERE s.part_id = p.pk AND l.external AND {STOCKED}) AS external_stock,
 (SELECT coalesce(sum(a.quantity), 0) FROM stock_stockitem s JOIN build_builditem a ON a.stock_item_id = s.pk
  WHERE s.part_id = p.pk) AS allocated_to_build_orders,
 (SELECT coalesce(sum(a.quantity), 0) FROM stock_stockitem s JOIN order_salesorderallocation a ON a.item_id = s.pk
  WHERE s.part_id = p.pk) AS allocated_to_sales_orders,
 (SELECT coalesce(sum(x.quantity - x.received), 0) FROM part_supplierpart y JOIN order_purchaseorderlineitem x
  ON x.part_id = y.pk WHERE y.part_id = p.pk) AS ordering
 FROM (SELECT p.pk {FOUND} ORDER BY p.name, p.pk LIMIT :limit) k JOIN part_part p ON p.pk = k.pk
 LEFT JOIN part_partcategory c ON c.pk = p.category_id ORDER BY p.name, p.pk"""
COUNT_PARTS = f"SELECT count(*) {FOUND}"
TREE = """SELECT l.pk, l.name, l.description, l.pathstring, l.parent_id AS parent, l.level, l.custom_icon AS icon,
 l.structural, (SELECT count(*) FROM stock_stocklocation c WHERE c.parent_id = l.pk) AS sublocations
 FROM stock_stocklocation l ORDER BY l.level, l.name"""

local = threading.local()
writing = threading.Lock()
path = ""


def connection() -> sqlite3.Connection:
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(path, isolation_level=None, timeout=15)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-8000", "mmap_size=268435456"):
            local.connection.execute(f"PRAGMA {pragma}")
    return local.connection  # type: ignore[no-any-return]


def rows(sql: str, values: Any = ()) -> list[dict[str, Any]]:
    cursor = connection().execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [item(dict(zip(names, row, strict=True))) for row in cursor]


def item(row: dict[str, Any]) -> dict[str, Any]:
    """The conversions that JSON needs and the details as objects."""
    if "p_pk" in row:
        for key in ("delete_on_deplete", "is_building"):
            row[key] = bool(row[key])
        for key in ("quantity", "allocated"):
            row[key] /= 100_000
        for name, prefix in (("part_detail", "p_"), ("location_detail", "l_")):
            row[name] = {key[2:]: row.pop(key) for key in list(row) if key.startswith(prefix)}
    return row


def answer(payload: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(payload), status, media_type="application/json")


def stock_list(request: Request) -> Response:
    limit, offset = int(request.query_params["limit"]), int(request.query_params.get("offset", 0))
    count = connection().execute("SELECT count(*) FROM stock_stockitem").fetchone()[0]
    return answer({"count": count, "next": None, "previous": None, "results": rows(LIST, (limit, offset))})


def stock_item(request: Request) -> Response:
    return answer(rows(ONE, (request.path_params["pk"],))[0])


def part_search(request: Request) -> Response:
    word = f"%{request.query_params['search']}%"
    count = connection().execute(COUNT_PARTS, {"w": word}).fetchone()[0]
    found = rows(PARTS, {"w": word, "limit": int(request.query_params["limit"])})
    return answer({"count": count, "next": None, "previous": None, "results": found})


def tree(request: Request) -> Response:
    return answer(rows(TREE))


async def count(request: Request) -> Response:
    import anyio

    return await anyio.to_thread.run_sync(_count, orjson.loads(await request.body()))


def _count(body: dict[str, Any]) -> Response:
    with writing:
        database = connection()
        database.execute("BEGIN IMMEDIATE")
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        for line in body["items"]:
            found = database.execute("SELECT quantity FROM stock_stockitem WHERE pk = ?", (line["pk"],)).fetchone()
            if found is None:
                database.execute("ROLLBACK")
                return answer({"items": "unknown"}, 400)
            database.execute(
                "UPDATE stock_stockitem SET quantity = ?, stocktake_date = ?, stocktake_user_id = 1, updated = ? "
                "WHERE pk = ?", (int(line["quantity"] * 100_000), now[:10], now, line["pk"]),
            )  # fmt: skip
            database.execute(
                "INSERT INTO stock_stockitemtracking (item_id, date, tracking_type, notes, user_id, deltas) "
                "VALUES (?, ?, 10, '', 1, ?)", (line["pk"], now, orjson.dumps({"quantity": line["quantity"]}).decode()),
            )  # fmt: skip
        database.execute("COMMIT")
    return answer(body, 201)


app = Starlette(
    routes=[
        Route("/api/stock/", stock_list),
        Route("/api/part/", part_search),
        Route("/api/stock/location/tree/", tree),
        Route("/api/stock/count/", count, methods=["POST"]),
        Route("/api/stock/{pk:int}/", stock_item),
    ]
)

if __name__ == "__main__":
    path = sys.argv[1]
    uvicorn.run(app, port=int(sys.argv[2]), log_level="critical", access_log=False, lifespan="off")
