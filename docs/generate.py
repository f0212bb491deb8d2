"""Writes the pages that follow from the code: docs/settings.md, docs/api.md, docs/keys.md.

    python -m docs.generate [--check]          (make docs)

With --check nothing is written; a page that is out of date is named and the exit status is 1.
"""

import ast
import inspect
import sys
from itertools import pairwise
from pathlib import Path

from pydantic_core import PydanticUndefined

import server.settings
from server.resources import declared
from server.rest.filters import Family
from server.rest.resource import Resource
from server.settings import Settings
from tui.actions import ACTIONS

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


PAGES = {"settings.md": settings_page, "api.md": api_page, "keys.md": keys_page}


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
