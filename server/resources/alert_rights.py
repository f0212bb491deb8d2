"""Who may see and change which alerts: by the role that the kind is about; kinds about the server are for staff."""

from sqlalchemy import bindparam, false

from server.alerts.telling import seen_by
from server.domain.alert_kinds import BY_KEY, STAFF
from server.domain.roles import ROLES
from server.rest.context import Context
from server.rest.query import Test

__all__ = ["PATH", "may_act", "only_visible", "sees", "visible"]

PATH = "/plugin/bincard/"


def visible(context: Context) -> frozenset[str]:
    """The kinds that the caller may see."""
    user = context.user
    roles = {role for role in ROLES if user.may(role, "view")}
    return seen_by(roles, staff=user.is_staff, superuser=user.is_superuser)


def sees(context: Context, kind: str) -> bool:
    return kind in visible(context)


def may_act(context: Context, kind: str) -> bool:
    """Whether the caller may acknowledge, snooze and resolve alerts of a kind."""
    user, known = context.user, BY_KEY.get(kind)
    if known is None or user.is_superuser:
        return user.is_superuser
    return user.is_staff if known.role == STAFF else user.may(known.role, "change")


def only_visible(context: Context) -> Test:
    """The alerts whose kind the caller may see."""
    kinds = tuple(sorted(visible(context)))
    names = [f"_kind_{number}" for number in range(len(kinds))]
    return Test(
        ("visible kinds", len(kinds)),
        lambda row: row.c.kind.in_([bindparam(name) for name in names]) if names else false(),
        dict(zip(names, kinds, strict=True)),
    )
