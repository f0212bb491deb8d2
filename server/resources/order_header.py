"""What all kinds of orders show of themselves; `order_briefs` makes the four kinds of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.db.columns import Base
from server.domain.status import STATUS_CLASSES
from server.resources.briefs import (
    ADDRESS_BRIEF,
    COMPANY_BRIEF,
    CONTACT_BRIEF,
    OWNER_BRIEF,
    PROJECT_CODE,
    USER_BRIEF,
    parameters_many,
    tags_many,
)
from server.resources.order_figures import open_and_late, status_text
from server.resources.part_figures import Expression
from server.rest import fields as f
from server.rest.query import Column, Computed, Detail, Joined, Member, Shape, Source, WriteOnly
from server.rest.resource import col, currency_pairs, shape
from workflow.orders import OrderKind

__all__ = ["NEW_OR_NESTED", "OrderFigures", "company_members", "figure", "header", "linked", "nested", "total"]

NEW_OR_NESTED = frozenset({"create", "nested"})
"""Answers in which InvenTree has not worked anything out."""


@dataclass(frozen=True)
class OrderFigures:
    """What is counted of the lines of a kind of order."""

    line_items: Callable[[Source], Expression]
    completed_lines: Callable[[Source], Expression]


def figure(name: str, label: str, sql: Callable[[Source], Expression]) -> Computed:
    """A number that is worked out of other rows; null in answers that InvenTree leaves it out of."""
    field = f.Integer(label=label, read_only=True, allow_null=True)
    return Computed(name=name, sql=sql, field=field, null_in=NEW_OR_NESTED)


def linked(name: str, via: str, of: Shape, *, flag: str | None = None, default: bool = True) -> Detail:
    """The object that a foreign key leads to, under a flag of its own name."""
    return Detail(name=name, via=via, shape=of, flag=flag or name, default=default)


def _duplicate(model: type[Base], *copies: str) -> WriteOnly:
    texts = {
        "copy_parameters": ("Copy Parameters", "Copy parameters from the original item"),
        "copy_lines": ("Copy Lines", "Copy line items from the original order"),
        "copy_extra_lines": ("Copy Extra Lines", "Copy extra line items from the original order"),
    }
    fields: dict[str, f.Field] = {
        "original": f.Related(model=model, label="Original", help_text="Select instance to duplicate", filters=None)
    }
    for name in copies:
        label, told = texts[name]
        fields[name] = f.Boolean(label=label, help_text=told, default=True)
    return WriteOnly(
        name="duplicate",
        field=f.Nested(
            label="Duplication Options", help_text="Specify options for duplicating this item", required=False,
            fields=fields,
        ),
    )  # fmt: skip


def header(
    model: type[Base], kind: OrderKind, figures: OrderFigures, *more: Member | str, copies: tuple[str, ...],
    label: str, set_by_server: tuple[str, ...] = (),
) -> Shape:  # fmt: skip
    """The shape of a kind of order: the common members, then `more`. `copies` is what a duplicate may take over,
    `label` names the kind among all objects ("order.purchaseorder"), `set_by_server` are dates that no body sets."""
    still_open = [state for state in STATUS_CLASSES[kind.status_class] if state.name in kind.open]
    return shape(
        model,
        "pk",
        Detail(
            name="created_by", via="created_by", shape=USER_BRIEF,
            field=f.Nested(label="Created By", read_only=True, fields={}, meta={"filters": {}}),
        ),
        col("creation_date", read_only=True),
        col("issue_date", read_only="issue_date" in set_by_server),
        "start_date",
        "target_date",
        "description",
        figure("line_items", "Line Items", figures.line_items),
        figure("completed_lines", "Completed Lines", figures.completed_lines),
        "link",
        "project_code",
        Column(name="reference", field=_reference(model)),
        "responsible",
        "contact",
        "address",
        Column(name="status", field=_status(model)),
        Computed(name="status_text", sql=status_text(kind.status_class), field=f.Any_(read_only=True)),
        col("status_custom_key", meta={"default": None}),
        replace(col("notes"), hidden_in=frozenset({"list"})),
        col("barcode_hash", read_only=True, allow_blank=False),
        Computed(
            name="overdue", sql=open_and_late(still_open), encode=bool, null_in=NEW_OR_NESTED,
            field=f.Boolean(read_only=True, allow_null=True),
        ),
        _duplicate(model, *copies),
        linked("address_detail", "address", ADDRESS_BRIEF),
        linked("contact_detail", "contact", CONTACT_BRIEF),
        linked("project_code_detail", "project_code", PROJECT_CODE),
        Joined(
            name="project_code_label", path="project_code.code", flag="project_code_detail",
            field=f.String(label="Project Code Label", read_only=True, allow_null=True),
        ),
        linked("responsible_detail", "responsible", OWNER_BRIEF),
        parameters_many(label),
        tags_many(label),
        *more,
    )  # fmt: skip


def _reference(model: type[Base]) -> f.Field:
    """A reference is required in forms; left out of the body of a new order, the next one is taken."""
    about = model.__table__.c.reference.info
    return f.String(label="Reference", required=True, help_text=about["help_text"], max_length=about["max_length"])


def _status(model: type[Base]) -> f.Field:
    about = model.__table__.c.status.info
    meta = {"default": about["default"], "help_text": about["help_text"]}
    return f.Integer(label="Order Status", read_only=True, meta=meta)


def total() -> tuple[Member, ...]:
    """The total of an order, and the currency that it is in."""
    return (
        Column(
            name="total_price",
            field=f.Decimal_(
                label="Total Price", help_text="Total price for this order", read_only=True, allow_null=True,
                max_digits=19, decimal_places=6,
            ),
        ),
        Column(
            name="order_currency",
            field=f.Choice(
                label="Order Currency", help_text="Currency for this order (leave blank to use company default)",
                choices=lambda context: [("", "---------"), *currency_pairs(context)], allow_blank=True,
                allow_null=True, required=False, max_length=3,
            ),
        ),
    )  # fmt: skip


def company_members(name: str, **changes: Any) -> tuple[Member, ...]:
    """The supplier or customer of an order, with its details on demand."""
    return (
        col(name, limited=True, **changes),
        linked(f"{name}_detail", name, COMPANY_BRIEF, default=False),
    )


def nested(order: Shape) -> Shape:
    """An order inside another object: with what is usually shown, without what is shown on demand."""
    changed: Mapping[str, Member] = {
        member.name: replace(member, flag=None)
        for member in order.members
        if member.flag is not None and member.default
    }
    return order.but(**changed)
