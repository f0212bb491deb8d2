"""`/plugin/bincard/supplier-offers/`: the suppliers of one part side by side, at a quantity."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from server.db.columns import MONEY_PLACES, QUANTITY_PLACES
from server.db.models.common import Rate
from server.db.models.company import SupplierPart, SupplierPriceBreak
from server.db.models.part import Part
from server.domain.errors import InvalidInput
from server.domain.supplier_offers import Offer, PriceStep, Terms, arrival, offer_of, ranked
from server.domain.supplier_performance import NOTHING, Performance, performance
from server.resources.supplier_receipts import Offered, decimal_of, lines_of, offered, receipts_of
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

ABOUT = """What a quantity of a part costs at each of its active suppliers, the cheapest first: ?part= and ?quantity=
(in units of the part) must be given.

- packs, quantity_ordered: whole packs in multiples of the order multiple; `minimum` when the smallest price break asks
  for more than is wanted
- pack_price, unit_price, total: in the supplier's currency; total with the base cost, unit_price is total / quantity
- common_total: in common_currency (the setting INVENTREE_DEFAULT_CURRENCY), null where no exchange rate is known; those
  come behind the others
- cheaper: more packs that cost less in all, null where there are none
- lead_time, expected_arrival: the median of the supplier part's receipts; of all receipts of this part from that
  supplier where it has none of its own, see lead_time.of; null where nothing was received yet
"""

QUERY: Mapping[str, f.Field] = {
    "part": f.Related(model=Part),
    "quantity": f.Float(places=QUANTITY_PLACES),
}


def _asked(context: Context) -> tuple[int, Decimal]:
    given = {name: text for name, text in context.query.items() if name in QUERY}
    values = f.read_body(QUERY, given, context)
    if values["quantity"] <= 0:
        raise InvalidInput("Quantity must be greater than zero", field="quantity")
    return int(values["part"]), values["quantity"]


def _steps(context: Context, part: int) -> dict[int, list[PriceStep]]:
    """The price breaks by supplier part."""
    step, supplied = SupplierPriceBreak.__table__, SupplierPart.__table__
    rows = context.ask(
        "price breaks of a part",
        lambda: (
            select(step.c.part_id, step.c.quantity, step.c.price, step.c.price_currency)
            .join(supplied, supplied.c.pk == step.c.part_id)
            .where(supplied.c.part_id == bindparam("part"))
        ),
        part=part,
    )
    found: dict[int, list[PriceStep]] = {}
    for key, quantity, price, currency in rows:
        amount = decimal_of(price, MONEY_PLACES)
        if amount is not None:
            packs = decimal_of(quantity, QUANTITY_PLACES) or Decimal(0)
            found.setdefault(key, []).append(PriceStep(packs, amount, currency))
    return found


def _answer(context: Context) -> dict[str, Any]:
    part, wanted = _asked(context)
    common = str(context.setting("INVENTREE_DEFAULT_CURRENCY"))
    rate = Rate.__table__.c
    rates = {
        code: float(value) for code, value in context.ask("known rates", lambda: select(rate.currency, rate.value))
    }
    everything = offered(context, {"part": part})
    receipts = receipts_of(context, {"part": part}, everything, lines_of(context, {"part": part}))
    own = {key: performance([one for one in receipts if one.supplier_part == key]) for key in everything}
    by_supplier = {
        supplier: performance([one for one in receipts if everything[one.supplier_part].supplier == supplier])
        for supplier in {one.supplier for one in everything.values()}
    }
    steps = _steps(context, part)
    told, order = [], []
    for supplied in everything.values():
        if not supplied.active:
            continue
        terms = Terms(supplied.pack, supplied.multiple, supplied.base_cost)
        offer, cheaper = offer_of(terms, steps.get(supplied.pk, ()), wanted, common, rates)
        order.append((offer, supplied.primary, f"{supplied.supplier_name} {supplied.sku}"))
        lead = _lead(own[supplied.pk], by_supplier.get(supplied.supplier, NOTHING))
        told.append(_told(context, supplied, offer, cheaper, lead))
    return {
        "part": part, "quantity": float(wanted), "common_currency": common,
        "offers": [told[place] for place in ranked(order)],
    }  # fmt: skip


def _lead(own: Performance, others: Performance) -> dict[str, Any]:
    found, of = (own, "supplier_part") if own.timed else (others, "supplier") if others.timed else (NOTHING, None)
    return {"receipts": found.timed, "median": found.median, "p90": found.p90, "of": of}


def _told(
    context: Context, supplied: Offered, offer: Offer, cheaper: Offer | None, lead: Mapping[str, Any]
) -> dict[str, Any]:
    comes = arrival(context.today, lead["median"])
    return {
        "supplier_part": supplied.pk, "SKU": supplied.sku, "supplier": supplied.supplier,
        "supplier_name": supplied.supplier_name, "primary": supplied.primary,
        "pack_quantity": supplied.pack_quantity, "pack_quantity_native": float(supplied.pack),
        "multiple": supplied.multiple, **_figures(offer), "minimum": offer.minimum,
        "cheaper": None if cheaper is None else _figures(cheaper),
        "available": float(supplied.available), "availability_updated": supplied.availability_updated,
        "lead_time": dict(lead), "expected_arrival": None if comes is None else comes.isoformat(),
    }  # fmt: skip


def _figures(offer: Offer) -> dict[str, Any]:
    return {
        "packs": float(offer.packs), "quantity_ordered": float(offer.quantity), "pack_price": _number(offer.pack_price),
        "unit_price": _number(offer.unit_price()), "total": _number(offer.total), "currency": offer.currency or None,
        "common_total": _number(offer.common_total),
    }  # fmt: skip


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(round(amount, MONEY_PLACES))


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="/plugin/bincard/supplier-offers/", access=Role("purchase_order"), title="Supplier Offers",
        methods={"GET": Route(_answer)}, description=ABOUT,
    ),
)  # fmt: skip
