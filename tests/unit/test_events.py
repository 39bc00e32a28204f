"""The bus: what must be heard is heard, in order; what may be dropped is counted."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.jobs import JobKind
from minutebook.events import (
    Bus,
    ConversationChanged,
    DocumentChanged,
    Event,
    JobFinished,
    Progressed,
    QueueChanged,
    ReplyFinished,
    Subscription,
    TextArrived,
    ThinkingArrived,
)

if TYPE_CHECKING:
    import pytest


def text(number: int) -> TextArrived:
    """Return a piece of an answer."""
    return said(str(number))


def said(text: str) -> TextArrived:
    """Return a part of an answer."""
    return TextArrived(conversation="c", text=text)


def thought(number: int) -> ThinkingArrived:
    """Return a piece of what is thought."""
    return ThinkingArrived(conversation="c", text=str(number))


async def test_events_come_in_order_to_everybody() -> None:
    """Each subscriber gets all of them."""
    bus = Bus()
    sent = [text(1), QueueChanged(), ReplyFinished(conversation="c", turn="t")]
    with bus.subscribe() as one, bus.subscribe() as other:
        for event in sent:
            bus.publish(event)
        assert one.drain() == other.drain() == sent


async def test_pace_events_are_dropped_and_counted_when_nobody_keeps_up() -> None:
    """The first ones wait, the others are only counted."""
    bus = Bus()
    told = [Progressed(what="log", done=number) for number in range(10)]
    with bus.subscribe(limit=3) as heard:
        for event in told:
            bus.publish(event)
        assert heard.dropped == 7
        assert heard.drain() == told[:3]
        bus.publish(told[9])
        assert heard.drain() == [told[9]]


async def test_text_is_joined_when_nobody_keeps_up() -> None:
    """Not a word is missing; what is thought and what is said stay apart, and in order."""
    bus = Bus()
    with bus.subscribe(limit=2) as heard:
        for event in [*(text(n) for n in range(4)), thought(4), text(5), text(6)]:
            bus.publish(event)
        joined = [text(0), text(1), said("23"), thought(4), said("56")]
        assert heard.drain() == joined
        assert heard.dropped == 0


async def test_text_of_two_conversations_is_joined_apart() -> None:
    """They come in turns, and each is one event."""
    bus = Bus()
    with bus.subscribe(limit=0) as heard:
        for number in range(6):
            bus.publish(TextArrived(conversation="ab"[number % 2], text=str(number)))
        assert [(e.conversation, e.text) for e in heard.drain() if isinstance(e, TextArrived)] == [
            ("a", "024"),
            ("b", "135"),
        ]


async def test_no_more_text_is_joined_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A listener that sleeps for ever does not take all memory; what it has missed is counted."""
    monkeypatch.setattr("minutebook.events.bus._MOST_TEXT", 3)
    bus = Bus()
    with bus.subscribe(limit=1) as heard:
        for number in range(9):
            bus.publish(text(number))
        assert heard.dropped == 5
        assert heard.drain() == [text(0), said("123")]


async def test_terminal_events_are_delivered_to_a_full_queue() -> None:
    """The end of a reply and of a job, however many there are; text stays before its end."""
    bus = Bus()
    done = [JobFinished(job=n, kind=JobKind.SCRIBE, subject="d") for n in range(50)]
    end = ReplyFinished(conversation="c", turn="t")
    with bus.subscribe(limit=3) as heard:
        for event in [*(text(n) for n in range(9)), *done, text(9), end, text(8)]:
            bus.publish(event)
        assert heard.drain()[3:] == [said("345678"), *done, text(9), end, text(8)]


async def test_the_same_news_waits_once() -> None:
    """Until it was taken; then it is news again. Other news waits beside it."""
    bus = Bus()
    with bus.subscribe() as heard:
        for _ in range(1_000):
            bus.publish(ConversationChanged(conversation="a"))
        bus.publish(ConversationChanged(conversation="b"))
        bus.publish(DocumentChanged(document="a"))
        assert len(heard.drain()) == 3
        bus.publish(ConversationChanged(conversation="a"))
        assert len(heard.drain()) == 1


async def test_who_has_left_hears_nothing() -> None:
    """A subscription ends with its block; one that comes late misses what was before."""
    bus = Bus()
    with bus.subscribe() as left:
        pass
    bus.publish(QueueChanged())
    with bus.subscribe() as late:
        assert left.drain() == late.drain() == []


async def test_a_listener_that_waits_is_woken_by_another_thread() -> None:
    """Importing runs in threads of its own."""
    bus = Bus()
    with bus.subscribe() as heard:
        sender = threading.Thread(
            target=bus.publish_from_thread, args=(Progressed(what="log", done=3),)
        )
        sender.start()
        async with asyncio.timeout(10):
            async for event in heard:
                assert event == Progressed(what="log", done=3)
                break
        sender.join()


async def test_what_comes_while_a_listener_is_busy_is_heard_next() -> None:
    """Nothing falls between two rounds."""
    bus = Bus()
    heard: list[Event] = []
    with bus.subscribe() as subscription:
        bus.publish(text(0))
        async with asyncio.timeout(10):
            async for event in subscription:
                heard.append(event)
                if len(heard) == 5:
                    break
                bus.publish(text(len(heard)))
    assert heard == [text(n) for n in range(5)]


EVENTS = st.sampled_from(
    [
        text(1),
        Progressed(what="log", done=1),
        QueueChanged(),
        ConversationChanged(conversation="a"),
        ReplyFinished(conversation="c", turn="t"),
    ]
)


def words(told: list[Event]) -> list[str]:
    """Return what was said up to each end of a reply, and behind the last."""
    parts = [""]
    for event in told:
        if isinstance(event, TextArrived):
            parts[-1] += event.text
        elif isinstance(event, ReplyFinished):
            parts.append("")
    return parts


@given(st.lists(EVENTS), st.integers(1, 5))
def test_only_pace_is_ever_missing(sent: list[Event], limit: int) -> None:
    """Everything else is delivered in the order it was sent, and what is missing was counted."""
    heard = Subscription(limit)
    for event in sent:
        heard.offer(event)
    got = heard.drain()
    news = {type(event) for event in sent if type(event) in {QueueChanged, ConversationChanged}}
    assert {type(event) for event in got} >= news
    assert [e for e in got if isinstance(e, ReplyFinished)] == [
        e for e in sent if isinstance(e, ReplyFinished)
    ]
    pace = sum(isinstance(event, Progressed) for event in sent)
    assert sum(isinstance(event, Progressed) for event in got) + heard.dropped == pace
    assert words(got) == words(sent)
