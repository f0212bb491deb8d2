"""Scanning, linking and generating barcodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.db.models.order import PurchaseOrder, SalesOrder
from server.domain.barcodes import barcode_hash
from server.domain.status import PurchaseOrderStatus
from tests.server.resources.making import make
from tests.server.resources.people import People, people


@pytest.fixture(scope="module")
def folk(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> Iterator[People]:
    with people(tmp_path_factory.mktemp("data"), empty_template) as made:
        yield made


@pytest.fixture(scope="module")
def admin(folk: People) -> Iterator[httpx.Client]:
    with folk.client("admin") as client:
        yield client


@dataclass(frozen=True)
class Store:
    """A part in two items on a shelf, and who sells it."""

    part: int
    item: int
    other: int
    shelf: int
    supplier: int
    supplierpart: int


@pytest.fixture(scope="module")
def store(admin: httpx.Client) -> Store:
    part = make(admin, "part/", name="Bolt")["pk"]
    shelf = make(admin, "stock/location/", name="Shelf")["pk"]
    supplier = make(admin, "company/", name="Seller")["pk"]
    return Store(
        part=part,
        item=make(admin, "stock/", part=part, quantity=5, location=shelf)["pk"],
        other=make(admin, "stock/", part=part, quantity=7, location=shelf)["pk"],
        shelf=shelf,
        supplier=supplier,
        supplierpart=make(admin, "company/part/", part=part, supplier=supplier, SKU="S-1")["pk"],
    )


def scan(client: httpx.Client, text: Any) -> httpx.Response:
    return client.post("barcode/", json={"barcode": text})


def test_both_forms_of_our_own_codes_are_read(admin: httpx.Client, store: Store) -> None:
    for kind, code, pk, path in (
        ("stockitem", "SI", store.item, "stock/"), ("part", "PA", store.part, "part/"),
        ("stocklocation", "SL", store.shelf, "stock/location/"),
        ("supplierpart", "SP", store.supplierpart, "company/part/"),
    ):  # fmt: skip
        for text in (f'{{"{kind}": {pk}}}', f"INV-{code}{pk}", f" INV-{code}{pk}\n"):
            found = scan(admin, text)
            assert found.status_code == 200, found.text
            answer = found.json()
            assert answer[kind]["pk"] == answer[kind]["instance"]["pk"] == pk
            assert answer[kind]["api_url"] == f"/api/{path}{pk}/"
            assert answer["barcode_hash"] == barcode_hash(text)
        made = admin.post("barcode/generate/", json={"model": kind, "pk": pk})
        assert made.json() == {"barcode": f"INV-{code}{pk}"}


@pytest.mark.parametrize(
    "text",
    ['{"stockitem": 999999}', '{"part": "x"}', '{"nosuch": 1}', "{", "unknown", "inv-PA1", "INV-PA999999", 123,
     "' OR 1=1 --", "{" * 3000, "\x1b]52;c;eA==\x07"],
)  # fmt: skip
def test_what_means_nothing_is_refused_in_form(admin: httpx.Client, text: Any) -> None:
    refused = scan(admin, text)
    assert refused.status_code == 400
    body = refused.json()
    assert body.pop("error") == "No match found for barcode data"
    assert body == {"plugin": "None", "barcode_data": str(text), "barcode_hash": barcode_hash(str(text))}


def test_a_foreign_code_is_linked_found_and_unlinked(admin: httpx.Client, store: Store) -> None:
    linked = admin.post("barcode/link/", json={"barcode": "4006381333931", "stockitem": store.item})
    assert linked.status_code == 200, linked.text
    assert linked.json()["success"] == "Assigned barcode to stockitem instance"
    assert scan(admin, "4006381333931").json()["stockitem"]["pk"] == store.item
    shown = admin.get(f"stock/{store.item}/").json()
    assert shown["barcode_hash"] == barcode_hash("4006381333931")
    taken = admin.post("barcode/link/", json={"barcode": "4006381333931", "stockitem": store.other})
    assert taken.status_code == 400
    assert taken.json()["error"] == "Barcode matches existing item"
    assert taken.json()["stockitem"]["pk"] == str(store.item)
    assert admin.post("barcode/link/", json={"barcode": "NEW", "stockitem": store.item}).status_code == 200
    assert scan(admin, "4006381333931").status_code == 400, "a new code takes the place of the old one"
    for _ in range(2):
        gone = admin.post("barcode/unlink/", json={"stockitem": store.item})
        assert gone.json() == {"success": "Barcode unassigned from stockitem instance"}
    assert scan(admin, "NEW").status_code == 400


def test_our_own_codes_cannot_be_given_away(admin: httpx.Client, store: Store) -> None:
    refused = admin.post("barcode/link/", json={"barcode": f"INV-SI{store.item}", "stockitem": store.other})
    assert refused.status_code == 400
    assert refused.json()["error"] == "Barcode matches existing item"


def test_a_code_with_nothing_to_link_it_to_is_refused(admin: httpx.Client, store: Store) -> None:
    for path, body in (
        ("link", {"barcode": "X"}), ("unlink", {}), ("unlink", {"stockitem": store.item, "part": store.part}),
        ("link", {"stockitem": store.item}), ("link", {"barcode": "X", "stockitem": 999_999}),
        ("generate", {"model": "nosuch", "pk": 1}), ("generate", {"model": "part", "pk": 999_999}), ("generate", {}),
    ):  # fmt: skip
        assert admin.post(f"barcode/{path}/", json=body).status_code == 400, (path, body)


def test_the_role_decides_what_a_scan_shows_and_links(folk: People, store: Store) -> None:
    with folk.as_user("salesman", roles={"sales_order": ("view", "change")}) as salesman:
        seen = scan(salesman, f"INV-SI{store.item}")
        assert seen.status_code == 403
        assert seen.json() == {"detail": "User does not have permission to view this model"}
        refused = salesman.post("barcode/link/", json={"barcode": "zz", "stockitem": store.item})
        assert refused.status_code == 403
        refusal = "You do not have the required permissions for <class 'stock.models.StockItem'>"
        assert refused.json() == {"error": refusal}
        assert salesman.post("barcode/unlink/", json={"stockitem": store.item}).status_code == 403
    with folk.as_user("storekeeper", roles={"stock": ("view",)}) as keeper:
        assert scan(keeper, f"INV-SI{store.item}").status_code == 200
        assert keeper.post("barcode/link/", json={"barcode": "zz", "stockitem": store.item}).status_code == 403
    with folk.client() as nobody:
        assert scan(nobody, "INV-SI1").status_code == 401


def test_scans_are_kept_when_the_setting_says_so(folk: People, admin: httpx.Client, store: Store) -> None:
    assert scan(admin, "before").status_code == 400
    assert admin.get("barcode/history/").json() == []
    for key, value in (("BARCODE_STORE_RESULTS", True), ("BARCODE_RESULTS_MAX_NUM", 3)):
        assert admin.patch(f"settings/global/{key}/", json={"value": value}).status_code == 200
    with folk.as_user("scanner", roles={"stock": ("view",)}) as scanner:
        for text in ("one", "two", f"INV-SI{store.item}"):
            scan(scanner, text)
    scan(admin, "four")
    kept = admin.get("barcode/history/").json()
    assert [row["data"] for row in kept] == ["four", f"INV-SI{store.item}", "two"], "newest first, at most three"
    assert [row["result"] for row in kept] == [False, True, False]
    assert kept[1]["user_detail"]["username"] == "scanner"
    assert kept[1]["endpoint"] == "/api/barcode/"
    with folk.client("scanner") as scanner:
        assert {row["data"] for row in scanner.get("barcode/history/").json()} == {f"INV-SI{store.item}", "two"}
        assert scanner.delete(f"barcode/history/{kept[1]['pk']}/").status_code == 403
    keys = [row["pk"] for row in kept]
    assert admin.request("DELETE", "barcode/history/", json={"items": keys}).status_code == 200
    admin.patch("settings/global/BARCODE_STORE_RESULTS/", json={"value": False})


@pytest.fixture
def orders(folk: People, store: Store) -> Iterator[dict[str, int]]:
    """A placed and a pending purchase order, and a sales order."""
    with folk.server.database.write() as session:
        rows: dict[str, PurchaseOrder | SalesOrder] = {
            "placed": PurchaseOrder(
                reference="PO-1", supplier_id=store.supplier, status=int(PurchaseOrderStatus.PLACED)
            ),
            "pending": PurchaseOrder(
                reference="PO-2", supplier_id=store.supplier, status=int(PurchaseOrderStatus.PENDING)
            ),
            "sold": SalesOrder(reference="SO-1"),
        }
        session.add_all(rows.values())
        session.flush()
        keys = {name: row.pk for name, row in rows.items()}
    yield keys
    with folk.server.database.write() as session:
        for name, row in rows.items():
            session.delete(session.get_one(type(row), keys[name]))


def test_orders_are_matched_or_refused_in_form(admin: httpx.Client, store: Store, orders: dict[str, int]) -> None:
    for text in (f"INV-SP{store.supplierpart}", f"INV-PA{store.part}"):
        body = {"barcode": text, "purchase_order": orders["pending"]}
        matched = admin.post("barcode/po-allocate/", json=body)
        assert matched.status_code == 200, matched.text
        assert matched.json()["supplierpart"]["pk"] == store.supplierpart
    for path, refused in (
        ("po-allocate", {"barcode": "nothing", "purchase_order": orders["pending"]}),
        ("po-allocate", {"barcode": f"INV-SL{store.shelf}", "purchase_order": orders["pending"]}),
        ("po-allocate", {"barcode": "x"}),
        ("po-receive", {"barcode": "x", "purchase_order": orders["pending"]}),
        ("po-receive", {"barcode": "x", "purchase_order": orders["placed"], "location": store.shelf}),
        ("po-receive", {"barcode": f"INV-SI{store.item}"}),
        ("so-allocate", {"barcode": "x", "sales_order": orders["sold"]}),
        ("so-allocate", {"barcode": f"INV-PA{store.part}", "sales_order": orders["sold"]}),
        ("so-allocate", {"barcode": f"INV-SI{store.item}", "sales_order": orders["sold"]}),
        ("so-allocate", {"barcode": "x", "sales_order": 999_999}),
    ):
        assert admin.post(f"barcode/{path}/", json=refused).status_code == 400, (path, refused)


def test_orders_need_their_role(folk: People) -> None:
    with folk.as_user("packer", roles={"stock": ("view", "add", "change")}) as packer:
        for path in ("po-allocate", "po-receive", "so-allocate"):
            assert packer.post(f"barcode/{path}/", json={"barcode": "x"}).status_code == 403


def test_a_linked_code_is_found_by_an_index(folk: People) -> None:
    from server.db.models.stock import StockItem

    with folk.server.database.read() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN SELECT pk FROM {StockItem.__tablename__} WHERE barcode_hash = 'x'"
        ).fetchall()
    assert "USING" in plan[0][3] and "INDEX" in plan[0][3]
