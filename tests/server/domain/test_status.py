"""The status codes, as InvenTree 532 has them."""

import json

import pytest

from server.domain.status import (
    STATUS_CLASSES,
    BuildStatus,
    PurchaseOrderStatus,
    StockHistoryCode,
    StockStatus,
    describe,
)
from tests.shared import SHARED, needs_shared


def test_the_codes_of_builds_and_orders_differ() -> None:
    assert (PurchaseOrderStatus.COMPLETE, PurchaseOrderStatus.CANCELLED) == (30, 40)
    assert (BuildStatus.CANCELLED, BuildStatus.COMPLETE) == (30, 40)


def test_a_code_has_a_label() -> None:
    assert StockStatus.text(50) == "Attention needed"
    assert StockHistoryCode.text(10) == "Stock counted"
    assert StockStatus.text(51) is None


def test_a_class_is_described_as_clients_know_it() -> None:
    told = describe("StockStatus")
    assert told["status_class"] == "StockStatus"
    assert told["values"]["LOST"] == {"key": 70, "name": "LOST", "label": "Lost", "color": "dark"}
    with pytest.raises(KeyError):
        describe("NoSuch")


@needs_shared
def test_all_classes_are_the_recorded_ones() -> None:
    lines = (SHARED / "inventree" / "exchanges" / "01_root_meta.jsonl").read_text().splitlines()
    recorded = next(
        entry["response_body"] for line in lines if (entry := json.loads(line))["path"] == "/api/generic/status/"
    )
    assert {name: describe(name) for name in STATUS_CLASSES} == recorded
