"""What may be done to an order by whom, what that would change, and doing it.

The rules are those of `workflow.orders`, which the server has as well; here they are narrowed to one order and one
user, put into a sentence to be confirmed, and sent.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tui.api_client import ApiClient, BadAnswer, Invalid, Json, TimedOut
from tui.api_errors import ApiError
from tui.views.orders import Order
from workflow.orders import OrderKind, Transition

__all__ = ["SCREEN_OF", "Confirmation", "Refusal", "carry_out", "confirmation", "finished", "legal_for", "refusal_of"]

#: Actions that are done line by line on a screen of their own, and the name of that screen's place.
SCREEN_OF: Final[Mapping[str, str]] = {"receive": "receive", "allocate": "pick", "allocate_serials": "pick"}

#: What says that an order may be closed although not all of its lines are done, by kind.
_ACCEPTS: Final[Mapping[str, str]] = {"purchase": "accept_incomplete", "sales": "accept_incomplete"}
_UNDONE: Final[Mapping[str, str]] = {
    "purchase": "not received, and will not be",
    "sales": "not shipped, and will not be",
    "return": "not received, and will not be",
    "transfer": "not transferred yet",
}
#: Seconds before asking again how far a task of the server is, and until one gives up.
_TASK_PAUSES: Final = (0.2, 0.5, 1.0, 2.0)
_TASK_PATIENCE: Final = 120.0


def legal_for(order: Order, can: Callable[[str, str], bool]) -> list[Transition]:
    """What may be done to the order now by somebody who `can(role, verb)`, most usual first."""
    return [each for each in order.kind.legal(order.state) if can(order.kind.role, each.verb)]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is asked before an action: one sentence with what will change, what to beware of, and what is then sent."""

    question: str
    warnings: tuple[str, ...] = ()
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the server refused, and what would have to be sent for it to accept (empty when nothing would do)."""

    reason: str
    accept: Json = field(default_factory=dict)


def confirmation(order: Order, transition: Transition) -> Confirmation:
    """The question for an action on an order, such as "Issue PO-0012 to Arrow: 5 lines, 1 240.00 USD"."""
    match transition.action:
        case "issue":
            warnings = () if order.lines else ("The order has no lines.",)
            return Confirmation(f"Issue {_named(order)}: {_size(order)}", warnings)
        case "hold":
            return Confirmation(f"Put {_named(order)} on hold: nothing is done until it is issued again")
        case "cancel":
            return Confirmation(f"Cancel {_named(order)}: {_size(order)}", _cancelling(order))
        case "complete":
            return _completing(order)
        case "auto_allocate":
            return Confirmation(
                f"Allocate all of {_named(order)}: the server chooses the stock for {_unallocated(order)}"
            )
        case _:
            return Confirmation(f"{transition.label} {_named(order)}: {transition.help}")


def _named(order: Order) -> str:
    """The order and with whom it is: "PO-0012 to Arrow"."""
    if not order.partner:
        return order.reference
    word = {"purchase": " to ", "sales": " for ", "return": " from ", "transfer": ", "}[order.kind.name]
    return f"{order.reference}{word}{order.partner}"


def _size(order: Order) -> str:
    lines = "no lines" if not order.lines else "1 line" if order.lines == 1 else f"{order.lines} lines"
    return f"{lines}, {order.price}" if order.price and order.total else lines


def _undone(order: Order) -> str:
    left = order.lines_left
    return f"{left} of {order.lines} lines {'is' if left == 1 else 'are'} {_UNDONE[order.kind.name]}"


def _cancelling(order: Order) -> tuple[str, ...]:
    done = f"{order.lines_done} of {order.lines} lines are done and stay so. " if order.lines_done else ""
    return (f"{done}It cannot be taken up again.",)


def _completing(order: Order) -> Confirmation:
    question = f"Complete {_named(order)}: {_size(order)}"
    if order.kind.name == "transfer":
        what = "is used up" if order.row.get("consume") else "moves to its destination"
        return Confirmation(f"{question}; what is allocated {what}")
    if not order.lines_left:
        return Confirmation(question)
    accept = _ACCEPTS.get(order.kind.name)
    return Confirmation(question, (f"{_undone(order)}.",), {accept: True} if accept else {})


def _unallocated(order: Order) -> str:
    if order.lines_allocated is None:
        return f"{order.lines} lines"
    return f"{max(0, order.lines - order.lines_allocated)} of {order.lines} lines"


async def carry_out(
    client: ApiClient, kind: OrderKind, pk: int, transition: Transition, body: Mapping[str, Any] | None = None
) -> Any:
    """Do it; the server's answer once it is done, also where the server leaves it to a task.

    Raises ApiError; `refusal_of` puts one into words. An error that is `uncertain` says that it may have been done.
    """
    answer = await client.post(f"{kind.path}{pk}/{transition.path}", dict(body or {}))
    return await finished(client, answer, f"POST {transition.path}")


async def finished(client: ApiClient, answer: Any, call: str) -> Any:
    """Wait for a task that an answer names; other answers as they are."""
    waited, tries = 0.0, 0
    while isinstance(answer, Mapping) and answer.get("task_id") and not answer.get("complete"):
        if waited > _TASK_PATIENCE:
            raise TimedOut("The server is still at it; look again later.", call=call, uncertain=True)
        pause = _TASK_PAUSES[min(tries, len(_TASK_PAUSES) - 1)]
        await asyncio.sleep(pause)
        waited, tries = waited + pause, tries + 1
        answer = await client.get(f"background-task/{answer['task_id']}/")
    if isinstance(answer, Mapping) and answer.get("task_id") and answer.get("success") is False:
        raise BadAnswer("The server could not carry it out.", call=call, uncertain=True)
    return answer


def refusal_of(error: ApiError) -> Refusal:
    """Why an action was refused; with `accept` where the server says that it would do it all the same."""
    if not isinstance(error, Invalid):
        return Refusal(str(error))
    accept = {name: True for name in error.field_errors if name.startswith("accept_")}
    if not accept or len(accept) != len(error.field_errors):
        return Refusal(str(error))
    return Refusal(" ".join(message for messages in error.field_errors.values() for message in messages), accept)
