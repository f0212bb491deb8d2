"""Two transactions that note at the same time that the prices of a part are to be worked out anew."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.actions.pricing import schedule_pricing
from server.db.models.part_pricing import PartPricing
from server.db.session import Database
from tests.server.actions.stock_room import NOW, StockRoom


def test_the_second_one_keeps_its_transaction(database: Database) -> None:
    room = StockRoom(database)
    part = room.part()
    began = Event()

    def second() -> None:
        def write(session: Session) -> None:
            # On SQLite it waits here for the first one; elsewhere it reads before that has committed, and waits then.
            session.scalars(select(PartPricing)).all()
            began.set()
            schedule_pricing(session, [part], NOW)

        database.run_write(write)

    with ThreadPoolExecutor(1) as pool, database.write() as session:
        schedule_pricing(session, [part], NOW)
        other = pool.submit(second)
        if not database.is_sqlite:
            assert began.wait(30)
        session.commit()
    other.result(30)
    with database.write() as session:
        assert [(row.part_id, row.scheduled_for_update) for row in session.scalars(select(PartPricing))] == [
            (part, True)
        ]
