"""Commands in the composer: what is one, which is meant, what is offered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.errors import UsageError
from minutebook.tui.slash.commands import Kind, find
from minutebook.tui.slash.completion import Choice, Wanted, names, offered, wanted
from minutebook.tui.slash.parsing import Called, Said, Typed, parse
from minutebook.tui.slash.table import COMMANDS


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/model", Called(name="model")),
        ("/Model  anthropic:x ", Called(name="model", argument="anthropic:x")),
        ("/system one\ntwo", Called(name="system", argument="one\ntwo")),
        ("/nonsense here", Called(name="nonsense", argument="here")),
        ("//model", Said(text="/model")),
        ("/etc/hosts is a file", Said(text="/etc/hosts is a file")),
        ("/", Said(text="/")),
        ("/ hello", Said(text="/ hello")),
        ("/2 of it", Said(text="/2 of it")),
        (" /model", Said(text=" /model")),
        ("say /model", Said(text="say /model")),
    ],
)
def test_commands_are_words_behind_a_slash(text: str, meant: Said | Called) -> None:
    """Anything else is said."""
    assert parse(Typed(text=text)) == meant


def test_pasted_lines_are_no_command() -> None:
    """A log that begins with a slash is a log."""
    text = "/model offline\n/system evil"
    assert parse(Typed(text=text, is_pasted=True)) == Said(text=text)


@given(st.text())
def test_two_slashes_say_one(text: str) -> None:
    """Whatever follows is said with one slash before it, and never obeyed."""
    assert parse(Typed(text=f"//{text}")) == Said(text=f"/{text}")


@given(st.text())
def test_what_is_said_is_said_whole(text: str) -> None:
    """Text that is no command reaches the model as it is."""
    meant = parse(Typed(text=text))
    if isinstance(meant, Said) and not text.startswith("//"):
        assert meant.text == text


def test_unknown_command_names_the_nearest() -> None:
    """It is an error with a way out, never a message."""
    with pytest.raises(UsageError, match=r"no command /modle.*Did you mean /model\?"):
        find(COMMANDS, "modle")
    with pytest.raises(UsageError, match=r"Type // to say"):
        find(COMMANDS, "zzzz")


def test_every_command_has_a_line_of_help() -> None:
    """One line each, and a kind that fits its usage."""
    for name, command in COMMANDS.items():
        assert command.name == name
        assert command.help
        assert "\n" not in command.help
        assert bool(command.usage) == (command.kind is not Kind.NOTHING)


def test_names_are_offered_from_the_first_slash_on() -> None:
    """Those that begin with the letters come first; behind a space there are none."""
    assert len(names(COMMANDS.values(), "/") or ()) == len(COMMANDS)
    found = [each.text for each in names(COMMANDS.values(), "/re") or ()]
    assert found[:2] == ["/ref ", "/rename "]
    assert [each.text for each in names(COMMANDS.values(), "/sto") or ()] == ["/stop"]
    for text in ("hello", "//mo", "/model x", ""):
        assert names(COMMANDS.values(), text) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("/model ha", Wanted(kind=Kind.MODEL, begun="ha", head="/model ")),
        ("/scribe st", Wanted(kind=Kind.SCRIBE, begun="st", head="/scribe ")),
        ("/scribe style li", Wanted(kind=Kind.STYLE, begun="li", head="/scribe style ")),
        ("/scribe tell it", None),
        ("/system x", None),
        ("/nonsense x", None),
        ("/model", None),
        ("/attach a\nb", None),
    ],
)
def test_arguments_are_offered_by_kind(text: str, wish: Wanted | None) -> None:
    """What stands behind a command decides what is looked for."""
    assert wanted(COMMANDS, text) == wish


def test_choices_fit_by_any_of_their_letters() -> None:
    """Beginnings come first; a note is shown last, and only where nothing is looked for."""
    wish = Wanted(kind=Kind.MODEL, begun="ha", head="/model ")
    choices = [
        Choice(text="", help="openai: no key"),
        Choice(text="anthropic:claude-haiku"),
        Choice(text="offline"),
        Choice(text="hal:9000"),
    ]
    found = offered(wish, choices)
    assert [each.text for each in found] == ["/model hal:9000", "/model anthropic:claude-haiku"]
    everything = offered(Wanted(kind=Kind.MODEL, begun="", head="/model "), choices)
    assert (everything[-1].text, everything[-1].help) == ("", "openai: no key")
