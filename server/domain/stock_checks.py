"""Whether a stock item may be kept as somebody entered it."""

from dataclasses import dataclass

from server.domain.errors import InvalidInput
from server.domain.stock import Item

__all__ = ["Surroundings", "check_item"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an item refers to. `part_label` and `supplied_label` are "name - description"."""

    part_label: str = ""
    part_virtual: bool = False
    location_structural: bool = False
    supplied_part: int | None = None
    """The part that its supplier part is for."""
    supplied_label: str = ""
    serial_taken: bool = False
    build: int | None = None
    build_part_fits: bool = True


def check_item(item: Item, around: Surroundings) -> None:
    """Raises InvalidInput, by field, where the item may not be kept like this."""
    if around.location_structural:
        raise InvalidInput("Stock items cannot be located into structural stock locations!", field="location")
    if item.quantity < 0:
        raise InvalidInput("Quantity must be greater than zero", field="quantity")
    if item.trackable and item.quantity != item.quantity.to_integral_value():
        raise InvalidInput("Quantity must be integer value for trackable parts", field="quantity")
    if around.part_virtual:
        raise InvalidInput("Stock item cannot be created for virtual parts", field="part")
    if item.supplier_part is not None and around.supplied_part != item.part:
        text = f"Part type ('{around.supplied_label}') must be {around.part_label}"
        raise InvalidInput(text, field="supplier_part")
    _check_serial(item, around)
    if item.belongs_to is not None and item.belongs_to == item.pk:
        raise InvalidInput("Item cannot belong to itself", field="belongs_to")
    if item.is_building and around.build is None:
        raise InvalidInput("Item must have a build reference if is_building=True", field="build")
    if around.build is not None and not around.build_part_fits:
        raise InvalidInput("Build reference does not point to the same part object", field="build")


def _check_serial(item: Item, around: Surroundings) -> None:
    if not item.serial:
        return
    if item.quantity > 1:
        raise InvalidInput(
            {
                "quantity": ["Quantity must be 1 for item with a serial number"],
                "serial": ["Serial number cannot be set if quantity greater than 1"],
            }
        )
    if around.serial_taken:
        raise InvalidInput("Serial number already exists", field="serial")
