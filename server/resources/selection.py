"""Lists of choices for parameters, and their entries."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select

from server.db.models.common import SelectionList, SelectionListEntry
from server.db.models.plugin import PluginConfig
from server.domain.errors import InvalidInput
from server.resources.parameter_template import TEMPLATE_WRITERS
from server.rest import fields as f
from server.rest.context import Answer, Context
from server.rest.filters import Exact, RelatedTo, Set
from server.rest.many import rows_by_key
from server.rest.query import Column, Computed, Many, Planner, Reader, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, col, shape
from server.rest.unique import refuse_same, refuse_taken

__all__ = ["RESOURCES"]

ENTRY = shape(
    SelectionListEntry,
    Column(name="id", source="pk", field=f.Integer(label="ID", read_only=True)),
    "value",
    "label",
    "description",
    "active",
    "list",
)


# ------------------------------------------------------------------------------------------------- lists


def _entries(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> dict[int, list[dict[str, Any]]]:
    return rows_by_key(planner, reader, ENTRY, "list", keys)


def _default_entries(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> dict[int, dict[str, Any]]:
    return {key: rows[0] for key, rows in rows_by_key(planner, reader, ENTRY, "id", keys).items()}


def _count(row: Source) -> ColumnElement[Any]:
    entry = SelectionListEntry.__table__.alias("counted")
    return select(func.count()).where(entry.c.list_id == row.c.pk).correlate(row.table).scalar_subquery()


LIST = shape(
    SelectionList,
    "pk",
    "name",
    "description",
    "active",
    "locked",
    Column(
        name="source_plugin",
        field=f.Related(
            model=PluginConfig, label="Source Plugin", help_text="Plugin which provides the selection list",
            allow_null=True,
        ),
    ),
    "source_string",
    Many(name="default", load=_default_entries, empty=lambda: None, key="default_id", shape=ENTRY, single=True),
    col("created", read_only=True),
    col("last_updated", read_only=True),
    Computed(
        name="entry_count", sql=_count, field=f.Integer(read_only=True),
        hidden_in=frozenset({"create", "update"}),
    ),
    Many(name="choices", load=_entries, shape=ENTRY),
)  # fmt: skip


def _refuse_locked(context: Context, values: dict[str, Any], row: SelectionList | None) -> None:
    """A locked list can only be unlocked."""
    if row is not None and row.locked and values.get("locked", True):
        raise InvalidInput("Selection list is locked", field="locked")


def _check_list(context: Context, row: SelectionList, values: Mapping[str, Any], created: bool) -> None:
    refuse_taken(context, row, "name", "Selection List")
    if created:
        row.created = context.now
    row.last_updated = context.now


def _drop_list(context: Context, row: SelectionList, told: Mapping[str, Any]) -> None:
    if row.locked:
        raise InvalidInput("Selection list is locked", field="locked")
    context.session.delete(row)


LISTS = Resource(
    path="selection/", access=TEMPLATE_WRITERS, shape=LIST, title="Selection List",
    list_about="List view for SelectionList objects.", detail_about="Detail view for a SelectionList object.",
    hooks=Hooks(prepare=_refuse_locked, before_save=_check_list, delete=_drop_list),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- entries


def _list_of(context: Context) -> int:
    """The list whose entries are asked for, from the address."""
    found = re.match(r"/api/selection/(\d+)/", context.incoming.path)
    return int(found[1]) if found else 0


def _in_list(context: Context) -> Test:
    return Test(("list", "of"), lambda row: row.c.list_id == bindparam("_list"), {"_list": _list_of(context)})


def _check_entry(context: Context, row: SelectionListEntry, values: Mapping[str, Any], created: bool) -> None:
    if row.list_id is None:
        row.list_id = _list_of(context)
    owner = context.session.get(SelectionList, row.list_id)
    if owner is None:
        raise InvalidInput(f'Invalid pk "{row.list_id}" - object does not exist.', field="list")
    if owner.locked:
        raise InvalidInput("Selection list is locked", field="list")
    refuse_same(context, row, ("list", "value"))


def _drop_entry(context: Context, row: SelectionListEntry, told: Mapping[str, Any]) -> None:
    owner = context.session.get(SelectionList, row.list_id)
    if owner is not None and owner.locked:
        raise InvalidInput("Selection list is locked", field="list")
    if owner is not None and owner.default_id == row.pk:
        owner.default_id = None
    context.session.delete(row)


ENTRIES = Resource(
    path="selection/{pk}/entry/", access=TEMPLATE_WRITERS, shape=ENTRY, title="Selection Entry", main=False,
    lookup="entry", list_about="List view for SelectionEntry objects.",
    detail_about="Detail view for a SelectionEntry object.",
    filters=(Set("active"), RelatedTo("list", SelectionList), Exact("value")),
    search=("label", "description", "value"), ordering={"list": "list", "label": "label", "active": "active"},
    hooks=Hooks(scope=_in_list, before_save=_check_entry, delete=_drop_entry),
)  # fmt: skip


def _list_entries(context: Context, pk: int) -> Answer:
    return ENTRIES.listing(context)


def _add_entry(context: Context, pk: int) -> Answer:
    return ENTRIES.create(context)


def _of_one(handler: Any) -> Any:
    """A handler of the resource for one entry, whose key comes as text."""
    return lambda context, pk, entry: handler(context, entry=int(entry) if entry.isdigit() else entry)


_READ = {member.name: member.field for member in ENTRY.members if member.field is not None}
_WRITTEN = ENTRIES.writable(creating=True)

RESOURCES: tuple[Resource | Endpoint, ...] = (
    LISTS,
    Endpoint(
        path="selection/{pk}/entry/", access=TEMPLATE_WRITERS, title="Selection Entry List",
        methods={"GET": Route(_list_entries), "POST": Route(_add_entry, writes=True)},
        description="List view for SelectionEntry objects.", body=_WRITTEN, shown=_READ, model=SelectionListEntry,
    ),
    Endpoint(
        path="selection/{pk}/entry/{entry}/", access=TEMPLATE_WRITERS, title="Selection Entry Detail",
        methods={
            "GET": Route(_of_one(ENTRIES.detail)),
            "PUT": Route(_of_one(ENTRIES.put), writes=True),
            "PATCH": Route(_of_one(ENTRIES.patch), writes=True),
            "DELETE": Route(_of_one(ENTRIES.delete), writes=True),
        },
        description="Detail view for a SelectionEntry object.", body=_WRITTEN, shown=_READ, model=SelectionListEntry,
    ),
)  # fmt: skip
