"""The API's own description: an OpenAPI 3.0 document and a page to read it, both made from the declarations."""

import html
from collections.abc import Iterable, Mapping
from typing import Any

from server.rest import fields as f
from server.rest.access import Authenticated
from server.rest.context import Answer, Context
from server.rest.filters import Family
from server.rest.query import Column, Computed, Const, Derived, Detail, Joined, Many, Member, Shape
from server.rest.resource import Endpoint, Resource, Route

__all__ = ["DOCUMENTS", "document"]

TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"}, "float": {"type": "number"}, "decimal": {"type": "number"},
    "boolean": {"type": "boolean"}, "string": {"type": "string"}, "url": {"type": "string", "format": "uri"},
    "email": {"type": "string", "format": "email"}, "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string"}, "choice": {}, "related field": {"type": "integer"},
    "image upload": {"type": "string", "format": "binary"}, "file upload": {"type": "string", "format": "binary"},
}  # fmt: skip


def field_schema(field: f.Field) -> dict[str, Any]:
    """A field as JSON Schema."""
    about: dict[str, Any] = dict(TYPES.get(field.kind, {}))
    match field:
        case f.Nested():
            about = object_schema(field.fields)
        case f.ListOf():
            about = {"type": "array", "items": field_schema(field.child)}
        case f.String() if field.max_length is not None:
            about["maxLength"] = field.max_length
    if field.help_text:
        about["description"] = field.help_text
    if field.allow_null:
        about["nullable"] = True
    if field.read_only:
        about["readOnly"] = True
    if field.write_only:
        about["writeOnly"] = True
    return about


def object_schema(fields: Mapping[str, f.Field]) -> dict[str, Any]:
    """Named fields as JSON Schema."""
    required = [name for name, field in fields.items() if field.must_be_given]
    about: dict[str, Any] = {
        "type": "object", "properties": {name: field_schema(field) for name, field in fields.items()}
    }  # fmt: skip
    return {**about, "required": required} if required else about


def shape_schema(shape: Shape, *, writing: bool) -> dict[str, Any]:
    """A shape as JSON Schema; `writing`: what may be sent."""
    properties: dict[str, Any] = {}
    required = []
    for member in shape.members:
        about = _member_schema(member)
        if writing and (member.field is None or member.field.read_only):
            continue
        if not writing and member.field is not None and member.field.write_only:
            continue
        properties[member.name] = about
        if writing and member.field is not None and member.field.must_be_given:
            required.append(member.name)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


def _member_schema(member: Member) -> dict[str, Any]:
    match member:
        case Detail():
            return {**shape_schema(member.shape, writing=False), "nullable": True}
        case Many() if member.field is None:
            return {"type": "array", "items": {}}
        case Column() | Computed() | Joined() | Derived() | Const() | Member():
            return field_schema(member.field) if member.field is not None else {}


def _parameters(resource: Resource, path: str) -> list[dict[str, Any]]:
    def query(name: str, kind: str = "string", description: str = "") -> dict[str, Any]:
        return {"name": name, "in": "query", "schema": {"type": kind}, "description": description}

    flags = sorted({member.flag for member in resource.shape.members if member.flag})
    made = [query(flag, "boolean", "Whether the member is in the answer.") for flag in flags]
    if path != resource.path:
        return made
    made += [query("limit", "integer", "Answer a page of at most so many."), query("offset", "integer")]
    if resource.search:
        made.append(query("search", description=f"Words that must all be in: {', '.join(map(str, resource.search))}."))
    if resource.ordering:
        made.append(query("ordering", description=f"One of {', '.join(sorted(resource.ordering))}; - turns it round."))
    return made + [query(one.name) for one in resource.filters if not isinstance(one, Family)]


def _operation(endpoint: Endpoint, method: str, resource: Resource | None, path: str) -> dict[str, Any]:
    about: dict[str, Any] = {
        "summary": endpoint.title or path, "tags": [path.strip("/").split("/")[0]],
        "responses": {"200": {"description": "Done"}, "400": {"description": "Refused: field name to texts"},
                      "401": {"description": "Not signed in"}, "403": {"description": "Not allowed"}},
    }  # fmt: skip
    if endpoint.description:
        about["description"] = endpoint.description
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if name == "pk" else "string"}}
        for name in (part[1:-1] for part in path.split("/") if part.startswith("{"))
    ]
    if resource is not None and method == "GET":
        parameters += _parameters(resource, path)
        schema = shape_schema(resource.shape, writing=False)
        about["responses"]["200"]["content"] = {"application/json": {"schema": schema}}
    body = None
    if resource is not None and method in ("POST", "PUT", "PATCH"):
        body = shape_schema(resource.shape, writing=True)
    elif endpoint.body and method in ("POST", "PUT", "PATCH"):
        body = object_schema(endpoint.body)
    if body is not None:
        about["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return {**about, "parameters": parameters} if parameters else about


def document(declared: Iterable[Endpoint | Resource], version: str) -> dict[str, Any]:
    """The OpenAPI document of all declared routes."""
    paths: dict[str, Any] = {}
    for declaration in declared:
        resource = declaration if isinstance(declaration, Resource) else None
        for path, endpoint in declaration.routes().items():
            full = path if path.startswith("/") else f"/api/{path}"
            paths[full] = {method.lower(): _operation(endpoint, method, resource, path) for method in endpoint.methods}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Bincard API", "version": version, "description": "InvenTree's API 532, and Bincard's own."},
        "paths": dict(sorted(paths.items())),
        "components": {"securitySchemes": {
            "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token inv-..."},
            "basic": {"type": "http", "scheme": "basic"},
        }},
        "security": [{"token": []}, {"basic": []}],
    }  # fmt: skip


def _document(context: Context) -> dict[str, Any]:
    return document(context.api.declared, "532")


def _page(context: Context) -> Answer:
    """The document as a page without scripts."""
    rows = []
    for path, operations in _document(context)["paths"].items():
        for method, about in operations.items():
            inner = [f"<p>{html.escape(about.get('description', ''))}</p>"]
            names = [one["name"] for one in about.get("parameters", ()) if one["in"] == "query"]
            if names:
                inner.append(f"<p>Parameters: <code>{html.escape(', '.join(names))}</code></p>")
            body = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if body:
                needed = set(body.get("required", ()))
                shown = ", ".join(f"{name}{'*' if name in needed else ''}" for name in body.get("properties", ()))
                inner.append(f"<p>Body (* must be given): <code>{html.escape(shown)}</code></p>")
            rows.append(
                f"<details><summary><b>{method.upper()}</b> <code>{html.escape(path)}</code> "
                f"{html.escape(about['summary'])}</summary>{''.join(inner)}</details>"
            )
    style = "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}details{margin:.2rem 0}"
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Bincard API</title><style>{style}</style>"
        f"<h1>Bincard API</h1><p>The same as an OpenAPI document: <a href=/api/schema/>/api/schema/</a></p>"
        f"{''.join(rows)}"
    )
    return Answer(content=page.encode(), content_type="text/html; charset=utf-8")


DOCUMENTS = (
    Endpoint(path="schema/", access=Authenticated(), methods={"GET": Route(_document)}, title="OpenAPI document"),
    Endpoint(
        path="/plugin/bincard/docs/", access=Authenticated(), methods={"GET": Route(_page)}, title="The API to read"
    ),
)
