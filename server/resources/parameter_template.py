"""Templates of parameters, and filters by the kinds of objects that have them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, or_, select

from server.actions.parameters import check_template, rebuild
from server.actions.targets import Target, target_of
from server.db.columns import Base
from server.db.models.common import Parameter, ParameterTemplate
from server.db.models.company import Company, ManufacturerPart, SupplierPart
from server.db.models.part import Part, PartCategory
from server.domain.content_types import BY_NUMBER
from server.domain.errors import InvalidInput
from server.resources.briefs import PARAMETER_MODELS, PARAMETER_TEMPLATE, UNIQUENESS
from server.rest.access import RoleWrites
from server.rest.context import Context
from server.rest.filters import Custom, Exact, Flag, Set, subtree_bounds
from server.rest.query import Source, Test
from server.rest.resource import Endpoint, Hooks, Resource

__all__ = ["RESOURCES", "TEMPLATE_WRITERS", "by_kind"]

TEMPLATE_WRITERS = RoleWrites(("part_category", "part"))
"""InvenTree lets anybody who signed in write templates; here who keeps parts or categories does."""

# ------------------------------------------------------------------------------------------------- kinds of objects


def _target(text: str) -> Target | None:
    """The kind of object that a query names: "part", "part.part" or the number of its content type."""
    if text.isdigit() and (kind := BY_NUMBER.get(int(text))):
        text = kind.label
    target = target_of(text)
    return target if target is not None and target.label in PARAMETER_MODELS else None


def by_kind(name: str, where: Any) -> Custom:
    """A filter by a kind of object; `where(row, label)` gives the condition."""

    def make(text: str, context: Context) -> Test | None:
        if text == "":
            return None
        target = _target(text)
        if target is None:
            raise InvalidInput(f"Invalid content type: {text}")
        return Test((name, target.label), lambda row: where(row, target.label))

    return Custom(name, make)


# ------------------------------------------------------------------------------------------------- templates


def _check_template(context: Context, row: ParameterTemplate, values: Mapping[str, Any], created: bool) -> None:
    row.model_type = row.model_type or None
    row.choices = (row.choices or "").strip()
    check_template(context.session, row)


def _keep_template(context: Context, row: ParameterTemplate, values: Mapping[str, Any], created: bool) -> None:
    if not created and {"units", "checkbox"} & values.keys():
        rebuild(context.session, row)


def _parameters_of(row: Source) -> tuple[FromClause, Select[Any]]:
    table = Parameter.__table__.alias("given")
    return table, select(table.c.pk).where(table.c.template_id == row.c.pk).correlate(row.table)


def _exists_for(row: Source, label: str) -> ColumnElement[bool]:
    table, given = _parameters_of(row)
    return given.where(table.c.model_type == label).exists()


def _exists_for_model(text: str, context: Context) -> Test | None:
    """Templates that objects of a kind have; with `exists_for_model_id` that one object has, with
    `exists_for_related_model` (and its `_id`) that those of a category, part or company have."""
    if text == "":
        return None
    target = _target(text)
    if target is None:
        raise InvalidInput(f"Invalid content type: {text}", field="exists_for_model")
    pk = context.query.get("exists_for_model_id", "")
    related = target_of(context.query.get("exists_for_related_model", ""))
    related_pk = context.query.get("exists_for_related_model_id", "")
    if pk.isdigit():
        return Test(
            ("exists", target.label, "one"), lambda row: _exists_for_one(row, target.label),
            {"_exists_pk": int(pk)},
        )  # fmt: skip
    if related is not None and related_pk.isdigit():
        return _exists_for_related(target, related, int(related_pk), context)
    return Test(("exists", target.label), lambda row: _exists_for(row, target.label))


def _needs(name: str, other: str) -> Custom:
    """A key that is read together with the kind of object in the parameter `other`, and means nothing alone."""

    def make(text: str, context: Context) -> Test | None:
        if text and not context.query.get(other):
            raise InvalidInput(f"{name} needs {other} beside it")
        return None

    return Custom(name, make)


def _exists_for_one(row: Source, label: str) -> ColumnElement[bool]:
    table, given = _parameters_of(row)
    return given.where(table.c.model_type == label, table.c.model_id == bindparam("_exists_pk")).exists()


def _exists_for_related(target: Target, related: Target, pk: int, context: Context) -> Test | None:
    """Only for the relations that there are: parts of a category and all below it, variants and products of a part,
    products of a company."""
    wanted = _RELATED.get((target.model, related.model))
    if wanted is None:
        return Test(("exists", target.label), lambda row: _exists_for(row, target.label))
    start, stop = "", ""
    if related.model is PartCategory:
        table = PartCategory.__table__
        found = context.ask(
            "category path", lambda: select(table.c.tree_path).where(table.c.pk == bindparam("category")), category=pk
        )  # fmt: skip
        start, stop = subtree_bounds(found[0][0]) if found else ("", "")

    def where(row: Source) -> ColumnElement[bool]:
        given, statement = _parameters_of(row)
        return statement.where(given.c.model_type == target.label, given.c.model_id.in_(wanted())).exists()

    return Test(
        ("exists", target.label, related.label), where,
        {"_related": pk, "_related_start": start, "_related_stop": stop},
    )  # fmt: skip


def _in_category() -> Select[Any]:
    part, category = Part.__table__.alias("of_category"), PartCategory.__table__.alias("category_below")
    return select(part.c.pk).where(
        part.c.category_id.in_(
            select(category.c.pk).where(
                category.c.tree_path >= bindparam("_related_start"), category.c.tree_path < bindparam("_related_stop")
            )
        )
    )


def _by_column(model: type[Base], column: str) -> Callable[[], Select[Any]]:
    def statement() -> Select[Any]:
        table = model.__table__.alias("related")
        return select(table.c.pk).where(table.c[column] == bindparam("_related"))

    return statement


_RELATED: Mapping[tuple[type[Base], type[Base]], Callable[[], Select[Any]]] = {
    (Part, PartCategory): _in_category,
    (Part, Part): _by_column(Part, "variant_of_id"),
    (SupplierPart, Part): _by_column(SupplierPart, "part_id"),
    (ManufacturerPart, Part): _by_column(ManufacturerPart, "part_id"),
    (SupplierPart, Company): _by_column(SupplierPart, "supplier_id"),
    (ManufacturerPart, Company): _by_column(ManufacturerPart, "manufacturer_id"),
}  # fmt: skip


def _by_uniqueness(text: str, context: Context) -> Test | None:
    if text == "":
        return None
    if text not in {str(value) for value, _ in UNIQUENESS}:
        raise InvalidInput({"unique": [f"Select a valid choice. {text} is not one of the available choices."]})
    return Test(("unique", "is"), lambda row: row.c.unique == bindparam("f_unique"), {"f_unique": int(text)})


def _filled(column: str) -> Any:
    return lambda row: func.coalesce(row.c[column], "") != ""


TEMPLATES = Resource(
    path="parameter/template/", access=TEMPLATE_WRITERS, title="Parameter Template",
    shape=PARAMETER_TEMPLATE,
    list_about="List view for ParameterTemplate objects.",
    detail_about="Detail view for a ParameterTemplate object.",
    filters=(
        Set("checkbox"), Set("enabled"), Exact("name"), Exact("units"),
        Flag("has_choices", _filled("choices")), Flag("has_units", _filled("units")),
        by_kind("model_type", lambda row, label: row.c.model_type == label),
        by_kind("for_model", lambda row, label: or_(row.c.model_type == label, row.c.model_type.is_(None))),
        Custom("exists_for_model", _exists_for_model), _needs("exists_for_model_id", "exists_for_model"),
        _needs("exists_for_related_model_id", "exists_for_related_model"), Custom("unique", _by_uniqueness),
    ),
    search=("name", "description"), ordering={"name": "name", "units": "units", "checkbox": "checkbox"},
    hooks=Hooks(before_save=_check_template, after_save=_keep_template),
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (TEMPLATES,)
