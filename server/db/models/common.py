"""What all areas share: settings, project codes, parameters, attachments, tags, notifications and lists of choices.

A row that belongs to any kind of object names it by `model_type` and `model_id`. `model_type` is a text where InvenTree
keeps the number of a content type: "part.part" for parameters, tags and notifications, "part" for attachments, as they
are in the API.
"""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import (
    LARGEST,
    Base,
    boolean,
    char,
    currency,
    day,
    floating,
    foreign,
    image,
    integer,
    json_field,
    moment,
    positive,
    upload,
    url,
)
from server.db.models.mixins import Keyed, Metadata, autoincrement

__all__ = [
    "Attachment",
    "BarcodeScanResult",
    "CustomUnit",
    "DataOutput",
    "ExchangeBackend",
    "InvenTreeCustomUserStateModel",
    "InvenTreeSetting",
    "InvenTreeUserSetting",
    "NewsFeedEntry",
    "NotesImage",
    "NotificationEntry",
    "NotificationMessage",
    "Parameter",
    "ParameterTemplate",
    "ProjectCode",
    "Rate",
    "SelectionList",
    "SelectionListEntry",
    "Tag",
    "TaggedItem",
]


class InvenTreeSetting(Keyed, Base):
    """The value of a global setting that differs from its default."""

    __tablename__ = "common_inventreesetting"
    __table_args__ = autoincrement()

    key = char(50, "Key", "Settings key", unique=True)
    value = char(2000, "Value", "Settings value", blank=True)


class InvenTreeUserSetting(Keyed, Base):
    """The value of a setting for one user."""

    __tablename__ = "common_inventreeusersetting"
    __table_args__ = autoincrement(UniqueConstraint("key", "user_id"))

    key = char(50, "Key", "Settings key")
    value = char(2000, "Value", "Settings value", blank=True)
    user_id = foreign("auth_user", "User", "User", null=True, on_delete="CASCADE")


class ProjectCode(Keyed, Metadata, Base):
    """A project that orders and builds are booked on."""

    __tablename__ = "common_projectcode"
    __table_args__ = autoincrement()

    code = char(50, "Project Code", "Unique project code", unique=True)
    description = char(200, "Description", "Project description", blank=True)
    active = boolean("Active", "Is this project code active?", default=True)
    responsible_id = foreign(
        "users_owner", "Responsible", "User or group responsible for this project", null=True, on_delete="SET NULL"
    )


class CustomUnit(Keyed, Base):
    """A unit of measure beyond the usual ones."""

    __tablename__ = "common_customunit"
    __table_args__ = autoincrement()

    name = char(50, "Name", "Unit name", unique=True)
    symbol = char(10, "Symbol", "Optional unit symbol", blank=True)
    definition = char(50, "Definition", "Unit definition")


class SelectionList(Keyed, Metadata, Base):
    """A list of choices for parameters."""

    __tablename__ = "common_selectionlist"
    __table_args__ = autoincrement()

    name = char(100, "Name", "Name of the selection list", unique=True)
    description = char(250, "Description", "Description of the selection list", blank=True)
    locked = boolean("Locked", "Is this selection list locked?", default=False)
    active = boolean("Active", "Can this selection list be used?", default=True)
    source_plugin_id = foreign(
        "plugin_pluginconfig", "Source Plugin", "Plugin which provides the selection list",
        null=True, on_delete="SET NULL",
    )  # fmt: skip
    source_string = char(1000, "Source String", "Optional string identifying the source used for this list", blank=True)
    # Without a constraint: the entry names the list already, and the two would wait for each other.
    default_id = integer("Default Entry", "Default entry for this selection list", null=True)
    created = moment("Created", "Date and time that the selection list was created", null=False)
    last_updated = moment("Last Updated", "Date and time that the selection list was last updated", null=False)


class SelectionListEntry(Keyed, Base):
    """One choice of a list."""

    __tablename__ = "common_selectionlistentry"
    __table_args__ = autoincrement(UniqueConstraint("list_id", "value"))

    list_id = foreign(
        "common_selectionlist", "Selection List", "Selection list to which this entry belongs",
        null=True, on_delete="CASCADE", index=False,
    )  # fmt: skip
    value = char(255, "Value", "Value of the selection list entry")
    label = char(255, "Label", "Label for the selection list entry")
    description = char(250, "Description", "Description of the selection list entry", blank=True)
    active = boolean("Active", "Is this selection list entry active?", default=True)


class ParameterTemplate(Keyed, Metadata, Base):
    """What kind of parameter an object can have."""

    __tablename__ = "part_partparametertemplate"
    __table_args__ = autoincrement()

    model_type = char(100, "Model type", "Target model type for this parameter template", null=True, blank=True)
    name = char(100, "Name", "Parameter Name", index=True)
    units = char(25, "Units", "Physical units for this parameter", blank=True)
    description = char(250, "Description", "Parameter description", blank=True)
    checkbox = boolean("Checkbox", "Is this parameter a checkbox?", default=False)
    choices = char(5000, "Choices", "Valid choices for this parameter (comma-separated)", blank=True)
    selectionlist_id = foreign(
        "common_selectionlist", "Selection List", "Selection list for this parameter", null=True, on_delete="SET NULL"
    )
    enabled = boolean("Enabled", "Is this parameter template enabled?", default=True)
    unique = positive("Uniqueness", "Enforce uniqueness of linked parameter values against this template", default=0)


class Parameter(Keyed, Metadata, Base):
    """The value of a parameter of an object."""

    __tablename__ = "part_partparameter"
    __table_args__ = autoincrement(UniqueConstraint("model_type", "model_id", "template_id"))

    template_id = foreign("part_partparametertemplate", "Template", "Parameter template", on_delete="CASCADE")
    model_type = char(100, "Model Type", default="")
    model_id = positive("Model ID", "ID of the target model for this parameter")
    data = char(500, "Data", "Parameter Value")
    data_numeric = floating("Data numeric", null=True)
    note = char(500, "Note", "Optional note field", blank=True)
    updated = moment("Updated", "Timestamp of last update")
    updated_by_id = foreign(
        "auth_user", "Update By", "User who last updated this object", null=True, on_delete="SET NULL"
    )


class Attachment(Keyed, Metadata, Base):
    """A file or a link that belongs to an object."""

    __tablename__ = "common_attachment"
    __table_args__ = autoincrement(Index(None, "model_type", "model_id"))

    model_type = char(100, "Model Type", "Target model type for image")
    model_id = positive("Model id")
    attachment = upload("Attachment", "Select file to attach")
    thumbnail = upload("Thumbnail", "Thumbnail image for this attachment")
    link = url("Link", "Link to external URL", null=True)
    comment = char(250, "Comment", "Attachment comment", blank=True)
    is_image = boolean("Is image", "True if this attachment is a valid image file", default=False)
    upload_date = day("Upload date", "Date the file was uploaded", null=False)
    upload_user_id = foreign("auth_user", "User", "User", null=True, on_delete="SET NULL")
    file_size = positive("File size", "File size in bytes", default=0)


class Tag(Keyed, Base):
    """A word that objects can be marked with."""

    __tablename__ = "taggit_tag"
    __table_args__ = autoincrement()

    name = char(100, "Name", unique=True)
    slug = char(100, "Slug", unique=True)


class TaggedItem(Keyed, Base):
    """That an object is marked with a tag."""

    __tablename__ = "taggit_taggeditem"
    __table_args__ = autoincrement(UniqueConstraint("model_type", "model_id", "tag_id"))

    tag_id = foreign("taggit_tag", "Tag", on_delete="CASCADE")
    model_type = char(100, "Model type")
    model_id = positive("Model id")


class NotificationEntry(Keyed, Base):
    """When people were last told of something (`key`) about an object (`uid`)."""

    __tablename__ = "common_notificationentry"
    __table_args__ = autoincrement(UniqueConstraint("key", "uid"))

    key = char(250, "Key")
    uid = integer("Uid")
    updated = moment("Updated", null=False)


class NotificationMessage(Keyed, Base):
    """Something that a user is told. `target` is what it is about, `source` where it comes from."""

    __tablename__ = "common_notificationmessage"
    __table_args__ = autoincrement(
        Index(None, "user_id", "read", "creation"), Index(None, "target_model_type", "target_model_id")
    )

    target_model_type = char(100, "Target model type", blank=True)
    target_model_id = positive("Target model id", null=True)
    source_model_type = char(100, "Source model type", null=True, blank=True)
    source_model_id = positive("Source model id", null=True)
    user_id = foreign("auth_user", "User", "User", null=True, on_delete="CASCADE", index=False)
    category = char(250, "Category")
    name = char(250, "Name")
    message = char(250, "Message", null=True, blank=True)
    creation = moment("Creation", null=False)
    read = boolean("Read", default=False)


class InvenTreeCustomUserStateModel(Keyed, Base):
    """A status that users added to a status class."""

    __tablename__ = "common_inventreecustomuserstatemodel"
    __table_args__ = autoincrement(
        UniqueConstraint("reference_status", "key"), UniqueConstraint("reference_status", "name")
    )

    key = integer(
        "Value", "Numerical value that will be saved in the models database", minimum=-LARGEST - 1, maximum=LARGEST
    )
    name = char(250, "Name", "Name of the state")
    label = char(250, "Label", "Label that will be displayed in the frontend")
    color = char(10, "Color", "Color that will be displayed in the frontend", default="secondary")
    logical_key = integer(
        "Logical Key", "State logical key that is equal to this custom state in business logic",
        minimum=-LARGEST - 1, maximum=LARGEST,
    )  # fmt: skip
    model = char(100, "Model", "Model this state is associated with", null=True, blank=True)
    reference_status = char(250, "Reference Status Set", "Status set that is extended with this custom state")


class BarcodeScanResult(Keyed, Base):
    """A barcode that was scanned, and what came of it."""

    __tablename__ = "common_barcodescanresult"
    __table_args__ = autoincrement()

    data = char(4095, "Data", "Barcode data")
    user_id = foreign("auth_user", "User", "User who scanned the barcode", null=True, on_delete="SET NULL")
    timestamp = moment("Timestamp", "Date and time of the barcode scan", null=False, index=True)
    endpoint = char(250, "Path", "URL endpoint which processed the barcode", null=True, blank=True)
    context = json_field("Context", "Context data for the barcode scan")
    response = json_field("Response", "Response data from the barcode scan")
    result = boolean("Result", "Was the barcode scan successful?", default=False)


class NewsFeedEntry(Keyed, Base):
    """An entry of the news feed."""

    __tablename__ = "common_newsfeedentry"
    __table_args__ = autoincrement()

    feed_id = char(250, "Id", unique=True)
    title = char(250, "Title")
    link = char(250, "Link", kind="url")
    published = moment("Published", null=False)
    author = char(250, "Author")
    summary = char(250, "Summary")
    read = boolean("Read", default=False)


class NotesImage(Keyed, Base):
    """A picture that notes show."""

    __tablename__ = "common_notesimage"
    __table_args__ = autoincrement()

    image = image()
    user_id = foreign("auth_user", "User", null=True, on_delete="SET NULL")
    date = moment("Date", null=False)
    model_type = char(100, "Model type", "Target model type for this image", null=True, blank=True)
    model_id = integer("Model id", "Target model ID for this image", null=True)


class DataOutput(Keyed, Base):
    """A file that the server makes: an export, a label, a report."""

    __tablename__ = "common_dataoutput"
    __table_args__ = autoincrement()

    created = day("Created", null=False)
    user_id = foreign("auth_user", "User", null=True, on_delete="SET NULL")
    total = positive("Total", default=1)
    progress = positive("Progress", default=0)
    complete = boolean("Complete", default=False)
    output_type = char(100, "Output type", null=True, blank=True)
    template_name = char(100, "Template name", null=True, blank=True)
    plugin = char(100, "Plugin", null=True, blank=True)
    output = upload("Output")
    errors = json_field("Errors")


class ExchangeBackend(Keyed, Base):
    """Where exchange rates come from, and when they came last."""

    __tablename__ = "exchange_exchangebackend"
    __table_args__ = autoincrement()

    name = char(255, "Name", unique=True)
    last_update = moment("Last update")
    base_currency = currency("Base currency")


class Rate(Keyed, Base):
    """How much of a currency one unit of the base currency buys."""

    __tablename__ = "exchange_rate"
    __table_args__ = autoincrement(UniqueConstraint("currency", "backend_id"))

    currency = currency("Currency")
    value = floating("Value", default=1.0)
    backend_id = foreign("exchange_exchangebackend", "Backend", on_delete="CASCADE")
