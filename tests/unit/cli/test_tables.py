"""How tables are shown: laid out for a terminal, whole fields with tabs between for a pipe."""

from __future__ import annotations

import io

import pytest
from terminal import COLOUR, OBEYED, Terminal

from minutebook.cli.columns import cut, key, number, wrapped
from minutebook.cli.output import print_table

ID = "cv_12ea8812ea8812ea"
TITLE = "When does the winter ferry leave for the islands, and who has the keys of the boat house"
COLUMNS = (key("id"), key("source", leaves=1), cut("title"), number("turns"))
ROW = (ID, "whatsapp", TITLE, 1234)


def lines(monkeypatch: pytest.MonkeyPatch, screen: io.StringIO, width: int = 80) -> list[str]:
    """Print a table there; return its lines."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout", screen)
    print_table(COLUMNS, [ROW])
    return COLOUR.sub("", screen.getvalue()).splitlines()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 160])
def test_ids_and_numbers_are_whole_at_every_width(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """And no line is wider than the terminal."""
    shown = lines(monkeypatch, Terminal(), width)
    assert ID in "\n".join(shown)
    assert "1234" in "\n".join(shown)
    assert all(len(line) <= width for line in shown)


def test_what_was_left_out_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, by name."""
    shown = lines(monkeypatch, Terminal(), 52)
    assert "source" not in shown[0]
    assert capsys.readouterr().err == "Left out for want of room: source.\n"


def test_a_row_becomes_lines_where_no_column_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is below what is copied, set in; a number says what it is."""
    first, second, third = lines(monkeypatch, Terminal(), 36)
    assert first.split() == [ID, "whatsapp"]
    assert second == "  turns 1234"
    assert third.startswith("  When does the winter")
    assert third.endswith("…")


def test_wrapped_text_is_shown_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over as many lines as it takes."""
    screen = Terminal()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout", screen)
    print_table((key("check"), wrapped("detail")), [("disk", TITLE)])
    assert (
        " ".join(COLOUR.sub("", screen.getvalue()).split()).removeprefix("check detail disk ")
        == TITLE
    )


def test_a_pipe_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tabs between fields, no names, nothing cut, whatever the width."""
    assert lines(monkeypatch, io.StringIO(), 30) == [f"{ID}\twhatsapp\t{TITLE}\t1234"]


def test_what_is_empty_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that every line has as many fields, also for tools that split at white space."""
    screen = io.StringIO()
    monkeypatch.setattr("sys.stdout", screen)
    print_table((key("id"), cut("error"), key("last")), [(ID, "", "  ")])
    assert screen.getvalue() == f"{ID}\t-\t-\n"


@pytest.mark.parametrize("screen", [Terminal, io.StringIO])
def test_text_is_harmless(monkeypatch: pytest.MonkeyPatch, screen: type[io.StringIO]) -> None:
    """Whatever it came from; markup is text."""
    shown = screen()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdout", shown)
    print_table((cut("title"),), [("a\tb\x1b[2J\x07 [red]x[/red]\u202e",)])
    assert not OBEYED.search(shown.getvalue().replace("\n", ""))
    assert "[red]x[/red]" in shown.getvalue()
