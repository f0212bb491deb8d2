"""The figures of a location that are worked out, as SQL over its row."""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from server.db.models.common import InvenTreeSetting
from server.db.models.stock import StockItem, StockLocation
from server.resources.trees import tree_stop
from server.rest.query import Source

__all__ = ["icon", "item_count"]


def icon(row: Source) -> ColumnElement[Any]:
    """Its own icon, else that of its type, else the one that the settings say."""
    kept = InvenTreeSetting.__table__.alias("kept")
    usual = select(kept.c.value).where(kept.c.key == "STOCK_LOCATION_DEFAULT_ICON").scalar_subquery()
    return func.coalesce(func.nullif(row.c.custom_icon, ""), row.via("location_type").c.icon, usual, "")


def item_count(row: Source) -> ColumnElement[Any]:
    """How many stock items lie in it and below."""
    item, node = StockItem.__table__.alias("held"), StockLocation.__table__.alias("below")
    inside = select(node.c.pk).where(node.c.tree_path >= row.c.tree_path, node.c.tree_path < tree_stop(row.c.tree_path))
    counted = select(func.count()).select_from(item).where(item.c.location_id.in_(inside.correlate(row.table)))
    return counted.correlate(row.table).scalar_subquery()
