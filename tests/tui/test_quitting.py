"""The end of the workbench: the engine goes on for a moment, and what it tells breaks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.app import App

from minutebook.events import ReplyStarted
from minutebook.tui.app import Workbench
from minutebook.tui.bridge import News

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.conftest import Opens


def late_news(app: Workbench) -> None:
    """Tell of a reply."""
    reply = ReplyStarted(conversation="any", model="late")
    app._hear(News(conversations=frozenset({"any"}), replies=(reply,)))


def late_engine(app: Workbench) -> None:
    """Have the record opened after the person has quit."""
    assert app.engine is not None
    app._opened(app.engine)


@pytest.mark.parametrize("comes", [late_news, late_engine])
async def test_what_comes_after_the_screens_have_gone_is_let_go(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch, comes: Callable[[Workbench], None]
) -> None:
    """News and an engine that arrive while the app ends find no screen, and are no error."""
    close, came = App._close_all, []

    async def close_first(self: App[None]) -> None:
        await close(self)
        assert isinstance(self, Workbench)
        assert self.screen_stack == []
        comes(self)
        came.append(self)

    monkeypatch.setattr(App, "_close_all", close_first)
    async with workbench() as bench:
        pass
    assert came == [bench.app]
