"""The orders of the demo data show the same through the API as InvenTree's own export says.

The figures of the export are InvenTree's: state and total are columns there, what is allocated is the sum of the
allocations' rows.
"""

import json
import lzma
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.commands.load import DEMO
from server.domain.status import ReturnOrderLineStatus
from tests.serving import running

KINDS = {
    "order/po/": ("order.purchaseorder", 12),
    "order/so/": ("order.salesorder", 6),
    "order/ro/": ("order.returnorder", 6),
}
LINES = {
    "order/po-line/": (
        "order.purchaseorderlineitem", 30,
        ("quantity", "received", "purchase_price", "purchase_price_currency", "order", "part", "target_date"),
    ),
    "order/so-line/": (
        "order.salesorderlineitem", 13,
        ("quantity", "shipped", "sale_price", "sale_price_currency", "order", "part", "target_date"),
    ),
    "order/ro-line/": (
        "order.returnorderlineitem", 3,
        ("quantity", "received_date", "outcome", "price", "price_currency", "order", "item", "target_date"),
    ),
    "order/po-extra-line/": ("order.purchaseorderextraline", 2, ("quantity", "price", "price_currency", "order")),
    "order/so-extra-line/": ("order.salesorderextraline", None, ("quantity", "price", "price_currency", "order")),
    "order/ro-extra-line/": ("order.returnorderextraline", None, ("quantity", "price", "price_currency", "order")),
}  # fmt: skip
LINE_MODELS = {
    "order/po/": "order.purchaseorderlineitem", "order/so/": "order.salesorderlineitem",
    "order/ro/": "order.returnorderlineitem",
}  # fmt: skip


@pytest.fixture(scope="module")
def export() -> dict[str, dict[int, dict[str, Any]]]:
    """The export's fields by model and key."""
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    packed = Path(__file__).parents[3] / "server" / "demo" / DEMO
    for record in json.loads(lzma.decompress(packed.read_bytes())):
        if record["model"].startswith("order."):
            found[record["model"]][record["pk"]] = record["fields"]
    return found


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, demo_template: Path) -> Iterator[httpx.Client]:
    data_dir = tmp_path_factory.mktemp("demo") / "data"
    with (
        running(data_dir, demo_template) as server,
        server.client("admin", "inventree") as signed_in,
        httpx.Client(base_url=f"{server.url}/api/", headers=signed_in.headers, timeout=30) as made,
    ):
        yield made


def rows_of(client: httpx.Client, path: str) -> dict[int, dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return {row["pk"]: row for row in answer.json()}


def same(value: Any, wanted: Any) -> bool:
    """The export has decimals as texts."""
    if isinstance(value, float) and wanted is not None:
        return value == float(wanted)
    return bool(value == wanted)


@pytest.mark.parametrize("path", KINDS)
def test_every_order_has_its_state_and_total(
    client: httpx.Client, export: dict[str, dict[int, dict[str, Any]]], path: str
) -> None:
    model, count = KINDS[path]
    rows = rows_of(client, path)
    assert set(rows) == set(export[model])
    assert len(rows) == count
    names = ("reference", "status", "total_price", "issue_date", "target_date", "creation_date", "description")
    for pk, wanted in export[model].items():
        wrong = {n: (rows[pk][n], wanted.get(n)) for n in names if n in wanted and not same(rows[pk][n], wanted[n])}
        assert wrong == {}, wanted["reference"]


@pytest.mark.parametrize("path", LINES)
def test_every_line_has_its_figures(
    client: httpx.Client, export: dict[str, dict[int, dict[str, Any]]], path: str
) -> None:
    model, count, names = LINES[path]
    rows = rows_of(client, path)
    assert set(rows) == set(export[model])
    assert count is None or len(rows) == count
    for pk, wanted in export[model].items():
        wrong = {n: (rows[pk][n], wanted[n]) for n in names if not same(rows[pk][n], wanted[n])}
        assert wrong == {}, pk


def test_what_is_allocated_is_what_the_allocations_say(
    client: httpx.Client, export: dict[str, dict[int, dict[str, Any]]]
) -> None:
    allocated: dict[int, float] = defaultdict(float)
    for fields in export["order.salesorderallocation"].values():
        allocated[fields["line"]] += float(fields["quantity"])
    rows = rows_of(client, "order/so-line/")
    assert sum(allocated.values()) > 0
    assert {pk: row["allocated"] for pk, row in rows.items()} == {pk: allocated[pk] for pk in rows}
    listed = rows_of(client, "order/so-allocation/")
    for pk, wanted in export["order.salesorderallocation"].items():
        assert (listed[pk]["quantity"], listed[pk]["item"], listed[pk]["shipment"], listed[pk]["line"]) == (
            float(wanted["quantity"]), wanted["item"], wanted["shipment"], wanted["line"],
        )  # fmt: skip


@pytest.mark.parametrize("path", KINDS)
def test_lines_are_counted_and_done_where_the_export_says(
    client: httpx.Client, export: dict[str, dict[int, dict[str, Any]]], path: str
) -> None:
    def done(line: dict[str, Any]) -> bool:
        if path == "order/ro/":
            return bool(line["outcome"] != ReturnOrderLineStatus.PENDING)
        came = line["received"] if path == "order/po/" else line["shipped"]
        return float(came) >= float(line["quantity"])

    lines: dict[int, list[bool]] = defaultdict(list)
    for fields in export[LINE_MODELS[path]].values():
        lines[fields["order"]].append(done(fields))
    for pk, row in rows_of(client, path).items():
        assert (row["line_items"], row["completed_lines"]) == (len(lines[pk]), sum(lines[pk])), row["reference"]


def test_every_shipment_is_there(client: httpx.Client, export: dict[str, dict[int, dict[str, Any]]]) -> None:
    rows = rows_of(client, "order/so/shipment/")
    assert set(rows) == set(export["order.salesordershipment"])
    for pk, wanted in export["order.salesordershipment"].items():
        for name in ("reference", "shipment_date", "delivery_date", "tracking_number", "order"):
            assert rows[pk][name] == wanted[name], (pk, name)
