"""Who may do what: each route names one of these, and nothing is open that none of them opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from server.domain.errors import Forbidden
from server.rest.context import Context

__all__ = [
    "VERBS",
    "Access",
    "AdminWrites",
    "Authenticated",
    "Public",
    "Role",
    "RoleWrites",
    "StaffWrites",
    "Superuser",
]

VERBS: Mapping[str, str] = {
    "GET": "view", "HEAD": "view", "OPTIONS": "view", "POST": "add", "PUT": "change", "PATCH": "change",
    "DELETE": "delete",
}  # fmt: skip


class Access(Protocol):
    """Raises Forbidden or NotAuthenticated when the caller may not use this method here."""

    def check(self, context: Context, method: str) -> None: ...


@dataclass(frozen=True)
class Public:
    """Open to everybody: the root and the health check only."""

    def check(self, context: Context, method: str) -> None:
        return None


@dataclass(frozen=True)
class Authenticated:
    """Any user; the handler narrows what is seen to the user's own where that is meant."""

    def check(self, context: Context, method: str) -> None:
        _ = context.user


@dataclass(frozen=True)
class Role:
    """The user's groups must allow the method's verb on one of these roles. `verbs` replaces verbs for single
    methods."""

    name: str
    others: tuple[str, ...] = ()
    verbs: tuple[tuple[str, str], ...] = ()

    def check(self, context: Context, method: str) -> None:
        verb = dict(self.verbs).get(method) or VERBS.get(method, "view")
        user = context.user
        if not any(user.may(role, verb) for role in (self.name, *self.others)):
            raise Forbidden


@dataclass(frozen=True)
class StaffWrites:
    """Any user reads; staff writes (`superuser`: superusers only)."""

    superuser: bool = False

    def check(self, context: Context, method: str) -> None:
        user = context.user
        if method in ("GET", "HEAD", "OPTIONS"):
            return
        if not (user.is_superuser or (user.is_staff and not self.superuser)):
            raise Forbidden


@dataclass(frozen=True)
class AdminWrites:
    """Any user reads; who writes must be staff and have the method's verb on the admin role."""

    role: str = "admin"

    def check(self, context: Context, method: str) -> None:
        user = context.user
        if method in ("GET", "HEAD", "OPTIONS") or user.is_superuser:
            return
        if not (user.is_staff and user.may(self.role, VERBS.get(method, "view"))):
            raise Forbidden


@dataclass(frozen=True)
class Superuser:
    """Superusers only (`staff`: staff as well)."""

    staff: bool = False

    def check(self, context: Context, method: str) -> None:
        user = context.user
        if not (user.is_superuser or (self.staff and user.is_staff)):
            raise Forbidden


@dataclass(frozen=True)
class RoleWrites:
    """Any user reads; who writes must have the method's verb on one of these roles."""

    roles: tuple[str, ...]

    def check(self, context: Context, method: str) -> None:
        user = context.user
        if method in ("GET", "HEAD", "OPTIONS"):
            return
        if not any(user.may(role, VERBS[method]) for role in self.roles):
            raise Forbidden
