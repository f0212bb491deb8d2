"""A server with users of each kind, for the tests of what they may do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.users import add_user, complete_groups_of, give_owner
from server.db.models.users import Group, RuleSet, User, UserGroup
from tests.serving import Running, running

__all__ = ["People", "people"]

COLUMNS = {"view": "can_view", "add": "can_add", "change": "can_change", "delete": "can_delete"}


def _group(session: Session, name: str) -> int:
    """The key of the group, made when there is none of that name."""
    group = session.scalars(select(Group).where(Group.name == name)).one_or_none()
    if group is None:
        group = Group(name=name)
        session.add(group)
        session.flush()
        give_owner(session, "group", group.pk)
    return int(group.pk)


@dataclass
class People:
    """A running server; `as_user` signs a user in, who is made when there is none of that name."""

    server: Running

    def make(
        self, username: str, *, staff: bool = False, superuser: bool = False,
        roles: Mapping[str, Sequence[str]] | None = None,
    ) -> int:  # fmt: skip
        """The key of a user whose own group allows `roles` (role to verbs) and nothing else."""
        with self.server.database.write() as session:
            user = session.scalars(select(User).where(User.username == username)).one_or_none()
            if user is None:
                user = add_user(session, username, datetime.now(UTC))
                session.add(UserGroup(user_id=user.pk, group_id=_group(session, f"group of {username}")))
                complete_groups_of(session, user.pk)
            user.is_staff, user.is_superuser = staff, superuser
            own = select(Group.pk).where(Group.name == f"group of {username}")
            for rule in session.scalars(select(RuleSet).where(RuleSet.group_id.in_(own))):
                for verb, column in COLUMNS.items():
                    setattr(rule, column, verb in (roles or {}).get(rule.name, ()))
            return int(user.pk)

    def token(self, username: str) -> str:
        """A token of a user."""
        with self.server.database.write() as session:
            pk = session.scalars(select(User.pk).where(User.username == username)).one()
            maker = self.server.api.services.tokens
            return str(maker.named(session, pk, "people", datetime.now(UTC))[1])

    def as_user(
        self, username: str, *, staff: bool = False, superuser: bool = False,
        roles: Mapping[str, Sequence[str]] | None = None,
    ) -> httpx.Client:  # fmt: skip
        """A signed-in client of a user with just these rights."""
        self.make(username, staff=staff, superuser=superuser, roles=roles)
        return self.client(username)

    def client(self, username: str | None = None) -> httpx.Client:
        """A client of a user that is there; of nobody without a name."""
        headers = {} if username is None else {"Authorization": f"Token {self.token(username)}"}
        return httpx.Client(base_url=f"{self.server.url}/api/", headers=headers, timeout=30)


@contextmanager
def people(data_dir: Path, template: Path) -> Iterator[People]:
    """A server with the superuser "admin"."""
    with running(data_dir, template) as server:
        yield People(server)
