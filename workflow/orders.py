"""The state machines of the orders, one table per kind: state, action, next state, who may, what must hold.

The routes of the server, its refusals, the documentation and the keys that the client offers are all made from these
tables. Pure data: importing this costs nothing, and it imports neither the server nor the client.

The states are InvenTree's (API 532). A state that users made themselves counts as the built-in one that it stands for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = [
    "KINDS", "NEEDS", "PURCHASE", "RETURN", "SALES", "SHIPMENT", "TRANSFER", "Deed", "Need", "OrderKind", "Transition",
    "kind_of", "shipment_state",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Need:
    """What must hold besides the state: in a sentence, and which member of the body waives it ("" where none does)."""

    about: str
    waived_by: str = ""


NEEDS: Mapping[str, Need] = {
    "lines_received": Need("All lines are received.", "accept_incomplete"),
    "lines_shipped": Need("All lines are shipped.", "accept_incomplete"),
    "lines_allocated": Need("All lines are allocated.", "accept_incomplete_allocation"),
    "shipments_shipped": Need("No shipment waits to be shipped."),
    "no_loose_allocations": Need("Nothing is promised that was not shipped."),
    "unlocked": Need("The order is not locked."),
    "something_allocated": Need("Something is allocated to the shipment."),
    "checked": Need("Somebody checked the shipment, where the setting SALESORDER_SHIPMENT_REQUIRES_CHECK is on."),
}
"""What the names in `Transition.needs` and `Deed.needs` mean."""


@dataclass(frozen=True, slots=True)
class Transition:
    """An action on an order, and from which states it leads where.

    `target` is the state that it leads to, None where it works on lines or shipments and the order stays as it is.
    `verb` is what the user's role must allow. `needs` names what must hold besides; each name is a check that the
    server makes, with a message of its own. `path` is what comes after the order's own address; `label`
    and `help` are what people read.
    """

    action: str
    sources: tuple[str, ...]
    target: str | None
    label: str
    help: str
    path: str
    needs: tuple[str, ...] = ()
    verb: str = "add"  # InvenTree maps a POST to "add"
    first: str | None = None
    """A state that comes before the target: the action leads there from any other state, and on from there."""
    skips_first: str = ""
    """The setting that leaves `first` out."""

    def works_from(self, state: str) -> bool:
        """Whether the action is legal in the state."""
        return state in self.sources

    def leads_to(self, state: str, *, skip: bool = False) -> str | None:
        """The state after the action, done in `state`; `skip`: what the setting `skips_first` says."""
        return self.target if self.first is None or skip or state == self.first else self.first

    @property
    def waivers(self) -> tuple[str, ...]:
        """The members of the body that waive something that must hold."""
        return tuple(dict.fromkeys(NEEDS[name].waived_by for name in self.needs if NEEDS[name].waived_by))


@dataclass(frozen=True, slots=True)
class OrderKind:
    """A kind of order: its addresses, its role, the codes of its states and what may be done in each.

    `open` are the states in which there is still something to do.
    """

    name: str
    title: str
    plural: str
    prefix: str
    path: str
    line_path: str
    role: str
    status_class: str
    states: tuple[tuple[int, str, str], ...]
    """(code, name, label) in the order of a life."""
    open: tuple[str, ...]
    transitions: tuple[Transition, ...]

    def state(self, code: int) -> str | None:
        """The name of a state by its code; None for a code that is not built in."""
        return next((name for key, name, _ in self.states if key == code), None)

    def code(self, name: str) -> int:
        """The code of a state by its name. Raises KeyError."""
        return {state: key for key, state, _ in self.states}[name]

    def label(self, name: str) -> str:
        """What people call a state. Raises KeyError."""
        return {state: label for _, state, label in self.states}[name]

    def transition(self, action: str) -> Transition:
        """The transition called `action`. Raises KeyError."""
        return {each.action: each for each in self.transitions}[action]

    def legal(self, state: str | None) -> list[Transition]:
        """What may be done in a state, most usual first."""
        return [each for each in self.transitions if state is not None and each.works_from(state)]


def _hold(*sources: str) -> Transition:
    return Transition(
        "hold", sources, "ON_HOLD", "Hold", "Put the order on hold; nothing is done until it is issued.", "hold/"
    )


def _cancel(*sources: str, needs: Iterable[str] = ()) -> Transition:
    return Transition(
        "cancel", sources, "CANCELLED", "Cancel", "Call the order off; it cannot be taken up again.", "cancel/",
        tuple(needs),
    )  # fmt: skip


ALL_STATES = ((30, "COMPLETE", "Complete"), (40, "CANCELLED", "Cancelled"))

PURCHASE = OrderKind(
    name="purchase", title="Purchase Order", plural="Purchase orders", prefix="PO", path="order/po/",
    line_path="order/po-line/", role="purchase_order", status_class="PurchaseOrderStatus",
    states=(
        (10, "PENDING", "Pending"), (20, "PLACED", "Placed"), (25, "ON_HOLD", "On Hold"), *ALL_STATES,
        (50, "LOST", "Lost"), (60, "RETURNED", "Returned"),
    ),
    open=("PENDING", "ON_HOLD", "PLACED"),
    transitions=(
        Transition(
            "receive", ("PLACED",), None, "Receive", "Book in what has come, line by line.", "receive/", ("unlocked",)
        ),
        Transition("issue", ("PENDING", "ON_HOLD"), "PLACED", "Issue", "Place the order at the supplier.", "issue/"),
        Transition(
            "complete", ("PLACED",), "COMPLETE", "Complete", "Close the order; what has not come will not come.",
            "complete/", ("lines_received",),
        ),
        _hold("PENDING", "PLACED"),
        _cancel("PENDING", "ON_HOLD", "PLACED"),
    ),
)  # fmt: skip

SALES = OrderKind(
    name="sales", title="Sales Order", plural="Sales orders", prefix="SO", path="order/so/",
    line_path="order/so-line/", role="sales_order", status_class="SalesOrderStatus",
    states=(
        (10, "PENDING", "Pending"), (15, "IN_PROGRESS", "In Progress"), (20, "SHIPPED", "Shipped"),
        (25, "ON_HOLD", "On Hold"), *ALL_STATES, (50, "LOST", "Lost"), (60, "RETURNED", "Returned"),
    ),
    open=("PENDING", "ON_HOLD", "IN_PROGRESS"),
    transitions=(
        Transition("issue", ("PENDING", "ON_HOLD"), "IN_PROGRESS", "Issue", "Begin to pick and ship.", "issue/"),
        Transition(
            "allocate", ("PENDING", "ON_HOLD", "IN_PROGRESS"), None, "Allocate", "Promise stock to the lines.",
            "allocate/",
        ),
        Transition(
            "allocate_serials", ("PENDING", "ON_HOLD", "IN_PROGRESS"), None, "Allocate serials",
            "Promise items by their serial numbers.", "allocate-serials/",
        ),
        Transition(
            "auto_allocate", ("PENDING", "ON_HOLD", "IN_PROGRESS"), None, "Allocate all",
            "Have the server choose the stock for every line.", "auto-allocate/",
        ),
        Transition(
            "complete", ("IN_PROGRESS", "SHIPPED"), "COMPLETE", "Complete",
            "Close the order; first it counts as shipped where the settings say so.", "complete/",
            ("lines_shipped", "shipments_shipped", "no_loose_allocations"), first="SHIPPED",
            skips_first="SALESORDER_SHIP_COMPLETE",
        ),
        _hold("PENDING", "IN_PROGRESS"),
        _cancel("PENDING", "ON_HOLD", "IN_PROGRESS", "SHIPPED"),
    ),
)  # fmt: skip

RETURN = OrderKind(
    name="return", title="Return Order", plural="Return orders", prefix="RMA", path="order/ro/",
    line_path="order/ro-line/", role="return_order", status_class="ReturnOrderStatus",
    states=((10, "PENDING", "Pending"), (20, "IN_PROGRESS", "In Progress"), (25, "ON_HOLD", "On Hold"), *ALL_STATES),
    open=("PENDING", "ON_HOLD", "IN_PROGRESS"),
    transitions=(
        Transition(
            "receive", ("IN_PROGRESS",), None, "Receive", "Take back what the customer returned.", "receive/"
        ),
        Transition(
            "issue", ("PENDING", "ON_HOLD"), "IN_PROGRESS", "Issue", "Expect the goods from the customer.", "issue/"
        ),
        Transition("complete", ("IN_PROGRESS",), "COMPLETE", "Complete", "Close the order.", "complete/"),
        _hold("PENDING", "IN_PROGRESS"),
        _cancel("PENDING", "ON_HOLD", "IN_PROGRESS"),
    ),
)  # fmt: skip

TRANSFER = OrderKind(
    name="transfer", title="Transfer Order", plural="Transfer orders", prefix="TO", path="order/transfer-order/",
    line_path="order/transfer-order-line/", role="transfer_order", status_class="TransferOrderStatus",
    states=((10, "PENDING", "Pending"), (20, "ISSUED", "Issued"), (25, "ON_HOLD", "On Hold"), *ALL_STATES),
    open=("PENDING", "ON_HOLD", "ISSUED"),
    transitions=(
        Transition("issue", ("PENDING", "ON_HOLD"), "ISSUED", "Issue", "Begin to pick for the transfer.", "issue/"),
        Transition(
            "allocate", ("PENDING", "ON_HOLD", "ISSUED"), None, "Allocate", "Promise stock to the lines.", "allocate/"
        ),
        Transition(
            "allocate_serials", ("PENDING", "ON_HOLD", "ISSUED"), None, "Allocate serials",
            "Promise items by their serial numbers.", "allocate-serials/",
        ),
        Transition(
            "complete", ("ISSUED",), "COMPLETE", "Complete",
            "Move all that is allocated to its destination, or use it up where the order says so.", "complete/",
            ("lines_allocated",),
        ),
        _hold("PENDING", "ISSUED"),
        _cancel("PENDING", "ON_HOLD", "ISSUED"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """What may be done to a shipment of a sales order: from which states, to which, and how it is asked for.

    `path` is what comes after the shipment's own address. `member` is the member of the shipment that a PATCH sets
    (check: to the user's key, uncheck: to null); "" where the body of a POST says what is wanted.
    """

    action: str
    sources: tuple[str, ...]
    target: str
    label: str
    help: str
    path: str = ""
    method: str = "POST"
    member: str = ""
    needs: tuple[str, ...] = ()
    verb: str = "add"


SHIPMENT: tuple[Deed, ...] = (
    Deed(
        "check", ("PENDING",), "CHECKED", "Check", "Say that what is packed is what was promised.",
        method="PATCH", member="checked_by", verb="change",
    ),
    Deed(
        "uncheck", ("CHECKED",), "PENDING", "Uncheck", "Take the check back; something is packed anew.",
        method="PATCH", member="checked_by", verb="change",
    ),
    Deed(
        "ship", ("PENDING", "CHECKED"), "SHIPPED", "Ship", "Send it: the stock becomes the customer's.", "ship/",
        needs=("something_allocated", "checked"),
    ),
)  # fmt: skip
"""The life of a shipment. Its state is not stored but follows from its members: see `shipment_state`."""


def shipment_state(*, checked: bool, shipped: bool) -> str:
    """The state of a shipment ("PENDING", "CHECKED", "SHIPPED") from whether it has `checked_by` and
    `shipment_date`."""
    return "SHIPPED" if shipped else "CHECKED" if checked else "PENDING"


KINDS: tuple[OrderKind, ...] = (PURCHASE, SALES, RETURN, TRANSFER)


def kind_of(name: str) -> OrderKind:
    """The kind called `name` ("purchase", "sales", "return", "transfer"). Raises KeyError."""
    return {kind.name: kind for kind in KINDS}[name]
