"""What the app does for sales: opens the screen, and keeps one book of figures for all of them.

Mixed into the app. What sales need is imported when it is first wanted.
"""

from typing import TYPE_CHECKING

from tui.history import Place
from tui.screens.live_app import LiveApp

if TYPE_CHECKING:
    from tui.sales.book import SalesBook
    from tui.session import Session

__all__ = ["SalesApp"]

KINDS = ("part", "category", "customer", "supplier")


class SalesApp(LiveApp):
    """The part of the app that knows what was sold."""

    session: "Session"
    _sales: "tuple[Session, str, SalesBook] | None" = None

    @property
    def sales_book(self) -> "SalesBook":
        """Where the figures of this session come from."""
        held, user = self._sales, self.session.user_name
        if held is None or held[0] is not self.session or held[1] != user:
            from tui.sales.open_book import open_book

            held = self._sales = (self.session, user, open_book(self.session))
        return held[2]

    async def do_app_sales(self, kind: str = "") -> None:
        """Show what was sold, per part or per what `kind` begins as ("cat", "customers")."""
        kind = kind.strip().casefold()
        by = next((name for name in KINDS if kind and name.startswith(kind[:3])), "")
        if kind and not by:
            self.announce(f"There are no sales per {kind}; there are {', '.join(KINDS)}.", "warning")
            return
        await self.go(Place("sales", by or "part", None, title="Sales"))
