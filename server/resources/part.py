"""Parts: the list, single parts, and how they are made, changed and deleted."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select

from server.actions.part_entry import check_supplier, furnish
from server.actions.parts import check, delete_part, settle, shares_image, star
from server.actions.tags import set_tags
from server.actions.units import custom_units, is_unit
from server.db.models.part import Part
from server.domain.errors import InvalidInput
from server.domain.parts import PartPolicy
from server.domain.stock import By
from server.resources.briefs import image_of, media_url
from server.resources.parametric import parameter_family, parameter_order
from server.resources.part_filters import ORDERING, PART_FILTERS, PART_SEARCH
from server.resources.part_shape import PART
from server.resources.uploads import discard, keep_image, take_image
from server.rest import fields as f
from server.rest.access import Role
from server.rest.context import Answer, Context
from server.rest.filters import read_boolean, search_tests
from server.rest.pages import page_of
from server.rest.query import Joins
from server.rest.resource import Endpoint, Hooks, Resource, Route, shape

__all__ = ["RESOURCES", "part_policy"]

PART_ACCESS = Role("part", ("build",))
IMAGES = "part_images"

# What a new part is unless its body says so; the settings decide.
DEFAULTS = {
    "is_template": "PART_TEMPLATE", "assembly": "PART_ASSEMBLY", "component": "PART_COMPONENT",
    "trackable": "PART_TRACKABLE", "purchaseable": "PART_PURCHASEABLE", "salable": "PART_SALABLE",
    "virtual": "PART_VIRTUAL",
}  # fmt: skip


def part_policy(context: Context) -> PartPolicy:
    """The settings that the rules of parts ask for."""
    return PartPolicy(
        allow_duplicate_ipn=bool(context.setting("PART_ALLOW_DUPLICATE_IPN")),
        ipn_pattern=str(context.setting("PART_IPN_REGEX") or "").strip(),
        revisions_of_assemblies_only=bool(context.setting("PART_REVISION_ASSEMBLY_ONLY")),
        locking=bool(context.setting("PART_ENABLE_LOCKING")),
        allow_delete_from_assembly=bool(context.setting("PART_ALLOW_DELETE_FROM_ASSEMBLY")),
    )


def _prepare(context: Context, values: dict[str, Any], row: Part | None) -> None:
    if values.get("units") and not is_unit(values["units"], custom_units(context.session)):
        raise InvalidInput("Invalid physical unit", field="units")
    if row is None:
        for name, key in DEFAULTS.items():
            values.setdefault(name, bool(context.setting(key)))
        if values.get("initial_supplier"):
            check_supplier(context.session, values["initial_supplier"])
    if row is not None and row.image and "image" in values and shares_image(context.session, row):
        row.image = None  # the file stays: another part shows it
    take_image(context, values, row)
    if values.get("existing_image"):
        values["existing_image"] = _existing_image(context, values["existing_image"])


def _existing_image(context: Context, name: str) -> str:
    """The path of a picture that the server has for parts already."""
    path = f"{IMAGES}/{name.rsplit('/', 1)[-1]}"
    if not path.isprintable() or "\\" in path or path.endswith(("/", "/.", "/..")):
        raise InvalidInput("Image file does not exist", field="existing_image")
    if context.api.services.files.read(path) is None:
        raise InvalidInput("Image file does not exist", field="existing_image")
    return path


def _check(context: Context, row: Part, values: Mapping[str, Any], created: bool) -> None:
    check(context.session, row, part_policy(context))
    if created:
        row.creation_date, row.creation_user_id = context.today, context.user.pk
    if values.get("existing_image"):
        row.image = values["existing_image"]


def _after(context: Context, row: Part, values: Mapping[str, Any], created: bool) -> None:
    keep_image(context, row, values, IMAGES)
    settle(context.session, row, values)
    if "tags" in values:
        set_tags(context.session, "part.part", row.pk, values["tags"])
    if created:
        furnish(context.session, row, values, By(context.user.pk, context.now))
        return
    wanted = read_boolean(str(context.body().get("starred", "")))
    if wanted is not None:
        star(context.session, row.pk, context.user.pk, wanted)


def _delete(context: Context, row: Part, told: Mapping[str, Any]) -> None:
    discard(context, delete_part(context.session, row, part_policy(context)))


PARTS = Resource(
    path="part/",
    access=PART_ACCESS,
    shape=PART,
    title="Part",
    list_about="API endpoint for accessing a list of Part objects, or creating a new Part instance.",
    detail_about="API endpoint for detail view of a single Part object.",
    can=("list", "create", "bulk_update", "detail", "update", "delete"),
    filters=(*PART_FILTERS, parameter_family("part.part")),
    search=PART_SEARCH,
    ordering=ORDERING,
    order_by=parameter_order("part.part"),
    default_order=("name",),
    hooks=Hooks(prepare=_prepare, before_save=_check, after_save=_after, delete=_delete),
    instance_filters={"variant_of": "exclude_tree"},
)

# ---------------------------------------------------------------------------------------------------------- pictures


def _thumbs(context: Context) -> Answer:
    """The pictures that parts have, those of most parts first."""
    tests = search_tests(("name", "description", "IPN", "revision", "keywords", "category.name"), context)

    def pictures() -> Select[Any]:
        joins = Joins(Part, "t")
        part = joins.root
        found = [clause for test in tests if (clause := test.where(part)) is not None]
        count = func.count()
        statement = select(part.c.image, count).where(part.c.image != "", *found).select_from(joins.frm)
        return statement.group_by(part.c.image).order_by(count.desc(), part.c.image)

    parameters = {name: value for test in tests for name, value in test.parameters.items()}
    rows = context.ask(("thumbs", tuple(test.key for test in tests)), pictures, **parameters)
    return page_of(context, [{"image": media_url(image), "count": count} for image, count in rows])


THUMBS = Endpoint(
    path="part/thumbs/",
    access=PART_ACCESS,
    methods={"GET": Route(_thumbs)},
    title="Part Thumbs",
    description="API endpoint for retrieving information on available Part thumbnails.",
    model=Part,
    shown={"image": f.Upload(image=True, read_only=True), "count": f.Integer(read_only=True)},
)

THUMB = Resource(
    path="part/thumbs/",
    access=PART_ACCESS,
    shape=shape(Part, image_of(allow_null=False)),
    title="Part Thumbs Update",
    detail_about="API endpoint for updating Part thumbnails.",
    can=("detail", "update"),
    hooks=Hooks(prepare=_prepare, after_save=_after),
    main=False,
)

RESOURCES = (PARTS, THUMBS, THUMB)
