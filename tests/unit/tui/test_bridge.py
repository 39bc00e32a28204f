"""Many events become one update of the screen."""

from __future__ import annotations

import asyncio

from minutebook.clock import EPOCH
from minutebook.events import (
    Bus,
    ConversationChanged,
    DocumentChanged,
    Progressed,
    ReplyFinished,
    ReplyStarted,
    SourceImported,
    TextArrived,
    ThinkingArrived,
)
from minutebook.tui.bridge import Bridge, News, merge


def imported() -> SourceImported:
    """Return the end of an import."""
    return SourceImported(place="a", format="irc", new=1, known=0, revised=0, quarantined=0)


def test_nothing_is_no_news() -> None:
    """Without events there is nothing to show."""
    assert merge([]) == News()


def test_changes_of_the_same_thing_are_one() -> None:
    """Ids are gathered in sets."""
    news = merge(
        [
            ConversationChanged(conversation="a"),
            ConversationChanged(conversation="b"),
            ConversationChanged(conversation="a", at=EPOCH),
            DocumentChanged(document="d"),
        ]
    )
    assert news.conversations == {"a", "b"}
    assert news.documents == {"d"}


def test_text_in_a_row_is_joined_and_order_is_kept() -> None:
    """Text of one conversation is one event; that of another, or an end, begins a new one."""
    news = merge(
        [
            ReplyStarted(conversation="a", model="m"),
            TextArrived(conversation="a", text="x"),
            TextArrived(conversation="a", text="y"),
            TextArrived(conversation="b", text="z"),
            ReplyFinished(conversation="a", turn="t"),
            TextArrived(conversation="b", text="!"),
        ]
    )
    shown = [getattr(event, "text", type(event).__name__) for event in news.replies]
    assert shown == ["ReplyStarted", "xy", "z", "ReplyFinished", "!"]


def test_progress_ends_with_its_source() -> None:
    """Progress that an end follows is not shown any more."""
    going = Progressed(what="a", done=3)
    assert merge([imported(), going]).progress == going
    assert merge([going, imported()]).progress is None


async def test_burst_is_one_or_two_updates() -> None:
    """A thousand events at once do not make a thousand updates, and none is lost."""
    heard: list[News] = []
    bus = Bus()
    with bus.subscribe() as subscription:
        carrying = asyncio.create_task(Bridge(heard.append).carry(subscription))
        for number in range(500):
            bus.publish(ConversationChanged(conversation=str(number)))
        async with asyncio.timeout(10):
            while sum(len(news.conversations) for news in heard) < 500:
                await asyncio.sleep(0)
        carrying.cancel()
    assert len(heard) <= 3


def test_thinking_is_joined_apart_from_text() -> None:
    """Pieces of one kind are joined; what a model thinks does not become what it says."""
    events = [
        ThinkingArrived(conversation="a", text="hm"),
        ThinkingArrived(conversation="a", text="m"),
        TextArrived(conversation="a", text="Yes"),
        TextArrived(conversation="a", text="."),
    ]
    assert merge(events).replies == (
        ThinkingArrived(conversation="a", text="hmm"),
        TextArrived(conversation="a", text="Yes."),
    )
