"""Where the numbering of rows goes on."""

from sqlalchemy import insert

from server.db.models import Part, ProjectCode
from server.db.sequences import advance_sequences, set_sequences
from server.db.session import Database


def next_key(database: Database) -> int:
    with database.write() as session:
        row = ProjectCode(code=str(id(session)) + "x")
        session.add(row)
        session.flush()
        return int(row.pk)


def test_numbers_go_on_from_what_they_are_set_to(database: Database) -> None:
    set_sequences(database, {"common_projectcode": 41, "part_part": 0, "django_migrations": 7})
    assert next_key(database) == 42
    with database.write() as session:
        part = Part(name="Resistor")
        session.add(part)
        session.flush()
        assert part.pk == 1


def test_rows_with_keys_of_their_own_move_the_numbers_on(database: Database) -> None:
    with database.exclusive() as connection:
        connection.execute(insert(ProjectCode), [{"pk": 30, "code": "A"}, {"pk": 20, "code": "B"}])
        advance_sequences(connection)
    assert next_key(database) == 31


def test_a_key_is_never_given_twice(database: Database) -> None:
    first = next_key(database)
    with database.write() as session:
        session.delete(session.get_one(ProjectCode, first))
    with database.exclusive() as connection:
        advance_sequences(connection)
    assert next_key(database) == first + 1
