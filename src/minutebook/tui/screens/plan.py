"""What a compaction would do, before it is done: what leaves, how much, what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.context_views import cost_of, percent
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from minutebook.domain.context import Left, Tier
    from minutebook.engine import Trial

_TIERS = {
    1: "summarise the oldest pages",
    2: "merge old summaries into the story",
    3: "leave out old thinking",
    4: "shorten old long replies",
}
_NAME = 10


class PlanScreen(Overlay[bool]):
    """Gives True for a yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "make_room", "Make room"),
        Binding("n", "close", "Leave it"),
    ]

    def __init__(self, trial: Trial, tokens: int) -> None:
        super().__init__()
        self._trial = trial
        self._tokens = tokens
        """That the prompt may have."""
        self._list = RowList(id="plan-left")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = InkedLine(line("Make room now?", Ink.ACCENT, right="y yes, n no"))
            title.add_class("sheet-title")
            yield title
            for shown in self._facts():
                yield InkedLine(shown)
            yield self._list
            foot = InkedLine(line("Nothing is lost: every page comes back by its id.", Ink.FAINT))
            foot.add_class("sheet-foot")
            yield foot

    def on_mount(self) -> None:
        """List what would leave."""
        self._list.show(left_rows(self._trial.left, self._trial.left_count))
        self._list.focus()

    def action_make_room(self) -> None:
        """Say yes."""
        self.dismiss(True)

    def _facts(self) -> list[Line]:
        trial = self._trial
        sizes = f"{trial.before:,} → about {trial.after:,} tokens"
        shares = f"{percent(trial.before, self._tokens)} → {percent(trial.after, self._tokens)}"
        calls = f"{plural(trial.calls, 'call')} of a model, {cost_of(trial.cost)}"
        said = [
            ("prompt", f"{shares}   {sizes}"),
            ("how", tiers_told(trial.tiers)),
            ("cost", calls if trial.calls else "nothing: no model is asked"),
        ]
        if trial.reason:
            said.append(("note", trial.reason))
        said.append(("leaves", ""))
        return [
            Line(left=(Span(text=f"{name:<{_NAME}}", ink=Ink.NOTE), Span(text=text)))
            for name, text in said
        ]


def tiers_told(tiers: Sequence[Tier]) -> str:
    """Return what a pass does, in words."""
    return ", ".join(_TIERS[tier.value] for tier in tiers) or "nothing"


def left_rows(left: Sequence[Left], count: int) -> list[ListRow]:
    """Return what leaves a prompt as rows; each is named by its page and its place."""
    rows = [
        ListRow(
            id=f"{each.reference} {number}",
            lines=(
                line(
                    f"  {each.what:<9} {each.reference}",
                    right=f"{each.tokens:,} tokens",
                ),
            ),
        )
        for number, each in enumerate(left)
    ]
    if count > len(left):
        rows.append(ListRow(id="", lines=(line(f"  and {count - len(left):,} more", Ink.NOTE),)))
    return rows
