"""Numbers and times come back from each database as they went in."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import dialect as sqlite
from sqlalchemy.exc import DBAPIError

from server.db.models import Part, PartStocktake, StockItem, StockLocation
from server.db.session import Database
from server.db.types import Fixed, UtcDateTime

LARGE = Decimal("9999999999.99999")
MOMENT = datetime(2026, 2, 28, 23, 59, 59, 123456, UTC)


def test_quantities_are_exact(database: Database) -> None:
    tenths = [Decimal("0.1"), Decimal("0.2"), LARGE, Decimal("0.00001"), Decimal(0)]
    with database.write() as session:
        session.add(Part(pk=1, name="Resistor"))
        session.flush()
        session.add_all(StockItem(part_id=1, quantity=amount) for amount in tenths)
    with database.read() as connection:
        assert list(connection.execute(select(StockItem.quantity).order_by(StockItem.pk)).scalars()) == tenths
        few = select(func.sum(StockItem.quantity)).where(StockItem.quantity < 1)
        assert connection.execute(few).scalar() == Decimal("0.30001")
        assert connection.execute(select(StockItem.pk).where(StockItem.quantity == Decimal("0.1"))).scalar() == 1


def test_stock_cannot_be_negative(database: Database) -> None:
    with pytest.raises(DBAPIError), database.write() as session:
        session.add(Part(pk=1, name="Resistor"))
        session.flush()
        session.add(StockItem(part_id=1, quantity=Decimal(-1)))


def test_moments_keep_their_microseconds_and_zone(database: Database) -> None:
    moscow = MOMENT.astimezone(timezone(timedelta(hours=3)))
    with database.write() as session:
        session.add(Part(pk=1, name="Resistor"))
        session.flush()
        session.add_all(StockItem(part_id=1, updated=moment) for moment in (MOMENT, moscow))
    with database.read() as connection:
        found = list(connection.execute(select(StockItem.updated)).scalars())
        assert found == [MOMENT, MOMENT]
        assert all(moment is not None and moment.tzinfo is UTC for moment in found)


def test_texts_and_documents_come_back(database: Database) -> None:
    notes = "Überprüft ✔ — 密" * 20_000
    with database.write() as session:
        session.add(Part(pk=1, name="Widerstand Ω 🙂", notes=notes, metadata_={"a": [1, None, "x"]}))
        session.add(StockLocation(pk=1, name="A", metadata_=None))
    with database.read() as connection:
        name, found, document = connection.execute(select(Part.name, Part.notes, Part.metadata_)).one()
        assert (name, found, document) == ("Widerstand Ω 🙂", notes, {"a": [1, None, "x"]})
        assert connection.execute(select(StockLocation.pk).where(StockLocation.metadata_.is_(None))).scalar() == 1


def test_defaults_are_those_of_inventree(database: Database) -> None:
    with database.write() as session:
        session.add(Part(pk=1, name="Resistor"))
        session.flush()
        session.add(PartStocktake(pk=1, part_id=1, date=MOMENT.date()))
    with database.read() as connection:
        part = connection.execute(select(Part)).one()
    assert (part.active, part.component, part.purchaseable, part.virtual) == (True, True, True, False)
    assert (part.IPN, part.revision, part.units, part.description, part.link) == ("", "", "", "", None)
    assert part.minimum_stock == 0


@given(st.decimals(min_value=-LARGE, max_value=LARGE, places=5))
@settings(max_examples=200)
def test_every_quantity_survives(amount: Decimal) -> None:
    kind, dialect = Fixed(5), sqlite()
    kept = kind.process_bind_param(amount, dialect)
    assert isinstance(kept, int) and kind.process_result_value(kept, dialect) == amount


@pytest.mark.parametrize("amount", ["0.000001", "1e30", "NaN"])
def test_what_does_not_fit_is_refused_not_rounded(amount: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        Fixed(5).process_bind_param(Decimal(amount), sqlite())


def test_a_moment_without_zone_is_taken_as_utc() -> None:
    bare = MOMENT.replace(tzinfo=None)
    assert UtcDateTime().process_bind_param(bare, sqlite()) == bare


def test_long_paths_are_sorted_to_their_end(database: Database) -> None:
    """Trees are sorted by the names down to the node; MySQL alone would compare 1,024 bytes of them."""
    deep = "Я" * 2000
    with database.write() as session:
        session.add_all(StockLocation(pk=pk, name=end, tree_sort=deep + end) for pk, end in ((1, "b"), (2, "a")))
    with database.read() as connection:
        assert list(connection.execute(select(StockLocation.pk).order_by(StockLocation.tree_sort)).scalars()) == [2, 1]
