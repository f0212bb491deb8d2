"""The calculated prices of a part, and what overrides them."""

from collections.abc import Mapping
from typing import Any

from server.actions.pricing import pricing_of, save_pricing, update_pricing
from server.db.models.part import Part
from server.db.models.part_pricing import PartPricing
from server.domain.errors import InvalidInput, NotFound
from server.domain.pricing import PricingPolicy, converted
from server.resources.part_questions import NO_PART, fields_of, one_by, place_of
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.resource import Endpoint, Route, col, currency_pairs, shape

__all__ = ["RESOURCES"]

RANGES = (
    "bom_cost", "purchase_cost", "internal_cost", "supplier_price", "variant_cost", "override", "overall",
    "sale_price", "sale_history",
)  # fmt: skip


def _override(end: str, word: str) -> dict[str, f.Field]:
    return {
        f"override_{end}": f.Money(
            label=f"{word} Price", help_text=f"Override calculated value for {word.lower()} price", allow_null=True,
        ),
        f"override_{end}_currency": f.Choice(
            label=f"{word} price currency", choices=currency_pairs, required=False
        ),
    }  # fmt: skip


OVERRIDES: Mapping[str, f.Field] = {**_override("min", "Minimum"), **_override("max", "Maximum")}

PRICING = shape(
    PartPricing,
    col("currency", read_only=True, allow_null=True),
    col("updated", read_only=True, help_text=""),
    col("scheduled_for_update", read_only=True),
    *(
        col(f"{name}_{end}", read_only=True, label=None, help_text="")
        for name in RANGES for end in ("min", "max") if name != "override"
    ),
    *(col(name) for name in OVERRIDES),
)  # fmt: skip

PRICING_BODY = {
    **OVERRIDES,
    "update": f.Boolean(
        label="Update", help_text="Update pricing for this part", default=False, allow_null=True, write_only=True
    ),
}
NO_PRICING: dict[str, Any] = {
    "updated": None, "scheduled_for_update": False, "override_min_currency": "USD", "override_max_currency": "USD",
    **{f"{name}_{end}": None for name in RANGES for end in ("min", "max")},
}  # fmt: skip


def _pricing(context: Context, pk: int) -> dict[str, Any]:
    found = one_by(context, PRICING, "part_id", pk)
    if found is None:
        place_of(context, pk)
        return {**NO_PRICING, "currency": context.setting("INVENTREE_DEFAULT_CURRENCY")}
    return found


def _policy(context: Context) -> PricingPolicy:
    def wants(key: str) -> bool:
        return bool(context.setting(key))

    return PricingPolicy(
        currency=str(context.setting("INVENTREE_DEFAULT_CURRENCY")),
        use_internal=wants("PART_INTERNAL_PRICE"), internal_overrides=wants("PART_BOM_USE_INTERNAL_PRICE"),
        use_supplier=wants("PRICING_USE_SUPPLIER_PRICING"),
        purchases_override_supplier=wants("PRICING_PURCHASE_HISTORY_OVERRIDES_SUPPLIER"),
        use_variants=wants("PRICING_USE_VARIANT_PRICING"), active_variants_only=wants("PRICING_ACTIVE_VARIANTS"),
        use_stock=wants("PRICING_USE_STOCK_PRICING"),
        stock_age_days=int(context.setting("PRICING_STOCK_ITEM_AGE_DAYS") or 0),
    )  # fmt: skip


def _change_pricing(context: Context, pk: int) -> dict[str, Any]:
    session = context.session
    part = session.get(Part, pk, with_for_update=True) if pk < 2**63 else None
    if part is None:
        raise NotFound(NO_PART)
    given = f.read_body(PRICING_BODY, context.body(), context, partial=True)
    pricing, policy = pricing_of(session, pk), _policy(context)
    for name in OVERRIDES:
        if name in given:
            setattr(pricing, name, given[name])
    _check_overrides(pricing, given)
    save_pricing(session, pricing, policy, context.now)
    if given.get("update"):
        update_pricing(session, part, policy, context.now)
    return _pricing(context, pk)


def _check_overrides(pricing: PartPricing, given: Mapping[str, Any]) -> None:
    low, high = given.get("override_min"), given.get("override_max")
    same = converted(low, pricing.override_min_currency, pricing.override_max_currency, {})
    if same is not None and high is not None and same > high:
        raise InvalidInput(
            {
                "override_min": ["Minimum price must not be greater than maximum price"],
                "override_max": ["Maximum price must not be less than minimum price"],
            }
        )


RESOURCES = (
    Endpoint(
        path="part/{pk}/pricing/", access=Role("part"), title="Part Pricing Detail", model=PartPricing,
        description="API endpoint for viewing part pricing data.",
        methods={
            "GET": Route(_pricing), "PUT": Route(_change_pricing, writes=True),
            "PATCH": Route(_change_pricing, writes=True),
        },
        body=PRICING_BODY, shown=fields_of(PRICING),
    ),
)  # fmt: skip
