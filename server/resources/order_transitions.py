"""Issue, hold, cancel and complete of all kinds of orders: one address for each line of the tables in
`workflow.orders`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from server.actions.orders.transitions import apply
from server.resources.stock_bodies import by
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route
from workflow.orders import KINDS, OrderKind, Transition

__all__ = ["RESOURCES"]

# Completing a transfer order moves stock: it has an address of its own.
ELSEWHERE = frozenset({("transfer", "complete")})

_ACCEPT: Mapping[str, f.Field] = {
    "accept_incomplete": f.Boolean(
        label="Accept Incomplete", help_text="Allow order to be closed with incomplete line items", default=False
    ),
}
_ABOUT: Mapping[tuple[str, str], str] = {
    ("purchase", "issue"): "API endpoint to 'issue' (place) a PurchaseOrder.",
    ("purchase", "hold"): "API endpoint to place a PurchaseOrder on hold.",
    ("purchase", "cancel"): (
        "API endpoint to 'cancel' a purchase order.\n\nThe purchase order must be in a state which can be cancelled"
    ),
    ("purchase", "complete"): "API endpoint to 'complete' a purchase order.",
    ("sales", "issue"): "API endpoint to issue a SalesOrder.",
    ("sales", "hold"): "API endpoint to place a SalesOrder on hold.",
    ("sales", "cancel"): "API endpoint to cancel a SalesOrder.",
    ("sales", "complete"): 'API endpoint for manually marking a SalesOrder as "complete".',
    ("return", "issue"): "API endpoint to issue (place) a ReturnOrder.",
    ("return", "hold"): "API endpoint to hold a ReturnOrder.",
    ("return", "cancel"): "API endpoint to cancel a ReturnOrder.",
    ("return", "complete"): "API endpoint to complete a ReturnOrder.",
    ("transfer", "issue"): "API endpoint to issue a Transfer Order.",
    ("transfer", "hold"): "API endpoint to hold a TransferOrder.",
    ("transfer", "cancel"): "API endpoint to cancel a TransferOrder.",
}  # fmt: skip


def _run(kind: OrderKind, transition: Transition, body: Mapping[str, f.Field]) -> Callable[..., Answer]:
    def run(context: Context, pk: int) -> Answer:
        values = f.read_body(body, context.body(), context)
        waived = [name for name in transition.waivers if values.get(name)]
        skip = bool(transition.skips_first and context.setting(transition.skips_first))
        apply(context.session, kind, transition, pk, by(context), waived=waived, skip=skip)
        return Answer(dict(values), 201)

    return run


def _addresses() -> Iterator[Endpoint]:
    for kind in KINDS:
        for transition in kind.transitions:
            which = (kind.name, transition.action)
            if transition.target is None or which in ELSEWHERE:
                continue
            body: dict[str, Any] = {name: _ACCEPT[name] for name in transition.waivers}
            yield Endpoint(
                path=f"{kind.path}{{pk}}/{transition.path}", access=Role(kind.role, verbs=(("POST", transition.verb),)),
                title=f"{kind.title} {transition.label}", description=_ABOUT[which], body=body,
                methods={"POST": Route(_run(kind, transition, body), writes=True)},
            )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = tuple(_addresses())
