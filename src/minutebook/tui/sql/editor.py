"""Where a query is written: colours of SQL, and what could come next is asked for as one types.

The colours come from Pygments and stay within the roles that code has everywhere in the workbench.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.domain.display import terminal_safe
from minutebook.tui.prose.highlight import Highlighting
from minutebook.tui.prose.rows import Role
from minutebook.tui.widgets.text_editor import WritingArea

if TYPE_CHECKING:
    from rich.text import Text
    from textual import events

_COLOURED = 16_000
"""Characters above which a text stays plain: it is coloured anew at each key."""
_ROLES = (
    Role.CODE_KEYWORD,
    Role.CODE_STRING,
    Role.CODE_COMMENT,
    Role.CODE_NUMBER,
    Role.CODE_NAME,
)


class SqlEditor(WritingArea):
    """The text of a query."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"sql--{role}" for role in _ROLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Take what is offered", priority=True),
        Binding("enter", "take", show=False, priority=True),
        Binding("ctrl+@,ctrl+space", "offer", "Offer what could come next"),
        Binding("escape", "refuse", show=False),
    ]

    class Moved(Message):
        """The cursor is to go up or down in what is offered."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class CompletionTaken(Message):
        """What is offered is to be taken."""

    class CompletionWanted(Message):
        """Something is to be offered."""

    class CompletionRefused(Message):
        """What is offered is to go."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(
            id=id,
            compact=True,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder="FROM history LIMIT 10",
        )
        self.cursor_blink = False
        self.is_offering = False
        """Whether something is offered, which takes Tab, Escape and the arrows."""
        self.is_pointing = False
        """Whether one of that is pointed at, which takes Enter."""
        self._coloured = ""
        self._colours: list[list[tuple[int, int, Role]]] = []

    def fill(self, text: str) -> None:
        """Have another text, with the cursor at its end; ctrl+z brings the one before back."""
        self.replace(terminal_safe(text), (0, 0), self.document.end)
        self.move_cursor(self.document.end)

    @property
    def before(self) -> str:
        """The text before the cursor."""
        return self.get_text_range((0, 0), self.cursor_location)

    def put(self, word: str, letters: int) -> None:
        """Put a word in the place of the letters before the cursor."""
        row, column = self.cursor_location
        self.replace(word, (row, column - letters), (row, column), maintain_selection_offset=False)

    def get_line(self, line_index: int) -> Text:
        """Return a line in colours."""
        line = super().get_line(line_index)
        colours = self._found_colours()
        for start, end, role in colours[line_index] if line_index < len(colours) else ():
            line.stylize(self._style(role), start, end)
        return line

    def _style(self, role: Role) -> Style:
        """Return how a role looks, its colour mixed into the ground."""
        styles = self.get_component_styles(f"sql--{role}")
        colour = self.background_colors[1] + styles.color
        return Style(color=colour.rich_color) + styles.text_style

    def _found_colours(self) -> list[list[tuple[int, int, Role]]]:
        if (text := self.text) != self._coloured:
            self._coloured, self._colours = text, []
            if len(text) <= _COLOURED:
                found = Highlighting(text, "sql")
                found.advance(2 * _COLOURED)
                self._colours = [[(*part,) for part in line] for line in found.lines]
        return self._colours

    async def _on_paste(self, event: events.Paste) -> None:
        # Textual calls the handlers of the base classes by itself: the text area takes the text.
        event.text = terminal_safe(event.text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys to others where nothing is offered."""
        if action in {"complete", "refuse"}:
            return self.is_offering
        return self.is_pointing if action == "take" else True

    def action_complete(self) -> None:
        """Take what is offered."""
        self.post_message(self.CompletionTaken())

    def action_take(self) -> None:
        """Take what is pointed at."""
        self.post_message(self.CompletionTaken())

    def action_offer(self) -> None:
        """Have something offered."""
        self.post_message(self.CompletionWanted())

    def action_refuse(self) -> None:
        """Let what is offered go."""
        self.post_message(self.CompletionRefused())

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up a row; in what is offered, where something is."""
        if self.is_offering and not select:
            self.post_message(self.Moved(-1))
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down a row; in what is offered, where something is."""
        if self.is_offering and not select:
            self.post_message(self.Moved(1))
        else:
            super().action_cursor_down(select)
