"""Each rule by example: what it finds in a warehouse, on each database, and what it leaves alone."""

from datetime import timedelta
from decimal import Decimal

import pytest

from server.alerts.rules import all_rules
from server.db.models.bincard import SignInFailure
from server.db.models.counting import CountEntry, CountLine, CountSession
from server.db.models.order import PurchaseOrder
from server.db.session import Database
from server.domain.alert_kinds import KINDS
from server.domain.alert_life import Severity
from server.domain.status import PurchaseOrderStatus, StockHistoryCode
from tests.server.alerts.watch import NOW, TODAY, Watch


@pytest.fixture
def room(database: Database) -> Watch:
    return Watch(database)


def test_each_kind_has_a_rule() -> None:
    assert [rule.kind for rule in all_rules()] == list(KINDS)


def test_every_rule_finds_what_is_wrong_and_nothing_else(room: Watch) -> None:
    """One thing that is wrong for each kind, beside one that is right, all in one look on each database."""
    _stock(room)
    _orders(room)
    _history(room)
    _counts(room)
    _attempts(room)
    done = room.look()
    found = {(one.kind, Severity(one.severity), one.message) for one in room.alerts()}
    assert found == EXPECTED
    assert {kind for kind, _, _ in found} == {kind.key for kind in KINDS} - {"server_trouble"}
    assert sum(one.opened for one in done.values()) == len(found)
    again = room.look(now=NOW + timedelta(seconds=1))
    assert sum(one.opened + one.recovered for one in again.values()) == 0


def _stock(room: Watch) -> None:
    shelf = room.location("Shelf", pathstring="Shelf")
    bin_ = room.location("Bin", parent_id=shelf, pathstring="Shelf/Bin")
    rack = room.location("Rack", structural=True, pathstring="Rack")
    counted = {"stocktake_date": TODAY, "creation_date": NOW, "updated": NOW}
    low = room.part("Low", minimum_stock=Decimal(50), IPN="L-1")
    item = room.item(low, 40, shelf, **counted)
    room.purchase(low, 2, pack=4)
    room.sale(low, 10, promise=item)
    fine = room.part("Fine", minimum_stock=Decimal(50))
    room.item(fine, 30, shelf, **counted)
    room.purchase(fine, 20)
    room.part("Gone", minimum_stock=Decimal(5))
    room.part("Unwanted")
    much = room.part("Much", maximum_stock=Decimal(10))
    room.item(much, 11, shelf, **counted)
    placed = room.part("Placed")
    room.level(placed, shelf, 10, 20)
    room.level(placed, bin_, 5, 6)
    room.item(placed, 3, shelf, **counted)
    room.item(placed, 4, bin_, **counted)
    room.purchase(placed, 1, destination=bin_)
    heap = room.part("Heap")
    room.level(heap, bin_, 1, 6)
    room.item(heap, 7, bin_, **counted)
    wrong = room.part("Wrong")
    room.item(wrong, 2, rack, **counted)
    milk = room.part("Milk")
    for days in (-1, 0, 30, 31):
        expiry = TODAY + timedelta(days=days)
        room.item(milk, 1, shelf, batch=f"B{days}", expiry_date=expiry, **counted)
    for part in (low, fine, much, placed, heap, wrong, milk):
        room.moved(part, StockHistoryCode.STOCK_MOVE, 1)
    dusty = room.part("Dusty")
    room.item(dusty, 1, shelf, **counted)
    room.moved(dusty, StockHistoryCode.STOCK_COUNT, 1, quantity=1)
    room.moved(dusty, StockHistoryCode.STOCK_MOVE, 200)
    attic = room.location("Attic", pathstring="Attic")
    room.item(fine, 1, attic, stocktake_date=TODAY - timedelta(days=188), creation_date=NOW, updated=NOW)


def _orders(room: Watch) -> None:
    part = room.part("Ordered")
    late = room.company("Late Ltd")
    room.purchase(part, 5, supplier=late, due=TODAY - timedelta(days=2))
    room.purchase(part, 5, due=TODAY)
    room.purchase(part, 5, due=TODAY - timedelta(days=2), received=5)
    room.sale(part, 3, due=TODAY - timedelta(days=4))
    for days, on_time in ((30, True), (20, False), (10, False)):
        due = TODAY - timedelta(days=days if on_time else days + 1)
        order = room.purchase(part, 5, supplier=late, due=due, received=5)
        with room.database.write() as session:
            session.get_one(PurchaseOrder, order).status = int(PurchaseOrderStatus.COMPLETE)
        room.moved(part, StockHistoryCode.RECEIVED_AGAINST_PURCHASE_ORDER, days, purchaseorder=order, quantity=5)


def _history(room: Watch) -> None:
    soon = room.part("Soon")
    room.item(soon, 10, stocktake_date=TODAY, creation_date=NOW, updated=NOW)
    room.removed(soon, *[10.0] * 9, first_days_ago=80)
    jumpy = room.part("Jumpy")
    room.item(jumpy, 100_000, stocktake_date=TODAY, creation_date=NOW, updated=NOW)
    room.removed(jumpy, 4, 5, 6, 5, 4, 6, 5, 5, 4, 6, first_days_ago=50)
    room.moved(jumpy, StockHistoryCode.STOCK_REMOVE, 0, removed=500)


def _counts(room: Watch) -> None:
    part = room.part("Counted")
    session = room.add(CountSession(reference="CS-1", created=NOW))
    for expected, variance in ((100, -40), (100, -5)):
        line = room.add(CountLine(
            session_id=session, position=1, part_id=part, expected=Decimal(expected), expected_then=Decimal(expected),
            variance=Decimal(variance), counted=Decimal(expected + variance),
        ))  # fmt: skip
        room.add(CountEntry(
            session_id=session, line_id=line, key=f"k{variance}", quantity=Decimal(expected + variance),
            counted_at=NOW, received_at=NOW, expected_then=Decimal(expected),
        ))  # fmt: skip


def _attempts(room: Watch) -> None:
    for number in range(10):
        room.add(SignInFailure(username="clerk", address=f"10.0.0.{number}", time=NOW - timedelta(minutes=5)))


W, C, N = Severity.WARNING, Severity.CRITICAL, Severity.INFO
EXPECTED = {
    ("low_stock", W, "L-1 Low: 38 of at least 50 (40 in stock, 8 on order, 10 promised)"),
    ("out_of_stock", C, "Gone: nothing in stock (0 on order, 0 asked for)"),
    ("out_of_stock", C, "Ordered: nothing in stock (10 on order, 3 asked for)"),
    ("overstock", N, "Much: 11 of at most 10"),
    ("location_low", W, "Placed: 8 of at least 10 in Shelf (7 there, 1 on order, 0 promised)"),
    ("location_over", N, "Heap: 7 of at most 6 in Shelf/Bin"),
    ("impossible_record", C, "Wrong: stock in a structural location (item 7)"),
    ("expired", W, f"Milk batch B-1: 1 in Shelf expired on {TODAY - timedelta(days=1)}"),
    ("expiring", N, f"Milk batch B0: 1 in Shelf expires on {TODAY}"),
    ("expiring", N, f"Milk batch B30: 1 in Shelf expires on {TODAY + timedelta(days=30)}"),
    ("stale", N, f"Dusty: 1 have not moved since {TODAY - timedelta(days=200)}"),
    ("stocktake_overdue", W, "Attic: 1 of 1 items are overdue to be counted"),
    ("variance", W, "Counted: a count is off by -40 (CS-1)"),
    ("purchase_overdue", W, f"PO-0014 of Late Ltd: due on {TODAY - timedelta(days=2)}, open lines: 1"),
    ("shipment_overdue", C, f"SO-0021 for Customer: to be shipped by {TODAY - timedelta(days=4)}, open lines: 1"),
    ("supplier_late", W, "Late Ltd: late again; 1 of 3 receipts were on time"),
    ("stock_out_predicted", W, "Soon: 10 last 10 days at 1 a day; more can be here in 14 days"),
    ("unusual_movement", W, "Jumpy: 500 went out at once; usual are 5"),
    ("sign_ins", W, "10 sign-ins of user clerk failed within an hour"),
}  # fmt: skip
