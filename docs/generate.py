"""Writes the pages that follow from the code: docs/settings.md, docs/api.md, docs/keys.md, docs/orders.md.

    python -m docs.generate [--check]          (make docs)

With --check nothing is written; a page that is out of date is named and the exit status is 1.
"""

import ast
import inspect
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from pydantic_core import PydanticUndefined

import server.settings
from server.domain.plugin_catalog import PLUGINS
from server.resources import declared
from server.rest.filters import Family
from server.rest.resource import Resource
from server.settings import Settings
from tui.actions import ACTIONS
from workflow.orders import KINDS, NEEDS, SALES, SHIPMENT, OrderKind

HERE = Path(__file__).parent


def field_texts() -> dict[str, str]:
    """The text under each field of Settings."""
    tree = ast.parse(inspect.getsource(server.settings))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings").body
    texts = {}
    for field, text in pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            texts[field.target.id] = " ".join(str(text.value.value).split())
    return texts


def settings_page() -> str:
    """Every setting of the server."""
    texts = field_texts()
    lines = [
        "# Settings of the server", "",
        "Each is an environment variable; `bincard-server COMMAND --help` says which have an option too. Secrets are",
        "given in the environment only: `BINCARD_SECRET_KEY` (what tokens are derived from; else the file",
        "`secret.key` in the data directory).", "",
        "| Variable | Default | Meaning |", "|---|---|---|",
    ]  # fmt: skip
    for name, field in Settings.model_fields.items():
        default = "the user's data directory" if field.default is PydanticUndefined else f"`{field.default}`"
        default = "SQLite in the data directory" if name == "database_url" else default
        lines.append(f"| `BINCARD_{name.upper()}` | {default} | {texts[name]} |")
    lines += [
        "", "## Beyond InvenTree's settings", "",
        "InvenTree's own settings are under `/api/settings/global/`. These are Bincard's alone, under",
        "`/api/plugins/bincard/settings/<key>/` (`PATCH {\"value\": ...}`, staff only).", "",
        "| Key | Default | Choices | Meaning |", "|---|---|---|---|",
    ]  # fmt: skip
    (own,) = (plugin for plugin in PLUGINS if plugin.key == "bincard")
    for kind in own.settings:
        choices = "; ".join(f"`{value}` {text}" for value, text in kind.choices)
        lines.append(f"| `{kind.key}` | `{kind.default}` | {choices} | {kind.description} |")
    return "\n".join([*lines, ""])


def filters_of(resource: Resource) -> str:
    """How a list may be narrowed and ordered, in words."""
    parts = [", ".join(sorted(one.name for one in resource.filters if not isinstance(one, Family)))]
    parts += ["search"] if resource.search else []
    parts += [f"order by {', '.join(sorted(resource.ordering))}"] if resource.ordering else []
    return "; ".join(part for part in parts if part)


def api_page() -> str:
    """Every address of the API."""
    lines = [
        "# Addresses of the API", "",
        "Below `/api/` unless they begin with a slash. `/plugin/bincard/docs/` of a running server is the same with",
        "fields; `/api/schema/` is it as an OpenAPI document.", "",
        "| Address | Methods | Filters, search and order |", "|---|---|---|",
    ]  # fmt: skip
    rows = []
    for declaration in declared():
        for path, endpoint in declaration.routes().items():
            about = ""
            if isinstance(declaration, Resource) and path == declaration.path:
                about = filters_of(declaration)
            rows.append(f"| `{path}` | {' '.join(endpoint.methods)} | {about} |")
    return "\n".join([*lines, *sorted(rows), ""])


def keys_page() -> str:
    """Every command of the client."""
    lines = [
        "# Keys and commands of the client", "",
        "The same list makes the footer, the help (`?`), the `:` commands and the palette. A key map file changes",
        "the keys by these ids (docs/configuration.md).", "",
        "| Where | Keys | Command | What it does | Id |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for action in ACTIONS:
        keys = " ".join(f"`{key}`" for key in action.keys).replace("|", "\\|")
        lines.append(f"| {action.scope} | {keys} | {action.label} | {action.help} | `{action.id}` |")
    return "\n".join([*lines, ""])


def orders_page() -> str:
    """What may be done with an order in which state."""
    lines = [
        "# Orders and their states", "",
        "The same tables make the addresses of the server, its refusals and the keys that the client offers. An action",
        "is a `POST` to the order's address with the path behind it; who may do it must have the verb on the role. A",
        "state that users added counts as the built-in one that it stands for, and is left with it.", "",
    ]  # fmt: skip
    for kind in KINDS:
        still_open = ", ".join(kind.label(name) for name in kind.open)
        lines += [
            f"## {kind.plural}", "",
            f"`/api/{kind.path}`, role `{kind.role}`. States: "
            + ", ".join(f"{label} ({code})" for code, _, label in kind.states) + ".",
            f"Open, so that they may be overdue: {still_open}.", "",
            "| State | Action | Next state | Path | Who | What must hold |", "|---|---|---|---|---|---|",
        ]  # fmt: skip
        lines += [row for _, state, _ in kind.states for row in order_rows(kind, state)]
        lines.append("")
    lines += [
        "## Shipments of sales orders", "",
        "The state of a shipment follows from whether somebody checked it and whether it has a date of shipment.", "",
        "| State | Action | Next state | How | Who | What must hold |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for deed in SHIPMENT:
        how = f"`{deed.method} {deed.path}`" if deed.path else f"`{deed.method}` of `{deed.member}`"
        sources = ", ".join(name.capitalize() for name in deed.sources)
        lines.append(
            f"| {sources} | {deed.label}: {deed.help} | {deed.target.capitalize()} | {how} "
            f"| `{SALES.role}.{deed.verb}` | {needs_of(deed.needs)} |"
        )
    return "\n".join([*lines, ""])


def order_rows(kind: OrderKind, state: str) -> list[str]:
    """One row for each thing that may be done in the state; one that says so where nothing may."""
    rows = []
    for move in kind.legal(state):
        target = move.leads_to(state)
        after = "unchanged" if target is None else kind.label(target)
        if move.first is not None and target == move.first and move.target is not None:
            after += f" ({kind.label(move.target)} with `{move.skips_first}`)"
        rows.append(
            f"| {kind.label(state)} | {move.label}: {move.help} | {after} | `{move.path}` "
            f"| `{kind.role}.{move.verb}` | {needs_of(move.needs)} |"
        )
    return rows or [f"| {kind.label(state)} | nothing | | | | |"]


def needs_of(names: Iterable[str]) -> str:
    """What must hold besides the state, in sentences."""
    told = []
    for name in names:
        need = NEEDS[name]
        told.append(need.about + (f" (`{need.waived_by}` waives it)" if need.waived_by else ""))
    return " ".join(told)


PAGES = {"settings.md": settings_page, "api.md": api_page, "keys.md": keys_page, "orders.md": orders_page}


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    stale = []
    for name, make in PAGES.items():
        path, text = HERE / name, make()
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text)
            print(f"wrote docs/{name}")
    if stale and "--check" in arguments:
        print(f"out of date: {', '.join(stale)}; run: make docs", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
