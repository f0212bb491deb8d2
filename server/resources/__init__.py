"""The declarations: what there is under which address. Each module here that declares any names them `RESOURCES`."""

from importlib import import_module
from pkgutil import iter_modules

from server.rest.openapi import DOCUMENTS
from server.rest.resource import Endpoint, Resource

__all__ = ["declared"]


def declared() -> tuple[Endpoint | Resource, ...]:
    """All declarations, in the order of their modules' names."""
    found: list[Endpoint | Resource] = []
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        found += getattr(import_module(f"{__name__}.{module.name}"), "RESOURCES", ())
    return (*found, *DOCUMENTS)
