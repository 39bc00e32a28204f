"""The tree of a ChatGPT conversation: the order of its nodes, and the branch that is followed.

A tree that contradicts itself is read as a forest: what has no parent that exists is a root, and a
circle is cut where it is entered. Every node comes exactly once, behind its parent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    moment_of,
    text_at,
)

_UTC = ZoneInfo("UTC")


class Tree:
    """The nodes of one conversation."""

    def __init__(self, conversation: JsonObject) -> None:
        mapping = as_object(conversation.get("mapping"))
        self.nodes = {name: node for name, node in mapping.items() if isinstance(node, dict)}
        self.damaged = [name for name in mapping if name not in self.nodes]
        """Names of nodes that are none."""
        self._parents = self._find_parents()
        self._children = self._find_children()
        self._order = list(self._walk())
        self.active = self._find_active(text_at(conversation, "current_node"))
        """Names of the nodes on the branch that is followed."""

    def __iter__(self) -> Iterator[str]:
        """Go through the nodes: each behind its parent, siblings in their order."""
        return iter(self._order)

    def parent(self, name: str) -> str | None:
        """Return the parent of a node, if there is one."""
        return self._parents.get(name)

    def _find_parents(self) -> dict[str, str]:
        found = {}
        for name, node in self.nodes.items():
            parent = node.get("parent")
            if isinstance(parent, str) and parent in self.nodes and parent != name:
                found[name] = parent
        for name, node in self.nodes.items():
            for child in as_list(node.get("children")):
                if isinstance(child, str) and child in self.nodes and child != name:
                    found.setdefault(child, name)
        return found

    def _find_children(self) -> dict[str, list[str]]:
        listed: dict[str, dict[str, None]] = defaultdict(dict)
        for name, node in self.nodes.items():
            for child in as_list(node.get("children")):
                if isinstance(child, str) and self._parents.get(child) == name:
                    listed[name][child] = None
        for name, parent in self._parents.items():
            listed[parent][name] = None
        return {name: list(children) for name, children in listed.items()}

    def _walk(self) -> Iterator[str]:
        seen: set[str] = set()
        roots = [name for name in self.nodes if name not in self._parents]
        # Nodes in a circle are reached from no root: they follow, each circle from its first node.
        for start in (*roots, *self.nodes):
            stack = [start]
            while stack:
                name = stack.pop()
                if name in seen:
                    continue
                seen.add(name)
                yield name
                stack.extend(reversed(self._children.get(name, [])))

    def _find_active(self, current: str) -> frozenset[str]:
        name: str | None = current if current in self.nodes else self._latest_leaf()
        active: set[str] = set()
        while name is not None and name not in active:
            active.add(name)
            name = self._parents.get(name)
        return frozenset(active)

    def _latest_leaf(self) -> str | None:
        leaves = [name for name in self._order if not self._children.get(name)]
        return max(leaves, key=self._said_at, default=None)

    def _said_at(self, name: str) -> float:
        message = as_object(self.nodes[name].get("message"))
        at = moment_of(message.get("create_time"), _UTC).at
        return at.timestamp() if at is not None else float("-inf")
