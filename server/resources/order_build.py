"""The build order that a line of a purchase order is for, as the line shows it."""

from dataclasses import dataclass
from typing import Any

from server.db.models.build import Build
from server.domain.status import ACTIVE_BUILDS
from server.resources.briefs import (
    OWNER_BRIEF,
    PART_BRIEF,
    PROJECT_CODE,
    USER_BRIEF,
    duplicate_of,
    parameters_many,
    tags_many,
)
from server.resources.order_figures import open_and_late, status_text
from server.rest import fields as f
from server.rest.query import Column, Computed, Detail, Joined
from server.rest.resource import col, shape

__all__ = ["BUILD_BRIEF"]

LABEL = "build.build"


def _detail(name: str, via: str, of: Any, *, null: bool = True) -> Detail:
    field = f.Nested(read_only=True, allow_null=null, fields={})
    return Detail(name=name, via=via, shape=of, field=field)


@dataclass(frozen=True, kw_only=True)
class _State(f.Choice):
    """A state, of which InvenTree tells no choices where nothing can be chosen."""

    def details(self) -> dict[str, Any]:
        return {}


BUILD_BRIEF = shape(
    Build,
    "pk",
    "title",
    col("barcode_hash", read_only=True, allow_blank=False),
    "batch",
    col("creation_date", read_only=True),
    Column(
        name="completed",
        field=f.Integer(
            label="Completed items", help_text="Number of stock items which have been completed", read_only=True,
            meta={"default": 0},
        ),
    ),
    col("completion_date", read_only=True),
    "destination",
    duplicate_of(Build),
    "external",
    "parent",
    "part",
    Joined(name="part_name", path="part.name", field=f.String(label="Part Name", read_only=True)),
    _detail("part_detail", "part", PART_BRIEF, null=False),
    "project_code",
    Joined(
        name="project_code_label", path="project_code.code",
        field=f.String(label="Project Code Label", read_only=True, allow_null=True),
    ),
    _detail("project_code_detail", "project_code", PROJECT_CODE),
    Computed(
        name="overdue", sql=open_and_late(ACTIVE_BUILDS), encode=bool,
        field=f.Boolean(read_only=True, meta={"default": False}),
    ),
    col("reference", required=True),
    "sales_order",
    col("quantity", required=True),
    "start_date",
    Column(
        name="status",
        field=_State(
            label="Build Status", help_text="Build status code", read_only=True, meta={"default": 10}
        ),
    ),
    Computed(name="status_text", sql=status_text("BuildStatus"), field=f.Any_(read_only=True)),
    Column(
        name="status_custom_key",
        field=_State(
            label="Custom status key", help_text="Additional status information for this item",
            read_only=True, allow_null=True, meta={"default": None},
        ),
    ),
    "target_date",
    "take_from",
    "notes",
    "link",
    Column(
        name="issued_by",
        field=f.Any_(
            label="Issued by", help_text="User who issued this build order", read_only=True, allow_null=True,
            meta={"filters": {}},
        ),
    ),
    _detail("issued_by_detail", "issued_by", USER_BRIEF, null=False),
    "responsible",
    _detail("responsible_detail", "responsible", OWNER_BRIEF),
    "priority",
    col("level", read_only=True, min_value=None, max_value=None, meta={}),
    parameters_many(LABEL),
    tags_many(LABEL),
)  # fmt: skip
