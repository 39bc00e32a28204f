"""What the screens over the workbench have in common: a sheet, and Escape closes it."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from minutebook.tui.guard import Guarded

T = TypeVar("T")


class Overlay(Guarded, ModalScreen[T]):
    """A sheet over the workbench."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close")]

    def action_close(self) -> None:
        """Go back without having chosen anything."""
        self.dismiss()
