"""The workbench as a Textual app: opens the engine behind the first frame, and holds the verbs that
work everywhere.

Only what the first frame needs is imported here; screens, palette and engine come when they are
wanted.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType

from minutebook.clock import Clock, system_clock
from minutebook.domain.display import one_line
from minutebook.errors import MinutebookError
from minutebook.tui import clipboard, terminal_keys, theming
from minutebook.tui.drafts import Drafts
from minutebook.tui.engine_room import EngineRoom
from minutebook.tui.guard import Failed, Guarded, edge, run_guarded, tell
from minutebook.tui.leaving import Leaving
from minutebook.tui.logbook import Logbook
from minutebook.tui.screens.main import MainScreen
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from textual.command import Provider
    from textual.screen import Screen

    from minutebook.config import Settings
    from minutebook.engine import Engine
    from minutebook.paths import Home
    from minutebook.tui.bridge import News
    from minutebook.tui.sql.desk import SqlDesk

_log = logging.getLogger(__name__)
_TOAST_LENGTH = 400
_STORM = 30
"""Errors that Textual itself hands over within a few seconds before the app gives up."""
_STORM_SECONDS = 10.0
NARROW = 100
"""Columns below which one pane is shown at a time."""


def run(home: Home, settings: Settings, paths: Sequence[Path] = ()) -> int:
    """Open the workbench; paths are imported and watched. Return the exit code."""
    terminal_keys.teach()
    return asyncio.run(_run(Workbench(home, settings, paths)))


async def _run(app: Workbench) -> int:
    loop = asyncio.get_running_loop()
    # From before the first frame on, since the terminal is changed before that.
    Leaving(lambda: loop.call_soon_threadsafe(app.exit)).listen()
    await app.run_async()
    return app.return_code or 0


def _commands() -> type[Provider]:
    from minutebook.tui.palette import WorkbenchCommands

    return WorkbenchCommands


class Workbench(Guarded, App[None]):
    """The app."""

    TITLE = "minutebook"
    CSS_PATH = "workbench.tcss"
    COMMANDS = {_commands}  # noqa: RUF012 - as Textual declares it
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (NARROW, "-wide"),
        (150, "-roomy"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-lowest"), (9, "-low"), (13, "-high")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", priority=True),
        Binding("ctrl+n", "new_conversation", "New conversation", priority=True),
        Binding("ctrl+f", "search", "Search everything", priority=True),
        Binding("ctrl+q", "quit", "Quit", priority=True),
    ]

    def __init__(
        self,
        home: Home,
        settings: Settings,
        paths: Sequence[Path] = (),
        *,
        clock: Clock = system_clock,
    ) -> None:
        super().__init__()
        self.home = home
        self.settings = settings
        self.clock = clock
        self.logbook = Logbook()
        self._bench = MainScreen(clock, self.logbook)
        """Held here, because the stack of screens is empty while the app ends."""
        self.engine: Engine | None = None
        self.drafts = Drafts(home.drafts)
        self._paths = tuple(paths)
        self._room = EngineRoom(home, settings, paths, clock=clock)
        self._running_room: asyncio.Task[None] | None = None
        self._sql_desk: SqlDesk | None = None
        self._errors: list[float] = []
        self._has_begun = False
        """Whether the person was quicker than the welcome."""
        theming.wear_chosen(self)

    @property
    def bench(self) -> MainScreen:
        """The workbench's own screen, below whatever is open over it."""
        return self._bench

    def get_default_screen(self) -> Screen[None]:
        """Return the workbench's own screen."""
        return self._bench

    def on_mount(self) -> None:
        """Open the engine as soon as there is a first frame."""
        self.logbook.open()
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        run_guarded(self, lambda: theming.wear_and_watch(self), "themes")
        self._running_room = asyncio.create_task(self._keep_room(), name="engine room")

    async def _keep_room(self) -> None:
        """Run the engine; what ends it is told, and the screen stays for reading."""
        from minutebook.tui.bridge import Bridge

        try:
            await self.bench.furnish()
            await self._room.run(Bridge(self._hear), self._opened)
        except Exception as error:  # noqa: BLE001 - the edge of the engine's task: logged and told
            tell(self, error, "The engine")
            said = "The record is closed; F6 has the reason."
            self.bench.bar.say(said, Ink.ERROR, stays=True)

    def _opened(self, engine: Engine) -> None:
        self.engine = engine
        self.bench.use(engine)
        run_guarded(self, lambda: self._begin(engine), "begin")

    async def _begin(self, engine: Engine) -> None:
        """Keep the log in the home; explain the workbench to whoever has nothing in it."""
        if not self.is_running:
            return
        self.logbook.keep_in(self.home.logs)
        _log.info("The workbench is open on %s.", self.home.data)
        if self._paths or await engine.watching.paths():
            return
        is_empty = (await engine.library.counts()).conversations == 0
        if is_empty and not self._has_begun and self._shows_bench():
            self.action_welcome()

    def _shows_bench(self) -> bool:
        """Say whether the workbench is there, with nothing open over it."""
        return self.is_running and self.screen is self.bench

    async def on_unmount(self) -> None:
        """Close the engine: what runs is handed back, and goes on next time."""
        self.bench.keep_draft()
        with suppress(OSError):
            self.drafts.write()
        self._room.close()
        if self._running_room is not None:
            await self._running_room
        self.logbook.close()

    def _hear(self, news: News) -> None:
        with edge(self, "The screen"):
            self.bench.hear(news)

    @on(Failed)
    def _tell_failure(self, event: Failed) -> None:
        error = event.error
        if isinstance(error, MinutebookError):
            text = str(error)
        else:
            text = f"{event.where} failed: {error}. It is in the log (F6); the record is safe."
        self.notify(one_line(text)[:_TOAST_LENGTH], severity="error", timeout=10, markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """Survive what Textual meets outside of a handler: a timer, a paint, an idle callback.

        A storm of errors, or one before the first frame, ends the app as Textual does it, with the
        terminal restored.
        """
        now = monotonic()
        self._errors = [at for at in self._errors if now - at < _STORM_SECONDS] + [now]
        if not self._running or len(self._errors) > _STORM:
            super()._handle_exception(error)
            return
        tell(self, error, "The workbench")

    def action_command_palette(self) -> None:
        """Open the palette; its cursor rests like every other."""
        super().action_command_palette()
        self.call_after_refresh(self._rest_cursor)

    def _rest_cursor(self) -> None:
        from textual.widgets import Input

        for box in self.screen.query(Input):
            box.cursor_blink = False

    def action_help(self) -> None:
        """Show the keys."""
        from minutebook.tui.screens.help import HelpScreen

        self._toggle(HelpScreen)

    def show_commands(self, name: str) -> None:
        """Show the commands among the keys, and point at one if it is named.

        Raises UsageError for one that is not there.
        """
        from minutebook.tui.screens.help import HelpScreen, title_of

        self.push_screen(HelpScreen(title_of(name)))

    def action_search(self) -> None:
        """Search everything that was said."""
        if self.engine is None:
            return
        from minutebook.tui.screens.search import SearchScreen

        if not isinstance(self.screen, SearchScreen):
            self.push_screen(SearchScreen(self.engine, self.clock), self._go_to_found)

    def action_sql(self) -> None:
        """Ask the record with SQL."""
        if self.engine is None:
            return
        from minutebook.tui.screens.sql import SqlScreen
        from minutebook.tui.sql.desk import SqlDesk

        if self._sql_desk is None:
            self._sql_desk = SqlDesk()
        if not isinstance(self.screen, SqlScreen):
            self.push_screen(SqlScreen(self.engine, self._sql_desk))

    def ask_sql(self, query: str) -> None:
        """Open the SQL console, and run a query there if one is given."""
        self.action_sql()
        if query:
            self.call_after_refresh(self._run_query, query)

    def _run_query(self, query: str) -> None:
        from minutebook.tui.screens.sql import SqlScreen

        if isinstance(self.screen, SqlScreen):
            self.screen.ask(query)

    def search_for(self, words: str) -> None:
        """Search everything that was said for some words."""
        self.action_search()
        self.call_after_refresh(self._type_words, words)

    def _type_words(self, words: str) -> None:
        from textual.widgets import Input

        for box in self.screen.query("#search-words").results(Input):
            box.value = words
            box.cursor_position = len(words)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text, by the terminal and by the machine's own clipboard program."""
        super().copy_to_clipboard(text)
        if not self.is_headless:
            copying = partial(asyncio.to_thread, clipboard.copy, text)
            run_guarded(self, copying, "copy")

    def _go_to_found(self, found: tuple[str, str] | None) -> None:
        if found is not None:
            self.show_turn(*found)

    def show_turn(self, conversation: str, turn: str) -> None:
        """Show a turn in its conversation."""
        self.bench.visit(conversation, turn)

    def action_welcome(self) -> None:
        """Show the first screen."""
        from minutebook.tui.screens.welcome import WelcomeScreen

        if not isinstance(self.screen, WelcomeScreen):
            self.push_screen(WelcomeScreen())

    def action_watch_folder(self) -> None:
        """Ask for a folder to be read and watched."""
        from minutebook.tui.screens.folder import FolderScreen

        self.push_screen(FolderScreen(), self._watch_chosen)

    def _watch_chosen(self, path: Path | None) -> None:
        if path is not None:
            self.watch_path(path)

    def _toggle(self, kind: type[Screen[None]]) -> None:
        if isinstance(self.screen, kind):
            self.screen.dismiss()
        else:
            self.push_screen(kind())

    def action_new_conversation(self) -> None:
        """Begin a conversation."""
        self._has_begun = True
        run_guarded(self, self._new_conversation, "new conversation")

    async def _new_conversation(self) -> None:
        if self.engine is None:
            return
        self.back_to_bench()
        shown = self.bench.shown_conversation
        if shown is None or not shown.is_live or shown.turns:
            shown = await self.engine.chat.start()
            self.bench.conversations.clear_words()
            self.bench.open(shown.id)
            await self.bench.chat.opened()
        self.bench.action_go("chat")

    def back_to_bench(self) -> None:
        """Close whatever is open over the workbench."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def watch_path(self, path: Path) -> None:
        """Import a folder or file, and watch it from now on."""
        self.back_to_bench()

        async def watch() -> None:
            new = await (await self._room.engine()).watching.add([path])
            how = "is watched from now on" if new else "is watched already"
            self.bench.bar.say(f"{path.name or path} {how}.")

        run_guarded(self, watch, "watch a folder")

    def stop_watching(self, path: Path) -> None:
        """Watch a folder or file no more; what came in stays."""

        async def stop() -> None:
            await (await self._room.engine()).watching.remove([path])

        run_guarded(self, stop, "stop watching")

    def action_next_pane(self) -> None:
        """Go to the pane on the right."""
        self.bench.action_next_pane()

    def action_retry_failed(self) -> None:
        """Queue every failed job again."""
        engine = self.engine

        async def retry() -> None:
            if engine is not None:
                count = await engine.queue.retry_all()
                self.bench.bar.say(f"{count} failed jobs are queued again.")

        run_guarded(self, retry, "retry failed jobs")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Have none: the palette has verbs of our own."""
        return ()
