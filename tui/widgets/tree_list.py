"""A tree as a flat list: what is collapsed costs nothing, and a moved cursor repaints two lines."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.safe_text import safe
from tui.widgets.columns import fit
from tui.widgets.virtual_list import VirtualList

__all__ = ["TreeList", "TreeNode"]

INDENT = 2  # cells for each level, as long as that leaves the names half of the width


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node: its key, its parent's key (None at the top), its name, a short count, and whether it has children."""

    key: Hashable
    parent: Hashable | None
    text: str
    count: str = ""
    has_children: bool = False
    hint: str = ""


class TreeList(VirtualList):
    """Locations or categories. Give it all nodes (`set_nodes`) or those of one parent (`set_children`).

    What is expanded and where the cursor is are kept by key. A node that has children which are not there yet posts
    `ChildrenNeeded` when it is expanded. `filter_text` shows the known nodes whose name holds it, below their parents.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "expand", "Expand", show=False, id="tree.expand"),
        Binding("left", "collapse", "Collapse", show=False, id="tree.collapse"),
        Binding("space", "toggle_node", "Expand or collapse", show=False, id="tree.toggle"),
    ]

    class ChildrenNeeded(Message):
        """A node was expanded whose children are not known; answer with `set_children`."""

        def __init__(self, tree: TreeList, key: Hashable) -> None:
            super().__init__()
            self.tree = tree
            self.key = key

        @property
        def control(self) -> TreeList:
            """The tree it happened in."""
            return self.tree

    def __init__(
        self,
        nodes: Iterable[TreeNode] = (),
        *,
        empty_text: str = "Nothing here.",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.empty_text = empty_text
        self._known: dict[Hashable, TreeNode] = {}
        self._children: dict[Hashable | None, list[Hashable]] = {}
        self._expanded: set[Hashable] = set()
        self._filter = ""
        self._flat: list[tuple[TreeNode, int]] = []
        self._places: dict[Hashable, int] = {}
        self._anchor: Hashable | None = None
        self.set_nodes(nodes)

    # -- nodes -------------------------------------------------------------------------------------------------------

    def set_nodes(self, nodes: Iterable[TreeNode]) -> None:
        """Take these nodes, in this order, instead of all others. A node whose parent is unknown stands at the top."""
        self._known = {node.key: node for node in nodes}
        self._children = {}
        for node in self._known.values():
            parent = node.parent if node.parent in self._known else None
            self._children.setdefault(parent, []).append(node.key)
        self._rebuild()

    def set_children(self, parent: Hashable | None, nodes: Iterable[TreeNode]) -> None:
        """Take these nodes as the children of `parent` instead of those it had."""
        for key in self._children.get(parent, ()):
            self._known.pop(key, None)
        given = list(nodes)
        self._known.update((node.key, node) for node in given)
        self._children[parent] = [node.key for node in given]
        self._rebuild()

    @property
    def current_node(self) -> TreeNode | None:
        """The node under the cursor; None in an empty tree."""
        return self._flat[self.cursor][0] if self.cursor < len(self._flat) else None

    def node(self, key: Hashable) -> TreeNode | None:
        """The node with this key, shown or not; None when it is not known."""
        return self._known.get(key)

    def path_to(self, key: Hashable) -> list[TreeNode]:
        """The node and those above it, the topmost first; empty when it is not known."""
        path: list[TreeNode] = []
        node = self._known.get(key)
        while node is not None and node not in path:
            path.append(node)
            node = None if node.parent is None else self._known.get(node.parent)
        return path[::-1]

    @property
    def expanded_keys(self) -> frozenset[Hashable]:
        """Keys of the expanded nodes."""
        return frozenset(self._expanded)

    @property
    def filter_text(self) -> str:
        """What names must hold to be shown (upper and lower case alike); "" shows all."""
        return self._filter

    @filter_text.setter
    def filter_text(self, text: str) -> None:
        self._filter = text.strip().casefold()
        self._rebuild()
        if self._filter:
            match = next((place for place, (node, _) in enumerate(self._flat) if self._matches(node)), None)
            if match is not None and (self.current_node is None or not self._matches(self.current_node)):
                self.move_to(match)

    def _matches(self, node: TreeNode) -> bool:
        return self._filter in node.text.casefold()

    # -- expanding ---------------------------------------------------------------------------------------------------

    def open_node(self, key: Hashable) -> None:
        """Show the children of a node, asking for them when they are not known."""
        node = self._known.get(key)
        if node is None or not self._is_parent(node):
            return
        self._expanded.add(key)
        if key not in self._children:
            self.post_message(self.ChildrenNeeded(self, key))
        self._rebuild()

    def close_node(self, key: Hashable) -> None:
        """Hide what is below a node; a cursor in there goes to the node."""
        if key not in self._expanded:
            return
        current = self.current_node
        if current is not None and any(node.key == key for node in self.path_to(current.key)):
            self._anchor = key
        self._expanded.discard(key)
        self._rebuild()

    def reveal(self, key: Hashable) -> bool:
        """Put the cursor on a node, expanding what is above it; False when it is not known."""
        path = self.path_to(key)
        if not path:
            return False
        if self._filter and key not in self._places:
            self._filter = ""
        self._expanded.update(node.key for node in path[:-1])
        self._rebuild()
        self.move_to(self._places[key])
        return True

    def _is_parent(self, node: TreeNode) -> bool:
        return bool(self._children.get(node.key)) or (node.has_children and node.key not in self._children)

    def _rebuild(self) -> None:
        """Make the flat list anew, the cursor staying on its node and its line."""
        wanted = self._matching_keys() if self._filter else None
        self._flat = []
        pending: list[tuple[Hashable, int]] = [(key, 0) for key in reversed(self._children.get(None, ()))]
        while pending:
            key, depth = pending.pop()
            if wanted is not None and key not in wanted:
                continue
            self._flat.append((self._known[key], depth))
            if wanted is not None or key in self._expanded:
                pending.extend((child, depth + 1) for child in reversed(self._children.get(key, ())))
        self._places = {node.key: place for place, (node, _) in enumerate(self._flat)}
        self._find_cursor()
        self.refresh()

    def _matching_keys(self) -> set[Hashable]:
        """Keys of the nodes that match and of all above them."""
        wanted: set[Hashable] = set()
        for node in self._known.values():
            if self._matches(node):
                wanted.update(above.key for above in self.path_to(node.key))
        return wanted

    def _find_cursor(self) -> None:
        old = self.cursor
        place = old if self._anchor is None else self._places.get(self._anchor, old)
        self.cursor = max(0, min(place, len(self._flat) - 1))
        self.top = self._top_for(self.cursor, self.top + self.cursor - old)
        before, node = self._anchor, self.current_node
        self._anchor = None if node is None else node.key
        if self._anchor != before and self.is_attached:
            self.post_message(self.CursorMoved(self, self.cursor))

    # -- painting ----------------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        """How many nodes are shown (collapsed ones are not)."""
        return len(self._flat)

    def cursor_moved(self) -> None:
        """Remember the node."""
        node = self.current_node
        self._anchor = None if node is None else node.key

    def row_line(self, index: int, width: int) -> Strip:
        """One node: the cursor's sign, its level, + or - for what it holds, its name and count."""
        node, depth = self._flat[index]
        at_cursor = index == self.cursor
        sign = "-" if self._is_open(node) else "+" if self._is_parent(node) else " "
        indent = " " * min(depth * INDENT, max(0, width // 2 - 2))
        count = safe(node.count)
        lead = f"{'>' if at_cursor else ' '}{indent}{sign} "
        room = width - len(lead) - (len(count) + 2 if count else 0)
        if room < len(count) and count:
            count, room = "", width - len(lead)
        name = fit(node.text, max(0, room))
        style = self.style_of("cursor" if at_cursor else node.hint or "plain")
        if not count:
            return self.text_line(lead + name, width, style)
        muted = style if at_cursor else self.style_of("muted")
        return Strip([Segment(lead + name, style), Segment(f" {count} ", muted)]).adjust_cell_length(width, style)

    def _is_open(self, node: TreeNode) -> bool:
        return (node.key in self._expanded or bool(self._filter)) and bool(self._children.get(node.key))

    def empty_line(self, line: int, width: int) -> Strip:
        """Why there are no nodes, on the first line."""
        text = "" if line or self._flat else "  " + self.empty_text
        return self.text_line(fit(text, width), width, self.style_of("muted"))

    # -- actions -----------------------------------------------------------------------------------------------------

    def action_expand(self) -> None:
        """Expand the node, or go to its first child when it is expanded."""
        node = self.current_node
        if node is None or not self._is_parent(node):
            raise SkipAction
        if self._is_open(node):
            self.move_to(self.cursor + 1)
        else:
            self.open_node(node.key)

    def action_collapse(self) -> None:
        """Collapse the node, or go to its parent when it is not expanded."""
        node = self.current_node
        if node is None:
            raise SkipAction
        if node.key in self._expanded and not self._filter:
            self.close_node(node.key)
        elif node.parent in self._places:
            self.move_to(self._places[node.parent])

    def action_toggle_node(self) -> None:
        """Expand or collapse the node."""
        node = self.current_node
        if node is None:
            return
        if node.key in self._expanded:
            self.close_node(node.key)
        else:
            self.open_node(node.key)
