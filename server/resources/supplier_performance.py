"""`/plugin/bincard/supplier-performance/`: how long suppliers really take, and whether they keep their dates.

What each figure means is said in server/domain/supplier_performance.py; four statements answer it, whatever there is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from server.domain.supplier_performance import Performance, Receipt, performance
from server.resources.supplier_receipts import Line, Offered, lines_of, offered, receipts_of, selection
from server.rest.access import Role
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES", "figures"]

Key = TypeVar("Key")

ABOUT = """What suppliers did so far, from the history of receipts: ?supplier=, ?supplier_part= and ?part= narrow it
(at least one must be given).

- receipts: what came of one order line on one day; quantity_received in units of the part
- lead_time: days from the order's issue to the receipt: median and 90th percentile over the receipts of issued orders
  (linear interpolation between closest ranks, type 7 of Hyndman and Fan)
- on_time: receipts not after the line's target date (or the order's), of those that had one; rate from 0 to 1
- last_price: for one unit of the part, discount taken off, and when it was received
- open_quantity: ordered and still to come, in units of the part, of orders that are placed or on hold
"""


def figures(found: Performance, open_quantity: Decimal, *, priced: bool = True) -> dict[str, Any]:
    """The figures as they go out; null where nothing is known. `priced`: with the last price, which says something
    about one part only."""
    last = found.last
    about: dict[str, Any] = {
        "receipts": found.receipts,
        "quantity_received": float(found.received),
        "lead_time": {"receipts": found.timed, "median": found.median, "p90": found.p90},
        "on_time": {"promised": found.promised, "kept": found.on_time, "rate": found.on_time_rate},
        "open_quantity": float(open_quantity),
    }
    if priced:
        about["last_price"] = None if last is None or last.price is None else {
            "price": float(last.price), "currency": last.currency, "date": last.received.isoformat(),
        }  # fmt: skip
    return about


def _answer(context: Context) -> dict[str, Any]:
    wanted = selection(context)
    parts = offered(context, wanted)
    lines = lines_of(context, wanted)
    receipts = receipts_of(context, wanted, parts, lines)
    alone = len({part.part for part in parts.values()}) == 1
    return {
        **figures(performance(receipts), _open(parts, lines), priced=alone),
        "suppliers": [
            {"supplier": supplier, "supplier_name": name, **told}
            for (supplier, name), told in _grouped(parts, lines, receipts, _supplier, priced=alone)
        ],
        "supplier_parts": [
            {
                "supplier_part": part.pk, "SKU": part.sku, "supplier": part.supplier,
                "supplier_name": part.supplier_name, "part": part.part, "part_name": part.part_name, **told,
            }
            for part, told in _grouped(parts, lines, receipts, lambda part: part, priced=True)
        ],
    }  # fmt: skip


def _supplier(part: Offered) -> tuple[int, str]:
    return part.supplier, part.supplier_name


def _open(parts: Mapping[int, Offered], lines: Iterable[Line]) -> Decimal:
    return sum((line.open * parts[line.supplier_part].pack for line in lines), Decimal(0))


def _grouped(
    parts: Mapping[int, Offered], lines: Sequence[Line], receipts: Sequence[Receipt], key: Callable[[Offered], Key],
    *, priced: bool,
) -> list[tuple[Key, dict[str, Any]]]:  # fmt: skip
    """The figures by what `key` makes of a supplier part."""
    came: dict[Key, list[Receipt]] = {key(part): [] for part in parts.values()}
    ordered: dict[Key, list[Line]] = {group: [] for group in came}
    for receipt in receipts:
        came[key(parts[receipt.supplier_part])].append(receipt)
    for line in lines:
        ordered[key(parts[line.supplier_part])].append(line)
    return [
        (group, figures(performance(found), _open(parts, ordered[group]), priced=priced))
        for group, found in came.items()
    ]


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="/plugin/bincard/supplier-performance/", access=Role("purchase_order"), title="Supplier Performance",
        methods={"GET": Route(_answer)}, description=ABOUT,
    ),
)  # fmt: skip
