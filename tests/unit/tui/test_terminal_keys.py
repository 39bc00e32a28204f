"""Keys arrive as what was pressed."""

from __future__ import annotations

from textual._xterm_parser import XTermParser

from minutebook.tui import terminal_keys


def test_alt_enter_is_not_enter() -> None:
    """ESC and a carriage return are alt+Enter; a carriage return alone is Enter."""
    terminal_keys.teach()
    parser = XTermParser()
    pressed = [getattr(event, "key", "") for event in parser.feed("\x1b\r")]
    assert pressed == ["alt+enter"]
    assert [getattr(event, "key", "") for event in parser.feed("\r")] == ["enter"]
