"""`search/`: one question to many lists."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.actions.targets import Target, may, target_of
from server.domain.errors import BincardError, InvalidInput
from server.resources.instances import resource_of
from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Context
from server.rest.pages import page_url
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["RESOURCES"]

KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "build": ("build", {}),
    "company": ("company", {}),
    "supplier": ("company", {"is_supplier": "true"}),
    "manufacturer": ("company", {"is_manufacturer": "true"}),
    "customer": ("company", {"is_customer": "true"}),
    "manufacturerpart": ("manufacturerpart", {}),
    "supplierpart": ("supplierpart", {}),
    "part": ("part", {}),
    "partcategory": ("partcategory", {}),
    "purchaseorder": ("purchaseorder", {}),
    "returnorder": ("returnorder", {}),
    "salesorder": ("salesorder", {}),
    "salesordershipment": ("salesordershipment", {}),
    "stockitem": ("stockitem", {}),
    "stocklocation": ("stocklocation", {}),
}
"""What can be searched for, the kind of object that it is, and the filters that go with it."""

BODY: dict[str, f.Field] = {
    "search": f.String(),
    "search_regex": f.Boolean(default=False, required=False),
    "search_whole": f.Boolean(default=False, required=False),
    "search_notes": f.Boolean(default=False, required=False),
    "limit": f.Integer(default=1, required=False),
    "offset": f.Integer(default=0, required=False),
}
PASSED = {"search": "", "search_regex": False, "search_whole": False, "search_notes": False, "limit": 1, "offset": 0}


def _as_query(value: Any) -> str:
    """A value of the body as the text that an address would hold."""
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _search(context: Context) -> dict[str, Any]:
    body = context.body()
    if "search" not in body:
        raise InvalidInput({"search": "Search term must be provided"})
    common = {name: _as_query(body.get(name, default)) for name, default in PASSED.items()}
    found: dict[str, Any] = {}
    for name, (kind, filters) in KINDS.items():
        wanted = body.get(name)
        target = target_of(kind)
        if isinstance(wanted, Mapping) and target is not None:
            query = {key: _as_query(value) for key, value in wanted.items()} | common | dict(filters)
            found[name] = _one_list(context, target, query)
    return found


def _one_list(context: Context, target: Target, query: dict[str, str]) -> Any:
    """The hits among one kind of object; what is refused is said in the place of the hits."""
    if not may(context.user, target.label, "view"):
        return {"error": "User does not have permission to view this model"}
    resource = resource_of(context, target.model)
    if resource is None:
        return {"count": 0, "next": None, "previous": None, "results": []}
    inner = Context(context.api, replace(context.incoming, query=query), context.reader, context.caller)
    try:
        page = resource.listing(inner).payload
    except BincardError as error:
        return {"error": str(error)}
    if isinstance(page, dict):
        bare = Context(context.api, replace(context.incoming, query={}), context.reader, context.caller)
        limit, offset = int(query["limit"]), max(_number(query["offset"]), 0)
        page["next"] = page["next"] and page_url(bare, limit, offset + limit)
        page["previous"] = page["previous"] and page_url(bare, limit, offset - limit)
    return page


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0


RESOURCES: tuple[Resource | Endpoint, ...] = (
    Endpoint(
        path="search/", access=Authenticated(), methods={"POST": Route(_search)}, title="API Search",
        description="A general-purpose 'search' API endpoint.\n\n"
        "Returns hits against a number of different models simultaneously,\n"
        "to consolidate multiple API requests into a single query.\n\nIs much more efficient and simplifies code!",
        body=BODY,
    ),
)  # fmt: skip
