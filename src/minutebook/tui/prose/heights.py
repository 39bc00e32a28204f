"""Running totals of heights that change: a binary indexed tree (Fenwick, 1994).

Finding what stands at a row, and changing a height, take time logarithmic in the number of items,
so that a hundred thousand turns scroll like ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Heights:
    """A list of heights, each at least 0, that knows where every item starts."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._begin(heights)

    def _begin(self, heights: Iterable[int]) -> None:
        self._heights = list(heights)
        self._tree = self._heights.copy()
        self.total = sum(self._heights)
        for index in range(len(self._tree)):
            above = index | (index + 1)
            if above < len(self._tree):
                self._tree[above] += self._tree[index]

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def __setitem__(self, index: int, height: int) -> None:
        change = height - self._heights[index]
        self._heights[index] = height
        self.total += change
        while change and index < len(self._tree):
            self._tree[index] += change
            index |= index + 1

    def append(self, height: int) -> None:
        """Add an item at the end."""
        index = len(self._tree)
        first = index & (index + 1)
        self._tree.append(height + self.before(index) - self.before(first))
        self._heights.append(height)
        self.total += height

    def extend(self, heights: Sequence[int]) -> None:
        """Add items at the end; the first ones of all at once."""
        if not self._heights:
            self._begin(heights)
            return
        for height in heights:
            self.append(height)

    def truncate(self, size: int) -> None:
        """Drop all items from `size` on."""
        self.total = self.before(size)
        del self._heights[size:], self._tree[size:]

    def before(self, index: int) -> int:
        """Return the sum of the heights of the items before `index`."""
        total = 0
        while index > 0:
            total += self._tree[index - 1]
            index &= index - 1
        return total

    def locate(self, row: int) -> tuple[int, int]:
        """Return the item that `row` falls in, and the row inside it.

        A row past the end is in the last item, one before the start in the first. There must be
        at least one item.
        """
        row = max(0, row)
        index = 0
        step = 1 << len(self._tree).bit_length()
        rest = row
        while step := step >> 1:
            upper = index + step
            if upper <= len(self._tree) and self._tree[upper - 1] <= rest:
                rest -= self._tree[upper - 1]
                index = upper
        if index >= len(self._heights):
            index = len(self._heights) - 1
            rest = row - self.before(index)
        return index, rest
