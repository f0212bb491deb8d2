"""What holds in the database after any sequence of deeds."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.actions.stock import adjust
from server.actions.stock.merge import merge
from server.actions.stock.serials import serialize
from server.actions.stock.transfer import transfer
from server.db.migrate import migrate
from server.db.session import Database
from server.domain.errors import InvalidInput
from tests.server.actions.stock_room import StockRoom, line

NUMBERS = count()
Deed = tuple[str, int, int, Decimal]

deeds = st.lists(
    st.tuples(
        st.sampled_from(["count", "add", "remove", "transfer", "merging transfer", "merge", "serialize"]),
        st.integers(0, 9), st.integers(0, 9), st.decimals(0, 20, places=5),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StockRoom]:
    path: Path = tmp_path_factory.mktemp("histories") / "bincard.sqlite3"
    database = Database(f"sqlite:///{path}", synchronous="OFF")
    migrate(database)
    made = StockRoom(database)
    for name in ("A", "B", "C"):
        made.location(name)
    yield made
    database.close()


def do(room: StockRoom, part: int, deed: Deed) -> Decimal:
    """Do it to the items of the part that are there; what was counted, added or removed on balance."""
    what, first, second, quantity = deed
    items = room.items(part_id=part)
    if not items:
        return Decimal(0)
    item, other = items[first % len(items)], items[second % len(items)]
    before = sum((found.quantity for found in items), Decimal(0))
    location = second % 3 + 1
    one = [line(item.pk, quantity)]
    with room.ledger(item.pk, other.pk) as ledger:
        match what:
            case "count":
                adjust.count(ledger, one, location=location)
            case "add":
                adjust.add(ledger, one)
            case "remove":
                adjust.remove(ledger, one)
            case "transfer":
                transfer(ledger, one, location)
            case "merging transfer":
                transfer(ledger, [line(item.pk, quantity, merge=True)], location)
            case "merge":
                merge(ledger, [item.pk, other.pk], location)
            case _:
                serialize(ledger, item.pk, "~+", max(1, int(quantity)), location)
    after = sum((found.quantity for found in room.items(part_id=part)), Decimal(0))
    if what not in ("count", "add", "remove"):
        assert after == before, deed
    return after - before


def replayed(history: list[tuple[int, dict[str, Any], str | None]]) -> Decimal:
    quantity = Decimal(0)
    for _, deltas, _ in history:
        if "quantity" in deltas:
            quantity = Decimal(str(deltas["quantity"]))
    return quantity


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds, start=st.lists(st.integers(0, 20), min_size=1, max_size=3), trackable=st.booleans())
def test_quantities_histories_and_serial_numbers_stay_true(
    room: StockRoom, deeds: list[Deed], start: list[int], trackable: bool
) -> None:
    part = room.part(f"Thing {next(NUMBERS)}", trackable=trackable)
    for number in start:
        pk = room.item(part, 0, 1)
        with room.ledger(pk) as ledger:
            adjust.add(ledger, [line(pk, number)])
    total = Decimal(sum(start))
    for what, first, second, quantity in deeds:
        whole = quantity.to_integral_value() if trackable else quantity
        try:
            total += do(room, part, (what, first, second, whole))
        except InvalidInput:
            continue
    items = room.items(part_id=part)
    assert sum((item.quantity for item in items), Decimal(0)) == total
    assert all(item.quantity >= 0 for item in items)
    for item in items:
        assert replayed(room.history(item_id=item.pk)) == item.quantity
    serials = [item.serial for item in items if item.serial]
    assert len(serials) == len(set(serials))
