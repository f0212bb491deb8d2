"""What parts are sold for, and what they are reckoned at inside the company: price breaks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from server.actions.pricing import schedule_pricing
from server.db.models.part import Part
from server.db.models.part_pricing import PartInternalPriceBreak, PartSellPriceBreak
from server.domain.errors import InvalidInput
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import RelatedTo
from server.rest.many import rows_by_key
from server.rest.query import Many, Planner, Reader, Shape
from server.rest.resource import Hooks, Resource, col, shape

__all__ = ["RESOURCES", "SALE_PRICE", "sale_prices_many"]


def _break(model: type[Any], **part: Any) -> Shape:
    return shape(
        model,
        "pk",
        col("part", **part),
        col("quantity", required=True, floor=1),
        col("price", required=False),
        col("price_currency", help_text="Purchase currency of this stock item"),
    )


SALE_PRICE = _break(PartSellPriceBreak, limited=True)
INTERNAL_PRICE = _break(PartInternalPriceBreak)


def sale_prices_many() -> Many:
    """The member "price_breaks" of parts: what they are sold for."""

    def load(planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]) -> Mapping[int, Any]:
        return rows_by_key(planner, reader, SALE_PRICE, "part", keys, order=("quantity",))

    return Many(
        name="price_breaks", load=load, shape=SALE_PRICE, flag="price_breaks", default=False,
        field=f.Any_(read_only=True, allow_null=True),
    )  # fmt: skip


def _one_per_quantity(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    model = type(row)
    same = select(model.pk).where(model.part_id == row.part_id, model.quantity == row.quantity)
    if context.session.execute(same.where(model.pk != (row.pk or 0))).first():
        raise InvalidInput("The fields part, quantity must make a unique set.")
    row.updated = context.now


def _prices_changed(context: Context, row: Any, values: Mapping[str, Any], created: bool) -> None:
    schedule_pricing(context.session, [row.part_id], context.now)


def _delete(context: Context, row: Any, told: Mapping[str, Any]) -> None:
    context.session.delete(row)
    schedule_pricing(context.session, [row.part_id], context.now, create=False)


def _prices(path: str, of: Shape, title: str, list_about: str, detail_about: str) -> Resource:
    return Resource(
        path=path,
        access=Role("part"),
        shape=of,
        title=title,
        list_about=list_about,
        detail_about=detail_about,
        filters=(RelatedTo("part", Part),),
        ordering={"quantity": "quantity", "price": "price"},
        default_order=("quantity",),
        hooks=Hooks(before_save=_one_per_quantity, after_save=_prices_changed, delete=_delete),
    )


RESOURCES = (
    _prices(
        "part/sale-price/", SALE_PRICE, "Part Sale Price", "API endpoint for list view of PartSalePriceBreak model.",
        "Detail endpoint for PartSellPriceBreak model.",
    ),
    _prices(
        "part/internal-price/", INTERNAL_PRICE, "Part Internal Price",
        "API endpoint for list view of PartInternalPriceBreak model.",
        "Detail endpoint for PartInternalPriceBreak model.",
    ),
)  # fmt: skip
