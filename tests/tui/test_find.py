"""Find anything: what matches exactly is row 1, whatever else contains the text."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults import FaultServer, Reply, Request
from tui.api_client import ApiClient, ServerFault
from tui.stock_actions.find import Match, find

RECORDED = Path(__file__).parents[1] / "data" / "inventree_exchanges.jsonl"
NO_MATCH = {"error": "No match found for barcode data", "plugin": "None", "barcode_data": "", "barcode_hash": ""}


class Warehouse:
    """A server that searches its rows as InvenTree does: anything that contains the text, in its own order."""

    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.barcodes: dict[str, Any] = {}
        server.answer("POST", "/api/search/", self._search)
        server.answer("POST", "/api/barcode/", self._barcode)
        for model, path in (
            ("part", "part"),
            ("stockitem", "stock"),
            ("stocklocation", "stock/location"),
            ("supplierpart", "company/part"),
            ("manufacturerpart", "company/part/manufacturer"),
        ):
            server.answer("GET", f"/api/{path}/", self._filter(model))

    def _search(self, request: Request) -> Reply:
        asked = request.json
        found = {}
        for model in asked.keys() - {"search", "limit"}:
            rows = [row for row in self.rows.get(model, []) if asked["search"].lower() in json.dumps(row).lower()]
            found[model] = {"count": len(rows), "results": rows[: asked["limit"]]}
        return Reply(200, found)

    def _barcode(self, request: Request) -> Reply:
        known = self.barcodes.get(request.json["barcode"])
        return Reply(200, known) if known else Reply(400, NO_MATCH)

    def _filter(self, model: str) -> Any:
        def reply(request: Request) -> Reply:
            names = request.query.keys() - {"limit", "offset", "part_detail", "location_detail", "supplier_detail"}
            wanted = {name.removesuffix("_regex"): request.query[name].strip("^$") for name in names}
            rows = [
                row
                for row in self.rows.get(model, [])
                if all(str(row.get(name, "")).lower() == value.lower() for name, value in wanted.items())
            ]
            return Reply(200, {"count": len(rows), "results": rows[:5]})

        return reply

    def asked(self) -> list[str]:
        """Paths asked for, the searches left out."""
        return sorted(each.path for each in self.server.requests if each.path != "/api/search/")


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with FaultServer() as server:
        yield Warehouse(server)


@pytest.fixture
async def client(warehouse: Warehouse) -> AsyncIterator[ApiClient]:
    made = ApiClient(warehouse.server.url, "secret")
    yield made
    await made.aclose()


def part(pk: int, name: str, ipn: str = "", **more: Any) -> dict[str, Any]:
    return {"pk": pk, "name": name, "full_name": name, "IPN": ipn, "description": "", "active": True, **more}


async def test_an_exact_ipn_is_first_although_hundreds_contain_it(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.rows["part"] = [part(number, f"Bolt 100-{number}", f"X100-{number}") for number in range(300)]
    warehouse.rows["part"].append(part(999, "Zeppelin", "100"))
    found = await find(client, "100")
    assert (found.hits[0].pk, found.hits[0].match, found.hits[0].is_exact) == (999, Match.IPN, True)
    assert found.counts["part"] == 301
    assert not found.hits[1].is_exact
    # Only the kind that overflowed is asked again, once for each of its codes.
    assert warehouse.asked() == ["/api/part/", "/api/part/"]


async def test_a_rare_text_costs_one_request(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.rows["part"] = [part(1, "Pump seal")]
    found = await find(client, "  pump   seal ")
    assert [hit.match for hit in found.hits] == [Match.NAME]
    assert len(warehouse.server.requests) == 1


async def test_every_kind_of_code_is_exact(warehouse: Warehouse, client: ApiClient) -> None:
    code = "K-42"
    warehouse.rows = {
        "part": [part(1, "Seal for K-42"), part(2, code), part(3, "Pump", code)],
        "stockitem": [
            {"pk": 4, "serial": "1", "batch": code, "quantity": 2.0},
            {"pk": 5, "serial": code, "quantity": 1.0, "part_detail": {"full_name": "Pump"}},
        ],
        "stocklocation": [{"pk": 6, "name": code, "pathstring": f"Hall/{code}"}],
        "supplierpart": [{"pk": 7, "SKU": code, "part": 70, "supplier_detail": {"name": "Acme"}}],
        "manufacturerpart": [{"pk": 8, "MPN": code, "part": 80}],
    }
    found = await find(client, "k-42")
    assert [(hit.match, hit.pk) for hit in found.hits] == [
        (Match.IPN, 3),
        (Match.SERIAL, 5),
        (Match.SKU, 7),
        (Match.MPN, 8),
        (Match.LOCATION, 6),
        (Match.NAME, 2),
        (Match.BATCH, 4),
        (Match.TEXT, 1),
    ]
    assert [hit.target for hit in found.hits[2:4]] == [("part", 70), ("part", 80)]
    assert found.hits[1].title == "Pump #K-42"
    assert found.hits[2].detail == "Acme"


async def test_a_location_is_found_by_its_path(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.rows["stocklocation"] = [
        {"pk": 1, "name": "A1", "pathstring": "Hall/A/A1"},
        {"pk": 2, "name": "A", "pathstring": "Hall/A"},
    ]
    found = await find(client, "hall/a")
    assert [(hit.pk, hit.match) for hit in found.hits] == [(2, Match.LOCATION), (1, Match.PREFIX)]


async def test_the_same_spelling_and_what_is_in_use_come_first(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.rows["part"] = [
        part(1, "nut", active=False, total_in_stock=9),
        part(2, "NUT"),
        part(3, "NUT", total_in_stock=5.0, units="m"),
        part(4, "nut"),
    ]
    found = await find(client, "nut")
    assert [hit.pk for hit in found.hits] == [4, 1, 3, 2]
    assert found.hits[2].detail == "5 m in stock"


async def test_a_known_scan_costs_one_request(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.server.play(RECORDED)
    found = await find(client, "INV-SL5", scanned=True)
    assert [(hit.model, hit.pk, hit.match) for hit in found.hits] == [("stocklocation", 5, Match.BARCODE)]
    found = await find(client, '{"stockitem": 1}', scanned=True)
    assert found.hits[0].title == "M2x4 LPHS batch B123"
    assert [each.path for each in warehouse.server.requests] == ["/api/barcode/"] * 2


async def test_an_unknown_scan_is_searched_for(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.rows["supplierpart"] = [{"pk": 7, "SKU": "4006381333931", "part": 70}]
    found = await find(client, "4006381333931", scanned=True)
    assert [(hit.match, hit.target) for hit in found.hits] == [(Match.SKU, ("part", 70))]


async def test_a_typed_code_is_tried_as_a_barcode_too(warehouse: Warehouse, client: ApiClient) -> None:
    row = {"pk": 3, "name": "Shelf", "pathstring": "Hall/Shelf"}
    warehouse.barcodes["LOC-0005"] = {"stocklocation": {"pk": 3, "instance": row}, "success": "Match found"}
    warehouse.rows["stocklocation"] = [row | {"description": "LOC-0005"}]
    found = await find(client, "LOC-0005")
    assert [(hit.pk, hit.match) for hit in found.hits] == [(3, Match.BARCODE)]


async def test_what_the_role_may_not_see_is_left_out(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.server.fail(
        "POST",
        "/api/search/",
        Reply(200, {"part": {"error": "User does not have permission"}, "stocklocation": {"count": 0, "results": []}}),
    )
    found = await find(client, "bolt")
    assert (found.hits, found.counts) == ((), {"stocklocation": 0})
    forbidden = Reply(403, {"detail": "User does not have permission to view this model"})
    warehouse.server.fail("POST", "/api/barcode/", forbidden)
    assert (await find(client, "INV-SI1", scanned=True)).hits == ()


async def test_nothing_is_not_searched_for(warehouse: Warehouse, client: ApiClient) -> None:
    assert (await find(client, "   ")).hits == ()
    assert warehouse.server.requests == []


async def test_a_fault_is_not_taken_for_no_match(warehouse: Warehouse, client: ApiClient) -> None:
    warehouse.server.fail("POST", "/api/barcode/", Reply(500, {"error": "Oops"}))
    with pytest.raises(ServerFault):
        await find(client, "INV-SI1", scanned=True)
