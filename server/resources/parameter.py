"""Parameters of objects of any kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import false, or_

from server.actions.parameters import refuse_locked, set_value
from server.actions.targets import TARGETS, labels_open_to, may, target_of
from server.db.models.common import Parameter, ParameterTemplate
from server.db.models.users import User
from server.domain.errors import Forbidden, InvalidInput
from server.resources.briefs import PARAMETER
from server.resources.parameter_template import by_kind
from server.rest.access import Authenticated
from server.rest.context import Context
from server.rest.filters import Exact, RelatedTo, Set
from server.rest.query import Test
from server.rest.resource import Endpoint, Hooks, Resource
from server.rest.unique import refuse_same

__all__ = ["RESOURCES"]


def _open_kinds(context: Context) -> Test | None:
    """Who may not view a kind of object sees no parameters of it."""
    labels = tuple(target.label for target in labels_open_to(context.user))
    if len(labels) == len(TARGETS):
        return None
    return Test(("kinds", labels), lambda row: or_(false(), *(row.c.model_type == label for label in labels)))


def _check_parameter(context: Context, row: Parameter, values: Mapping[str, Any], created: bool) -> None:
    if not row.model_type:
        raise InvalidInput("This field is required.", field="model_type")
    if not may(context.user, row.model_type, "change"):
        raise Forbidden("User does not have permission to create or edit parameters for this model")
    target = target_of(row.model_type)
    if target is None or not context.exists(target.model, row.model_id):
        raise InvalidInput(f'Invalid pk "{row.model_id}" - object does not exist.', field="model_id")
    refuse_locked(context.session, row.model_type, row.model_id)
    refuse_same(context, row, ("model_type", "model_id", "template"))
    set_value(context.session, row, enforce_units=bool(context.setting("PARAMETER_ENFORCE_UNITS")))
    row.updated, row.updated_by_id = context.now, context.user.pk


def _drop_parameter(context: Context, row: Parameter, told: Mapping[str, Any]) -> None:
    if not may(context.user, row.model_type, "delete"):
        raise Forbidden("User does not have permission to delete this parameter")
    refuse_locked(context.session, row.model_type, row.model_id)
    context.session.delete(row)


PARAMETERS = Resource(
    path="parameter/", access=Authenticated(), title="Parameter",
    shape=PARAMETER.but(
        template_detail=replace(PARAMETER.member("template_detail"), flag="template_detail"),
        updated_by_detail=replace(PARAMETER.member("updated_by_detail"), flag="updated_by_detail"),
    ),
    can=("list", "detail", "create", "update", "delete", "bulk_delete"),
    list_about="List API endpoint for Parameter objects.", detail_about="Detail API endpoint for Parameter objects.",
    filters=(
        Set("enabled", "template.enabled"),
        Exact("model_id", kind="number"),
        by_kind("model_type", lambda row, label: row.c.model_type == label),
        RelatedTo("template", ParameterTemplate),
        RelatedTo("updated_by", User),
    ),
    search=("data", "template.name", "template.description", "template.units"),
    ordering={
        "name": "template.name", "data": ("data_numeric", "data"), "units": "template.units", "template": "template",
        "updated": "updated", "updated_by": "updated_by",
    },
    hooks=Hooks(scope=_open_kinds, before_save=_check_parameter, delete=_drop_parameter),
)  # fmt: skip


RESOURCES: tuple[Resource | Endpoint, ...] = (PARAMETERS,)
