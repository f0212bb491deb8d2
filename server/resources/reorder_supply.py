"""Who supplies the parts of the reorder desk: terms, prices, lead times and reliability, read in six statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from server.actions.reorder import Prices
from server.db.columns import MONEY_PLACES, QUANTITY_PLACES
from server.db.models.common import Rate
from server.db.models.company import Company, SupplierPriceBreak
from server.domain.replenishment import Candidate, LeadTime, lead_time
from server.domain.supplier_offers import PriceStep, Terms
from server.domain.supplier_performance import Receipt
from server.resources.order_entry import base_currency
from server.resources.own_settings import own_setting
from server.resources.supplier_receipts import Offered, decimal_of, lines_of, offered, receipts_of
from server.rest.context import Context

__all__ = ["Supply", "prices_of", "supply_of", "usual_lead"]


@dataclass(frozen=True)
class Supply:
    """The supplier parts by key, and what may be ordered of each part."""

    offered: Mapping[int, Offered]
    candidates: Mapping[int, list[Candidate]]


def usual_lead(context: Context) -> LeadTime:
    """The lead time of suppliers that nothing was received from yet."""
    return LeadTime(float(own_setting(context, "REORDER_LEAD_DAYS")))


def prices_of(context: Context) -> Prices:
    """The server's currency and the rates that are known."""
    rate = Rate.__table__.c
    rows = context.ask("known rates", lambda: select(rate.currency, rate.value))
    return Prices(base_currency(context), {code: float(value) for code, value in rows})


def supply_of(context: Context, wanted: Mapping[str, int], usual: LeadTime) -> Supply:
    """All supplier parts, or those that `wanted` names (part, supplier or supplier_part). Inactive ones, and those of
    inactive companies, are no candidates."""
    everything = offered(context, wanted)
    receipts = receipts_of(context, wanted, everything, lines_of(context, wanted))
    own: dict[int, list[Receipt]] = {}
    of_supplier: dict[int, list[Receipt]] = {}
    for receipt in receipts:
        own.setdefault(receipt.supplier_part, []).append(receipt)
        of_supplier.setdefault(everything[receipt.supplier_part].supplier, []).append(receipt)
    others = {key: (lead_time((), _days(came), usual.days), _kept(came)) for key, came in of_supplier.items()}
    closed, steps = _closed(context), _steps(context)
    found: dict[int, list[Candidate]] = {}
    for one in everything.values():
        if one.active and one.supplier not in closed:
            mine, (lead, on_time) = own.get(one.pk, ()), others.get(one.supplier, (usual, None))
            if days := _days(mine):
                lead = lead_time(days, (), usual.days)
            candidate = Candidate(
                one.pk, Terms(one.pack, one.multiple, one.base_cost), tuple(steps.get(one.pk, ())), lead,
                _kept(mine) if mine else on_time, one.primary, f"{one.supplier_name} {one.sku}",
            )  # fmt: skip
            found.setdefault(one.part, []).append(candidate)
    return Supply(everything, found)


def _days(receipts: Sequence[Receipt]) -> list[int]:
    return [one.days for one in receipts if one.days is not None]


def _kept(receipts: Sequence[Receipt]) -> float | None:
    """The share of receipts that came by the promised day; None where nothing was promised."""
    promised = [one.on_time for one in receipts if one.on_time is not None]
    return sum(promised) / len(promised) if promised else None


def _closed(context: Context) -> set[int]:
    company = Company.__table__.c
    return {pk for (pk,) in context.ask("inactive companies", lambda: select(company.pk).where(~company.active))}


def _steps(context: Context) -> dict[int, list[PriceStep]]:
    step = SupplierPriceBreak.__table__.c
    rows = context.ask(
        "all price breaks",
        lambda: select(step.part_id, step.quantity, step.price, step.price_currency).where(step.price.is_not(None)),
    )
    found: dict[int, list[PriceStep]] = {}
    for key, packs, price, currency in rows:
        amount, quantity = decimal_of(price, MONEY_PLACES), decimal_of(packs, QUANTITY_PLACES)
        if amount is not None and quantity is not None:
            found.setdefault(key, []).append(PriceStep(quantity, amount, currency))
    return found
