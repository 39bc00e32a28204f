"""The command palette: our verbs, found by typing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from minutebook.tui.samples import find_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minutebook.tui.app import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One verb."""

    name: str
    help: str
    run: Callable[[], object]


class WorkbenchCommands(Provider):
    """What the palette offers."""

    async def discover(self) -> Hits:
        """Return every command."""
        for command in self._commands():
            yield DiscoveryHit(command.name, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """Return the commands that fit some letters."""
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.name)) > 0:
                yield Hit(score, matcher.highlight(command.name), command.run, help=command.help)

    @property
    def _bench(self) -> Workbench:
        return cast("Workbench", self.app)

    def _commands(self) -> Iterator[Command]:
        app = self._bench
        main = app.bench
        yield Command(name="New conversation", help="Talk here", run=app.action_new_conversation)
        yield Command(name="Search", help="Find what was said", run=app.action_search)
        yield Command(name="Watch a folder", help="Read its chat logs", run=app.action_watch_folder)
        yield from self._scribe_commands()
        yield Command(
            name="Retry failed jobs", help="Queue them again", run=app.action_retry_failed
        )
        for view in ("jobs", "pages", "quarantine", "log"):
            run = partial(main.action_show_view, view)
            yield Command(name=f"Show {view}", help="In the lower bar", run=run)
        yield Command(name="Theme", help="Change the colours", run=app.search_themes)
        if (samples := find_samples()) is not None:
            yield Command(
                name="Open the samples",
                help="Small conversations to look around in",
                run=partial(app.watch_path, samples),
            )
        yield Command(name="Help", help="Every key", run=app.action_help)
        yield Command(name="Quit", help="Everything is kept", run=app.action_quit)

    def _scribe_commands(self) -> Iterator[Command]:
        main = self._bench.bench
        yield Command(
            name="Scribe: start", help="Let the document follow", run=main.action_start_scribe
        )
        yield Command(
            name="Scribe: stop", help="Let the document stand", run=main.action_stop_scribe
        )
        yield Command(name="Scribe: history", help="Every revision", run=main.action_history)
