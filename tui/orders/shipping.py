"""Shipments of a sales order: made when there is none, checked, and sent."""

from collections.abc import Iterable

from tui.api_client import ApiClient, ApiError
from tui.orders.pick_data import Shipment, load_shipments
from tui.orders.transitions import finished

__all__ = ["check_shipment", "open_shipment", "send_shipment"]

_PATH = "order/so/shipment/"


async def open_shipment(client: ApiClient, order: int) -> Shipment:
    """A shipment of the order to pick into: the first open one, else a new one. Raises ApiError.

    The server's list is looked at first, so two pickers who begin at once get the same.
    """
    known = await load_shipments(client, order)
    ready = [each for each in known if not each.shipped]
    if ready:
        return ready[0]
    try:
        row = await client.post(_PATH, {"order": order, "reference": _next_reference(known)})
    except ApiError:
        # Somebody else has just made it, or the answer was lost: it is there, then.
        ready = [each for each in await load_shipments(client, order) if not each.shipped]
        if not ready:
            raise
        return ready[0]
    return Shipment.of(row)


def _next_reference(known: Iterable[Shipment]) -> str:
    """A reference that no shipment of the order has: the next number."""
    taken = {each.reference for each in known}
    number = 1
    while str(number) in taken:
        number += 1
    return str(number)


async def check_shipment(client: ApiClient, shipment: int, user: int | None) -> None:
    """Note that the user has checked it; None takes the check away. Raises ApiError."""
    await client.patch(f"{_PATH}{shipment}/", {"checked_by": user})


async def send_shipment(
    client: ApiClient, shipment: Shipment, tracking_number: str, invoice_number: str, *, again: bool = False
) -> None:
    """Ship it: the stock leaves to the customer. Never twice; after a lost answer the shipment is looked at.

    `again` says that an attempt before had no answer. Raises ApiError; an uncertain one says that it may have been
    shipped.
    """
    path = f"{_PATH}{shipment.pk}/"
    if again and Shipment.of(await client.get(path)).shipped:
        return
    body = {"tracking_number": tracking_number, "invoice_number": invoice_number}
    try:
        answer = await client.post(f"{path}ship/", body)
    except ApiError as error:
        if error.uncertain and await _is_shipped(client, path):
            return
        raise
    await finished(client, answer, "POST ship/")


async def _is_shipped(client: ApiClient, path: str) -> bool:
    """Whether it was shipped after all; False also where that cannot be asked: what went wrong first is then told."""
    try:
        return bool(Shipment.of(await client.get(path)).shipped)
    except ApiError:
        return False
