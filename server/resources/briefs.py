"""The shapes of what other objects show inside themselves, and what is fetched for many rows at once.

Everything here is shared by several resources; a resource's own full shape stays with its declaration.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, case, select

from server.actions.targets import target_of
from server.db.models.common import Parameter, ParameterTemplate, ProjectCode, SelectionList, TaggedItem
from server.db.models.company import Address, Company, Contact, ManufacturerPart, SupplierPart, SupplierPriceBreak
from server.db.models.part import Part
from server.db.models.part_pricing import PartPricing
from server.db.models.stock import StockLocation
from server.db.models.users import Group, Owner, User
from server.rest import fields as f
from server.rest.context import Context
from server.rest.many import rows_by_key
from server.rest.query import (
    Column,
    Computed,
    Const,
    Derived,
    Detail,
    Joined,
    Many,
    Planner,
    Reader,
    Shape,
    Source,
    WriteOnly,
)
from server.rest.resource import col, shape

__all__ = [
    "ADDRESS_BRIEF",
    "BLANK_THUMBNAIL",
    "COMPANY_BRIEF",
    "CONTACT_BRIEF",
    "LOCATION_BRIEF",
    "MANUFACTURER_PART_BRIEF",
    "OWNER_BRIEF",
    "PARAMETER",
    "PARAMETER_MODELS",
    "PARAMETER_TEMPLATE",
    "PART_BRIEF",
    "PRICE_BREAK_BRIEF",
    "PROJECT_CODE",
    "SUPPLIER_PART_BRIEF",
    "UNIQUENESS",
    "USER_BRIEF",
    "KindOfObject",
    "duplicate_of",
    "fixed_text",
    "full_name",
    "image_of",
    "media_url",
    "owner_name",
    "parameters_many",
    "path_many",
    "price_breaks_many",
    "tags_many",
    "thumbnail_of",
    "thumbnail_url",
]

BLANK_THUMBNAIL = "/static/img/blank_image.thumbnail.png"


# ------------------------------------------------------------------------------------------------- single members


def media_url(path: Any) -> str | None:
    """Where a file below the media directory is found; None where there is none."""
    return f"/media/{path}" if path else None


def thumbnail_url(path: Any) -> str:
    """Where the small form of a picture is found; a blank one where there is none."""
    if not path:
        return BLANK_THUMBNAIL
    name = PurePosixPath(str(path))
    return f"/media/{name.with_name(f'{name.stem}.thumbnail{name.suffix}')}"


def image_of(*, read_only: bool = False, allow_null: bool = True) -> Column:
    """The member "image": the address of the picture, null where there is none."""
    return Column(
        name="image", encode=media_url, field=f.Upload(image=True, read_only=read_only, allow_null=allow_null)
    )


def thumbnail_of(source: str = "image") -> Column:
    """The member "thumbnail": the address of the small picture, never null."""
    return Column(name="thumbnail", source=source, encode=thumbnail_url, field=f.String(read_only=True))


def fixed_text(places: int) -> Callable[[Any], str | None]:
    """Encodes a Fixed column as text with all its places: "0.000000"."""

    def encode(value: Any) -> str | None:
        return None if value is None else f"{Decimal(int(value)).scaleb(-places):f}"

    return encode


def full_name(part: Mapping[str, Any]) -> str:
    """A part's name as InvenTree's default PART_NAME_FORMAT joins it: IPN | name | revision."""
    return " | ".join(text for text in (part["IPN"], part["name"], part["revision"]) if text)


# ------------------------------------------------------------------------------------------------- users and owners

USER_BRIEF = shape(
    User,
    "pk",
    col("username", read_only=True, meta={"required": True}),
    col("first_name", required=True),
    col("last_name", required=True),
    col("email", read_only=True, meta={"required": True}),
)


def owner_name(owner: Source) -> ColumnElement[Any]:
    """The name of the user or group that an owner stands for."""
    user, group = User.__table__.alias("owner_user"), Group.__table__.alias("owner_group")
    return case(
        (owner.c.owner_type == "user", select(user.c.username).where(user.c.pk == owner.c.owner_id).scalar_subquery()),
        else_=select(group.c.name).where(group.c.pk == owner.c.owner_id).scalar_subquery(),
    )


OWNER_BRIEF = shape(
    Owner,
    "pk",
    col("owner_id"),
    Column(name="owner_model", source="owner_type", field=f.String(read_only=True)),
    Computed(name="name", sql=owner_name, field=f.String(read_only=True)),
    Column(name="label", source="owner_type", field=f.String(read_only=True)),
)

PROJECT_CODE = shape(
    ProjectCode, "pk", "code", "description", "active", "responsible",
    Detail(name="responsible_detail", via="responsible", shape=OWNER_BRIEF),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- parts, locations


def _pricing(name: str) -> Callable[[Source], ColumnElement[Any]]:
    def sql(part: Source) -> ColumnElement[Any]:
        pricing = PartPricing.__table__.alias("pricing")
        return select(pricing.c[name]).where(pricing.c.part_id == part.c.pk).scalar_subquery()

    return sql


def _price(name: str, source: str) -> Computed:
    return Computed(
        name=name,
        sql=_pricing(source),
        field=f.Decimal_(read_only=True, allow_null=True, max_digits=19, decimal_places=6),
    )


PART_BRIEF = shape(
    Part,
    "pk",
    col("IPN", allow_blank=False, meta={}),
    col("barcode_hash", read_only=True, allow_blank=False),
    Const(name="category_default_location", field=f.Integer(read_only=True, allow_null=True)),
    "default_location",
    "default_expiry",
    "name",
    "revision",
    Derived(name="full_name", needs=("IPN", "name", "revision"), make=full_name),
    "description",
    image_of(read_only=True),
    thumbnail_of(),
    "active",
    "locked",
    "assembly",
    "component",
    Column(
        name="minimum_stock", encode=fixed_text(6),
        field=f.Decimal_(
            label="Minimum Stock", help_text="Minimum allowed stock level", min_value=0, max_digits=19,
            decimal_places=6, default=0,
        ),
    ),
    "is_template",
    "purchaseable",
    "salable",
    "testable",
    "trackable",
    "virtual",
    "consumable",
    "units",
    _price("pricing_min", "overall_min"),
    _price("pricing_max", "overall_max"),
)  # fmt: skip

LOCATION_BRIEF = shape(StockLocation, "pk", "name", "pathstring")


# ------------------------------------------------------------------------------------------------- parameters, tags

PARAMETER_MODELS: Mapping[str, str] = {
    "build.build": "Build Order",
    "company.company": "Company",
    "company.manufacturerpart": "Manufacturer Part",
    "company.supplierpart": "Supplier Part",
    "order.purchaseorder": "Purchase Order",
    "order.returnorder": "Return Order",
    "order.salesorder": "Sales Order",
    "order.salesordershipment": "Sales Order Shipment",
    "order.transferorder": "Transfer Order",
    "part.part": "Part",
    "part.partcategory": "Part Category",
    "stock.stocklocation": "Stock Location",
}
"""What can have parameters, and what people call it."""


class KindOfObject(f.Choice):
    """A kind of object by its label ("part.part"); its bare name is understood as well."""

    def convert(self, value: Any, context: Context) -> Any:
        target = target_of(value) if isinstance(value, str) else None
        return super().convert(value if target is None else target.label, context)


UNIQUENESS = ((0, "No uniqueness required"), (1, "Unique for model type"), (2, "Globally unique"))

PARAMETER_TEMPLATE = shape(
    ParameterTemplate,
    "pk",
    "name",
    "units",
    "description",
    Column(
        name="model_type",
        field=KindOfObject(
            label="Model Type", help_text="Target model type for this parameter template", allow_null=True,
            choices=(("", "---------"), *PARAMETER_MODELS.items()), meta={"default": "", "filters": {}}, required=False,
        ),
    ),
    "checkbox",
    "choices",
    Column(
        name="selectionlist",
        field=f.Related(
            model=SelectionList, label="Selection List", help_text="Selection list for this parameter", allow_null=True
        ),
    ),
    "enabled",
    Column(
        name="unique",
        field=f.Choice(
            label="Uniqueness", help_text="Enforce uniqueness of linked parameter values against this template",
            choices=UNIQUENESS, required=False, meta={"default": 0},
        ),
    ),
)  # fmt: skip

PARAMETER = shape(
    Parameter,
    "pk",
    "template",
    Column(
        name="model_type",
        field=KindOfObject(
            label="Model Type", choices=tuple(PARAMETER_MODELS.items()), required=False,
            meta={"default": "", "filters": {}},
        ),
    ),
    "model_id",
    col("data", min_length=1),
    col("data_numeric", meta={"default": None}),
    "note",
    col("updated", read_only=True, meta={"default": None}),
    Column(
        name="updated_by",
        field=f.Any_(
            label="Update By", help_text="User who last updated this object", read_only=True, allow_null=True,
            meta={"filters": {}},
        ),
    ),
    Detail(
        name="template_detail", via="template", shape=PARAMETER_TEMPLATE,
        field=f.Nested(read_only=True, fields={}),
    ),
    Detail(name="updated_by_detail", via="updated_by", shape=USER_BRIEF),
)  # fmt: skip


def parameters_many(model_type: str, *, default: bool = False) -> Many:
    """The member "parameters" of the rows of a model ("part.part"): all its parameters, with template."""

    def load(planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]) -> Mapping[int, Any]:
        return rows_by_key(planner, reader, PARAMETER, "model_id", keys, {"model_type": model_type})

    return Many(name="parameters", load=load, shape=PARAMETER, flag="parameters", default=default)


@dataclass(frozen=True, kw_only=True)
class TagList(f.ListOf):
    """The names of tags; forms, which know no lists, send them as JSON text."""

    def convert(self, value: Any, context: Context) -> list[Any]:
        if isinstance(value, str):
            with suppress(ValueError):  # what is no JSON is refused as no list
                value = json.loads(value or "[]")
        return super().convert(value, context)


def tags_many(model_type: str, *, default: bool = False) -> Many:
    """The member "tags" of the rows of a model: the names of its tags. What is written to it is kept by
    `server.actions.tags.set_tags`, which the resource's `after_save` calls."""

    def load(planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]) -> Mapping[int, Any]:
        found = rows_by_key(planner, reader, _TAGGED, "model_id", keys, {"model_type": model_type})
        return {key: [row["name"] for row in rows] for key, rows in found.items()}

    field = TagList(child=f.String(), tells_list=True, required=False)
    return Many(name="tags", load=load, field=field, flag="tags", default=default)


_TAGGED = shape(TaggedItem, "model_id", Joined(name="name", path="tag.name"))


# ------------------------------------------------------------------------------------------------- paths in trees


def path_many(
    name: str, nodes: Shape, key: str = "tree_path", *, flag: str | None = None, default: bool = False
) -> Many:
    """The nodes from the root down to the row (or to what it belongs to), each in the shape `nodes` (pk, name, and icon
    where locations have one). `key` is where the row's tree path is: "tree_path", "category.tree_path"."""

    def load(planner: Planner, reader: Reader, keys: Sequence[str], given: Mapping[str, Any]) -> Mapping[str, Any]:
        chains = {path: [int(step) for step in path.split("/") if step] for path in dict.fromkeys(keys)}
        wanted = sorted({pk for chain in chains.values() for pk in chain})
        found = rows_by_key(planner, reader, nodes, "pk", wanted)
        return {path: [found[pk][0] for pk in chain if pk in found] for path, chain in chains.items()}

    return Many(name=name, load=load, key=key, shape=nodes, flag=flag, default=default)


# ------------------------------------------------------------------------------------------------- companies

COMPANY_BRIEF = shape(
    Company,
    "pk",
    "active",
    "name",
    "description",
    image_of(read_only=True, allow_null=False),
    thumbnail_of(),
    Column(
        name="currency",
        field=f.String(
            label="Currency", help_text="Default currency used for this company", read_only=True, max_length=3,
            meta={"default": "USD"},
        ),
    ),
    "tax_id",
)  # fmt: skip

CONTACT_BRIEF = shape(
    Contact,
    "pk",
    "company",
    Joined(name="company_name", path="company.name", field=f.String(label="Company Name", read_only=True)),
    "name",
    "phone",
    "email",
    "role",
)

ADDRESS_BRIEF = shape(
    Address, "pk", "line1", "line2", "postal_code", "postal_city", "province", "country", "shipping_notes",
    "internal_shipping_notes",
)  # fmt: skip


def duplicate_of(model: type[Any]) -> WriteOnly:
    """The member "duplicate" of a body that makes an object: what to take over from another one."""
    return WriteOnly(
        name="duplicate",
        field=f.Nested(
            label="Duplication Options", help_text="Specify options for duplicating this item", required=False,
            fields={
                "original": f.Related(
                    model=model, label="Original", help_text="Select instance to duplicate", filters=None
                ),
                "copy_parameters": f.Boolean(
                    label="Copy Parameters", help_text="Copy parameters from the original item", default=True
                ),
            },
        ),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- supplier parts


PRETTY_NEEDS = ("part.IPN", "supplier.name", "SKU", "manufacturer_part.manufacturer.name", "manufacturer_part.MPN")


def pretty_name(row: Mapping[str, Any]) -> str:
    """What people call a supplier part: "IPN | supplier | SKU | manufacturer | MPN", without what is not there."""
    return " | ".join(row[need] for need in PRETTY_NEEDS if row[need])


MANUFACTURER_PART_BRIEF = shape(
    ManufacturerPart,
    "pk",
    "part",
    Detail(name="part_detail", via="part", shape=PART_BRIEF, flag="part_detail", default=False),
    Const(
        name="pretty_name", field=f.String(read_only=True, allow_null=True), flag="pretty", default=False,
    ),
    col("manufacturer", limited=True, allow_null=False, required=True),
    Detail(name="manufacturer_detail", via="manufacturer", shape=COMPANY_BRIEF),
    "description",
    duplicate_of(ManufacturerPart),
    col("MPN", meta={"default": None}),
    "link",
    "barcode_hash",
    "notes",
    tags_many("company.manufacturerpart"),
    parameters_many("company.manufacturerpart"),
)  # fmt: skip

PRICE_BREAK_BRIEF = shape(
    SupplierPriceBreak,
    "pk",
    "part",
    col("quantity", required=True, floor=1),
    Column(
        name="price",
        field=f.Money(
            label="Price", help_text="Unit price at specified quantity", allow_null=True, required=True,
        ),
    ),
    col("price_currency", required=False),
    Joined(name="supplier", path="part.supplier", field=f.Any_(read_only=True)),
    col("updated", read_only=True),
)  # fmt: skip


def price_breaks_many() -> Many:
    """The member "price_breaks" of supplier parts."""

    def load(planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]) -> Mapping[int, Any]:
        return rows_by_key(planner, reader, PRICE_BREAK_BRIEF, "part", keys, order=("quantity",))

    return Many(
        name="price_breaks", load=load, shape=PRICE_BREAK_BRIEF, entry_label="Price Breaks", flag="price_breaks",
        default=False, field=f.Any_(label="Price Breaks", read_only=True, allow_null=True),
    )  # fmt: skip


SUPPLIER_PART_BRIEF = shape(
    SupplierPart,
    "description",
    duplicate_of(SupplierPart),
    Const(name="in_stock", field=f.Float(label="In Stock", read_only=True, allow_null=True)),
    "link",
    "active",
    "primary",
    "manufacturer_part",
    Joined(
        name="MPN", path="manufacturer_part.MPN",
        field=f.String(label="MPN", read_only=True, allow_null=True),
    ),
    "note",
    "pk",
    col("barcode_hash", read_only=True, allow_blank=False),
    "packaging",
    "pack_quantity",
    col("pack_quantity_native", read_only=True),
    "part",
    "SKU",
    col("supplier", limited=True),
    col("updated", read_only=True),
    "notes",
    Detail(
        name="manufacturer_detail", via="manufacturer_part.manufacturer", shape=COMPANY_BRIEF,
        flag="manufacturer_detail", default=False,
        field=f.Nested(label="Manufacturer", read_only=True, allow_null=True, fields={}),
    ),
    Detail(
        name="manufacturer_part_detail", via="manufacturer_part", shape=MANUFACTURER_PART_BRIEF,
        flag="manufacturer_part_detail", default=False,
        field=f.Nested(label="Manufacturer Part", read_only=True, allow_null=True, fields={}),
    ),
    Derived(
        name="pretty_name", needs=PRETTY_NEEDS, make=pretty_name, flag="pretty", default=False,
        field=f.String(label="Pretty Name", read_only=True, allow_null=True),
    ),
    Detail(
        name="supplier_detail", via="supplier", shape=COMPANY_BRIEF, flag="supplier_detail", default=False,
        field=f.Nested(label="Supplier", read_only=True, allow_null=True, fields={}),
    ),
    Detail(
        name="part_detail", via="part", shape=PART_BRIEF, flag="part_detail", default=False,
        field=f.Nested(label="Part", read_only=True, allow_null=True, fields={}),
    ),
    tags_many("company.supplierpart"),
    price_breaks_many(),
    parameters_many("company.supplierpart"),
)  # fmt: skip
