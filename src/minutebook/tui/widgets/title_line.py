"""The first line: the app, what is open, what answers, and what today has cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.widgets import gauge
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span
from minutebook.tui.wording import dollars

if TYPE_CHECKING:
    from decimal import Decimal

    from minutebook.domain.context import PromptSizes


class TitleLine(InkedLine):
    """Only what is true now."""

    def on_mount(self) -> None:
        """Show the name of the app."""
        self.tell("", "")

    def tell(
        self,
        conversation: str,
        model: str,
        spent: Decimal | None = None,
        sizes: PromptSizes | None = None,
    ) -> None:
        """Show the title of a conversation, the name of the model, how full its prompt is, and
        dollars when any were."""
        left = [Span(text="minutebook", ink=Ink.ACCENT)]
        if conversation:
            left += [Span(text="   "), Span(text=conversation, ink=Ink.STRONG)]
        right = [Span(text=model, ink=Ink.NOTE)]
        if sizes is not None:
            right += [
                Span(text="  · ", ink=Ink.NOTE),
                Span(text=gauge.percent(sizes), ink=Ink.NOTE),
            ]
        if spent:
            right.append(Span(text=f"  ·  {dollars(spent)} today", ink=Ink.NOTE))
        self.show(Line(left=tuple(left), right=tuple(right)))
