"""`/plugin/bincard/reorder/`: what is short, how much to order of it and where, with each number explained."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from server.actions.reorder import Line, Narrowed, line_of, most_urgent, stocked_parts
from server.actions.reorder_demand import demands
from server.db.columns import MONEY_PLACES, QUANTITY_PLACES
from server.db.models.company import Company
from server.db.models.part import Part, PartCategory
from server.db.models.stock import StockLocation
from server.domain.replenishment import Candidate, Choice, Need, Policy
from server.domain.supplier_offers import Offer
from server.resources.own_settings import own_setting
from server.resources.reorder_supply import Supply, prices_of, supply_of, usual_lead
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["PATH", "RESOURCES", "arrival_days"]

PATH = "/plugin/bincard/reorder/"
USUAL, MOST = 500, 5000

ABOUT = f"""What is short, the most urgent first: at most ?limit= lines ({USUAL}; {MOST} at the most), narrowed by
?supplier= (the suggested one), ?category= and ?location= (each with what is below) and ?part= (told even where nothing
is short of it).

needed = max(forecast + safety_stock, minimum); short = needed - on_hand - on_order + allocated; quantity = short in
whole packs, order multiples, the supplier's least quantity, and up to the next price break where that costs less in all
(`order.before` is what it would have been). The formulas are those of server/domain/replenishment.py.

- forecast: over lead time and review period; demand.source: forecast, history (demand), tracking (stock history), none
- lead.of: receipts of the supplier_part, of all of the supplier, or the setting REORDER_LEAD_DAYS
- cover_days: for how long what is free lasts; null where nothing is used
- order.breaks: from so many packs on, one pack costs so much
- order: null where nobody supplies the part, or nothing is short
- count: how many lines there are; parts: how many parts were looked at
"""

QUERY: Mapping[str, f.Field] = {
    "part": f.Related(model=Part, filters=None, required=False),
    "category": f.Related(model=PartCategory, filters=None, required=False),
    "location": f.Related(model=StockLocation, filters=None, required=False),
    "supplier": f.Related(model=Company, filters=None, required=False),
    "limit": f.Integer(min_value=1, max_value=MOST, default=USUAL),
}


def _policy(context: Context) -> Policy:
    return Policy(
        float(own_setting(context, "REORDER_SERVICE_LEVEL")) / 100, float(own_setting(context, "REORDER_REVIEW_DAYS"))
    )


def _answer(context: Context) -> dict[str, Any]:
    asked = f.read_body(QUERY, {name: text for name, text in context.query.items() if text}, context)
    only = Narrowed(asked.get("part"), asked.get("category"), asked.get("location"))
    policy, usual, prices = _policy(context), usual_lead(context), prices_of(context)
    with context.api.database.read() as connection:
        parts = stocked_parts(connection, only, context.now)
        expected = demands(connection, None if only.part is None else [only.part], context.today)
    supply = supply_of(context, {} if only.part is None else {"part": only.part}, usual)
    lines = [
        line_of(part, expected.get(part.pk), supply.candidates.get(part.pk, ()), policy, usual, prices)
        for part in parts
    ]
    supplier = asked.get("supplier")
    short = most_urgent(
        line for line in lines
        if (line.need.short > 0 or only.part is not None)
        and (supplier is None or _supplier(supply, line.candidate) == supplier)
    )  # fmt: skip
    return {
        "count": len(short), "parts": len(parts), "common_currency": prices.common,
        "service_level": round(policy.service_level * 100, 4), "review_days": policy.review_days,
        "results": [_told(context, line, supply, policy) for line in short[: asked["limit"]]],
    }  # fmt: skip


def _supplier(supply: Supply, candidate: Candidate | None) -> int | None:
    return None if candidate is None else supply.offered[candidate.pk].supplier


def arrival_days(days: float) -> timedelta:
    """How long from today until what is ordered today is here: whole days."""
    return timedelta(days=ceil(days))


def _told(context: Context, line: Line, supply: Supply, policy: Policy) -> dict[str, Any]:
    part = line.part
    return {
        "part": part.pk, "part_name": part.name, "IPN": part.number, "units": part.units,
        **_figures(line.need, policy), "cover_days": None if line.cover is None else round(line.cover, 2),
        "part_minimum": _number(part.minimum, QUANTITY_PLACES),
        "levels": {"minimum": float(part.levels.minimum), "target": float(part.levels.target)},
        "offers": line.offers,
        "order": None if line.choice is None or line.candidate is None else _ordered(
            context, line.candidate, line.choice, supply, line.need
        ),
    }  # fmt: skip


def _figures(need: Need, policy: Policy) -> dict[str, Any]:
    position, demand, lead = need.position, need.demand, need.lead
    return {
        "on_hand": float(position.on_hand), "on_order": float(position.on_order),
        "allocated": float(position.allocated), "needed": float(need.needed), "short": float(need.short),
        "forecast": float(need.forecast), "safety_stock": float(need.safety), "minimum": float(need.minimum),
        "days": round(need.days, 4), "z": round(need.z, 4), "review_days": policy.review_days,
        "demand": {
            "source": demand.source, "per_day": round(demand.per_day, 5), "deviation": round(demand.deviation, 5),
            "periods": demand.periods, "period_days": demand.step_days,
        },
        "lead": {
            "days": round(lead.days, 4), "deviation": round(lead.deviation, 4), "receipts": lead.receipts,
            "of": lead.of,
        },
    }  # fmt: skip


def _ordered(context: Context, candidate: Candidate, choice: Choice, supply: Supply, need: Need) -> dict[str, Any]:
    supplied = supply.offered[candidate.pk]
    return {
        "supplier": supplied.supplier, "supplier_name": supplied.supplier_name, "supplier_part": supplied.pk,
        "SKU": supplied.sku, "primary": supplied.primary, "pack": float(supplied.pack), "multiple": supplied.multiple,
        "base_cost": float(supplied.base_cost),
        "breaks": [
            {"quantity": float(step.quantity), "price": float(step.price), "currency": step.currency}
            for step in sorted(candidate.steps, key=lambda step: step.quantity)
        ],
        **_offer(choice.offer), "least": choice.offer.minimum,
        "before": None if choice.before is None else _offer(choice.before),
        "on_time": candidate.on_time, "expected": (context.today + arrival_days(need.lead.days)).isoformat(),
    }  # fmt: skip


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "packs": float(offer.packs), "quantity": float(offer.quantity), "pack_price": _number(offer.pack_price),
        "unit_price": _number(offer.unit_price()), "total": _number(offer.total), "currency": offer.currency or None,
        "common_total": _number(offer.common_total),
    }  # fmt: skip


def _number(amount: Decimal | None, places: int = MONEY_PLACES) -> float | None:
    return None if amount is None else float(round(amount, places))


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path=PATH, access=Role("purchase_order"), title="Reorder Desk", methods={"GET": Route(_answer)},
        description=ABOUT,
    ),
)  # fmt: skip
