"""Writing drafts: new rows in bulk, changed ones where they differ, the rest not at all."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from server.db.models import Base
from server.importer.report import Counts, ImportFailed, ImportReport, printable
from server.importer.resolve import CHUNK, chunks
from server.importer.translate import Draft

__all__ = ["groups_that_differ", "write", "write_groups"]

Row = dict[str, Any]


def write(
    connection: Connection, table: Table, drafts: list[Draft], report: ImportReport, done: Callable[[int], None],
    touched: set[int],
) -> None:  # fmt: skip
    """Write the drafts of one table; `done` is told how many more are through. `touched` are keys of rows that count as
    changed although their own columns may not differ. Raises ImportFailed."""
    there = _existing(connection, table, drafts)
    created: list[Row] = []
    changed: list[Row] = []
    for draft in drafts:
        counts = report.counts.setdefault(draft.model, Counts())
        before = there.get(draft.pk)
        if before is None:
            counts.created += 1
            created.append({"pk": draft.pk} | draft.values)
            continue
        if table.name == "auth_user":
            _guard_user(draft, before)
        difference = {name: value for name, value in draft.values.items() if before[name] != value}
        if difference:
            changed.append({"pk": draft.pk} | difference)
        if difference or draft.pk in touched:
            counts.updated += 1
        else:
            counts.unchanged += 1
    done(len(drafts) - len(created))
    _insert(connection, table, created, set(there), done)
    _update(connection, table, changed)


def _existing(connection: Connection, table: Table, drafts: list[Draft]) -> dict[int, Row]:
    """The rows that are there already, by key."""
    if connection.execute(select(table.c.pk).limit(1)).first() is None:
        return {}
    found: dict[int, Row] = {}
    for some in chunks(draft.pk for draft in drafts):
        for row in connection.execute(select(table).where(table.c.pk.in_(some))).mappings():
            found[row["pk"]] = {column.name: row[column] for column in table.columns}
    return found


def _guard_user(draft: Draft, before: Row) -> None:
    """No account becomes another's; and a password that was hashed anew here since the last import stays."""
    name = draft.values.get("username")
    if name is not None and name != before["username"]:
        raise ImportFailed(
            f"user {draft.pk} is {printable(before['username'])} here, but {printable(name)} in the file; import into "
            "a new database first and add users afterwards."
        )
    if before["password"].startswith("$argon2"):
        draft.values.pop("password", None)


def _insert(
    connection: Connection, table: Table, rows: list[Row], present: set[int], done: Callable[[int], None]
) -> None:
    """A row that points to one of the same table which comes later is written without that key first, and gets it when
    all are there."""
    own = [column.name for column in table.columns if column.references(table.c.pk)]
    later: list[Row] = []
    rows.sort(key=lambda row: row["pk"])
    for row in rows:
        for name in own:
            if row.get(name) is not None and row[name] not in present:
                later.append({"pk": row["pk"], name: row[name]})
                row[name] = None
        present.add(row["pk"])
    for same in _alike(rows):
        for start in range(0, len(same), CHUNK):
            some = same[start : start + CHUNK]
            connection.execute(insert(table), some)
            done(len(some))
    _update(connection, table, later)


def _update(connection: Connection, table: Table, rows: list[Row]) -> None:
    for same in _alike(rows):
        names = [name for name in same[0] if name != "pk"]
        statement = table.update().where(table.c.pk == bindparam("the_pk"))
        statement = statement.values({name: bindparam(f"new_{name}") for name in names})
        connection.execute(
            statement, [{"the_pk": row["pk"]} | {f"new_{name}": row[name] for name in names} for row in same]
        )


def _alike(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """The rows in lists of those with the same columns, which one statement can write."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(sorted(row)), []).append(row)
    return groups.values()


def groups_that_differ(connection: Connection, wanted: dict[int, set[int]]) -> set[int]:
    """The users who are not in the groups that `wanted` says (user's key to those of the groups)."""
    there = _groups(connection, wanted)
    return {user for user, groups in wanted.items() if groups != there[user]}


def write_groups(connection: Connection, wanted: dict[int, set[int]]) -> None:
    """Put users into their groups, and out of others."""
    table = Base.metadata.tables["auth_user_groups"]
    there = _groups(connection, wanted)
    for user, groups in wanted.items():
        gone = there[user] - groups
        if gone:
            connection.execute(delete(table).where(table.c.user_id == user, table.c.group_id.in_(gone)))
        new = [{"user_id": user, "group_id": group} for group in sorted(groups - there[user])]
        if new:
            connection.execute(insert(table), new)


def _groups(connection: Connection, users: Iterable[int]) -> dict[int, set[int]]:
    table = Base.metadata.tables["auth_user_groups"]
    there: dict[int, set[int]] = {user: set() for user in users}
    for some in chunks(there):
        for row in connection.execute(select(table.c.user_id, table.c.group_id).where(table.c.user_id.in_(some))):
            there[row.user_id].add(row.group_id)
    return there
