"""What parts cost: price breaks and the calculated price range of each part."""

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from server.db.columns import Base, boolean, currency, foreign, moment, money, quantity
from server.db.models.mixins import Keyed, autoincrement

__all__ = ["PartInternalPriceBreak", "PartPricing", "PartSellPriceBreak", "PriceBreak"]


class PriceBreak:
    """From `quantity` on, one piece costs `price`."""

    updated = moment("Updated", "Timestamp of last update")
    quantity = quantity("Quantity", "Price break quantity", default=1)
    price = money("Price", "Unit price at specified quantity")
    price_currency = currency("Currency", "Select currency from available options")


class PartSellPriceBreak(Keyed, PriceBreak, Base):
    """What a customer pays for a part."""

    __tablename__ = "part_partsellpricebreak"
    __table_args__ = autoincrement(UniqueConstraint("part_id", "quantity"))

    part_id = foreign("part_part", "Part", on_delete="CASCADE", index=False, filters={"salable": True})
    # InvenTree's own words, odd as they are here.
    price_currency = currency("Currency", "Purchase currency of this stock item")


class PartInternalPriceBreak(Keyed, PriceBreak, Base):
    """What a part is reckoned at inside the company."""

    __tablename__ = "part_partinternalpricebreak"
    __table_args__ = autoincrement(UniqueConstraint("part_id", "quantity"))

    part_id = foreign("part_part", "Part", on_delete="CASCADE", index=False)
    price_currency = currency("Currency", "Purchase currency of this stock item")


def _currency() -> Mapped[Any]:
    return currency("Currency", "Select currency from available options")


class PartPricing(Keyed, Base):
    """The price range of a part, by where the price comes from."""

    __tablename__ = "part_partpricing"
    __table_args__ = autoincrement()

    part_id = foreign("part_part", "Part", on_delete="CASCADE", unique=True)
    updated = moment("Updated", "Timestamp of last pricing update")
    scheduled_for_update = boolean("Scheduled for update", default=False)

    bom_cost_min = money("Minimum BOM Cost", "Minimum cost of component parts")
    bom_cost_min_currency = _currency()
    bom_cost_max = money("Maximum BOM Cost", "Maximum cost of component parts")
    bom_cost_max_currency = _currency()
    purchase_cost_min = money("Minimum Purchase Cost", "Minimum historical purchase cost")
    purchase_cost_min_currency = _currency()
    purchase_cost_max = money("Maximum Purchase Cost", "Maximum historical purchase cost")
    purchase_cost_max_currency = _currency()
    internal_cost_min = money("Minimum Internal Price", "Minimum cost based on internal price breaks")
    internal_cost_min_currency = _currency()
    internal_cost_max = money("Maximum Internal Price", "Maximum cost based on internal price breaks")
    internal_cost_max_currency = _currency()
    supplier_price_min = money("Minimum Supplier Price", "Minimum price of part from external suppliers")
    supplier_price_min_currency = _currency()
    supplier_price_max = money("Maximum Supplier Price", "Maximum price of part from external suppliers")
    supplier_price_max_currency = _currency()
    variant_cost_min = money("Minimum Variant Cost", "Calculated minimum cost of variant parts")
    variant_cost_min_currency = _currency()
    variant_cost_max = money("Maximum Variant Cost", "Calculated maximum cost of variant parts")
    variant_cost_max_currency = _currency()
    override_min = money("Minimum Price", "Override calculated value for minimum price")
    override_min_currency = currency("Minimum price currency", "Select currency from available options")
    override_max = money("Maximum Price", "Override calculated value for maximum price")
    override_max_currency = currency("Maximum price currency", "Select currency from available options")
    overall_min = money("Minimum Cost", "Calculated overall minimum cost")
    overall_min_currency = _currency()
    overall_max = money("Maximum Cost", "Calculated overall maximum cost")
    overall_max_currency = _currency()
    sale_price_min = money("Minimum Sale Price", "Minimum sale price based on price breaks")
    sale_price_min_currency = _currency()
    sale_price_max = money("Maximum Sale Price", "Maximum sale price based on price breaks")
    sale_price_max_currency = _currency()
    sale_history_min = money("Minimum Sale Cost", "Minimum historical sale price")
    sale_history_min_currency = _currency()
    sale_history_max = money("Maximum Sale Cost", "Maximum historical sale price")
    sale_history_max_currency = _currency()
    currency = currency("Currency", "Select currency from available options")
