"""The two lines that frame the workbench, kept true: the title above, the lower bar below.

What they say is read when something has happened, never by a clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.errors import ModelUnavailableError, NotFoundError
from minutebook.tui.upkeep import Upkeep

if TYPE_CHECKING:
    from minutebook.domain.context import PromptSizes
    from minutebook.domain.conversations import Conversation
    from minutebook.engine import Engine
    from minutebook.tui.bridge import News
    from minutebook.tui.screens.main import MainScreen

_COUNT_PACE = 0.25


class Glance:
    """Reads what the two lines say."""

    def __init__(self, main: MainScreen) -> None:
        self._main = main
        self._engine: Engine | None = None
        self._counting = Upkeep(main, "counts", self._count, pace=_COUNT_PACE)
        self._titling = Upkeep(main, "title", self._tell)
        self.sizes: PromptSizes | None = None
        """Of the next prompt of the conversation that is open, if it is held here."""

    def use(self, engine: Engine) -> None:
        """Tell of this engine."""
        self._engine = engine
        self.ask()
        self._counting.ask()

    def ask(self) -> None:
        """Tell anew what is open, who answers there, and how full its prompt is."""
        self._titling.ask()

    def recount(self) -> None:
        """Tell anew how much there is, where no event says that it has changed."""
        self._counting.ask()

    def hear(self, news: News) -> None:
        """Tell what has changed."""
        self._counting.ask()
        shown = self._main.shown_conversation
        is_shown = shown is not None and shown.id in news.conversations
        if is_shown or news.has_ended_reply or news.passes:
            self._titling.ask()

    async def _count(self) -> None:
        if (engine := self._engine) is not None:
            from minutebook.tui.widgets import batch_views

            batches = batch_views.glance(await engine.batches.status())
            self._main.bar.count(await engine.library.counts(), batches)

    async def _tell(self) -> None:
        """Show what is open, who answers there, how full its prompt is, what today has cost."""
        if (engine := self._engine) is None:
            return
        shown = self._main.shown_conversation
        model = engine.chat.model
        if shown is not None and shown.is_live:
            model = (await engine.chat.options(shown.id)).model or model
        spent = await engine.ledger.spent_today()
        self.sizes = await _sizes(engine, shown)
        title = shown.title if shown else ""
        self._main.title_line.tell(title, model, spent, self.sizes)
        self._main.bar.gauge(self.sizes)


async def _sizes(engine: Engine, shown: Conversation | None) -> PromptSizes | None:
    """Return the sizes of a prompt; None where there is no telling."""
    if shown is None or not shown.is_live:
        return None
    try:
        return await engine.context.show(shown.id)
    except (ModelUnavailableError, NotFoundError):
        return None
