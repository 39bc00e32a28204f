"""What work would cost, before it is done: a yes, a no, or neither yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.hint import Hint
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.wording import dollars, plural

if TYPE_CHECKING:
    from decimal import Decimal

    from textual.app import ComposeResult

    from minutebook.domain.batches import Approval

_NAME_WIDTH = 18


class ApprovalScreen(Overlay[bool]):
    """Gives True for a yes, False for a no, and None when it is left open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n", "answer(False)", "No"),
    ]

    def __init__(self, approval: Approval, confirm_above: float) -> None:
        super().__init__()
        self._approval = approval
        self._confirm_above = confirm_above

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        asked = self._approval
        with Vertical(classes="sheet"):
            shown = line("May this be done?", Ink.ACCENT, right="esc decides later")
            title = InkedLine(shown, id="approval-title")
            title.add_class("sheet-title")
            yield title
            for name, value in self._numbers():
                left = (Span(text=f"{name:<{_NAME_WIDTH}}", ink=Ink.NOTE), Span(text=value))
                yield InkedLine(Line(left=left))
            note = f"It is asked because {_because(asked, self._confirm_above)}."
            foot = Hint(id="approval-why")
            foot.say(note, Ink.NOTE)
            foot.add_class("sheet-foot")
            yield foot
            yield InkedLine(_keys(), id="approval-keys")

    def action_answer(self, is_yes: bool) -> None:
        """Give an answer."""
        self.dismiss(is_yes)

    def _numbers(self) -> list[tuple[str, str]]:
        asked, estimate = self._approval, self._approval.estimate
        tokens = f"about {estimate.input_tokens:,} in, {estimate.output_tokens:,} out"
        found = [
            ("work", f"summaries of {plural(estimate.pages, 'page')}"),
            ("model", asked.model),
            ("tokens", tokens),
            ("price", _about(estimate.cost)),
        ]
        if estimate.direct_cost != estimate.cost:
            found.append(("without batches", _about(estimate.direct_cost)))
        return found


def _about(amount: Decimal | None) -> str:
    return "unknown: the model has no price" if amount is None else f"about {dollars(amount)}"


def _because(asked: Approval, confirm_above: float) -> str:
    from minutebook.domain.batches import ApprovalKind

    match asked.kind:
        case ApprovalKind.BACKLOG:
            return "these pages have summaries of another kind already"
        case ApprovalKind.CANCELED:
            return "it was under way, and was cancelled"
        case ApprovalKind.UNANSWERED:
            return "no batch brought an answer, and to ask now costs the full price"
        case ApprovalKind.COST if asked.estimate.cost is None:
            return "it is much, and nobody knows what it costs"
        case ApprovalKind.COST:
            return f"it comes to more than {dollars(confirm_above)}"


def _keys() -> Line:
    said = (("y", "yes, do it"), ("n", "no: the pages keep what they have"))
    spans: list[Span] = []
    for key, words in said:
        action = f"screen.answer({key == 'y'})"
        spans += [
            Span(text=f"{key} ", ink=Ink.KEY, action=action),
            Span(text=f"{words}   ", ink=Ink.NOTE, action=action),
        ]
    return Line(left=tuple(spans))
