"""The stock items of one deed: read and locked, changed by the rules, written at the end.

    ledger = Ledger(session, by)
    ledger.load([1, 2])
    ledger.take(domain.count(ledger.items[1], quantity, by), notes)
    ledger.write()

Rows are locked in the order of their keys, so that two requests never wait for each other. However many lines there
are, it takes one SELECT, one INSERT for all new items, one UPDATE for each set of changed columns and one INSERT for
the history (each sent once for all rows).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from server.actions.stock.deletion import delete_items, held_items
from server.db.bulk import insert_rows
from server.db.changes import tell_known
from server.db.models.part import Part
from server.db.models.stock import StockItem, StockItemTestResult, StockItemTracking
from server.db.prepared import LARGEST_GROUP, group_size, prepared
from server.domain.errors import NotFound
from server.domain.stock import By, Change, Entry, Item, is_used_up

__all__ = ["Ledger"]

ITEMS: Table = StockItem.__table__  # type: ignore[assignment]
PARTS: Table = Part.__table__  # type: ignore[assignment]
TRACKING: Table = StockItemTracking.__table__  # type: ignore[assignment]
RESULTS: Table = StockItemTestResult.__table__  # type: ignore[assignment]

# The members of a domain item and the columns that hold them. What only says when and by whom is not read: a deed that
# sets it sets it anew.
READ: Mapping[str, str] = {
    "pk": "pk", "part": "part_id", "quantity": "quantity", "location": "location_id", "serial": "serial",
    "serial_int": "serial_int", "batch": "batch", "packaging": "packaging", "status": "status",
    "status_custom_key": "status_custom_key", "delete_on_deplete": "delete_on_deplete", "parent": "parent_id",
    "belongs_to": "belongs_to_id", "customer": "customer_id", "sales_order": "sales_order_id",
    "consumed_by": "consumed_by_id", "is_building": "is_building", "supplier_part": "supplier_part_id",
    "expiry_date": "expiry_date", "purchase_price": "purchase_price",
    "purchase_price_currency": "purchase_price_currency",
}  # fmt: skip
FACTS = ("trackable", "salable")
WRITTEN: Mapping[str, str] = {
    **{name: column for name, column in READ.items() if name != "pk"},
    "stocktake_date": "stocktake_date", "stocktake_user": "stocktake_user_id", "updated": "updated",
}  # fmt: skip
# A piece of an item is not found by the item's barcode.
NOT_COPIED = frozenset({"pk", "barcode_data", "barcode_hash"})


class Ledger:
    """`items` are the loaded items as the deed has made them so far; `before` as they were."""

    def __init__(self, session: Session, by: By) -> None:
        self.session = session
        self.connection: Connection = session.connection()
        self.by = by
        self.items: dict[int, Item] = {}
        self.before: dict[int, Item] = {}
        self.gone: set[int] = set()
        """The keys of the items that were deleted."""
        self.files: list[str] = []
        """The paths of files that went with them; they may be deleted once the transaction is committed."""
        self._new: dict[int, tuple[int | None, Mapping[str, Any]]] = {}
        self._keys: dict[int, int] = {}
        self._entries: list[tuple[Entry, str]] = []
        self._counted: set[int] = set()

    # -- reading

    def load(self, keys: Iterable[int]) -> None:
        """Read and lock the items; keys without an item are passed over."""
        wanted = sorted(set(keys) - self.before.keys())
        for start in range(0, len(wanted), LARGEST_GROUP):
            group = wanted[start : start + LARGEST_GROUP]
            size = group_size(len(group))
            values = {f"pk_{n}": group[min(n, len(group) - 1)] for n in range(size)}
            statement = prepared(_loading, self.connection.dialect, size)
            for row in statement.rows(self.connection, values):
                item = Item(**dict(zip((*READ, *FACTS), row, strict=True)))
                self.items[item.pk] = self.before[item.pk] = item

    def item(self, pk: int) -> Item:
        """One item, as it is now. Raises NotFound."""
        self.load([pk])
        if pk not in self.items:
            raise NotFound("No StockItem matches the given query.")
        return self.items[pk]

    # -- changing

    def new_key(self, source: int | None = None, **columns: Any) -> int:
        """A key for a new item until it has its own. In all that the rules do not speak of it is a copy of the item
        `source` or as `columns` say."""
        key = -len(self._new) - 1
        self._new[key] = (source, columns)
        return key

    def take(self, change: Change, notes: str = "") -> Item:
        """Note a change and its entries; the item as it is now."""
        self.items[change.item.pk] = change.item
        for entry in change.entries:
            self._entries.append((entry, notes))
            if "quantity" in entry.deltas:
                self._counted.add(entry.item)
        return change.item

    def key_of(self, key: Any) -> Any:
        """The key in the database of what `new_key` gave, once written; any other stays as it is."""
        return self._keys.get(key, key)

    # -- writing

    def write(self, empty: Iterable[int] = ()) -> None:
        """Write everything. What this deed used up and may go is deleted, and so are the items `empty` (merged into
        others); their history stays."""
        self._insert()
        self._update()
        self._write_history()
        used_up = [item for pk in sorted(self._counted) if is_used_up(item := self.items[pk], held=False)]
        held = held_items(self.connection, [item.pk for item in used_up]) if used_up else frozenset()
        self.gone = {item.pk for item in used_up if item.pk in self.before and item.pk not in held} | set(empty)
        self.files += delete_items(self.session, self.gone)

    def _insert(self) -> None:
        made = [key for key in self._new if key in self.items]
        if not made:
            return
        sources = self._whole_rows({source for key in made if (source := self._new[key][0]) is not None})
        rows = []
        for key in made:
            source, columns = self._new[key]
            values = self._values(self.items[key], WRITTEN)
            if source is not None and values["stocktake_date"] is None:
                # Not read, and not set by this deed: a piece was counted when the whole was.
                del values["stocktake_date"], values["stocktake_user_id"]
            rows.append(
                {"barcode_data": "", "barcode_hash": ""}
                | (sources[source] if source is not None else {})
                | dict(columns)
                | values
                | {"creation_date": self.by.now, "updated": self.by.now}
            )
        self._keys = dict(zip(made, insert_rows(self.connection, ITEMS, rows), strict=True))
        self._copy_results({self._keys[key]: source for key in made if (source := self._new[key][0]) is not None})

    def _whole_rows(self, keys: set[int]) -> dict[int, dict[str, Any]]:
        if not keys:
            return {}
        found = self.connection.execute(select(ITEMS).where(ITEMS.c.pk.in_(sorted(keys)))).mappings().all()
        return {row["pk"]: {name: row[name] for name in row if name not in NOT_COPIED} for row in found}

    def _copy_results(self, copies: Mapping[int, int]) -> None:
        """A piece has passed the tests that the whole passed."""
        results = select(RESULTS).where(RESULTS.c.stock_item_id.in_(sorted(set(copies.values()))))
        found = self.connection.execute(results.order_by(RESULTS.c.pk)).mappings().all() if copies else []
        rows = [
            {**{name: value for name, value in row.items() if name != "pk"}, "stock_item_id": copy}
            for copy, source in copies.items()
            for row in found
            if row["stock_item_id"] == source
        ]
        if rows:
            self.connection.execute(insert(RESULTS), rows)

    def _update(self) -> None:
        """One UPDATE for each set of columns that changed; key order, so that locks are taken in it."""
        sets: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for pk in sorted(self.before):
            before, after = self.before[pk], self.items[pk]
            if after is before:
                continue
            names = tuple(name for name in WRITTEN if getattr(before, name) != getattr(after, name))
            if names:
                values = self._values(after, {name: WRITTEN[name] for name in names})
                sets.setdefault(names, []).append({"b_pk": pk, **{f"b_{key}": value for key, value in values.items()}})
        told = {row["b_pk"]: _columns_of(self.before[row["b_pk"]]) for rows in sets.values() for row in rows}
        tell_known(self.connection, ITEMS.name, told)
        for names, rows in sets.items():
            columns = tuple(WRITTEN[name] for name in names)
            prepared(_updating, self.connection.dialect, columns).run(self.connection, rows)

    def _values(self, item: Item, columns: Mapping[str, str]) -> dict[str, Any]:
        values = {column: getattr(item, name) for name, column in columns.items()}
        for column in ("parent_id", "belongs_to_id"):
            if column in values:
                values[column] = self.key_of(values[column])
        return values

    def _write_history(self) -> None:
        rows = [
            {
                "item_id": self.key_of(entry.item), "part_id": entry.part, "date": self.by.now,
                "tracking_type": int(entry.code), "notes": notes, "user_id": self.by.user,
                "deltas": self._told(entry.deltas),
            }
            for entry, notes in self._entries
        ]  # fmt: skip
        prepared(_telling, self.connection.dialect).run(self.connection, rows)
        self._entries.clear()

    def _told(self, deltas: Mapping[str, Any]) -> dict[str, Any]:
        return {**deltas, "stockitem": self.key_of(deltas["stockitem"])} if "stockitem" in deltas else dict(deltas)


def _columns_of(item: Item) -> dict[str, Any]:
    return {column: getattr(item, name) for name, column in READ.items()}


def _loading(size: int) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    columns = [ITEMS.c[column] for column in READ.values()]
    facts = [
        select(PARTS.c[name]).where(PARTS.c.pk == ITEMS.c.part_id).scalar_subquery()
        for name in ("trackable", "salable")
    ]
    among = ITEMS.c.pk.in_([bindparam(f"pk_{n}") for n in range(size)])
    results = [*columns, *facts]
    return select(*results).where(among).order_by(ITEMS.c.pk).with_for_update(of=ITEMS), results


def _updating(columns: tuple[str, ...]) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    values: dict[str, Any] = {column: bindparam(f"b_{column}", type_=ITEMS.c[column].type) for column in columns}
    if "part_id" in columns:
        # The copy of the part's name that the default order goes by.
        values["part_name"] = (
            select(PARTS.c.name).where(PARTS.c.pk == bindparam("b_part_id", type_=PARTS.c.pk.type)).scalar_subquery()
        )
    return update(ITEMS).where(ITEMS.c.pk == bindparam("b_pk")).values(values), ()


def _telling() -> tuple[Any, Sequence[ColumnElement[Any]]]:
    names = ("item_id", "part_id", "date", "tracking_type", "notes", "user_id", "deltas")
    return insert(TRACKING).values({name: bindparam(name, type_=TRACKING.c[name].type) for name in names}), ()
