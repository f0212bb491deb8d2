"""The rows of an import: what they may hold, and trying and writing them through the checks of a POST.

A row is tried by making its object inside a savepoint that is rolled back: what a POST would refuse, an import refuses,
with the same texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy.exc import IntegrityError

from server.actions.imports import find_related, lookups_of, scope_of
from server.db.models.importer import DataImportRow, DataImportSession
from server.domain.errors import BincardError, InvalidInput
from server.domain.imports import ID_FIELD, ImportField, choice_of
from server.rest import fields as f
from server.rest.context import Context
from server.rest.errors import answer_for
from server.rest.query import WriteOnly
from server.rest.resource import Resource, api_url_of, member_metadata

__all__ = [
    "MODELS",
    "RowWriter",
    "available_fields",
    "check_right",
    "import_fields",
    "related_fields",
    "targets",
]

_NOT_IN_CELLS = (f.Upload, f.Nested, f.ListOf, f.Json, f.Any_)

MODELS = (
    ("projectcode", "ProjectCodeSerializer"),
    ("tag", "TagSerializer"),
    ("inventreecustomuserstatemodel", "CustomStateSerializer"),
    ("customunit", "CustomUnitSerializer"),
    ("parametertemplate", "ParameterTemplateSerializer"),
    ("parameter", "ParameterSerializer"),
    ("partcategory", "CategorySerializer"),
    ("parttesttemplate", "PartTestTemplateSerializer"),
    ("partsellpricebreak", "PartSalePriceSerializer"),
    ("partinternalpricebreak", "PartInternalPriceSerializer"),
    ("part", "PartSerializer"),
    ("bomitem", "BomItemSerializer"),
    ("partcategoryparametertemplate", "CategoryParameterTemplateSerializer"),
    ("address", "AddressSerializer"),
    ("company", "CompanySerializer"),
    ("contact", "ContactSerializer"),
    ("manufacturerpart", "ManufacturerPartSerializer"),
    ("supplierpart", "SupplierPartSerializer"),
    ("supplierpricebreak", "SupplierPriceBreakSerializer"),
    ("stockitemtestresult", "StockItemTestResultSerializer"),
    ("stockitem", "StockItemSerializer"),
    ("stocklocation", "LocationSerializer"),
    ("purchaseorder", "PurchaseOrderSerializer"),
    ("purchaseorderlineitem", "PurchaseOrderLineItemSerializer"),
    ("purchaseorderextraline", "PurchaseOrderExtraLineSerializer"),
    ("salesorder", "SalesOrderSerializer"),
    ("salesorderlineitem", "SalesOrderLineItemSerializer"),
    ("salesordershipment", "SalesOrderShipmentSerializer"),
    ("salesorderextraline", "SalesOrderExtraLineSerializer"),
    ("returnorder", "ReturnOrderSerializer"),
    ("returnorderlineitem", "ReturnOrderLineItemSerializer"),
    ("returnorderextraline", "ReturnOrderExtraLineSerializer"),
    ("transferorder", "TransferOrderSerializer"),
    ("transferorderlineitem", "TransferOrderLineItemSerializer"),
)
"""What can be imported: the model, and what InvenTree calls its serializer (not the history of stock: it writes
itself)."""

ID_METADATA = {
    "type": "integer", "required": True, "read_only": False, "label": "ID",
    "help_text": "Existing database identifier for the record",
}  # fmt: skip


@cache
def targets() -> Mapping[str, Resource]:
    """The resources that rows can be imported into, by the name of the model."""
    from server.resources import declared

    return {
        resource.model.__name__.lower(): resource for resource in declared()
        if isinstance(resource, Resource) and "create" in resource.can and "{" not in resource.path
        and api_url_of(resource.model) == f"/api/{resource.path}"
    }  # fmt: skip


def target_of(model_type: str) -> Resource:
    """The resource of a model. Raises InvalidInput."""
    if model_type not in targets():
        raise InvalidInput(f'"{model_type}" is not a valid choice.', field="model_type")
    return targets()[model_type]


def _fields(model_type: str) -> dict[str, f.Field]:
    resource = targets().get(model_type)
    if resource is None:
        return {}
    hidden = {member.name for member in resource.shape.members if isinstance(member, WriteOnly)}
    return {
        name: field for name, field in resource.writable(creating=True).items()
        if not isinstance(field, _NOT_IN_CELLS) and not (name in hidden and isinstance(field, f.Related))
    }  # fmt: skip


def available_fields(model_type: str, *, update: bool) -> dict[str, Any]:
    """What OPTIONS tells of the fields that can be imported."""
    resource = targets().get(model_type)
    about = {} if resource is None else {m.name: member_metadata(m) for m in resource.shape.members}
    first: dict[str, Any] = {ID_FIELD: ID_METADATA} if update else {}
    return first | {name: about[name] for name in _fields(model_type)}


def import_fields(model_type: str, *, update: bool) -> list[ImportField]:
    """The same as the rules of imports need them."""
    fields = _fields(model_type)
    return [
        ImportField(
            name, str(about.get("label") or name), str(about.get("help_text") or ""),
            required=name == ID_FIELD if update else bool(about.get("required")),
            lookups=lookups_of(related.model) if isinstance(related := fields.get(name), f.Related) else (),
        )
        for name, about in available_fields(model_type, update=update).items()
    ]  # fmt: skip


def related_fields(model_type: str) -> frozenset[str]:
    """The fields whose cells name other objects."""
    return frozenset(name for name, field in _fields(model_type).items() if isinstance(field, f.Related))


def check_right(context: Context, model_type: str, *, update: bool) -> None:
    """Raise Forbidden unless the user may make (or change) objects of the model."""
    target_of(model_type).access.check(context, "PATCH" if update else "POST")


@dataclass
class RowWriter:
    """Tries and writes the rows of one session. `lookups` says by which column a field's cells name other objects."""

    context: Context
    session: DataImportSession
    lookups: Mapping[str, str | None]
    known: dict[tuple[Any, ...], int] = field(default_factory=dict)
    written: list[int] = field(default_factory=list)
    """The keys of the objects that were made or changed."""

    def check(self, row: DataImportRow) -> None:
        """Try a row: `valid`, `errors` and the keys in `data` say how it went. Nothing is written."""
        row.errors = self._run(row, keep=False)
        row.valid = row.errors is None

    def write(self, row: DataImportRow) -> Any:
        """Write a row; its errors, None when it is done."""
        row.errors = self._run(row, keep=True)
        row.valid = row.complete = row.errors is None
        return row.errors

    def finish(self) -> None:
        """What resources leave until they answer (the totals of orders) is done once, for all rows that were written.
        Raises InvalidInput."""
        kind = "update" if self.session.update_records else "create"
        keys = list(dict.fromkeys(self.written))
        if keys:
            target_of(self.session.model_type).several(self.context, keys, kind=kind)

    def _run(self, row: DataImportRow, *, keep: bool) -> Any:
        try:
            row.data = self._resolved(dict(row.data or {}))
        except InvalidInput as error:
            return error.errors
        context = self.context
        waiting, undoing = len(context.after_commit), len(context.on_failure)
        savepoint = context.session.begin_nested()
        try:
            self._save(row.data)
        except (BincardError, IntegrityError) as error:
            savepoint.rollback()
            self._forget(waiting, undoing)
            return _told(error)
        if keep:
            savepoint.commit()
        else:
            savepoint.rollback()
            self._forget(waiting, undoing)
        return None

    def _save(self, data: Mapping[str, Any]) -> None:
        target, context = target_of(self.session.model_type), self.context
        if not self.session.update_records:
            self.written += target.make(context, data)
            return
        key = f.Integer().parse(data.get(ID_FIELD), context)
        row = target.row(context, key)
        given = {name: value for name, value in data.items() if name != ID_FIELD}
        values = f.read_body(target.writable(creating=False), given, context, partial=True)
        target.save(context, row, values, created=False)
        self.written.append(row.pk)

    def _forget(self, waiting: int, undoing: int) -> None:
        """What the attempt wanted to do after the commit is not done; what it did outside the database is undone."""
        context = self.context
        del context.after_commit[waiting:]
        while len(context.on_failure) > undoing:
            context.on_failure.pop()()

    def _resolved(self, data: dict[str, Any]) -> dict[str, Any]:
        """The cells with the keys of what they name. Raises InvalidInput with the errors of all fields."""
        errors: dict[str, Any] = {}
        fields = _fields(self.session.model_type)
        in_order = sorted(data, key=lambda name: name != "order")  # the order says whose parts a line may name
        for name in in_order:
            try:
                data[name] = self._cell(fields.get(name), name, data)
            except InvalidInput as error:
                errors[name] = error.errors
        if errors:
            raise InvalidInput(errors)
        return data

    def _cell(self, field: f.Field | None, name: str, data: Mapping[str, Any]) -> Any:
        value = data[name]
        if isinstance(field, f.Choice):
            return choice_of(value, field.pairs(self.context))
        if not isinstance(field, f.Related) or value in (None, "") or name in (self.session.field_overrides or {}):
            return value
        if isinstance(value, int):  # what a cell names is a text until it is found
            return value
        limits = dict((self.session.field_filters or {}).get(name) or {})
        limits |= scope_of(self.context.session, target_of(self.session.model_type).model, name, data)
        key = (name, str(value), tuple(sorted(limits.items())))
        if key not in self.known:
            self.known[key] = find_related(
                self.context.session, field.model, value, lookup=self.lookups.get(name), limits=limits
            )
        return self.known[key]


def _told(error: Exception) -> Any:
    answer = answer_for(error)
    payload = answer.payload if answer is not None else str(error)
    return payload if isinstance(payload, Mapping) else {"non_field_errors": payload}
