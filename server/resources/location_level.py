"""`/plugin/bincard/location-level/`: how much of a part is to lie in a location, at least and at most."""

from collections.abc import Mapping
from typing import Any

from server.db.models.alerts import LocationLevel
from server.db.models.part import Part
from server.db.models.stock import StockLocation
from server.domain.errors import InvalidInput
from server.resources.alert_rights import PATH
from server.rest.access import Role
from server.rest.context import Context
from server.rest.filters import Below, RelatedTo
from server.rest.query import Joined
from server.rest.resource import Endpoint, Hooks, Resource, col, shape
from server.rest.unique import refuse_same

__all__ = ["RESOURCES"]

LEVEL = shape(
    LocationLevel, "pk", "part", Joined(name="part_name", path="part.name"), Joined(name="part_IPN", path="part.IPN"),
    "location", Joined(name="location_path", path="location.pathstring"), col("minimum", required=False),
    col("maximum", required=False),
)  # fmt: skip


def _check(context: Context, row: LocationLevel, values: Mapping[str, Any], created: bool) -> None:
    if row.maximum is not None and row.maximum < (row.minimum or 0):
        raise InvalidInput("The maximum is less than the minimum.", field="maximum")
    refuse_same(context, row, ("part", "location"))


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Resource(
        path=f"{PATH}location-level/", access=Role("stock"), shape=LEVEL, title="Location Level",
        list_about="Minimum and maximum of parts in locations, each with all that is below it.",
        filters=(RelatedTo("part", Part), Below("location", StockLocation, "location", cascade_by_default=False)),
        search=("part.name", "part.IPN", "location.pathstring"),
        ordering={"part": "part.name", "location": "location.pathstring", "minimum": "minimum", "maximum": "maximum"},
        can=("list", "detail", "create", "update", "delete", "bulk_delete"), hooks=Hooks(before_save=_check),
    ),
)  # fmt: skip
