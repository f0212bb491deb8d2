"""What every user and group must have beside what the file holds: an owner, and rule sets where rights rest on them."""

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from server.actions.users import complete_rule_sets, give_owner, groups_in_use
from server.db.models.users import Group, User

__all__ = ["complete_rights"]


def complete_rights(connection: Connection) -> None:
    """Make the owners that are missing, and the rule sets that a group in use has none of (an older generation knew
    fewer roles). A new rule set allows nothing."""
    with Session(connection) as session:
        for pk in session.scalars(select(Group.pk).order_by(Group.pk)).all():
            give_owner(session, "group", pk)
        for pk in session.scalars(select(User.pk).order_by(User.pk)).all():
            give_owner(session, "user", pk)
        for group in groups_in_use(session):
            complete_rule_sets(session, group)
        session.commit()  # sends what is left; the import's own transaction stays open
