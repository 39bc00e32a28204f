"""What has just happened, in a few words on the lower bar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.events import (
    ApprovalNeeded,
    BatchApplied,
    BatchFailed,
    Event,
    JobFailed,
    LoopFailed,
    RecalledPages,
    ReferenceFailed,
    SendingPaused,
    SourceFailed,
    SourceImported,
    SpendingPaused,
    WatchStarted,
    WatchStopped,
)
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from minutebook.tui.bridge import News
    from minutebook.tui.screens.main import MainScreen


def tell(news: News, main: MainScreen) -> None:
    """Say what logs bring, and what failed."""
    if news.progress is not None:
        main.conversations.reading()
        done = plural(news.progress.done, "turn")
        main.bar.say(f"reading {Path(news.progress.what).name}, {done}")
    for event in news.told:
        _tell(event, main)


def _tell(event: Event, main: MainScreen) -> None:
    match event:
        case SourceImported():
            main.conversations.reading()
            main.conversations.watched.count_in(event.place, event.new)
            if brought := _brought(event):
                main.bar.say(f"{Path(event.place).name}: {brought}")
        case WatchStarted():
            main.conversations.ask()
        case WatchStopped():
            main.conversations.ask()
            main.bar.say(f"{Path(event.path).name} is watched no more; what came in stays.")
        case SourceFailed():
            main.bar.say(f"{Path(event.place).name}: {event.reason}", Ink.WARNING)
        case JobFailed():
            again = "it is tried again" if event.retry_at else "F5 says why"
            main.bar.say(f"{event.kind.value} failed, {again}", Ink.WARNING)
        case LoopFailed():
            main.bar.say(f"{event.loop}: {event.reason}", Ink.ERROR)
        case RecalledPages(pages=pages, words=words):
            main.bar.say(f"{plural(len(pages), 'page')} came back, found by: {words[0]}")
        case ReferenceFailed():
            main.bar.say(f"{event.reference} did not come back: {event.reason}", Ink.WARNING)
        case _:
            _tell_of_batches(event, main)


def _tell_of_batches(event: Event, main: MainScreen) -> None:
    match event:
        case ApprovalNeeded():
            main.bar.say(f"{event.reason}: it waits for a yes.", Ink.WARNING)
        case BatchApplied():
            asked = plural(event.requests, "summary", "summaries")
            main.bar.say(f"{event.usable:,} of {asked} came in a batch.")
        case BatchFailed():
            main.bar.say(f"A batch came to nothing: {event.reason}", Ink.WARNING)
        case SendingPaused():
            main.bar.say(event.reason, Ink.WARNING)
        case SpendingPaused():
            main.bar.say("A cap on costs is reached.", Ink.WARNING)
        case _:
            pass


def _brought(event: SourceImported) -> str:
    """Return what a source has brought, in words; nothing when it has brought nothing."""
    parts = [plural(event.new, "new turn")] if event.new else []
    parts += [plural(event.revised, "revised turn")] if event.revised else []
    parts += [f"{event.quarantined:,} in quarantine"] if event.quarantined else []
    return ", ".join(parts)
