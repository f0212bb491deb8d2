"""`importer/...`: spreadsheets become objects, through the same checks as a POST.

A file is uploaded (`session/`), its columns are mapped to fields (`column-mapping/`, `accept_fields/`), each row is
tried (`row/`), and the rows that are chosen are written (`accept_rows/`): all of them or none.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, select

from server.actions.imports import check_complete
from server.db.models.importer import DataImportColumnMap, DataImportRow, DataImportSession
from server.db.models.users import User
from server.domain.errors import InvalidInput, NotFound
from server.domain.imports import guess_columns, missing_fields, row_values
from server.domain.spreadsheets import BadTable, Table, read_table
from server.domain.status import DataImportStatusCode
from server.resources.briefs import USER_BRIEF, media_url
from server.resources.importer_rows import (
    MODELS,
    RowWriter,
    available_fields,
    check_right,
    import_fields,
    related_fields,
    targets,
)
from server.resources.uploads import check_size, discard, files_of, store
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Answer, Context
from server.rest.fields import UploadedFile
from server.rest.filters import Exact, Flag, RelatedTo
from server.rest.many import rows_by_key
from server.rest.query import Column, Computed, Derived, Detail, Many, Planner, Reader, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, Route, api_url_of, col, shape

__all__ = ["RESOURCES"]

FOLDER = "import"


def _own(path: str) -> Any:
    """An import is for who began it, and for staff."""

    def scope(context: Context) -> Test | None:
        if context.user.is_staff or context.user.is_superuser:
            return None
        return Test(("imports", path), lambda row: row.column(path) == bindparam("_user"))

    return scope


def _session_of(context: Context, pk: int) -> DataImportSession:
    """The session, locked, of somebody who may write what is in it. Raises NotFound or Forbidden."""
    row: DataImportSession = SESSIONS.row(context, pk)
    check_right(context, row.model_type, update=row.update_records)
    return row


# ------------------------------------------------------------------------------------------------- column mappings


def _described(key: str, fallback: str) -> Derived:
    def make(row: Mapping[str, Any]) -> str:
        about = available_fields(row["session.model_type"], update=True).get(row["field"], {})
        return str(about.get(key) or about.get(fallback) or row["field"])

    name = "label" if key == "label" else "description"
    return Derived(name=name, needs=("field", "session.model_type"), make=make, field=f.String(read_only=True))


MAPPING = shape(
    DataImportColumnMap, "pk", col("session", read_only=True), "column", col("field", read_only=True),
    _described("label", "label"), _described("help_text", "label"), "lookup_field",
)  # fmt: skip


def _check_mapping(context: Context, row: DataImportColumnMap, values: Mapping[str, Any], created: bool) -> None:
    session = _session_of(context, row.session_id)
    if not row.column:
        return
    if row.column not in (session.columns or []):
        raise InvalidInput("Column does not exist in the data file", field="column")
    others = select(func.count()).where(
        DataImportColumnMap.session_id == row.session_id, DataImportColumnMap.column == row.column,
        DataImportColumnMap.pk != row.pk,
    )  # fmt: skip
    if context.session.scalar(others):
        raise InvalidInput("Column is already mapped to a database field", field="column")


MAPPINGS = Resource(
    path="importer/column-mapping/", access=Authenticated(), shape=MAPPING, title="Data Import Column Mapping",
    list_about="API endpoint for accessing a list of DataImportColumnMap objects.",
    detail_about="Detail endpoint for a single DataImportColumnMap object.", can=("list", "detail", "update"),
    filters=(RelatedTo("session", DataImportSession),),
    hooks=Hooks(scope=_own("session.user"), before_save=_check_mapping),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- rows


def _drop_row(context: Context, row: DataImportRow, told: Mapping[str, Any]) -> None:
    session = _session_of(context, row.session_id)
    context.session.delete(row)
    check_complete(context.session, session)


def _check_row(context: Context, row: DataImportRow, values: Mapping[str, Any], created: bool) -> None:
    """A row that was changed is tried again."""
    session = _session_of(context, row.session_id)
    if row.complete:
        raise InvalidInput("Row has already been completed")
    if not isinstance(row.data, dict):
        raise InvalidInput("Value must be a valid dictionary object", field="data")
    row.data = {name: value for name, value in row.data.items() if value not in (None, "")}
    _writer(context, session).check(row)


ROWS = Resource(
    path="importer/row/", access=Authenticated(), title="Data Import Row",
    shape=shape(
        DataImportRow, "pk", col("session", read_only=True), col("row_index", read_only=True),
        col("row_data", read_only=True), col("data", allow_null=True), col("errors", read_only=True),
        col("valid", read_only=True), col("complete", read_only=True),
    ),
    list_about="API endpoint for accessing a list of DataImportRow objects.",
    detail_about="Detail endpoint for a single DataImportRow object.",
    can=("list", "detail", "update", "delete", "bulk_delete"),
    filters=(
        RelatedTo("session", DataImportSession),
        Flag("valid", lambda row: row.c.valid.is_(True)), Flag("complete", lambda row: row.c.complete.is_(True)),
    ),
    ordering={name: name for name in ("pk", "row_index", "valid")}, default_order=("row_index",),
    hooks=Hooks(scope=_own("session.user"), before_save=_check_row, delete=_drop_row),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- sessions


def _counted(*, complete: bool) -> Any:
    rows = DataImportRow.__table__

    def sql(row: Source) -> ColumnElement[Any]:
        count = select(func.count()).where(rows.c.session_id == row.c.pk)
        return (count.where(rows.c.complete.is_(True)) if complete else count).scalar_subquery()

    name = "completed_row_count" if complete else "row_count"
    return Computed(name=name, sql=sql, field=f.Integer(read_only=True))


def _mappings_of(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> Mapping[int, list[dict[str, Any]]]:
    return rows_by_key(planner, reader, MAPPING, "session", keys)


def _available(row: Mapping[str, Any]) -> dict[str, Any]:
    return available_fields(row["model_type"], update=bool(row["update_records"]))


def _model_choices(context: Context | None) -> list[tuple[str, str]]:
    return [(name, name) for name, _ in MODELS if context is None or name in targets()]


SESSION = shape(
    DataImportSession, "pk", col("timestamp", read_only=True),
    col(
        "data_file", encode=media_url, required=True, allow_null=False, create_only=True,
        help_text="Data file to import",
    ),
    "update_records",
    Column(name="model_type", field=f.Choice(choices=_model_choices, label="Model Type")),
    Derived(
        name="available_fields", needs=("model_type", "update_records"), make=_available, field=f.Json(read_only=True)
    ),
    col("status", read_only=True), col("user", read_only=True),
    Detail(name="user_detail", via="user", shape=USER_BRIEF),
    col("columns", read_only=True),
    Many(
        name="column_mappings", load=_mappings_of, shape=MAPPING,
        field=f.Any_(label="Column mappings", read_only=True, allow_null=True),
    ),
    "field_defaults", "field_overrides", "field_filters", _counted(complete=False), _counted(complete=True),
    col("row_count_history", read_only=True), col("completed_row_count_history", read_only=True),
)  # fmt: skip


def _mappings_in(values: dict[str, Any]) -> None:
    """The three mappings by field name as objects; forms send them as texts."""
    for name in ("field_defaults", "field_overrides", "field_filters"):
        value = values.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value or "null")
            except ValueError:
                raise InvalidInput("Value must be valid JSON.", field=name) from None
        if value is not None and not isinstance(value, dict):
            raise InvalidInput("Value must be a valid dictionary object", field=name)
        if name in values:
            values[name] = value


def _read(upload: UploadedFile) -> Table:
    try:
        return read_table(upload.content, upload.filename)
    except BadTable as error:
        raise InvalidInput(str(error), field="data_file") from None


def _begin(context: Context, given: Mapping[str, Any]) -> list[int]:
    """A session from an uploaded file, its columns mapped as well as can be guessed."""
    values = dict(given)
    model_type, update = values["model_type"], bool(values.get("update_records"))
    check_right(context, model_type, update=update)
    _mappings_in(values)
    upload: UploadedFile = values.pop("data_file")
    check_size(context, upload, "data_file")
    columns = list(_read(upload).columns)
    row = DataImportSession(**values)
    row.timestamp, row.user_id, row.columns = context.now, context.user.pk, columns
    row.data_file = store(context, FOLDER, upload.filename, upload.content)
    row.status = DataImportStatusCode.MAPPING
    overrides = values.get("field_overrides") or {}
    fields = import_fields(model_type, update=update)
    row.field_defaults = _defaults(model_type) | (values.get("field_defaults") or {})
    context.session.add(row)
    context.session.flush()
    for name, (column, lookup) in guess_columns(fields, columns, overrides).items():
        context.session.add(
            DataImportColumnMap(session_id=row.pk, field=name, column=column, lookup_field=lookup)
        )  # fmt: skip
    context.session.flush()
    return [row.pk]


def _defaults(model_type: str) -> dict[str, Any]:
    about = available_fields(model_type, update=False)
    return {name: entry["default"] for name, entry in about.items() if entry.get("default") is not None}


def _prepare(context: Context, values: dict[str, Any], row: DataImportSession | None) -> None:
    if row is not None:
        _session_of(context, row.pk)
        values.pop("model_type", None)
    _mappings_in(values)


def _drop_session(context: Context, row: DataImportSession, told: Mapping[str, Any]) -> None:
    _session_of(context, row.pk)
    discard(context, [row.data_file])
    context.session.delete(row)


SESSIONS = Resource(
    path="importer/session/", access=Authenticated(), title="Data Import Session",
    list_about="API endpoint for accessing a list of DataImportSession objects.",
    detail_about="Detail endpoint for a single DataImportSession object.",
    shape=SESSION, can=("list", "detail", "create", "update", "delete", "bulk_delete"),
    filters=(
        Exact("model_type"), Exact("status", kind="number"), RelatedTo("user", User),
    ),
    ordering={name: name for name in ("timestamp", "status", "model_type")},
    hooks=Hooks(scope=_own("user"), create=_begin, prepare=_prepare, delete=_drop_session),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- the two steps


def _maps(context: Context, session: DataImportSession) -> list[DataImportColumnMap]:
    wanted = select(DataImportColumnMap).where(DataImportColumnMap.session_id == session.pk)
    return list(context.session.scalars(wanted.order_by(DataImportColumnMap.pk)))


def _writer(context: Context, session: DataImportSession) -> RowWriter:
    return RowWriter(context, session, {entry.field: entry.lookup_field for entry in _maps(context, session)})


def _accept_fields(context: Context, pk: int) -> Any:
    """Read the file by the mapping and try each row."""
    session = _session_of(context, pk)
    mapped = {entry.field: entry.column for entry in _maps(context, session)}
    defaults, overrides = session.field_defaults or {}, session.field_overrides or {}
    fields = import_fields(session.model_type, update=session.update_records)
    missing = missing_fields(fields, mapped, defaults, overrides)
    if missing:
        raise InvalidInput({"error": ["Some required fields have not been mapped"], "fields": missing})
    if context.session.scalar(_done_rows(session)):
        raise InvalidInput({"error": ["Rows of this session have been imported already"]})
    context.session.execute(delete(DataImportRow).where(DataImportRow.session_id == session.pk))
    content = files_of(context).read(session.data_file)
    if content is None:
        raise NotFound("The data file is gone; begin anew.")
    table = _read(UploadedFile(filename=session.data_file, content_type="", content=content))
    names = related_fields(session.model_type)
    if session.update_records:
        defaults = {}  # an empty cell leaves the object as it is
    writer = _writer(context, session)
    for index, cells in enumerate(table.rows):
        data = row_values(cells, mapped, defaults, overrides)
        data = {key: str(value) if key in names and key not in overrides else value for key, value in data.items()}
        row = DataImportRow(session_id=session.pk, row_index=index, row_data=cells, data=data)
        writer.check(row)
        context.session.add(row)
    session.status = DataImportStatusCode.PROCESSING
    context.session.flush()
    check_complete(context.session, session)
    return SESSIONS.one(context, pk, kind="detail")


def _done_rows(session: DataImportSession) -> Any:
    return select(func.count()).where(DataImportRow.session_id == session.pk, DataImportRow.complete.is_(True))


ACCEPT = {
    "rows": f.ListOf(
        label="Rows", help_text="List of row IDs to accept", required=True, child=f.Related(model=DataImportRow)
    )
}  # fmt: skip


def _accept_rows(context: Context, pk: int) -> Answer:
    """Write the rows: all of them, or, with what is wrong noted at each, none."""
    session = _session_of(context, pk)
    keys = f.read_body(ACCEPT, context.body(), context)["rows"]
    rows = _chosen(context, session, keys)
    writer = _writer(context, session)
    savepoint = context.session.begin_nested()
    errors = {row.pk: found for row in rows if (found := writer.write(row)) is not None}
    if not errors:
        writer.finish()
        savepoint.commit()
        check_complete(context.session, session)
        return Answer({"rows": keys}, 201)
    savepoint.rollback()
    for row in rows:
        if row.pk in errors:
            row.valid, row.errors = False, errors[row.pk]
    told = [f"Row {row.row_index + 1}: {_short(errors[row.pk])}" for row in rows if row.pk in errors]
    return Answer({"rows": told}, 400)  # an answer, not a refusal: what is wrong stays noted at the rows


def _chosen(context: Context, session: DataImportSession, keys: Sequence[int]) -> list[DataImportRow]:
    if not keys:
        raise InvalidInput("No rows provided", field="rows")
    if len(set(keys)) < len(keys):
        raise InvalidInput("Row is given more than once", field="rows")
    wanted = select(DataImportRow).where(DataImportRow.session_id == session.pk).order_by(DataImportRow.row_index)
    chosen = set(keys)
    rows = [row for row in context.session.scalars(wanted.with_for_update()) if row.pk in chosen]
    if len(rows) < len(chosen):
        raise InvalidInput("Row does not belong to this session", field="rows")
    for row in rows:
        if row.complete:
            raise InvalidInput("Row has already been completed", field="rows")
        if not row.valid:
            raise InvalidInput("Row contains invalid data", field="rows")
    return rows


def _short(errors: Any) -> str:
    """The errors of a row in one line."""
    if isinstance(errors, Mapping):
        return "; ".join(f"{key}: {_short(value)}" for key, value in errors.items())
    return " ".join(_short(entry) for entry in errors) if isinstance(errors, (list, tuple)) else str(errors)


def _models(context: Context) -> list[dict[str, Any]]:
    named_after = {name: api_url_of(resource.model) for name, resource in targets().items()}
    return [
        {"serializer": serializer, "model_type": name, "api_url": None if name in UNNAMED else named_after[name]}
        for name, serializer in MODELS
        if name in named_after
    ]


UNNAMED = frozenset({"tag", "inventreecustomuserstatemodel", "customunit"})
"""Models of which InvenTree tells no address."""

RESOURCES: tuple[Resource | Endpoint, ...] = (
    SESSIONS,
    MAPPINGS,
    ROWS,
    Endpoint(
        path="importer/session/{pk}/accept_fields/", access=Authenticated(), title="Data Import Session Accept Fields",
        methods={"POST": Route(_accept_fields, writes=True)},
        description="API endpoint to accept the field mapping for a DataImportSession.",
    ),
    Endpoint(
        path="importer/session/{pk}/accept_rows/", access=Authenticated(), title="Data Import Session Accept Rows",
        methods={"POST": Route(_accept_rows, writes=True)}, body=ACCEPT,
        description="API endpoint to accept the rows for a DataImportSession.",
    ),
    Endpoint(
        path="importer/models/", access=Authenticated(), title="Data Importer Model List",
        methods={"GET": Route(_models)},
        description="API endpoint for displaying a list of models available for import.",
    ),
)  # fmt: skip
