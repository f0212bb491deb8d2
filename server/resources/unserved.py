"""Where InvenTree has what is not served here (yet): forms name these addresses for their choices."""

from server.db.models.build import Build
from server.rest.resource import name_address

__all__: list[str] = []

name_address(Build, "build/")
