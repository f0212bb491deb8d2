"""Several people who count one session of a shelf, each with a client of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.server.resources.people import People
from tests.serving import Running
from tests.tui.counting.shop import Shelf
from tests.tui.driving import Driver, driven
from tui.config import Launch
from tui.counting.book import Scope

__all__ = ["Team"]

COUNT = "../plugin/bincard/count/"  # clients are at /api/
READS = dict.fromkeys(("part", "part_category", "stock_location"), ("view",))


@dataclass
class Team:
    """Makes sessions of the shelf as its leader, and counters who may only count."""

    server: Running
    shelf: Shelf

    def session(self, *shelves: str, quantity: float = 50, **values: Any) -> dict[str, Any]:
        """A session of one line on each shelf, of items made for it."""
        self.shelf.items = self.shelf.fill(*shelves, quantity=quantity)
        body = {"description": self.shelf.name, "scope": {"items": self.shelf.items}, **values}
        answer = self.shelf.api.post(f"{COUNT}session/", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def do(self, session: int, what: str, **body: Any) -> None:
        """What the leader does with a session."""
        answer = self.shelf.api.post(f"{COUNT}session/{session}/{what}/", json=body)
        assert answer.status_code in (200, 201), answer.text

    def lines(self, session: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.shelf.api.get(f"{COUNT}line/", params={"session": session}).json()
        return rows

    def entries(self, session: int) -> list[tuple[str, float]]:
        """Who entered what, by the report that supervisors get."""
        from sqlalchemy import select

        from server.db.models.counting import CountEntry
        from server.db.models.users import User

        wanted = (
            select(User.username, CountEntry.quantity)
            .join(User, User.pk == CountEntry.counter_id)
            .where(CountEntry.session_id == session)
            .order_by(CountEntry.pk)
        )
        with self.server.database.write() as database:
            return [(name, float(quantity)) for name, quantity in database.execute(wanted)]

    def launch(self, name: str, url: str = "", verbs: tuple[str, ...] = ("view", "add")) -> Launch:
        """A counter who may do just this with stock."""
        people = People(self.server)
        people.make(name, roles={"stock": verbs, **READS})
        return Launch(url or self.server.url, user=name, token=people.token(name))

    @asynccontextmanager
    async def counter(
        self, name: str, session: int, size: tuple[int, int] = (80, 24), url: str = ""
    ) -> AsyncIterator[Driver]:
        """A counter who has joined the session."""
        async with driven(self.launch(name, url), size) as client:
            await client.until(lambda: client.app.session.user is not None, "the session")
            client.app.begin_count(Scope(self.shelf.name, session=session), True)
            await client.until(lambda: client.app.screen.__class__.__name__ == "CountSheetScreen", "the sheet")
            await client.until(lambda: getattr(client.app.screen, "count", None) is not None, "the lines")
            yield client
