"""The filters, the search and the order of lists of orders and of their lines."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Double,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    literal_column,
    or_,
    select,
)

from server.db.columns import QUANTITY_PLACES, Base
from server.db.models.common import ProjectCode
from server.db.models.company import Company
from server.db.models.part import Part
from server.db.models.users import Owner, User, UserGroup
from server.domain.status import STATUS_CLASSES
from server.resources.order_figures import open_and_late
from server.resources.part_figures import alias_of, codes
from server.resources.stock_filters import moment_filter
from server.resources.tagged import tag_filters
from server.resources.trees import tree_stop
from server.rest.context import Context
from server.rest.filters import Custom, Elsewhere, Exact, Filter, Flag, Matches, Range, RelatedTo, read_boolean
from server.rest.query import Source, Test
from workflow.orders import OrderKind

__all__ = [
    "HEADER_ORDERING",
    "LINE_ORDERING",
    "by_company",
    "has",
    "header_filters",
    "line_filters",
    "of_lines",
    "open_codes",
    "orders_with_part",
    "part_with_variants",
    "quantity_search",
]

Expression = ColumnElement[Any]
Condition = Callable[[Source], Expression]


def open_codes(kind: OrderKind) -> list[Expression]:
    """The codes of the states in which there is still something to do."""
    return codes(state for state in STATUS_CLASSES[kind.status_class] if state.name in kind.open)


def has(name: str, path: str) -> Flag:
    """Whether there is something in a column."""
    return Flag(name, lambda row: row.column(path).is_not(None), lambda row: row.column(path).is_(None))


# ------------------------------------------------------------------------------------------------- orders


def _status(text: str, context: Context) -> Test | None:
    """The state: a built-in one, unless it stands under one that users added; or one of those."""
    test = Exact("status", kind="number").read(text, context)
    if test is None:
        return None

    def where(row: Source) -> Expression:
        key: Expression = bindparam("f_status", type_=row.c.status.type)
        return or_(and_(row.c.status == key, row.c.status_custom_key.is_(None)), row.c.status_custom_key == key)

    return Test(("status", "own or built-in"), where, test.parameters)


def _mine(row: Source) -> Expression:
    """The order is the user's, or that of a group that the user is in."""
    owner, member = alias_of(Owner, "mine"), alias_of(UserGroup, "my_group")
    me: Expression = bindparam("_user")
    groups = select(member.c.group_id).where(member.c.user_id == me)
    return exists(
        select(owner.c.pk).where(
            owner.c.pk == row.c.responsible_id,
            or_(
                and_(owner.c.owner_type == "user", owner.c.owner_id == me),
                and_(owner.c.owner_type == "group", owner.c.owner_id.in_(groups)),
            ),
        )
    )


def _any_date(name: str, operator: str) -> Custom:
    """Whether any of the dates that an order is known by lies on one side of a day; for calendars."""

    def make(text: str, context: Context) -> Test | None:
        test = Range("target_date", before=name, after=name)[0].read(text, context)
        if test is None:
            return None
        (day,) = test.parameters.values()

        def where(row: Source) -> Expression:
            limit: Expression = bindparam(f"f_{name}", type_=Date())
            created, issued, start, target = (
                row.c[column].op(operator)(limit)
                for column in ("creation_date", "issue_date", "start_date", "target_date")
            )
            no_start, not_issued = row.c.start_date.is_(None), row.c.issue_date.is_(None)
            return or_(and_(created, not_issued, no_start), and_(issued, no_start), start, target)

        return Test((name, "any"), where, {f"f_{name}": day})

    return Custom(name, make)


def header_filters(kind: OrderKind, label: str, completed: str, *more: Filter) -> tuple[Filter, ...]:
    """The filters that all kinds of orders have; `completed` is the date on which an order of the kind is done."""
    overdue = open_and_late(state for state in STATUS_CLASSES[kind.status_class] if state.name in kind.open)
    still_open = open_codes(kind)
    return (
        Custom("status", _status),
        Exact("reference", fold=True),
        RelatedTo("assigned_to", Owner, "responsible"),
        Flag("assigned_to_me", _mine),
        RelatedTo("created_by", User),
        Flag("overdue", overdue),
        Flag("outstanding", lambda row: row.c.status.in_(still_open)),
        RelatedTo("project_code", ProjectCode),
        has("has_project_code", "project_code"),
        has("has_start_date", "start_date"),
        has("has_target_date", "target_date"),
        *Range("creation_date", before="created_before", after="created_after"),
        *Range("start_date", before="start_date_before", after="start_date_after"),
        *Range("target_date", before="target_date_before", after="target_date_after"),
        *Range(completed, before="completed_before", after="completed_after"),
        moment_filter("updated_before", "updated_at", "<"),
        moment_filter("updated_after", "updated_at", ">"),
        _any_date("min_date", ">="),
        _any_date("max_date", "<="),
        *tag_filters(label),
        *more,
    )


def by_company(name: str) -> RelatedTo:
    """The supplier or customer of an order."""
    return RelatedTo(name, Company)


HEADER_ORDERING: Mapping[str, str | tuple[str, ...]] = {
    "creation_date": "creation_date",
    "created_by": "created_by",
    "reference": ("reference_int", "reference"),
    "status": "status",
    "start_date": "start_date",
    "target_date": "target_date",
    "line_items": "line_items",
    "project_code": "project_code.code",
    "updated_at": "updated_at",
}


def of_lines(name: str, model: type[Base], target: type[Base], test: Callable[[Any, Expression], Any]) -> RelatedTo:
    """Orders that have a line with something: `test(line, key)` gives the condition on the line's table."""

    def where(row: Source, key: Expression) -> Expression:
        line = alias_of(model, "searched")
        return row.c.pk.in_(select(line.c.order_id).where(test(line, key)))

    return RelatedTo(name, target, where=where)


def part_with_variants(name: str, where: Callable[[Source, Callable[[Expression], Expression]], Expression]) -> Custom:
    """A part and, with `include_variants`, what is made in variants of it. `where(row, is_it)` gives the condition from
    a test of one column that holds keys of parts."""

    def make(text: str, context: Context) -> Test | None:
        related = RelatedTo(name, Part).read(text, context)
        if related is None:
            return None
        widely = read_boolean(context.query.get("include_variants")) or False
        key: Expression = bindparam(f"f_{name}", type_=Part.__table__.c.pk.type)

        def is_it(column: Expression) -> Expression:
            if not widely:
                return column == key
            top, below = alias_of(Part, "wanted"), alias_of(Part, "variant")
            branch = select(below.c.pk).where(
                top.c.pk == key, below.c.tree_path >= top.c.tree_path, below.c.tree_path < tree_stop(top.c.tree_path)
            )
            return column.in_(branch)

        return Test((name, "part", widely), lambda row: where(row, is_it), related.parameters)

    return Custom(name, make)


def orders_with_part(model: type[Base]) -> Custom:
    """`?part=`: orders that have a line of a part; with `include_variants`, of a variant as well."""

    def where(row: Source, is_it: Callable[[Expression], Expression]) -> Expression:
        line = alias_of(model, "searched")
        return row.c.pk.in_(select(line.c.order_id).where(is_it(line.c.part_id)))

    return part_with_variants("part", where)


# ------------------------------------------------------------------------------------------------- lines

LINE_ORDERING: Mapping[str, str | tuple[str, ...]] = {
    "quantity": "quantity",
    "reference": "reference",
    "target_date": "target_date",
    "line": ("line_int", "line"),
    "order": ("order.reference_int", "order.reference"),
    "status": "order.status",
}


def quantity_search(model: type[Base]) -> Elsewhere:
    """Lets a search look into the quantity of lines, as people write it: "5.5"."""

    def keys(matches: Matches) -> Select[Any]:
        line = alias_of(model, "measured")
        written = cast(cast(line.c.quantity, Double) / literal_column(f"{10.0**QUANTITY_PLACES}"), String(30))
        return select(line.c.pk).where(matches(written))

    return Elsewhere(keys)


def line_filters(order: type[Base], price: str) -> tuple[Filter, ...]:
    """The filters that all lines have; `price` is the column of their price, "" where they have none."""
    priced: tuple[Filter, ...] = (has("has_pricing", price),) if price else ()
    return (RelatedTo("order", order), Exact("order_status", "order.status", kind="number"), *priced)
