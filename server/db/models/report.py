"""Templates of labels and reports."""

from sqlalchemy import Index

from server.db.columns import Base, boolean, char, floating, foreign, moment, positive, upload
from server.db.models.mixins import Keyed, Metadata, autoincrement

__all__ = ["LabelTemplate", "ReportAsset", "ReportSnippet", "ReportTemplate"]


class Template(Metadata):
    """What labels and reports have in common."""

    name = char(100, "Name", "Template name")
    description = char(250, "Description", "Template description")
    model_type = char(100, "Model type", "Target model type for template")
    template = upload("Template", "Template file")
    filters = char(250, "Filters", "Template query filters (comma-separated list of key=value pairs)", blank=True)
    filename_pattern = char(
        100, "Filename Pattern", "Pattern for generating filenames", blank=True, default="output.pdf"
    )
    enabled = boolean("Enabled", "Template is enabled", default=True)
    revision = positive("Revision", "Revision number (auto-increments)", default=1)
    attach_to_model = boolean(
        "Attach to Model on Print",
        "Save report output as an attachment against linked model instance when printing",
        default=False,
    )
    updated = moment("Updated", "Timestamp of last update")
    updated_by_id = foreign(
        "auth_user", "Update By", "User who last updated this object", null=True, on_delete="SET NULL"
    )


class LabelTemplate(Keyed, Template, Base):
    """A label: what is printed on it, and its size in millimetres."""

    __tablename__ = "report_labeltemplate"
    __table_args__ = autoincrement(Index(None, "model_type"))

    width = floating("Width [mm]", "Label width, specified in mm", default=50)
    height = floating("Height [mm]", "Label height, specified in mm", default=20)


class ReportTemplate(Keyed, Template, Base):
    """A report."""

    __tablename__ = "report_reporttemplate"
    __table_args__ = autoincrement(Index(None, "model_type"))

    page_size = char(20, "Page Size", "Page size for PDF reports", default="A4")
    landscape = boolean("Landscape", "Render report in landscape orientation", default=False)
    merge = boolean("Merge", "Render a single report against selected items", default=False)


class ReportAsset(Keyed, Base):
    """A picture that reports show."""

    __tablename__ = "report_reportasset"
    __table_args__ = autoincrement()

    asset = upload("Asset", "Report asset file")
    description = char(250, "Description", "Asset file description")


class ReportSnippet(Keyed, Base):
    """A piece of template that reports include."""

    __tablename__ = "report_reportsnippet"
    __table_args__ = autoincrement()

    snippet = upload("Snippet", "Report snippet file")
    description = char(250, "Description", "Snippet file description")
