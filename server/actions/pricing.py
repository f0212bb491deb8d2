"""The calculated prices of parts: noting that they are out of date, and working them out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.actions.boms import bill_of_materials, options_of, used_in
from server.actions.trees import ancestors
from server.db.bulk import insert_many
from server.db.models.common import Rate
from server.db.models.company import SupplierPart, SupplierPriceBreak
from server.db.models.order import PurchaseOrder, PurchaseOrderLineItem, SalesOrder, SalesOrderLineItem
from server.db.models.part import Part
from server.db.models.part_pricing import PartInternalPriceBreak, PartPricing, PartSellPriceBreak
from server.db.models.stock import StockItem
from server.db.prepared import places, rows_among
from server.db.trees import below
from server.domain.pricing import NO_PRICE, PriceRange, PricingPolicy, Sources, converted, overall, range_of, sum_of
from server.domain.status import PurchaseOrderStatus, SalesOrderStatus

__all__ = ["pricing_of", "save_pricing", "schedule_pricing", "update_pricing"]

PRICING: Table = PartPricing.__table__  # type: ignore[assignment]


def schedule_pricing(session: Session, parts: Iterable[int], now: datetime, *, create: bool = True) -> None:
    """Note that the prices of parts are to be worked out anew. `create`: also of those that have none yet."""
    wanted = sorted(set(parts))
    if not wanted:
        return
    session.flush()
    connection = session.connection()
    known = {part for (part,) in rows_among(connection, _priced, wanted)}
    fresh = [part for part in wanted if part not in known] if create else []
    if fresh:
        rows = [{"part_id": part, "scheduled_for_update": True, "updated": now} for part in fresh]
        try:
            with session.begin_nested():  # the savepoint is made when the session is asked for its connection
                insert_many(session.connection(), PRICING, rows)
        except IntegrityError:  # somebody else has just noted the same
            known |= set(fresh)
    if known:
        stale = update(PartPricing).where(PartPricing.part_id.in_(sorted(known)))
        session.execute(stale.values(scheduled_for_update=True, updated=now))


def _priced(size: int) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    return select(PRICING.c.part_id).where(PRICING.c.part_id.in_(places(size))), ()


def pricing_of(session: Session, part: int) -> PartPricing:
    """The prices of a part; where it has none, new ones that are not in the session yet."""
    found = session.scalars(select(PartPricing).where(PartPricing.part_id == part)).one_or_none()
    return found or PartPricing(
        part_id=part, scheduled_for_update=False, override_min_currency="USD", override_max_currency="USD"
    )


def save_pricing(session: Session, pricing: PartPricing, policy: PricingPolicy, now: datetime) -> None:
    """Write prices of which the overrides were changed: the overall range follows from them."""

    def known(name: str) -> PriceRange:
        return PriceRange(getattr(pricing, f"{name}_min"), getattr(pricing, f"{name}_max"))

    sources = Sources(
        bom=known("bom_cost"), purchase=known("purchase_cost"), internal=known("internal_cost"),
        supplier=known("supplier_price"), variant=known("variant_cost"),
    )  # fmt: skip
    _write(pricing, sources, _Amounts(session, policy), now)
    session.add(pricing)
    session.flush()


def update_pricing(session: Session, part: Part, policy: PricingPolicy, now: datetime) -> PartPricing:
    """Work out the prices of a part. Where they changed, those of its assemblies and templates are noted as out of
    date."""
    pricing = pricing_of(session, part.pk)
    before = (pricing.overall_min, pricing.overall_max)
    amounts = _Amounts(session, policy)
    sources = Sources(
        bom=amounts.bom(part), purchase=amounts.purchases(part, now), internal=amounts.internal(part),
        supplier=amounts.offers(part), variant=amounts.variants(part),
    )  # fmt: skip
    for name, found in (
        ("bom_cost", sources.bom), ("purchase_cost", sources.purchase), ("internal_cost", sources.internal),
        ("supplier_price", sources.supplier), ("variant_cost", sources.variant),
        ("sale_price", amounts.sale_prices(part)), ("sale_history", amounts.sales(part)),
    ):  # fmt: skip
        _put(pricing, name, found, policy.currency)
    pricing.scheduled_for_update = False
    _write(pricing, sources, amounts, now)
    session.add(pricing)
    session.flush()
    if before != (pricing.overall_min, pricing.overall_max):
        schedule_pricing(session, used_in(session, [part.pk]) | set(ancestors(part.tree_path, itself=False)), now)
    return pricing


def _write(pricing: PartPricing, sources: Sources, amounts: "_Amounts", now: datetime) -> None:
    override = PriceRange(
        amounts.own(pricing.override_min, pricing.override_min_currency),
        amounts.own(pricing.override_max, pricing.override_max_currency),
    )
    currency = amounts.policy.currency
    _put(pricing, "overall", overall(replace(sources, override=override), amounts.policy), currency)
    pricing.currency, pricing.updated = currency, now


def _put(pricing: PartPricing, name: str, found: PriceRange, currency: str) -> None:
    for end, amount in (("min", found.low), ("max", found.high)):
        setattr(pricing, f"{name}_{end}", amount)
        setattr(pricing, f"{name}_{end}_currency", currency)


class _Amounts:
    """What there is to know of the prices of parts, all in the currency of the policy."""

    def __init__(self, session: Session, policy: PricingPolicy) -> None:
        self.session = session
        self.policy = policy
        self._rates: Mapping[str, float] | None = None

    def own(self, amount: Decimal | None, currency: str | None) -> Decimal | None:
        """An amount in the policy's currency; None where it cannot be converted."""
        if amount is None or currency in (None, self.policy.currency):
            return amount
        if self._rates is None:
            self._rates = dict(self.session.execute(select(Rate.currency, Rate.value)).all())
        return converted(amount, str(currency), self.policy.currency, self._rates)

    def _range(self, statement: Any) -> PriceRange:
        """The range of rows of amount, currency and, where there is one, the number of pieces that it is for."""
        found = []
        for amount, currency, *pieces in self.session.execute(statement):
            each = amount / pieces[0] if pieces and amount is not None and pieces[0] else amount
            found.append(self.own(each, currency))
        return range_of(found)

    def bom(self, part: Part) -> PriceRange:
        """What the components cost."""
        if not part.assembly:
            return NO_PRICE
        lines = []
        for line in bill_of_materials(self.session, part):
            options = options_of(self.session, line)
            needed = line.quantity * line.piece_count
            lines.append(self._overall(options).times(needed))
        return sum_of(lines)

    def _overall(self, parts: Iterable[int]) -> PriceRange:
        known = select(
            PRICING.c.overall_min, PRICING.c.overall_min_currency, PRICING.c.overall_max, PRICING.c.overall_max_currency
        ).where(PRICING.c.part_id.in_(set(parts)))
        rows = self.session.execute(known).all()
        low = range_of(self.own(row[0], row[1]) for row in rows).low
        return PriceRange(low, range_of(self.own(row[2], row[3]) for row in rows).high)

    def purchases(self, part: Part, now: datetime) -> PriceRange:
        """What was paid: in completed purchase orders and, where the policy says so, for stock that is there."""
        line, order, supplied = PurchaseOrderLineItem, PurchaseOrder, SupplierPart
        bought = self._range(
            select(line.purchase_price, line.purchase_price_currency, supplied.pack_quantity_native)
            .join(order, order.pk == line.order_id)
            .join(supplied, supplied.pk == line.part_id)
            .where(supplied.part_id == part.pk, line.received > 0, order.status == int(PurchaseOrderStatus.COMPLETE))
        )
        if not self.policy.use_stock:
            return bought
        items = select(StockItem.purchase_price, StockItem.purchase_price_currency).where(StockItem.part_id == part.pk)
        if self.policy.stock_age_days > 0:
            items = items.where(StockItem.updated >= now - timedelta(days=self.policy.stock_age_days))
        held = self._range(items)
        return range_of([bought.low, bought.high, held.low, held.high])

    def internal(self, part: Part) -> PriceRange:
        """What the part is reckoned at."""
        return self._breaks(PartInternalPriceBreak, part) if self.policy.use_internal else NO_PRICE

    def sale_prices(self, part: Part) -> PriceRange:
        """What it is offered for."""
        return self._breaks(PartSellPriceBreak, part)

    def _breaks(self, model: type[PartInternalPriceBreak] | type[PartSellPriceBreak], part: Part) -> PriceRange:
        return self._range(select(model.price, model.price_currency).where(model.part_id == part.pk))

    def offers(self, part: Part) -> PriceRange:
        """What suppliers ask for one piece."""
        if not part.purchaseable:
            return NO_PRICE
        step, supplied = SupplierPriceBreak, SupplierPart
        return self._range(
            select(step.price, step.price_currency, supplied.pack_quantity_native)
            .join(supplied, supplied.pk == step.part_id)
            .where(supplied.part_id == part.pk)
        )

    def variants(self, part: Part) -> PriceRange:
        """What the variants of a template cost."""
        if not part.is_template:
            return NO_PRICE
        low, high = below(part.tree_path)
        under = select(Part.pk).where(Part.tree_path > low, Part.tree_path < high)
        if self.policy.active_variants_only:
            under = under.where(Part.active.is_(True))
        return self._overall(self.session.scalars(under))

    def sales(self, part: Part) -> PriceRange:
        """What it was sold for, its variants too."""
        low, high = below(part.tree_path)
        line, order = SalesOrderLineItem, SalesOrder
        done = (int(SalesOrderStatus.SHIPPED), int(SalesOrderStatus.COMPLETE))
        return self._range(
            select(line.sale_price, line.sale_price_currency)
            .join(order, order.pk == line.order_id)
            .join(Part, Part.pk == line.part_id)
            .where(Part.tree_path >= low, Part.tree_path < high, order.status.in_(done))
        )
