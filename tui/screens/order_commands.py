"""The transitions of an order as commands: the same keys on the board and on the order's own screen."""

from functools import partialmethod
from typing import Any, ClassVar

from tui.actions import Action
from tui.actions.orders import TRANSITION_KEYS
from tui.history import Place
from tui.orders.transitions import SCREEN_OF, legal_for
from tui.screens.base import BincardScreen
from tui.views.orders import Order
from workflow.orders import Transition

__all__ = ["OrderCommands"]


class OrderCommands(BincardScreen):
    """A screen with an order that commands are for: give `order`, and load it anew in `order_changed`.

    `TRANSITION_SCOPE` is the scope of the commands ("orders" or "order"). Only what is legal now, for this user, is
    offered; what is done line by line opens its own screen, all else is asked once and sent.
    """

    TRANSITION_SCOPE: ClassVar[str]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        scope = getattr(cls, "TRANSITION_SCOPE", "")
        for name in TRANSITION_KEYS if scope else ():
            setattr(cls, f"do_{scope}_{name}", partialmethod(OrderCommands.transit, name))

    @property
    def order(self) -> Order | None:
        """The order that commands are for, None while there is none."""
        raise NotImplementedError

    def order_changed(self, order: Order) -> None:
        """Something was done to the order, or tried: show how it is now."""
        raise NotImplementedError

    def legal_transition(self, name: str) -> Transition | None:
        """The transition, if the order under the cursor allows it now and the user may do it."""
        order = self.order
        legal = legal_for(order, self.bincard.session.can) if order is not None else []
        return next((each for each in legal if each.action == name), None)

    def offers(self, action: Action) -> bool:
        scope, _, name = action.id.partition(".")
        if action.id == "app.receiving":
            return False  # its key is that of the order in sight, or of nothing
        if scope == self.TRANSITION_SCOPE and name in TRANSITION_KEYS:
            return self.legal_transition(name) is not None
        return super().offers(action)

    async def transit(self, name: str) -> None:
        """Open the screen of an action, or ask whether to carry it out."""
        order, transition = self.order, self.legal_transition(name)
        if order is None or transition is None:
            return
        if name in SCREEN_OF:
            await self.bincard.go(Place(SCREEN_OF[name], order.model, order.pk, title=order.reference))
            return
        from tui.screens.order_confirm import ConfirmDialog

        def tell(tried: bool | None) -> None:
            if tried:
                self.order_changed(order)

        await self.bincard.push_screen(ConfirmDialog(order, transition), tell)
