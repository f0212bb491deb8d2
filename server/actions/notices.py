"""Telling users what has happened to what they are responsible for; the messages are part of the same transaction."""

from dataclasses import dataclass

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from server.db.bulk import insert_many
from server.db.models.common import NotificationMessage
from server.db.models.users import Owner, User, UserGroup
from server.domain.stock import By

__all__ = ["Notice", "cancelled", "items_received", "new_order", "tell"]

MESSAGES: Table = NotificationMessage.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told, in InvenTree's words. `about` is the kind of object ("order.purchaseorder")."""

    about: str
    category: str
    name: str
    message: str


def new_order(label: str, title: str) -> Notice:
    """An order was placed. `label` is its kind ("order.purchaseorder"), `title` the kind's name."""
    category = label.replace("order.", "order.new_", 1)
    return Notice(label, category, f"New {title}", "A new order has been created and assigned to you")


def cancelled(label: str, title: str) -> Notice:
    """An order was cancelled."""
    category = label.replace("order.", "order.canceled_", 1)
    return Notice(label, category, f"{title} canceled", "A order that is assigned to you was canceled")


def items_received(label: str) -> Notice:
    """Something came that was ordered."""
    message = "Items have been received against a purchase order"
    return Notice(label, "purchase_order.items_received", "Items Received", message)


def tell(session: Session, notice: Notice, pk: int, responsible: int | None, by: By) -> None:
    """Tell the owner `responsible` (a user, or all of a group) about the object `pk`. Not told are who did it and who
    has not read the same notice about the same object yet: a delivery that comes line by line is one message."""
    if responsible is None:
        return
    unread = select(MESSAGES.c.user_id).where(
        MESSAGES.c.target_model_type == notice.about, MESSAGES.c.target_model_id == pk,
        MESSAGES.c.category == notice.category, MESSAGES.c.read.is_(False),
    )  # fmt: skip
    told = set(session.scalars(unread))
    rows = [
        {
            "target_model_type": notice.about, "target_model_id": pk, "user_id": user, "category": notice.category,
            "name": notice.name, "message": notice.message, "creation": by.now, "read": False,
        }
        for user in _users(session, responsible)
        if user != by.user and user not in told
    ]  # fmt: skip
    if rows:
        insert_many(session.connection(), MESSAGES, rows)


def _users(session: Session, owner: int) -> list[int]:
    """The active users that an owner stands for, by key."""
    found = session.get(Owner, owner)
    if found is None:
        return []
    active = select(User.pk).where(User.is_active.is_(True)).order_by(User.pk)
    if found.owner_type == "user":
        return list(session.scalars(active.where(User.pk == found.owner_id)))
    members = select(UserGroup.user_id).where(UserGroup.group_id == found.owner_id)
    return list(session.scalars(active.where(User.pk.in_(members))))
