"""`order/calendar/<kind>/calendar.ics`: the target dates of the orders, for calendars of phones and mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, literal, select

from server.actions.targets import target_of
from server.db.models.company import Company
from server.db.models.order import PurchaseOrder, ReturnOrder, SalesOrder, TransferOrder
from server.db.models.stock import StockLocation
from server.domain.calendars import DueDay, write_calendar
from server.domain.errors import NotAuthenticated
from server.domain.status import (
    PurchaseOrderStatus,
    ReturnOrderStatus,
    SalesOrderStatus,
    Status,
    TransferOrderStatus,
)
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.filters import read_boolean
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]


class SignInToCalendar(NotAuthenticated):
    """Calendar programs ask for name and password only when they are told to."""

    challenge = 'Basic realm="api"'


@dataclass(frozen=True)
class FeedRole(Role):
    """As the role, but strangers are asked for name and password."""

    def check(self, context: Context, method: str) -> None:
        if context.caller is None:
            raise SignInToCalendar("Authentication credentials were not provided.")
        Role.check(self, context, method)


@dataclass(frozen=True)
class Kind:
    """Orders of a kind: whom or what they are with (`party`), and which of them are no longer under way."""

    slug: str
    title: str
    model: Any
    role: str
    party: tuple[str, Any, str]
    statuses: type[Status]
    done: tuple[Status, ...]

    def statement(self, *, everything: bool) -> Select[Any]:
        """The orders with a target date and what the feed tells of them."""
        order = self.model.__table__
        column, other, _ = self.party
        with_whom = other.__table__.alias("party")
        found = select(
            order.c.pk, order.c.reference, order.c.description, order.c.status, order.c.target_date,
            order.c.creation_date, order.c.updated_at, with_whom.c.name,
        ).select_from(order.outerjoin(with_whom, with_whom.c.pk == order.c[column]))  # fmt: skip
        found = found.where(order.c.target_date.is_not(None)).order_by(order.c.target_date, order.c.pk)
        return found if everything else found.where(order.c.status.not_in([literal(int(code)) for code in self.done]))


_BUYING, _SELLING = ("supplier_id", Company, "Company"), ("customer_id", Company, "Company")
_P, _S, _R, _T = PurchaseOrderStatus, SalesOrderStatus, ReturnOrderStatus, TransferOrderStatus

KINDS = (
    Kind(
        "purchase-order", "Purchase Order", PurchaseOrder, "purchase_order", _BUYING, _P,
        (_P.COMPLETE, _P.CANCELLED, _P.LOST, _P.RETURNED),
    ),
    Kind(
        "sales-order", "Sales Order", SalesOrder, "sales_order", _SELLING, _S,
        (_S.SHIPPED, _S.COMPLETE, _S.CANCELLED, _S.LOST, _S.RETURNED),
    ),
    Kind("return-order", "Return Order", ReturnOrder, "return_order", _SELLING, _R, (_R.COMPLETE, _R.CANCELLED)),
    Kind(
        "transfer-order", "Transfer Order", TransferOrder, "transfer_order",
        ("destination_id", StockLocation, "Destination"), _T, (_T.COMPLETE, _T.CANCELLED),
    ),
)  # fmt: skip


def _feed(context: Context, kind: Kind) -> Answer:
    everything = bool(read_boolean(context.query.get("include_completed")))
    rows = context.ask(("calendar", kind.slug, everything), lambda: kind.statement(everything=everything))
    host = urlsplit(context.incoming.origin).netloc
    target = target_of(kind.model.__name__)
    web = f"{context.incoming.origin}/web/{target.web}" if target is not None else context.incoming.origin
    labels = {int(code): code.label for code in kind.statuses}
    names = ("pk", "reference", "description", "status", "day", "created", "changed", "party")
    days = [_due(kind, dict(zip(names, row, strict=True)), labels, host, web) for row in rows]
    title = f"{context.setting('INVENTREE_COMPANY_NAME')} {kind.title}".strip()
    content = write_calendar(title, f"-//{host}//{title}//EN", days, context.now)
    headers = {"Content-Disposition": 'attachment; filename="calendar.ics"', "Cache-Control": "private, no-cache"}
    return Answer(content=content, content_type="text/calendar; charset=utf-8", headers=headers)


def _due(kind: Kind, row: Mapping[str, Any], labels: Mapping[int, str], host: str, web: str) -> DueDay:
    text = (
        f"{kind.party[2]}: {row['party'] or ''}\nStatus: {labels.get(row['status'], row['status'])}\n"
        f"Description: {row['description'] or ''}"
    )
    changed = datetime.fromisoformat(str(row["changed"])).replace(tzinfo=UTC) if row["changed"] else None
    return DueDay(
        uid=f"{kind.slug}-{row['pk']}@{host}", title=str(row["reference"]), text=text, day=_day(row["day"]),
        link=f"{web}/{row['pk']}", created=_day(row["created"]) if row["created"] else None, changed=changed,
        cancelled=labels.get(row["status"]) == "Cancelled",
    )  # fmt: skip


def _day(raw: Any) -> date:
    """From the database's own form: a date, or a text that begins with one."""
    return date.fromisoformat(str(raw)[:10])


def _route(kind: Kind) -> Route:
    return Route(lambda context: _feed(context, kind))


RESOURCES: tuple[Resource | Endpoint, ...] = tuple(
    Endpoint(
        path=f"order/calendar/{kind.slug}/calendar.ics", access=FeedRole(kind.role), methods={"GET": _route(kind)},
        title=f"{kind.title} Calendar", gives_files=True,
        description=f"Calendar export for {kind.title}s.\n\n"
        "- include_completed: true/false\n    whether or not to show completed orders. Defaults to false",
    )
    for kind in KINDS
)  # fmt: skip
