"""What a code stands for at a count, on each kind of database."""

from server.actions.counting.finding import Named, item_of_part, item_there, location_there, named, part_named
from server.db.models.part import Part
from server.db.models.stock import StockItem
from server.db.session import Database


def test_a_number_is_found_however_it_is_spelt(database: Database) -> None:
    with database.write() as session:
        part = Part(name="Relay", IPN="R-1", description="")
        session.add(part)
        session.flush()
        item = StockItem(part_id=part.pk, quantity=5, batch="Lot-7")
        session.add(item)
        session.flush()
        keys = part.pk, item.pk
    with database.read() as connection:
        assert named(connection, "R-1", None) == named(connection, "r-1", None) == Named("part", keys[0])
        assert named(connection, "Relay", 3) == Named("part", keys[0])
        assert named(connection, "Lot-7", None) == named(connection, "LOT-7", 3) == Named("stockitem", keys[1])
        assert named(connection, "Lot", None) is None
        assert item_of_part(connection, keys[0], None) == keys[1]
        assert item_of_part(connection, keys[0], 3) is None
        there = item_there(connection, 1, keys[1])
        assert there is not None
        assert (there["part_name"], there["batch"], there["location"], there["line"]) == ("Relay", "Lot-7", None, None)
        assert part_named(connection, keys[0]) == "Relay"
        assert location_there(connection, 3) is None
