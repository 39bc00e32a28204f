"""Who writes the document that is open: the scribe is started and stopped, versions are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.documents import ScribeState

if TYPE_CHECKING:
    from minutebook.engine import Engine
    from minutebook.tui.screens.main import MainScreen


async def toggle(main: MainScreen, engine: Engine) -> None:
    """Start the scribe where it is stopped, else stop it. Raises NotFoundError, StoreError."""
    document = main.document.document
    is_live = document is not None and document.state is ScribeState.LIVE
    await (stop if is_live else start)(main, engine)


async def start(main: MainScreen, engine: Engine) -> None:
    """Let the document follow the conversation. Raises NotFoundError, StoreError."""
    if (conversation := main.chat.conversation) is not None:
        document = await engine.scribe.start(conversation.id)
        main.document.open(document.id)
        main.bar.say("The scribe follows this conversation.")


async def stop(main: MainScreen, engine: Engine) -> None:
    """Let the document stand as it is. Raises NotFoundError, StoreError."""
    if (document := main.document.document) is not None:
        await engine.scribe.stop(document.id)
        main.bar.say("The scribe has stopped; the document stands as it is.")


async def show_history(main: MainScreen, engine: Engine) -> None:
    """Show the revisions of the document."""
    if (document := main.document.document) is None:
        main.bar.say("There is no document yet.")
        return
    from minutebook.tui.screens.history import HistoryScreen

    main.app.push_screen(HistoryScreen(engine, document, main.clock))
