"""A provider deletes its copy of a batch once all of it is here."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from batch_room import Desk
from batching import say_pages
from minutebook.batches.carrying import MOST_FORGETS
from minutebook.domain.batches import BatchState, RemoteCopy
from minutebook.errors import ModelUnreachableError


async def applied(desk: Desk) -> tuple[BatchState, RemoteCopy, str]:
    """Return how the only batch stands, and what was wrong last."""
    (batch,) = await desk.batches()
    return batch.state, batch.remote_copy, batch.error


async def test_what_is_applied_is_deleted(desk: Desk) -> None:
    """Not before: a batch that is under way is left alone."""
    await say_pages(desk.database, 2)
    await desk.work()
    assert desk.provider.forgotten == []
    await desk.see_through(rounds=1)
    assert desk.provider.forgotten == ["remote_0"]
    assert await applied(desk) == (BatchState.APPLIED, RemoteCopy.DELETED, "")


async def test_it_can_be_turned_off(desk: Desk) -> None:
    """Then the provider keeps its copy as long as it does by itself."""
    desk.settings = replace(desk.settings, forget_applied=False)
    desk.open()
    await say_pages(desk.database, 2)
    await desk.see_through(rounds=2)
    await desk.room.look_after()
    await desk.work(600)
    assert desk.provider.forgotten == []
    assert await applied(desk) == (BatchState.APPLIED, RemoteCopy.KEPT, "")


async def test_results_that_lacked_something_are_kept(desk: Desk) -> None:
    """A person can look into what the provider has."""
    await say_pages(desk.database, 2)
    await desk.work()
    desk.provider.left_out = 1
    desk.provider.finish()
    for _ in range(12):
        await desk.work(700)
    first = (await desk.batches())[0]
    assert (first.state, first.remote_copy) == (BatchState.APPLIED, RemoteCopy.KEPT)
    assert desk.provider.forgotten == []


async def test_failing_to_delete_harms_nothing(desk: Desk) -> None:
    """It is noted, tried again for some time, and then left."""
    await say_pages(desk.database, 2)
    desk.provider.not_forgetting = ModelUnreachableError("down")
    await desk.see_through(rounds=1)
    state, copy, error = await applied(desk)
    assert (state, copy) == (BatchState.APPLIED, RemoteCopy.UNWANTED)
    assert "not deleted its copy: down" in error
    desk.provider.not_forgetting = None
    await desk.work(700)
    assert await applied(desk) == (BatchState.APPLIED, RemoteCopy.DELETED, "")


async def test_it_is_not_tried_for_ever(desk: Desk) -> None:
    """A provider that never does it is left alone in the end."""
    await say_pages(desk.database, 1)
    desk.provider.not_forgetting = ModelUnreachableError("down")
    await desk.see_through(rounds=1)
    for _ in range(MOST_FORGETS + 2):
        await desk.work(900)
    await desk.room.look_after()
    await desk.work(900)
    assert (await desk.batches())[0].polls == MOST_FORGETS


async def test_another_key_deletes_nothing(desk: Desk) -> None:
    """The batch belongs to the account it was sent with."""
    await say_pages(desk.database, 1)
    desk.provider.not_forgetting = ModelUnreachableError("down")
    await desk.see_through(rounds=1)
    desk.provider.key, desk.provider.not_forgetting = "key-2", None
    await desk.work(700)
    assert desk.provider.forgotten == []
    assert "another key" in (await applied(desk))[2]


async def test_a_worker_that_died_in_between_is_followed(desk: Desk) -> None:
    """What was applied and not deleted is found by whoever looks after the batches."""
    await say_pages(desk.database, 1)
    desk.provider.not_forgetting = ModelUnreachableError("down")
    await desk.see_through(rounds=1)
    with sqlite3.connect(desk.database.path) as connection:
        connection.execute("UPDATE jobs SET state = 'done' WHERE kind = 'batch'")
    desk.provider.not_forgetting = None
    await desk.room.look_after()
    await desk.work()
    assert desk.provider.forgotten == ["remote_0"]
