"""Imports of spreadsheets: a session for each file, which column stands for which field, and the rows."""

from server.db.columns import Base, boolean, char, foreign, integer, json_field, moment, positive, upload
from server.db.models.mixins import Keyed, autoincrement
from server.domain.status import DataImportStatusCode

__all__ = ["DataImportColumnMap", "DataImportRow", "DataImportSession"]


class DataImportSession(Keyed, Base):
    """One file that is to become rows of one model. The three mappings are by field name: what a field is when its cell
    is empty, what it is in any case, and which related rows may be meant."""

    __tablename__ = "importer_dataimportsession"
    __table_args__ = autoincrement()

    timestamp = moment("Timestamp", null=False, index=True)
    data_file = upload("Data File", "Data file to import")
    columns = json_field("Columns")
    model_type = char(100, "Model Type", "Target model type for this import session")
    status = integer(
        "Status", "Import status", default=DataImportStatusCode.INITIAL, minimum=0, choices="DataImportStatusCode"
    )
    user_id = foreign("auth_user", "User", null=True, on_delete="SET NULL")
    field_defaults = json_field("Field Defaults")
    field_overrides = json_field("Field Overrides")
    field_filters = json_field("Field Filters")
    update_records = boolean(
        "Update Existing Records", "If enabled, existing records will be updated with new data", default=False
    )
    row_count_history = positive("Row count", null=True)
    completed_row_count_history = positive("Completed row count", null=True)


class DataImportColumnMap(Keyed, Base):
    """From which column of the file a field is taken; blank: from none."""

    __tablename__ = "importer_dataimportcolumnmap"
    __table_args__ = autoincrement()

    session_id = foreign("importer_dataimportsession", "Import Session", on_delete="CASCADE")
    field = char(100, "Field")
    column = char(100, "Column", blank=True)
    lookup_field = char(
        100, "Lookup field", "Database field to use for foreign-key lookup. Leave blank for automatic lookup.",
        null=True, blank=True,
    )  # fmt: skip


class DataImportRow(Keyed, Base):
    """A row of the file: as it was read, as it is to be written, what is wrong with it, and whether it was written."""

    __tablename__ = "importer_dataimportrow"
    __table_args__ = autoincrement()

    session_id = foreign("importer_dataimportsession", "Import Session", on_delete="CASCADE")
    row_index = positive("Row Index", default=0)
    row_data = json_field("Original row data")
    data = json_field("Data")
    errors = json_field("Errors")
    valid = boolean("Valid", default=False)
    complete = boolean("Complete", default=False)
