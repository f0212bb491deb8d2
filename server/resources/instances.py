"""One object of any kind, as it is shown inside an answer that is not its own: by a barcode, by a search."""

from collections.abc import Mapping
from typing import Any

from server.db.columns import Base
from server.rest.context import Context
from server.rest.query import Detail, Shape, flags_shown
from server.rest.resource import Resource, fill

__all__ = ["instance_of", "resource_of"]


def resource_of(context: Context, model: type[Base]) -> Resource | None:
    """The resource that serves a model at its main address; None where there is none."""
    for declaration in context.api.declared:
        if isinstance(declaration, Resource) and declaration.main and declaration.model is model:
            return declaration
    return None


def instance_of(context: Context, resource: Resource, pk: int) -> dict[str, Any] | None:
    """The object with that key, its calculated figures left null; None where the user may see none."""
    shape = resource.shape
    shown = flags_shown(shape.members, lambda flag: None, writing=False)
    tests = [resource.key_test(pk)]
    if resource.hooks.scope and (scope := resource.hooks.scope(context)):
        tests.append(scope)
    parameters = {name: value for test in tests for name, value in test.parameters.items()} | context.parameters
    plan = context.planner.page(shape, shown, tests, (), kind="nested", paged=False)
    rows = fill(context, shape, plan.objects(context.reader, parameters), shown, parameters, "nested")
    return _in_order(shape, rows[0]) if rows else None


def _in_order(shape: Shape, row: Mapping[str, Any]) -> dict[str, Any]:
    """The members in the order in which the shape names them: scans are kept as text."""
    made: dict[str, Any] = {}
    for member in shape.members:
        if member.name in row:
            value = row[member.name]
            nested = isinstance(member, Detail) and value is not None
            made[member.name] = _in_order(member.shape, value) if nested and isinstance(member, Detail) else value
    return made
