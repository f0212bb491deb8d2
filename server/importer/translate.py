"""From records of an export to rows of our tables, one record at a time; nothing is looked up in the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table

from server.importer.content_types import MODEL as CONTENT_TYPE
from server.importer.content_types import ContentTypes
from server.importer.legacy import DERIVED, MOVED, NOT_TAKEN, OBSOLETE, RENAMED, amend_bom_line
from server.importer.reading import Record
from server.importer.report import Refusal, printable
from server.importer.tables import TABLES, TREES, column_of
from server.importer.values import BadValue, converter

__all__ = ["Draft", "Translation", "translate"]

Fields = dict[str, Any]

# Fields that hold the number of a content type.
_TYPED = frozenset({"owner_type", "model_type", "target_model_type", "source_model_type", "model"})
_TYPED_MODELS = frozenset(
    {
        "users.owner",
        "common.parameter",
        "common.parametertemplate",
        "common.notificationmessage",
        "common.inventreecustomuserstatemodel",
        "taggit.taggeditem",
    }
)


class _Refused(Exception):
    """This record cannot be taken."""


@dataclass(slots=True)
class Draft:
    """A row that is to be. `model` and `key` are as in the file. `values` goes by column name; foreign keys are still
    as in the file: a number, or a list that names the row."""

    model: str
    key: int
    table: Table
    pk: int
    values: Fields


@dataclass
class Translation:
    """The drafts by table, the keys of records that were refused by table, the groups of users (by the user's key; each
    a number or a list), and the refusals."""

    drafts: dict[str, list[Draft]] = field(default_factory=dict)
    refused: dict[str, set[int]] = field(default_factory=dict)
    groups: dict[int, list[Any]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, model: str, key: object, reason: str) -> None:
        self.refusals.append(Refusal(printable(model), printable(key), printable(reason, 200)))


def translate(records: Sequence[Record]) -> Translation:
    """The rows that the records stand for."""
    return _Translator(records).run()


class _Translator:
    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.types = ContentTypes(records)
        self.result = Translation()
        self.primary_suppliers = {
            record.fields["default_supplier"]
            for record in records
            if record.model == "part.part" and isinstance(record.fields.get("default_supplier"), int)
        }
        self.stocktakes = {
            (record.fields.get("part"), record.fields.get("date"))
            for record in records
            if record.model == "part.partstocktake"
        }
        self.supplier_parts = {record.key for record in records if record.model == "company.supplierpart"}
        self.converters: dict[Column[Any], Callable[[Any], Any]] = {}

    def run(self) -> Translation:
        for record in self.records:
            if record.model == CONTENT_TYPE:
                continue
            try:
                draft = self.draft(record)
            except _Refused as refusal:
                self.refuse(record, str(refusal))
                if record.model in TABLES and isinstance(record.key, int):
                    self.result.refused.setdefault(TABLES[record.model].name, set()).add(record.key)
            else:
                self.result.drafts.setdefault(draft.table.name, []).append(draft)
        for drafts in self.result.drafts.values():
            _number(drafts)
        return self.result

    def refuse(self, record: Record, reason: str) -> None:
        self.result.refuse(record.model, record.key, reason)

    def draft(self, record: Record) -> Draft:
        if record.model in NOT_TAKEN:
            raise _Refused(NOT_TAKEN[record.model])
        move = MOVED.get(record.model)
        target, fields = move(record.fields) if move else (record.model, dict(record.fields))
        table = TABLES.get(target)
        if table is None:
            raise _Refused("Bincard does not know this model")
        if not isinstance(record.key, int) or not 0 < record.key < 2**63:
            raise _Refused("its key is not a positive number")
        self.amend(target, record, fields)
        values = self.values(target, table, record, fields)
        return Draft(record.model, record.key, table, record.key, values)

    def amend(self, target: str, record: Record, fields: Fields) -> None:
        """What must be known of several fields, or of other records, to bring these fields to API 532."""
        for old, new in RENAMED.get(target, {}).items():
            if old in fields:
                fields[new] = fields.pop(old)
        match target:
            case "part.bomitem":
                amend_bom_line(fields, lambda reason: self.refuse(record, reason))
            case "part.part":
                self.amend_part(record, fields)
            case "company.supplierpart" if "primary" not in fields:
                fields["primary"] = record.key in self.primary_suppliers
            case "auth.user":
                groups = fields.pop("groups", None) or []
                if not isinstance(groups, list):
                    raise _Refused('field "groups": it is not a list')
                self.result.groups[record.key] = groups
            case "users.ruleset" if fields.get("name") == "stocktake":
                raise _Refused("there is no role for stocktakes any more; counting needs the role stock")
        if target in _TYPED_MODELS:
            for name in _TYPED & fields.keys():
                fields[name] = self.typed(target, name, fields[name])

    def amend_part(self, record: Record, fields: Fields) -> None:
        """`default_supplier` became `primary` of the supplier part; the day of the last stocktake is in the stocktakes
        themselves."""
        supplier = fields.pop("default_supplier", None)
        if supplier is not None and supplier not in self.supplier_parts:
            self.refuse(record, f'field "default_supplier": supplier part {supplier} is not in the file')
        last = fields.pop("last_stocktake", None)
        if last is not None and (record.key, last) not in self.stocktakes:
            self.refuse(record, 'field "last_stocktake": the file holds no stocktake of that day')

    def typed(self, target: str, name: str, value: Any) -> str | None:
        if value is None:
            return None
        found = self.types.name(value)
        if found is None:
            raise _Refused(f'field "{name}": {value} is no known content type')
        if target == "users.owner":
            return found.partition(".")[2]
        return found

    def values(self, target: str, table: Table, record: Record, fields: Fields) -> Fields:
        """The values by column name. Raises _Refused where one does not fit, or one that must be there is not."""
        values: Fields = {}
        obsolete = OBSOLETE.get(target, {})
        for name, value in fields.items():
            if name in obsolete:
                if value:
                    self.refuse(record, f'field "{name}": {obsolete[name]}')
                continue
            if name in DERIVED and (table.name in TREES or table.name == "stock_stockitem"):
                continue
            column = column_of(table, name)
            if column is None or column.primary_key:
                self.refuse(record, f'field "{name}": Bincard does not know it')
                continue
            try:
                values[column.name] = self.value(column, value)
            except BadValue as error:
                raise _Refused(f'field "{name}": {error}') from None
        for column in table.columns:
            if column.name not in values and _required(column):
                raise _Refused(f'field "{column.name.removesuffix("_id")}" is missing')
        return values

    def value(self, column: Column[Any], value: Any) -> Any:
        if column.foreign_keys and isinstance(value, list):
            return value
        convert = self.converters.get(column)
        if convert is None:
            convert = self.converters[column] = converter(column)
        return convert(value)


# Columns that are computed after all rows are known.
_COMPUTED = frozenset({"tree_path", "tree_sort", "pathstring", "level", "part_name"})


def _required(column: Column[Any]) -> bool:
    return not column.nullable and column.default is None and not column.primary_key and column.name not in _COMPUTED


def _number(drafts: list[Draft]) -> None:
    """Give each draft of a table its key. Several models of an older generation may have been folded into one table:
    the first one keeps its keys, the others get free ones where theirs are taken, in the order of the file, so that the
    same file gives the same keys again."""
    if len({draft.model for draft in drafts}) == 1:
        return
    # What is called as it is today goes first.
    order = sorted(drafts, key=lambda draft: draft.model in MOVED)
    taken: set[int] = set()
    free = max(draft.key for draft in drafts)
    for draft in order:
        if draft.pk in taken:
            free += 1
            draft.pk = free
        taken.add(draft.pk)
