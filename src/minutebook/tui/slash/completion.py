"""What could be typed next: commands first, then what can stand behind one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.tui.slash.commands import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from minutebook.tui.slash.commands import Command

AT_MOST = 200
"""Choices that are offered; whoever has more types on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that can stand behind a command."""

    text: str
    """What is put in; empty for a note that cannot be chosen."""
    help: str = ""
    is_open: bool = False
    """Whether more follows, as behind a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One row of what is offered."""

    text: str
    """The whole text of the composer once it is taken; empty when it cannot be."""
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Choices that are wanted, and the letters they are looked for by."""

    kind: Kind
    begun: str
    head: str
    """What stands before the letters."""


SCRIBE_VERBS = (
    Choice(text="start", help="Let the document follow the conversation"),
    Choice(text="stop", help="Let it stand as it is"),
    Choice(text="tell", help="Have it revised: /scribe tell shorter, please", is_open=True),
    Choice(text="edit", help="The same as tell", is_open=True),
    Choice(text="style", help="How it is written", is_open=True),
    Choice(text="status", help="How it stands"),
)


SNAPSHOT_VERBS = (
    Choice(text="take", help="Keep what is in sight now: /snapshot take all agreed", is_open=True),
    Choice(text="resume", help="Bring the conversation back to where it was", is_open=True),
    Choice(text="branch", help="Go on from there in a new conversation", is_open=True),
)
_BEHIND = {
    (Kind.SCRIBE, "style"): Kind.STYLE,
    (Kind.SNAPSHOT, "resume"): Kind.THEN,
    (Kind.SNAPSHOT, "branch"): Kind.THEN,
}
"""What can stand behind a verb."""


def names(commands: Iterable[Command], text: str) -> tuple[Completion, ...] | None:
    """Return the commands that fit what is typed; None when a name is not what is typed."""
    if not text.startswith("/") or text.startswith("//") or len(text.split()) > 1:
        return None
    begun = text[1:].lower()
    if begun != begun.strip():
        return None
    fitting = sorted(_fit(commands, begun), key=lambda command: not command.name.startswith(begun))
    return tuple(
        Completion(
            text=f"/{command.name}{'' if command.kind is Kind.NOTHING else ' '}",
            label=command.title,
            help=command.help,
        )
        for command in fitting
    )


def _fit(commands: Iterable[Command], begun: str) -> list[Command]:
    return [c for c in commands if c.name.startswith(begun) or (begun and begun in c.name)]


def wanted(commands: Mapping[str, Command], text: str) -> Wanted | None:
    """Return which choices fit behind the command that is typed; None where there are none."""
    name, gap, begun = text.partition(" ")
    command = commands.get(name[1:].lower()) if name.startswith("/") else None
    if not gap or command is None or "\n" in text or command.kind in {Kind.NOTHING, Kind.TEXT}:
        return None
    kind: Kind = command.kind
    head = f"{name} "
    verb, behind, rest = begun.partition(" ")
    if behind and kind in {Kind.SCRIBE, Kind.SNAPSHOT}:
        if (kind, verb) not in _BEHIND:
            return None
        kind, head, begun = _BEHIND[kind, verb], f"{name} {verb} ", rest
    elif behind and kind is Kind.THEN:
        return None
    return Wanted(kind=kind, begun=begun, head=head)


def offered(wish: Wanted, choices: Sequence[Choice]) -> tuple[Completion, ...]:
    """Return the choices that have all the letters; those that begin with them come first."""
    words = wish.begun.casefold()
    found = [e for e in choices if (words in _looked_at(e) if e.text else not words)]
    if wish.kind is Kind.FILE:
        found = [each for each in choices if each.text.casefold().startswith(words)]
    found.sort(key=lambda each: (not each.text, not each.text.casefold().startswith(words)))
    return tuple(_row(wish, each) for each in found[:AT_MOST])


def _looked_at(choice: Choice) -> str:
    return f"{choice.text} {choice.help}".casefold()


def _row(wish: Wanted, choice: Choice) -> Completion:
    more = " " if choice.is_open and wish.kind is not Kind.FILE else ""
    text = f"{wish.head}{choice.text}{more}" if choice.text else ""
    return Completion(text=text, label=choice.text, help=choice.help)
