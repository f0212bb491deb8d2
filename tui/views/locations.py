"""Locations: the tree, and finding one by part of its name."""

from collections.abc import Iterable, Sequence

from tui.api_client import ApiClient, Rows
from tui.api_models import Location
from tui.widgets.tree_list import TreeNode

__all__ = ["ALL_STOCK", "rank_locations", "search_locations", "tree_nodes"]

#: The key of the node above all locations.
ALL_STOCK = 0
_FOUND_AT_MOST = 20


async def search_locations(client: ApiClient, text: str) -> list[Location]:
    """Locations that match `text`, the best first; a location code (`INV-SL5`) finds just that one. Raises ApiError."""
    code = text.upper().removeprefix("INV-SL")
    if code != text.upper() and code.isdigit():
        return [Location.of(await client.get(f"stock/location/{code}/"))]
    words = text.replace("/", " ")
    page = await client.page("stock/location/", 0, _FOUND_AT_MOST, {"search": words, "cascade": True})
    return rank_locations([Location.of(row) for row in page.results], text)


def rank_locations(locations: Iterable[Location], text: str) -> list[Location]:
    """Exact name or path first, then names that begin with `text`, then others; structural ones after their like."""
    wanted = text.casefold().strip().strip("/")

    def rank(place: Location) -> tuple[int, bool, str]:
        name, path = place.name.casefold(), place.path.casefold()
        if wanted in (name, path):
            score = 0
        elif name.startswith(wanted):
            score = 1
        else:
            score = 2 if wanted in path else 3
        return score, place.structural, path

    return sorted(locations, key=rank)


def tree_nodes(rows: Rows) -> Sequence[TreeNode]:
    """Rows of `stock/location/tree/` as nodes below one for all stock."""
    nodes = [TreeNode(ALL_STOCK, None, "All stock", has_children=bool(rows))]
    for row in rows:
        nodes.append(
            TreeNode(
                row["pk"],
                row.get("parent") or ALL_STOCK,
                str(row.get("name") or ""),
                has_children=bool(row.get("sublocations")),
                hint="muted" if row.get("structural") else "",
            )
        )
    return nodes
