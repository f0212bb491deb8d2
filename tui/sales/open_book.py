"""Which book a session's sales are read from."""

from datetime import date

from tui.sales.book import SalesBook
from tui.session import Session

__all__ = ["open_book"]


def open_book(session: Session) -> SalesBook:
    """The sums of a Bincard server; of any other server what its orders tell."""
    if session.is_bincard:
        from tui.sales.server_book import ServerBook

        return ServerBook(session.client)
    from tui.sales.orders_book import OrdersBook

    return OrdersBook(session.client, date.today())
