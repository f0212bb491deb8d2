"""What plugins and programs keep beside an object, whatever it is."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, inspect, select

from server.actions.targets import may
from server.db.columns import Base
from server.db.models.mixins import Metadata
from server.domain.content_types import CONTENT_TYPES
from server.domain.errors import Forbidden, InvalidInput, NotFound
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Answer, Context
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

_LABELS = {kind.model: kind.label for kind in CONTENT_TYPES}

# Where clients of older versions look for the metadata of an object.
_OLD_PATHS: Mapping[str, str] = {
    "attachment/": "attachment", "bom/": "bomitem", "build/": "build", "build/item/": "builditem",
    "company/": "company", "company/address/": "address", "company/contact/": "contact",
    "company/part/": "supplierpart", "company/part/manufacturer/": "manufacturerpart",
    "label/template/": "labeltemplate", "order/po/": "purchaseorder", "order/po-line/": "purchaseorderlineitem",
    "order/po-extra-line/": "purchaseorderextraline", "order/ro/": "returnorder",
    "order/ro-line/": "returnorderlineitem", "order/ro-extra-line/": "returnorderextraline", "order/so/": "salesorder",
    "order/so-line/": "salesorderlineitem", "order/so-extra-line/": "salesorderextraline",
    "order/so/shipment/": "salesordershipment", "parameter/": "parameter",
    "parameter/template/": "parametertemplate", "part/": "part", "part/category/": "partcategory",
    "part/category/parameters/": "partcategoryparametertemplate", "part/related/": "partrelated",
    "part/test-template/": "parttesttemplate", "project-code/": "projectcode", "report/template/": "reporttemplate",
    "stock/": "stockitem", "stock/location/": "stocklocation", "stock/location-type/": "stocklocationtype",
    "stock/test/": "stockitemtestresult",
}  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """The object that an address names."""

    model: type[Any]
    column: Any
    value: int | str

    def missing(self) -> NotFound:
        return NotFound(f"No {self.model.__name__} matches the given query.")


def _model(name: str) -> type[Any]:
    for mapper in Base.registry.mappers:
        if mapper.class_.__name__.lower() == name and issubclass(mapper.class_, Metadata):
            return mapper.class_
    raise InvalidInput([f"GenericMetadataView called with invalid model '{name}'"])


def _asked(context: Context, name: str, field: str, value: str, verb: str) -> _Asked:
    """What is asked for. Raises InvalidInput and NotFound, and Forbidden where the user may not."""
    model = _model(name)
    if not may(context.user, _LABELS.get(name, name), verb):
        raise Forbidden
    column = inspect(model).columns.get(field)
    if column is None or not (column.primary_key or column.unique):
        raise InvalidInput([f"Invalid lookup field '{field}' for model '{name}'"])
    if not column.primary_key:
        return _Asked(model, column, value)
    asked = _Asked(model, column, int(value) if re.fullmatch("[0-9]{1,18}", value) else -1)
    if asked.value == -1:
        raise asked.missing()
    return asked


def _get(context: Context, model: str, value: str, field: str = "pk") -> dict[str, Any]:
    asked = _asked(context, model, field, value, "view")
    kept = asked.model.__table__.c.metadata
    rows = context.ask(
        ("metadata", model, field),
        lambda: select(kept).where(asked.column == bindparam("value", type_=asked.column.type)),
        value=asked.value,
    )
    if not rows:
        raise asked.missing()
    (found,) = rows[0]
    return {"metadata": json.loads(found) if isinstance(found, (str, bytes)) else found}


def _row(context: Context, name: str, field: str, value: str) -> Any:
    """The object, locked."""
    asked = _asked(context, name, field, value, "change")
    statement = select(asked.model).where(asked.column == asked.value).with_for_update()
    row = context.session.scalars(statement).one_or_none()
    if row is None:
        raise asked.missing()
    return row


def _given(context: Context) -> Any:
    if "metadata" not in context.body():
        raise InvalidInput("This field is required.", field="metadata")
    given = context.body()["metadata"]
    if given is not None and not isinstance(given, Mapping):
        raise InvalidInput("Metadata must be an object of names and values", field="metadata")
    return given


def _put(context: Context, model: str, value: str, field: str = "pk") -> dict[str, Any]:
    row = _row(context, model, field, value)
    row.metadata_ = _given(context)
    return {"metadata": row.metadata_}


def _patch(context: Context, model: str, value: str, field: str = "pk") -> dict[str, Any]:
    """Add to what is there, or replace single entries of it."""
    row = _row(context, model, field, value)
    if "metadata" in context.body():
        row.metadata_ = {**(row.metadata_ or {}), **(_given(context) or {})}
    return {"metadata": row.metadata_}


METHODS = {
    "GET": Route(_get),
    "PUT": Route(_put, writes=True),
    "PATCH": Route(_patch, writes=True),
}
BODY: dict[str, f.Field] = {
    "metadata": f.Json(
        label="Plugin Metadata", help_text="JSON metadata field, for use by external plugins", allow_null=True,
        required=True,
    )
}  # fmt: skip


def _endpoint(path: str) -> Endpoint:
    return Endpoint(
        path=path, access=Authenticated(), methods=METHODS, title="Generic Metadata", body=BODY,
        description="Metadata for any model.",
    )  # fmt: skip


def _moved(path: str, model: str) -> Endpoint:
    def answer(context: Context, pk: int) -> Answer:
        return Answer(None, 301, {"Location": f"/api/metadata/{model}/pk/{pk}/"})

    return Endpoint(
        path=f"{path}{{pk}}/metadata/", access=Authenticated(), title="Metadata",
        methods={method: Route(answer) for method in METHODS}, description="Metadata has an address of its own.",
    )  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (
    _endpoint("metadata/{model}/{value}/"),
    _endpoint("metadata/{model}/{field}/{value}/"),
    *(_moved(path, model) for path, model in _OLD_PATHS.items()),
)
