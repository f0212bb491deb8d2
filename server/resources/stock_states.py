"""The states of stock in bodies: InvenTree's own, and those that users added."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from server.db.models.common import InvenTreeCustomUserStateModel
from server.domain.errors import InvalidInput
from server.domain.status import StockStatus
from server.domain.stock import State
from server.rest import fields as f
from server.rest.context import Context

__all__ = ["STATES", "StateField", "state_of"]

STATES = tuple((int(code), code.label) for code in StockStatus)
OWN = {int(code) for code in StockStatus}


def state_of(context: Context, key: Any) -> State | None:
    """The state with a key; None where there is none."""
    if isinstance(key, bool) or not str(key).lstrip("-").isdigit():
        return None
    number = int(key)
    if number in OWN:
        return State(number)
    # The lines of one request name the same few states again and again.
    known: dict[int, State | None] = context.session.info.setdefault("states", {}) if context.writing else {}
    if number not in known:
        known[number] = _own_state(context, number)
    return known[number]


def _own_state(context: Context, number: int) -> State | None:
    """A state that users added; None where there is none."""
    states = InvenTreeCustomUserStateModel.__table__.c
    found = abs(number) < 2**63 and context.ask(
        "custom stock state",
        lambda: select(states.logical_key).where(
            states.reference_status == "StockStatus", states.key == bindparam("state")
        ),
        state=number,
    )
    return State(found[0][0], number) if found else None


@dataclass(frozen=True, kw_only=True)
class StateField(f.Choice):
    """A state in the body of an action; `parse` gives a State, or None for "no change"."""

    unchanged: bool = True
    """Whether null or nothing means that it stays as it is."""

    @property
    def blank_is_null(self) -> bool:
        return self.unchanged

    def parse(self, value: Any, context: Context) -> State | None:
        if self.unchanged and (value is None or value == ""):
            return None
        if value is None:
            raise InvalidInput([f.NOT_NULL])
        state = state_of(context, value)
        if state is None:
            raise InvalidInput([f'"{value}" is not a valid choice.'])
        return state
