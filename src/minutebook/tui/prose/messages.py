"""What the widget tells the app. Handlers are named `on_prose_…`."""

from __future__ import annotations

from textual.message import Message


class LinkClicked(Message, namespace="prose"):
    """Someone clicked a link; nothing has been opened."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target
        """A web or mail address, or a `minutebook:` reference."""


class OlderWanted(Message, namespace="prose"):
    """The reader is near the top and there is more above: call `prepend_blocks`."""


class FollowChanged(Message, namespace="prose"):
    """The view has let go of the end, come back to it, or something new is below it."""

    def __init__(self, *, following: bool, new_below: bool) -> None:
        super().__init__()
        self.following = following
        self.new_below = new_below


class FindChanged(Message, namespace="prose"):
    """More has been found, or another hit is the current one."""

    def __init__(self, *, position: int, count: int, complete: bool) -> None:
        super().__init__()
        self.position = position
        """The current hit, from 1; 0 when there is none."""
        self.count = count
        self.complete = complete
        """Whether all text has been looked through."""


class Copied(Message, namespace="prose"):
    """Text went to the clipboard."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class BlockPointed(Message, namespace="prose"):
    """The cursor is on another block; the id is empty when there is none."""

    def __init__(self, block_id: str) -> None:
        super().__init__()
        self.block_id = block_id


class BlockChosen(Message, namespace="prose"):
    """The reader wants to do something with a block."""

    def __init__(self, block_id: str) -> None:
        super().__init__()
        self.block_id = block_id
