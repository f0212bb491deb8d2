"""Groups, what their rule sets allow, and owners (users and groups that things can belong to)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from server.actions.users import complete_rule_sets, give_owner, remove_group
from server.db.models.users import Group, RuleSet, User, UserGroup
from server.domain.errors import InvalidInput
from server.domain.roles import ROLES, implied, permissions_of
from server.resources.briefs import OWNER_BRIEF, USER_BRIEF, owner_name
from server.rest import fields as f
from server.rest.access import AdminWrites, Authenticated
from server.rest.context import Context
from server.rest.filters import Custom, Flag, RelatedTo, contains
from server.rest.many import rows_by_key
from server.rest.query import Column, Derived, Detail, Many, Planner, Reader, Source, Test
from server.rest.resource import Endpoint, Hooks, Resource, col, shape

__all__ = ["GROUP", "RESOURCES"]

RULE_SET = shape(
    RuleSet,
    "pk",
    Column(
        name="name",
        field=f.Choice(
            label="Name", help_text="Permission set", read_only=True, max_length=50, meta={"choices": f.UNSET}
        ),
    ),
    Derived(
        name="label", needs=("name",), make=lambda row: ROLES.get(row["name"], row["name"]),
        field=f.Any_(read_only=True),
    ),
    Column(
        name="group", field=f.Any_(label="Group", help_text="Group", read_only=True, meta={"filters": {}})
    ),
    "can_view",
    "can_add",
    "can_change",
    "can_delete",
)  # fmt: skip

_VERB_COLUMNS = {"view": "can_view", "add": "can_add", "change": "can_change", "delete": "can_delete"}


# ------------------------------------------------------------------------------------------------- groups

_MEMBER = shape(UserGroup, "group", Detail(name="user", via="user", shape=USER_BRIEF))


def _rule_sets(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> dict[int, list[dict[str, Any]]]:
    return rows_by_key(planner, reader, RULE_SET, "group", keys)


def _permissions(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> dict[int, dict[str, list[str]]]:
    return {
        group: permissions_of(
            ((rule["name"], verb) for rule in rules for verb, column in _VERB_COLUMNS.items() if rule[column]), False
        )
        for group, rules in _rule_sets(planner, reader, keys, given).items()
    }


def _members(
    planner: Planner, reader: Reader, keys: Sequence[int], given: Mapping[str, Any]
) -> dict[int, list[dict[str, Any]]]:
    found = rows_by_key(planner, reader, _MEMBER, "group", keys, order=("user",))
    return {group: [row["user"] for row in rows] for group, rows in found.items()}


GROUP = shape(
    Group,
    "pk",
    col("name", label="name"),
    Many(
        name="permissions", load=_permissions, empty=dict, flag="permission_detail", default=False,
        field=f.Any_(read_only=True, allow_null=True, meta={"filters": {}}),
    ),
    Many(
        name="roles", load=_rule_sets, flag="role_detail", default=True, shape=RULE_SET,
        field=f.Any_(read_only=True, allow_null=True, meta={"label": f.UNSET}),
    ),
    Many(name="users", load=_members, flag="user_detail", default=False, shape=USER_BRIEF),
)  # fmt: skip


def _check_group(context: Context, values: dict[str, Any], row: Group | None) -> None:
    name = values.get("name")
    if name is None:
        return
    other = context.session.scalar(select(Group.pk).where(Group.name == name))
    if other is not None and (row is None or other != row.pk):
        raise InvalidInput("A group with this name already exists.", field="name")


def _complete_group(context: Context, row: Group, values: Mapping[str, Any], created: bool) -> None:
    complete_rule_sets(context.session, row.pk)
    give_owner(context.session, "group", row.pk)


GROUPS = Resource(
    path="user/group/", access=AdminWrites(), shape=GROUP, title="Group",
    list_about="List endpoint for all auth groups.", detail_about="Detail endpoint for a particular auth group.",
    search=("name",), ordering={"name": "name"},
    hooks=Hooks(
        prepare=_check_group, after_save=_complete_group,
        delete=lambda context, row, told: remove_group(context.session, row),
    ),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- rule sets


def _by_role(text: str, context: Context) -> Test | None:
    if text == "":
        return None
    if text not in ROLES:
        raise InvalidInput({"name": [f"Select a valid choice. {text} is not one of the available choices."]})
    return Test(("name", "is"), lambda row: row.c.name == bindparam("f_name"), {"f_name": text})


def _imply(context: Context, row: RuleSet, values: Mapping[str, Any], created: bool) -> None:
    row.can_view, row.can_add, row.can_change, row.can_delete = implied(
        row.can_view, row.can_add, row.can_change, row.can_delete
    )


RULE_SETS = Resource(
    path="user/ruleset/", access=AdminWrites(), shape=RULE_SET, title="Rule Set",
    can=("list", "detail", "update", "delete"),
    list_about="List endpoint for all RuleSet instances.",
    detail_about="Detail endpoint for a particular RuleSet instance.",
    filters=(RelatedTo("group", Group), Custom("name", _by_role)), search=("name",), ordering={"name": "name"},
    hooks=Hooks(
        before_save=_imply,
        after_save=lambda context, row, values, created: complete_rule_sets(context.session, row.group_id),
    ),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------- owners


def _active(wanted: bool) -> Any:
    def where(row: Source) -> ColumnElement[Any]:
        users = select(User.__table__.c.pk).where(User.__table__.c.is_active.is_(wanted))
        return or_(row.c.owner_type != "user", row.c.owner_id.in_(users))

    return where


def _named(text: str, context: Context) -> Test | None:
    """All words must be in the owner's name."""
    words = text.lower().split()[:20]
    if not words:
        return None
    dialect = context.planner.dialect

    def where(row: Source) -> ColumnElement[Any]:
        name = func.lower(owner_name(row))
        return and_(*(contains(name, f"o_{index}", dialect) for index in range(len(words))))

    escaped = (word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words)
    return Test(("owner", len(words)), where, {f"o_{index}": f"%{word}%" for index, word in enumerate(escaped)})


OWNERS = Resource(
    path="user/owner/", access=Authenticated(), shape=OWNER_BRIEF, title="Owner", can=("list", "detail"),
    list_about="List API endpoint for Owner model.\n\n"
    "Cannot create a new Owner object via the API, but can view existing instances.",
    detail_about="Detail API endpoint for Owner model.\n\nCannot edit or delete",
    filters=(Flag("is_active", _active(True), _active(False)), Custom("search", _named)),
    ordering={"name": "name", "owner_id": "owner_id", "pk": "pk"},
)  # fmt: skip

RESOURCES: tuple[Resource | Endpoint, ...] = (GROUPS, RULE_SETS, OWNERS)
