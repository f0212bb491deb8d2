"""A server that looks after each commit whether something is wrong, and a part whose stock has a minimum."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from server.alerts.following import Follower, catch_up
from server.auth.passwords import hash_password
from server.db.models.users import Group, RuleSet, User, UserGroup
from server.events.reading import MARKS, bounds
from server.events.recorder import record_events
from tests.server.resources.stock_shop import Shop
from tests.serving import Running, running

__all__ = ["Room", "add_user", "settle", "steady", "watched"]


@contextmanager
def watched(data_dir: Path, template: Path) -> Iterator[Running]:
    """As `serve` runs it: alerts are looked for after each commit."""
    with running(data_dir, template) as server:
        catch_up(server.database, datetime.now(UTC))
        follower = Follower(server.database)
        record_events(server.database).listeners.append(follower.wake)
        server.api.closing.append(follower.close)
        follower.start()
        yield server


def settle(server: Running) -> None:
    """Wait until what was committed so far has been looked at."""
    newest, end = bounds(server.database).newest, time.monotonic() + 20
    while True:
        with server.database.read() as connection:
            seen = connection.scalar(select(MARKS.c.position).where(MARKS.c.name == "follower:alerts"))
        if seen is not None and seen >= newest:
            return
        assert time.monotonic() < end, f"of {newest} events {seen} are looked at"
        time.sleep(0.02)


class Room(Shop):
    """Parts with a minimum, each with an item of stock."""

    def short(self, name: str, *, stock: float = 12, minimum: float = 20) -> tuple[int, int]:
        """A part of which there is `stock` in one item: the keys of part and item."""
        part = self.part(name=name, minimum_stock=minimum)
        return part, self.item(part, stock)

    def out(self, name: str) -> int:
        """A part with a minimum of which there is nothing: critical."""
        return self.part(name=name, minimum_stock=20)

    def take(self, item: int, quantity: float) -> None:
        assert self.act("remove", {"pk": item, "quantity": quantity}).status_code in (200, 201)

    def put(self, item: int, quantity: float) -> None:
        assert self.act("add", {"pk": item, "quantity": quantity}).status_code in (200, 201)


def add_user(server: Running, name: str, password: str, **roles: str) -> None:
    """A user of a group of their own; `roles` as `stock="view,change"`."""
    with server.database.write() as session:
        user = User(
            username=name, password=hash_password(password), is_superuser=False, is_staff=False, is_active=True,
            first_name="", last_name="", email="", date_joined=datetime.now(UTC),
        )  # fmt: skip
        group = Group(name=f"Group of {name}")
        session.add_all([user, group])
        session.flush()
        session.add(UserGroup(user_id=user.pk, group_id=group.pk))
        for role, verbs in roles.items():
            rights = {f"can_{verb}": verb in verbs.split(",") for verb in ("view", "add", "change", "delete")}
            session.add(RuleSet(name=role, group_id=group.pk, **rights))


def steady(lines: list[str]) -> list[str]:
    """A screen without what differs from run to run: the times of day, and how wide the latency is."""
    *rows, status = lines
    return [*(re.sub(r"\d\d:\d\d", "HH:MM", row) for row in rows), re.sub(r" {2,}", "  ", status)]
