"""The command palette: our verbs, found by typing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from minutebook.tui.samples import find_samples, place_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.fuzzy import Matcher

    from minutebook.tui.app import Workbench


_PATH = 60
_SCRIBE_KEY = "s in the document"
_CONTEXT = (
    ("compact", "make room", "See what would leave, then decide", "c"),
    ("undo", "undo the last pass", "Show again what left", "u"),
    ("inspect", "inspect", "Exactly what would be sent now", "i"),
    ("passes", "passes", "When room was made, before and after", "v"),
    ("map", "map of pages", "How every page stands", "m"),
    ("recall", "automatic recall", "Turn it on or off", "a"),
)
"""Verb, name, words, key."""
_VIEW_NOUNS = {
    "jobs": ("jobs", "job", "queue", "failed jobs"),
    "batches": ("batches", "batch"),
    "pages": ("pages", "page"),
    "context": ("context", "prompt"),
}
_PANES = {
    "conversations": ("F2", ("conversations", "conversation", "list")),
    "chat": ("F3", ("chat", "turns")),
    "document": ("F4", ("document", "scribe")),
}
"""Key, and what is meant by it."""
_NAMED = 1_000.0
_VIEW_KEYS = {"context": "a click on the gauge", "jobs": "F5", "pages": "F5, then →", "log": "F6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One verb."""

    name: str
    help: str
    run: Callable[[], object]
    key: str = ""
    nouns: tuple[str, ...] = ()
    """What it shows: who types one of these wants to see it, and nothing done to it."""

    @property
    def note(self) -> str:
        """What it does, and the key that does the same."""
        return f"{self.help} · {self.key}" if self.key else self.help


class WorkbenchCommands(Provider):
    """What the palette offers."""

    async def discover(self) -> Hits:
        """Return every command."""
        for command in self._commands():
            shown = Content(command.name)  # a path in it is no markup
            yield DiscoveryHit(shown, command.run, text=command.name, help=command.note)

    async def search(self, query: str) -> Hits:
        """Return the commands that fit some letters."""
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.name)) > 0 or _names(command, query):
                score += _NAMED if _names(command, query) else 0
                shown = _highlighted(matcher, command.name)
                yield Hit(score, shown, command.run, text=command.name, help=command.note)

    @property
    def _bench(self) -> Workbench:
        return cast("Workbench", self.app)

    def _commands(self) -> Iterator[Command]:
        app = self._bench
        yield Command(
            name="New conversation", help="Talk here", run=app.action_new_conversation, key="^N"
        )
        yield Command(name="Search", help="Find what was said", run=app.action_search, key="^F")
        yield Command(name="SQL console", help="Ask with a query", run=app.action_sql, key="F7")
        yield Command(name="Watch a folder", help="Read its chat logs", run=app.action_watch_folder)
        yield from self._watch_commands()
        yield from self._scribe_commands()
        yield Command(
            name="Retry failed jobs", help="Queue them again", run=app.action_retry_failed
        )
        yield from self._context_commands()
        yield from self._show_commands()
        yield Command(name="Theme", help="Change the colours", run=app.search_themes)
        if (samples := find_samples()) is not None:
            yield Command(
                name="Open the samples",
                help="Small conversations to look around in",
                run=partial(app.watch_path, samples),
            )
        yield Command(name="Help", help="Every key", run=app.action_help, key="F1")
        yield Command(name="Quit", help="Everything is kept", run=app.action_quit, key="^Q")

    def _show_commands(self) -> Iterator[Command]:
        """Yield what only shows something."""
        main = self._bench.bench
        for view in ("context", "jobs", "batches", "pages", "archive", "quarantine", "log"):
            yield Command(
                name=f"Show {view}",
                help="In the lower bar",
                run=partial(main.action_show_view, view),
                key=_VIEW_KEYS.get(view, ""),
                nouns=_VIEW_NOUNS.get(view, (view,)),
            )
        for pane, (key, nouns) in _PANES.items():
            yield Command(
                name=f"Show {pane}",
                help="Go there",
                run=partial(main.action_go, pane),
                key=key,
                nouns=nouns,
            )

    def _context_commands(self) -> Iterator[Command]:
        """Yield what can be done about the prompt of the conversation that is open."""
        main = self._bench.bench
        for verb, name, words, key in _CONTEXT:
            yield Command(
                name=f"Context: {name}",
                help=words,
                run=partial(main.action_context, verb),
                key=f"{key} in the view of the context",
            )

    def _watch_commands(self) -> Iterator[Command]:
        for path in self._bench.bench.conversations.watched.paths:
            yield Command(
                name=f"Stop watching {place_name(path, _PATH)}",
                help="What came in stays",
                run=partial(self._bench.stop_watching, Path(path)),
            )

    def _scribe_commands(self) -> Iterator[Command]:
        main = self._bench.bench
        yield Command(
            name="Scribe: start",
            help="Let the document follow",
            run=main.action_start_scribe,
            key=_SCRIBE_KEY,
        )
        yield Command(
            name="Scribe: stop",
            help="Let the document stand",
            run=main.action_stop_scribe,
            key=_SCRIBE_KEY,
        )
        yield Command(
            name="Scribe: history",
            help="Every revision",
            run=main.action_history,
            key="h in the document",
        )


def _names(command: Command, query: str) -> bool:
    return query.strip().casefold() in command.nouns


def _highlighted(matcher: Matcher, name: str) -> Content:
    """Mark the letters that fit. Textual takes what it marks for markup, which no path is."""
    return Content(name) if "[" in name else matcher.highlight(name)
