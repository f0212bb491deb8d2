"""Whether an action on an order is legal, and to which state it leads: the tables of `workflow.orders`, applied.

Refusals are InvenTree's word for word, since clients show them.
"""

from collections.abc import Mapping

from server.domain.errors import WrongState
from workflow.orders import OrderKind, Transition

__all__ = ["after", "closed_for"]

# Where InvenTree looks at the state itself before its state machine does: what it says in which states.
_OWN_WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("sales", "complete"): {"COMPLETE": "Order is already complete", "CANCELLED": "Order is already cancelled"},
}
# Where it answers with a bare list of texts, whatever the state.
_BARE: Mapping[tuple[str, str], str] = {
    ("purchase", "cancel"): "Order cannot be cancelled",
    ("transfer", "cancel"): "Order cannot be cancelled",
}


def after(kind: OrderKind, transition: Transition, status: int, *, skip: bool = False) -> int:
    """The code of the state to which the action leads from the state with the code `status`. `skip`: what the setting
    `transition.skips_first` says. Raises WrongState where the action is not legal."""
    state = kind.state(status)
    target = transition.leads_to(state, skip=skip) if state is not None and transition.works_from(state) else None
    if target is None:
        raise _refusal(kind, transition, status)
    return kind.code(target)


def _refusal(kind: OrderKind, transition: Transition, status: int) -> WrongState:
    which = (kind.name, transition.action)
    if which in _BARE:
        return WrongState([_BARE[which]])
    state = kind.state(status)
    own = _OWN_WORDS.get(which, {}).get(state or "")
    if own is not None:
        return WrongState(own)
    if state is not None and state == transition.target:
        return WrongState(f"{kind.title} is already {kind.label(state)}")
    sources = ", ".join(f"<{kind.status_class}.{name}: {kind.code(name)}>" for name in transition.sources)
    return WrongState(
        f"Invalid transition on {kind.title}.status (source value should be [{sources}], is {status})"
    )  # fmt: skip


def closed_for(kind: OrderKind, action: str, status: int, reference: str) -> WrongState | None:
    """The refusal of an action that leaves the order in its state (allocate, receive); None where it is legal."""
    transition = kind.transition(action)
    state = kind.state(status)
    if state is not None and transition.works_from(state):
        return None
    label = kind.label(state) if state is not None else str(status)
    legal = ", ".join(kind.label(name) for name in transition.sources)
    return WrongState(
        f"{kind.title} {reference} is {label}: “{transition.label}” is possible only while it is {legal}."
    )
