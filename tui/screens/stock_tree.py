"""The tree of locations on the stock screen: loaded, pointed at, gone up."""

from textual import work
from textual.message import Message

from tui.api_client import Rows
from tui.api_errors import ApiError, NotAuthenticated
from tui.screens.base import BincardScreen
from tui.views.locations import ALL_STOCK, tree_nodes
from tui.widgets.tree_list import TreeList

__all__ = ["LocationPane"]

#: A tree larger than this is asked for branch by branch.
LARGEST_TREE = 2000


class LocationPane(BincardScreen):
    """A screen with the tree. Large trees are asked for branch by branch, as they are opened."""

    class Branch(Message):
        """Locations arrived: all of them (`whole`), or those below `parent`."""

        def __init__(self, parent: int, rows: Rows, *, whole: bool) -> None:
            super().__init__()
            self.parent_pk = parent
            self.rows = rows
            self.whole = whole

    class BranchFailed(Message):
        """Loading did not work out."""

        def __init__(self, error: ApiError) -> None:
            super().__init__()
            self.error = error

    def __init__(self) -> None:
        super().__init__()
        self._tree_token: str | None = None

    @property
    def tree_list(self) -> TreeList:
        """The tree."""
        return self.query_one("#tree", TreeList)

    def load_tree(self) -> None:
        """Ask for the locations (again)."""
        self._tree_token = self.bincard.session.client.token
        self._fetch_branch(ALL_STOCK)

    @property
    def tree_asked(self) -> bool:
        """Whether the locations have been asked for with the token that is in use."""
        return self._tree_token is not None and self._tree_token == self.bincard.session.client.token

    @work(group="tree")
    async def _fetch_branch(self, parent: int) -> None:
        client = self.bincard.session.client
        try:
            if parent == ALL_STOCK:
                page = await client.page("stock/location/tree/", 0, LARGEST_TREE)
                if page.count <= LARGEST_TREE:
                    self.post_message(self.Branch(parent, page.results, whole=True))
                    return
            params = {"top_level": True} if parent == ALL_STOCK else {"parent": parent}
            self.post_message(self.Branch(parent, await client.list("stock/location/", params), whole=False))
        except ApiError as error:
            self.post_message(self.BranchFailed(error))

    def on_location_pane_branch(self, message: Branch) -> None:
        nodes = tree_nodes(message.rows)
        if message.parent_pk == ALL_STOCK:
            self.tree_list.set_nodes(nodes)
            self.tree_list.open_node(ALL_STOCK)
            self.point_at_location()
        else:
            self.tree_list.set_children(message.parent_pk, nodes[1:])
        self.tree_loaded()

    def point_at_location(self) -> None:
        """Put the cursor of the tree on the location that is shown."""
        raise NotImplementedError

    def tree_loaded(self) -> None:
        """Names of locations are known now."""

    def on_location_pane_branch_failed(self, message: BranchFailed) -> None:
        if not isinstance(message.error, NotAuthenticated) or self.bincard.session.user is not None:
            self.bincard.announce(str(message.error), "error")

    def on_tree_list_children_needed(self, message: TreeList.ChildrenNeeded) -> None:
        if isinstance(message.key, int):
            self._fetch_branch(message.key)

    def above(self, location: int | None) -> int:
        """The key of the node above a location."""
        path = self.tree_list.path_to(location) if location is not None else []
        key = path[-2].key if len(path) > 1 else ALL_STOCK
        return key if isinstance(key, int) else ALL_STOCK

    def path_of(self, location: int) -> str:
        """The names of a location and those above it, "" while they are not known."""
        return " / ".join(node.text for node in self.tree_list.path_to(location) if node.key != ALL_STOCK)
