"""The bus: what must be heard is heard, in order; what may be dropped is counted."""

from __future__ import annotations

import asyncio
import threading

from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.jobs import JobKind
from minutebook.events import (
    Bus,
    ConversationChanged,
    DocumentChanged,
    Event,
    JobFinished,
    PaceEvent,
    Progressed,
    QueueChanged,
    ReplyFinished,
    Subscription,
    TextArrived,
)


def text(number: int) -> TextArrived:
    """Return a piece of an answer."""
    return TextArrived(conversation="c", text=str(number))


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
    with bus.subscribe(limit=3) as heard:
        for number in range(10):
            bus.publish(text(number))
        assert heard.dropped == 7
        assert heard.drain() == [text(0), text(1), text(2)]
        bus.publish(text(11))
        assert heard.drain() == [text(11)]


async def test_terminal_events_are_delivered_to_a_full_queue() -> None:
    """The end of a reply and of a job, however many there are."""
    bus = Bus()
    done = [JobFinished(job=n, kind=JobKind.SCRIBE, subject="d") for n in range(50)]
    with bus.subscribe(limit=3) as heard:
        for event in [*(text(n) for n in range(9)), *done]:
            bus.publish(event)
        assert heard.drain()[3:] == done
        assert heard.dropped == 6


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
    pace = sum(isinstance(event, PaceEvent) for event in sent)
    assert sum(isinstance(event, PaceEvent) for event in got) + heard.dropped == pace
