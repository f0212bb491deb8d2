"""Users and groups: what must be there beside them, and what may not happen to them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from server.auth.passwords import hash_password
from server.db.models.users import Group, Owner, RuleSet, User, UserGroup, UserProfile
from server.domain.errors import InvalidInput
from server.domain.passwords import weaknesses
from server.domain.roles import ROLES

__all__ = [
    "LAST_SUPERUSER",
    "add_user",
    "check_password",
    "complete_groups_of",
    "complete_rule_sets",
    "complete_user",
    "give_owner",
    "groups_in_use",
    "keep_a_superuser",
    "remove_group",
    "remove_user",
    "set_groups",
    "set_password",
]

LAST_SUPERUSER = "This is the last active superuser; make another one first."


# ------------------------------------------------------------------------------------------------- users


def add_user(session: Session, username: str, now: datetime) -> User:
    """A new user without a password (nobody signs in with it) and without rights."""
    user = User(
        username=username, password="", first_name="", last_name="", email="", is_staff=False, is_superuser=False,
        is_active=True, date_joined=now,
    )  # fmt: skip
    session.add(user)
    session.flush()
    complete_user(session, user.pk)
    return user


def complete_user(session: Session, user: int) -> None:
    """Give a new user what belongs to one: a profile, and an owner that things can belong to."""
    session.add(UserProfile(user_id=user, active=True, type="internal"))
    give_owner(session, "user", user)


def set_groups(session: Session, user: int, groups: Iterable[int]) -> None:
    """Make the user a member of these groups and no others."""
    wanted = set(groups)
    kept = set(session.scalars(select(UserGroup.group_id).where(UserGroup.user_id == user)))
    session.execute(
        delete(UserGroup).where(UserGroup.user_id == user, UserGroup.group_id.in_(kept - wanted)),
        execution_options={"synchronize_session": False},
    )
    for group in sorted(wanted - kept):
        session.add(UserGroup(user_id=user, group_id=group))
    complete_groups_of(session, user)


def complete_groups_of(session: Session, user: int) -> None:
    """The groups on which a user's rights rest have a rule set for each role."""
    session.flush()
    for group in session.scalars(select(UserGroup.group_id).where(UserGroup.user_id == user).order_by("group_id")):
        complete_rule_sets(session, group)


def check_password(user: User, password: str) -> None:
    """Raises InvalidInput (`password`) with all that is wrong with a new password."""
    about = {
        "username": user.username, "first name": user.first_name, "last name": user.last_name,
        "email address": user.email,
    }  # fmt: skip
    found = weaknesses(password, about)
    if found:
        raise InvalidInput(found, field="password")


def set_password(user: User, password: str) -> None:
    """Give the user another password."""
    user.password = hash_password(password)


def keep_a_superuser(session: Session, user: User, *, stays: bool) -> None:
    """Refuse to take the last active superuser away. `stays`: whether the user will still be one. Raises
    InvalidInput."""
    if stays or not (user.is_superuser and user.is_active):
        return
    others = select(func.count()).where(User.is_superuser.is_(True), User.is_active.is_(True), User.pk != user.pk)
    if not session.scalar(others):
        raise InvalidInput(LAST_SUPERUSER)


def remove_user(session: Session, user: User) -> None:
    """Delete a user; what they did stays, without their name. Raises InvalidInput for the last superuser."""
    keep_a_superuser(session, user, stays=False)
    _remove_owner(session, "user", user.pk)
    session.delete(user)


# ------------------------------------------------------------------------------------------------- groups


def complete_rule_sets(session: Session, group: int) -> None:
    """Give a group a rule set for each role that it has none for; a new one allows nothing."""
    there = set(session.scalars(select(RuleSet.name).where(RuleSet.group_id == group)))
    for role in ROLES:
        if role not in there:
            session.add(
                RuleSet(
                    name=role, group_id=group, can_view=False, can_add=False, can_change=False, can_delete=False
                )
            )  # fmt: skip
            session.flush()  # one by one, so that their keys follow the order of the roles


def groups_in_use(session: Session) -> list[int]:
    """The groups on which the rights of someone rest: those with an active member who is no superuser."""
    members = select(UserGroup.group_id).join(
        User, and_(User.pk == UserGroup.user_id, User.is_active.is_(True), User.is_superuser.is_(False))
    )
    return list(session.scalars(select(Group.pk).where(Group.pk.in_(members)).order_by(Group.pk)))


def remove_group(session: Session, group: Group) -> None:
    """Delete a group; its members stay."""
    _remove_owner(session, "group", group.pk)
    session.delete(group)


# ------------------------------------------------------------------------------------------------- owners


def give_owner(session: Session, kind: str, pk: int) -> None:
    """Make the owner of a user or group, unless there is one."""
    if session.scalar(select(Owner.pk).where(_is_owner(kind, pk))) is None:
        session.add(Owner(owner_type=kind, owner_id=pk))
        session.flush()


def _remove_owner(session: Session, kind: str, pk: int) -> None:
    session.execute(delete(Owner).where(_is_owner(kind, pk)), execution_options={"synchronize_session": False})


def _is_owner(kind: str, pk: int) -> ColumnElement[bool]:
    return and_(Owner.owner_type == kind, Owner.owner_id == pk)
