"""`/plugin/bincard/reorder/order/`: draft purchase orders from lines of the desk, one for each supplier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import select

from server.db.columns import QUANTITY_PLACES
from server.db.models.company import Company, SupplierPart
from server.db.models.order import PurchaseOrder
from server.db.models.part import Part
from server.domain.errors import InvalidInput
from server.domain.status import PurchaseOrderStatus
from server.resources.order_lines import settle
from server.resources.purchase_order import LINES, ORDERS
from server.resources.reorder import PATH, arrival_days
from server.resources.reorder_supply import supply_of, usual_lead
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

MARK = {"bincard": {"reorder": True}}
MOST = 1000

ABOUT = f"""Makes draft purchase orders, one for each supplier, at the prices of the price breaks and for the day by
which the supplier delivers. Quantities are in units of the part, in whole packs and order multiples. `add_to_drafts`
adds to the newest pending order that the desk has made for that supplier, where there is one. At most {MOST} lines.

A supplier's lines are ordered all or not at all; `refused` tells whose were not, and why, by their place in `lines`.
Where none can be ordered the answer is an error. With an Idempotency-Key a repeat makes nothing again.
"""

BODY: Mapping[str, f.Field] = {
    "lines": f.ListOf(
        allow_empty=False,
        child=f.Nested(
            fields={
                "part": f.Integer(),
                "supplier_part": f.Integer(),
                "quantity": f.Float(places=QUANTITY_PLACES),
                "reference": f.String(max_length=100, allow_blank=True, default="Reorder"),
                "notes": f.String(max_length=500, allow_blank=True, default=""),
            }
        ),
    ),
    "add_to_drafts": f.Boolean(default=False),
    "responsible": f.Integer(required=False, allow_null=True),
}


@dataclass
class Basket:
    """What is ordered of a supplier. `lines`: place among those asked for, supplier part, packs, what was asked."""

    supplier: Company
    lines: list[tuple[int, SupplierPart, Decimal, Mapping[str, Any]]] = field(default_factory=list)
    errors: dict[str, Any] = field(default_factory=dict)


def _order(context: Context) -> Answer:
    asked = f.read_body(BODY, context.body(), context)
    if len(asked["lines"]) > MOST:
        raise InvalidInput(f"At most {MOST} lines at once.", field="lines")
    baskets, unknown = _baskets(context, asked["lines"])
    fitting, refused = [one for one in baskets if not one.errors], [one for one in baskets if one.errors]
    if not fitting:
        raise InvalidInput({"lines": {place: why for one in refused for place, why in one.errors.items()} | unknown})
    drafts = _drafts(context, fitting) if asked["add_to_drafts"] else {}
    made = [_made(context, one, drafts.get(one.supplier.pk), asked.get("responsible")) for one in fitting]
    settle(context)
    told = [{"supplier": one.supplier.pk, "supplier_name": one.supplier.name, "lines": one.errors} for one in refused]
    if unknown:
        told.append({"supplier": None, "supplier_name": None, "lines": unknown})
    return Answer({"orders": [_told(*one) for one in made], "refused": told}, 201)


# ------------------------------------------------------------------------------------------------- checking


def _baskets(context: Context, lines: Sequence[Mapping[str, Any]]) -> tuple[list[Basket], dict[str, Any]]:
    """The lines by supplier, each checked, in the order of the suppliers' names; and the errors of those whose supplier
    part is gone."""
    rows = context.session.execute(
        select(SupplierPart, Part, Company)
        .join(Part, Part.pk == SupplierPart.part_id)
        .join(Company, Company.pk == SupplierPart.supplier_id)
        .where(SupplierPart.pk.in_({line["supplier_part"] for line in lines}))
    ).all()
    known = {supplied.pk: (supplied, part, company) for supplied, part, company in rows}
    found: dict[int, Basket] = {}
    unknown: dict[str, Any] = {}
    for place, line in enumerate(lines):
        if line["supplier_part"] not in known:
            unknown[str(place)] = {"supplier_part": ["There is no such supplier part any more."]}
            continue
        supplied, part, company = known[line["supplier_part"]]
        _check(found.setdefault(company.pk, Basket(company)), place, line, supplied, part)
    return sorted(found.values(), key=lambda one: (one.supplier.name, one.supplier.pk)), unknown


def _check(basket: Basket, place: int, line: Mapping[str, Any], supplied: SupplierPart, part: Part) -> None:
    if any(other.pk == supplied.pk for _, other, _, _ in basket.lines):
        basket.errors[str(place)] = {"supplier_part": ["It is ordered by another line already."]}
        return
    try:
        packs = _packs(line, supplied, part, basket.supplier)
    except InvalidInput as error:
        basket.errors[str(place)] = error.errors
    else:
        basket.lines.append((place, supplied, packs, line))


def _packs(line: Mapping[str, Any], supplied: SupplierPart, part: Part, company: Company) -> Decimal:
    """How many packs a line asks for. Raises InvalidInput where it cannot be ordered."""
    if supplied.part_id != line["part"]:
        raise InvalidInput(f"{supplied.SKU} of {company.name} is for another part.", field="supplier_part")
    if not (supplied.active and company.active and company.is_supplier):
        raise InvalidInput(f"{supplied.SKU} of {company.name} is not supplied any more.", field="supplier_part")
    if not (part.active and part.purchaseable):
        raise InvalidInput(f"{part.name} is not bought any more.", field="part")
    if line["quantity"] <= 0:
        raise InvalidInput("Quantity must be greater than zero", field="quantity")
    step = (supplied.pack_quantity_native or Decimal(1)) * max(supplied.multiple or 1, 1)
    steps = line["quantity"] / step
    if steps != steps.to_integral_value():
        next_one = steps.to_integral_value(ROUND_CEILING) * step
        raise InvalidInput(
            f"{supplied.SKU} comes in steps of {step.normalize():f}: {line['quantity'].normalize():f} is none, "
            f"{next_one.normalize():f} would be.", field="quantity",
        )  # fmt: skip
    return Decimal(line["quantity"] / (supplied.pack_quantity_native or Decimal(1)))


# ------------------------------------------------------------------------------------------------- making


def _drafts(context: Context, baskets: Sequence[Basket]) -> dict[int, PurchaseOrder]:
    """The newest pending order of the desk for each supplier, locked."""
    pending = (
        select(PurchaseOrder)
        .where(
            PurchaseOrder.supplier_id.in_([one.supplier.pk for one in baskets]),
            PurchaseOrder.status == int(PurchaseOrderStatus.PENDING),
        )
        .order_by(PurchaseOrder.pk)
        .with_for_update()
    )
    return {
        int(order.supplier_id or 0): order for order in context.session.scalars(pending)
        if isinstance(order.metadata_, Mapping) and order.metadata_.get("bincard") == MARK["bincard"]
    }  # fmt: skip


def _due(context: Context, basket: Basket) -> dict[int, date]:
    """By supplier part, the day by which what is ordered today should be here."""
    supply = supply_of(context, {"supplier": basket.supplier.pk}, usual_lead(context))
    wanted = {supplied.pk for _, supplied, _, _ in basket.lines}
    return {
        one.pk: context.today + arrival_days(one.lead.days)
        for candidates in supply.candidates.values() for one in candidates if one.pk in wanted
    }  # fmt: skip


def _made(
    context: Context, basket: Basket, draft: PurchaseOrder | None, responsible: int | None
) -> tuple[PurchaseOrder, Basket, bool]:
    """The order with the lines of a basket, and whether it was there before."""
    due = _due(context, basket)
    order = draft or _new(context, basket.supplier.pk, max(due.values()), responsible)
    for _, supplied, packs, line in basket.lines:
        LINES.make(
            context,
            {
                "order": order.pk, "part": supplied.pk, "quantity": str(packs), "auto_pricing": True,
                "target_date": due[supplied.pk].isoformat(), "reference": line["reference"], "notes": line["notes"],
            },
        )  # fmt: skip
    return order, basket, draft is not None


def _new(context: Context, supplier: int, due: date, responsible: int | None) -> PurchaseOrder:
    body = {
        "supplier": supplier, "description": f"Reorder desk {context.today.isoformat()}",
        "target_date": due.isoformat(), "responsible": responsible,
    }  # fmt: skip
    (key,) = ORDERS.make(context, body)
    order = context.session.get_one(PurchaseOrder, key)
    order.metadata_ = MARK
    return order


def _told(order: PurchaseOrder, basket: Basket, joined: bool) -> dict[str, Any]:
    return {
        "pk": order.pk, "reference": order.reference, "supplier": basket.supplier.pk,
        "supplier_name": basket.supplier.name, "lines": len(basket.lines), "added_to_draft": joined,
        "total_price": None if order.total_price is None else float(order.total_price),
        "currency": order.order_currency or basket.supplier.currency or None,
        "target_date": None if order.target_date is None else order.target_date.isoformat(),
    }  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=f"{PATH}order/", access=Role("purchase_order"), title="Reorder", body=BODY, description=ABOUT,
        methods={"POST": Route(_order, writes=True)},
    ),
)  # fmt: skip
