"""The roles of text become styles of the app's theme, by the component classes of the widget.

Styles are resolved here, once for each theme, and not at each row. Two palettes are equal when they
look the same, so that a mere change of focus paints nothing again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.style import Style

from minutebook.tui.prose.rows import Role

if TYPE_CHECKING:
    from textual.color import Color
    from textual.css.styles import RenderStyles
    from textual.widget import Widget

COMPONENTS: Final = frozenset(f"prose--{role}" for role in Role)

PROSE_CSS: Final = """
Prose {
    width: 1fr;
    height: 1fr;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size-vertical: 1;
    scrollbar-background: transparent;
    scrollbar-background-hover: transparent;
    scrollbar-background-active: transparent;
    scrollbar-color: $foreground 15%;
    scrollbar-color-hover: $foreground 30%;
    scrollbar-color-active: $accent;

    & > .prose--title { color: $accent; text-style: bold; }
    & > .prose--heading { text-style: bold; }
    & > .prose--strong { text-style: bold; }
    & > .prose--emphasis { text-style: italic; }
    & > .prose--strike { text-style: strike; }
    & > .prose--code { background: $foreground 9%; }
    & > .prose--code-block { background: $foreground 5%; }
    & > .prose--code-label { color: $foreground 45%; }
    & > .prose--code-keyword { color: $text-primary; }
    & > .prose--code-string { color: $text-success; }
    & > .prose--code-comment { color: $foreground 50%; text-style: italic; }
    & > .prose--code-number { color: $text-warning; }
    & > .prose--code-name { color: $text-secondary; }
    & > .prose--link { color: $accent; text-style: underline; }
    & > .prose--quote { color: $foreground 75%; }
    & > .prose--quote-bar { color: $foreground 30%; }
    & > .prose--marker { color: $foreground 55%; }
    & > .prose--rule { color: $foreground 25%; }
    & > .prose--table-head { text-style: bold; }
    & > .prose--meta { color: $foreground 40%; }
    & > .prose--speaker-you { color: $accent; text-style: bold; }
    & > .prose--speaker-model { color: $foreground 80%; text-style: bold; }
    & > .prose--speaker-tool { color: $foreground 50%; }
    & > .prose--speaker-system { color: $foreground 50%; text-style: italic; }
    & > .prose--speaker-person { color: $foreground 80%; text-style: bold; }
    & > .prose--thought { color: $foreground 50%; }
    & > .prose--chosen { color: $accent; }
    & > .prose--changed { color: $accent; }
    & > .prose--changed-fading { color: $accent 40%; }
    & > .prose--attention { color: $text-warning; }
    & > .prose--own { color: $foreground 28%; }
    & > .prose--pointed { background: $accent 14%; }
    & > .prose--hit { background: $accent 25%; }
    & > .prose--hit-current { background: $accent; color: $background; text-style: bold; }

    &:nocolor > .prose--code { text-style: bold; }
    &:nocolor > .prose--pointed { text-style: reverse; }
    &:nocolor > .prose--hit { text-style: underline; }
    &:nocolor > .prose--hit-current { text-style: reverse; }
}
"""


class Palette:
    """A style for every combination of roles."""

    def __init__(self, base: Style, parts: dict[Role, Style]) -> None:
        self.base = base
        self._parts = parts
        self._known: dict[tuple[Role, ...], Style] = {(): base}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Palette):
            return NotImplemented
        return self.base == other.base and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self.base)

    def part(self, role: Role) -> Style:
        """Return what a role adds to a style."""
        return self._parts[role]

    def style(self, roles: tuple[Role, ...], fill: Role | None = None) -> Style:
        """Return the style of text with these roles, later ones winning, over a filled row."""
        key = roles if fill is None else (fill, *roles)
        style = self._known.get(key)
        if style is None:
            style = self.base
            for role in key:
                style += self._parts[role]
            self._known[key] = style
        return style


def read_palette(widget: Widget) -> Palette:
    """Return the palette of a widget with the component classes `COMPONENTS`."""
    background = widget.background_colors[1]
    base = widget.rich_style + Style(bgcolor=background.rich_color)
    parts = {
        role: _part(widget.get_component_styles(f"prose--{role}"), background) for role in Role
    }
    return Palette(base, parts)


def _part(styles: RenderStyles, background: Color) -> Style:
    """Return what a component sets itself, with its colours mixed into the background."""
    behind = background
    if has_background := styles.has_rule("background"):
        behind = background + styles.background
    colour = None
    if styles.has_rule("color"):
        own = styles.color
        mixed = behind.get_contrast_text(own.a) if styles.auto_color else behind + own
        colour = mixed.rich_color
    painted = Style(color=colour, bgcolor=behind.rich_color if has_background else None)
    return painted + styles.text_style
