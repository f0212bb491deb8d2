"""Foreign keys: that what they point to is there, and what number a name stands for."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from server.db.models import Base
from server.importer.report import ImportFailed, printable
from server.importer.tables import EXTERNAL, NATURAL_KEYS
from server.importer.translate import Draft, Translation

__all__ = ["CHUNK", "chunks", "resolve"]

CHUNK = 500
"""How many keys or rows go into one statement."""


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """The values, CHUNK at a time."""
    values = list(values)
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def resolve(connection: Connection, translation: Translation) -> dict[int, set[int]]:
    """Make numbers of all foreign keys in the drafts, and drop drafts that stand on a record which was refused. Returns
    the groups of users: the user's key to those of the groups. Raises ImportFailed where a key points to nothing."""
    resolver = _Resolver(connection, translation)
    for table in Base.metadata.sorted_tables:
        if table.name in translation.drafts:
            resolver.resolve_table(table)
    groups = Base.metadata.tables["auth_group"]
    wanted = {
        user: {resolver.pointed(groups, group, "auth.user", user, "groups") for group in given}
        for user, given in translation.groups.items()
        if user in resolver.inside["auth_user"]
    }
    resolver.check_missing()
    return {user: {group for group in given if group is not None} for user, given in wanted.items()}


class _Resolver:
    def __init__(self, connection: Connection, translation: Translation) -> None:
        self.connection = connection
        self.translation = translation
        self.inside = {name: {draft.pk for draft in drafts} for name, drafts in translation.drafts.items()}
        self.names: dict[str, dict[str, int]] = {}
        self.missing: dict[str, list[tuple[int, str]]] = {}

    def resolve_table(self, table: Table) -> None:
        """The foreign keys of one table. Rows may stand on rows of the same table, so it goes on until none more has to
        be dropped."""
        columns = [column for column in table.columns if column.foreign_keys]
        drafts = self.translation.drafts[table.name]
        while True:
            kept = [draft for draft in drafts if self.resolve_draft(draft, columns)]
            lost = len(drafts) - len(kept)
            self.translation.drafts[table.name] = drafts = kept
            if not lost or not any(column.references(table.c.pk) for column in columns):
                return

    def resolve_draft(self, draft: Draft, columns: list[Column[Any]]) -> bool:
        """Whether the draft can stay."""
        for column in columns:
            value = draft.values.get(column.name)
            if value is None:
                continue
            target = next(iter(column.foreign_keys)).column.table
            field = column.name.removesuffix("_id")
            number = self.pointed(target, value, draft.model, draft.key, field)
            if number is None:
                reason = f'field "{field}": {_name(target)} {value} was not taken'
                self.translation.refuse(draft.model, draft.key, reason)
                if not column.nullable:
                    self.inside[draft.table.name].discard(draft.pk)
                    self.translation.refused.setdefault(draft.table.name, set()).add(draft.pk)
                    return False
            draft.values[column.name] = number
        return True

    def pointed(self, target: Table, value: Any, model: str, key: int, field: str) -> int | None:
        """The number of the row of `target` that `value` names; None when that row was refused. A number that is not in
        the file is looked up later, all at once."""
        where = f'{model} {key}, field "{field}"'
        if isinstance(value, list):
            return self.named(target, value, where)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ImportFailed(f"{where}: {printable(value)} is no key of {_name(target)}; make the export again.")
        if value in self.inside.get(target.name, ()):
            return value
        if value in self.translation.refused.get(target.name, ()):
            return None
        if target.name in EXTERNAL and not self.inside.get(target.name):
            return None
        self.missing.setdefault(target.name, []).append((value, where))
        return value

    def named(self, target: Table, value: list[Any], where: str) -> int | None:
        column = NATURAL_KEYS.get(target.name)
        if column is None or len(value) != 1:
            raise ImportFailed(f"{where}: {printable(value)} does not name one {_name(target)}; make the export again.")
        if target.name not in self.names:
            rows = self.connection.execute(select(target.c[column], target.c.pk))
            self.names[target.name] = {row[0]: row[1] for row in rows}
            self.names[target.name] |= {
                draft.values[column]: draft.pk for draft in self.translation.drafts.get(target.name, ())
            }
        number = self.names[target.name].get(value[0]) if isinstance(value[0], str) else None
        if number is None and target.name not in EXTERNAL:
            raise ImportFailed(
                f"{where} names {_name(target)} {printable(value[0])}, which is neither in the file nor in the "
                "database; make the export again, whole."
            )
        return number

    def check_missing(self) -> None:
        """Look the keys that are not in the file up in the database."""
        for name, found in self.missing.items():
            table = Base.metadata.tables[name]
            there: set[int] = set()
            for some in chunks({value for value, _ in found}):
                there.update(self.connection.execute(select(table.c.pk).where(table.c.pk.in_(some))).scalars())
            lost = [(value, where) for value, where in found if value not in there]
            if lost:
                value, where = lost[0]
                more = f" ({len(lost) - 1:,} more like it)" if len(lost) > 1 else ""
                raise ImportFailed(
                    f"{where} points to {_name(table)} {value}, which is neither in the file nor in the "
                    f"database{more}; make the export again, whole."
                )


def _name(table: Table) -> str:
    return table.name.partition("_")[2]
