"""Results are applied once, to the page they are about, and charged once."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from batch_room import USAGE, Desk, failing, good, undone
from batching import Said, say, say_pages, sentence
from minutebook.domain.batches import BatchState, OrderState
from minutebook.domain.pages import SummaryState
from minutebook.errors import ModelBillingError, ModelBusyError, ModelError, ModelRequestError
from minutebook.llm.batching import ItemOutcome, ItemResult
from minutebook.llm.protocol import Reply, StopReason
from minutebook.store import usage


async def charged(desk: Desk) -> tuple[int, int, int]:
    """Return calls, tokens that went in, and tokens that came out, as the ledger has them."""
    total = await desk.database.read(usage.total)
    prompt = total.input_tokens + total.cache_read_tokens + total.cache_write_tokens
    return total.calls, prompt, total.output_tokens


async def test_every_reference_resolves(desk: Desk) -> None:
    """Lines name turns of their page, names stand in the turns they name, the rest is left out."""
    await say_pages(desk.database, 3)
    await desk.see_through(rounds=1)
    for page in await desk.pages():
        assert [point.turns for point in page.summary_points] == [(page.first_turn,)]
        assert [(e.text, e.turns) for e in page.summary_entities] == [
            ("Winterbottom", (page.first_turn,))
        ]
        assert (page.summary, page.label) == ("- Ann: It leaves.", "The ferry")
        assert page.summary_prompt == "p1"


async def test_a_page_goes_with_the_name_of_its_conversation(desk: Desk) -> None:
    """What a page is part of helps to name it."""
    await say_pages(desk.database, 1)
    await desk.work()
    ((_, prompt),) = desk.provider.made[0].requests
    assert prompt.startswith('<conversation title="One"/>\n<turns>')


async def test_what_is_pinned_stands_word_for_word(desk: Desk) -> None:
    """A pinned turn is in the summary as it was said; a line that is ephemeral is nowhere."""
    text = f"{sentence(1)}\nAnd a second line.\nMy PIN is 1234. @@ephemeral@@"
    conversation = await say(desk.database, [Said(key="a", text=text)])
    await desk.database.write(
        lambda tx: tx.run("chats.mark", turn=1, kind="pin", now=0) if conversation else None
    )
    await desk.see_through(rounds=1)
    (page,) = await desk.pages()
    pinned = page.summary_points[0]
    assert (pinned.is_pinned, pinned.turns) == (True, ("a",))
    assert pinned.text == f"- Ann: {sentence(1)}\n  And a second line."
    assert pinned.text in page.summary
    assert "1234" not in page.summary
    assert all("1234" not in prompt for _, prompt in desk.provider.made[0].requests)


async def test_the_ledger_has_every_call_once(desk: Desk) -> None:
    """At batch prices; what the same had cost without a batch is known too."""
    await say_pages(desk.database, 3)
    await desk.see_through(rounds=1)
    assert await charged(desk) == (3, 3 * USAGE.prompt_tokens, 3 * USAGE.output_tokens)
    (batch,) = await desk.batches()
    assert batch.counts.succeeded == 3
    assert batch.cost is not None
    assert batch.direct_cost == 2 * batch.cost


async def test_applying_again_changes_nothing(desk: Desk) -> None:
    """A worker that died between the last result and the end: the next begins anew."""
    await say_pages(desk.database, 3)
    await desk.work()
    desk.provider.finish()
    await desk.work(120)
    before = await desk.pages(), await charged(desk), (await desk.batches())[0].counts
    with sqlite3.connect(desk.database.path) as connection:
        connection.execute("UPDATE batches SET state = 'ended'")
        connection.execute("UPDATE jobs SET state = 'queued', not_before = 0 WHERE kind = 'batch'")
    await desk.work()
    assert desk.provider.downloads == 2
    assert (await desk.pages(), await charged(desk), (await desk.batches())[0].counts) == before


async def test_lines_twice_and_of_nobody(desk: Desk) -> None:
    """They change nothing."""
    await say_pages(desk.database, 3)
    await desk.work()
    first = desk.provider.made[0].requests[0][0]
    desk.provider.extra_lines = [first.encode(), b"nobody", first.encode()]
    desk.provider.finish()
    await desk.work(120)
    assert (await charged(desk))[0] == 3
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}


async def test_results_that_lack_something_are_fetched_again(desk: Desk) -> None:
    """Until they are whole; nothing is applied before."""
    await say_pages(desk.database, 3)
    await desk.work()
    desk.provider.left_out = 1
    desk.provider.finish()
    await desk.work(120)
    assert (await charged(desk))[0] == 0
    desk.provider.left_out = 0
    await desk.work(600)
    assert (await charged(desk))[0] == 3
    assert len(desk.provider.made) == 1


async def test_what_stays_missing_is_asked_again(desk: Desk) -> None:
    """Results that never become whole are believed in the end."""
    await say_pages(desk.database, 3)
    await desk.work()
    desk.provider.left_out = 1
    desk.provider.finish()
    for _ in range(12):
        await desk.work(700)
    desk.provider.left_out = 0
    await desk.see_through(rounds=2)
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}
    assert [len(made.requests) for made in desk.provider.made] == [3, 1]


async def test_a_page_that_changed_keeps_nothing(desk: Desk) -> None:
    """The result is charged and dropped; the new content has an order of its own."""
    await say_pages(desk.database, 1)
    await desk.work()
    await say(desk.database, [Said(key="k0", text=sentence(77))])
    desk.provider.finish()
    await desk.work(120)
    assert (await charged(desk))[0] == 1
    (page,) = await desk.pages()
    assert page.summary_state is SummaryState.STANDIN
    await desk.see_through(rounds=2)
    assert [order.state for order in await desk.orders()] == [OrderState.DROPPED, OrderState.DONE]
    assert (await desk.pages())[0].summary_state is SummaryState.FINAL


@pytest.mark.parametrize(
    "outcome", [undone(ItemOutcome.EXPIRED), failing(ModelBusyError("overloaded"))]
)
async def test_what_was_not_done_goes_back(desk: Desk, outcome: object) -> None:
    """With an attempt used; after the last it is given up, with its reason."""
    desk.settings = replace(desk.settings, max_attempts=2, now_if_unanswered=False)
    desk.open()
    desk.provider.answer = outcome  # type: ignore[assignment]
    await say_pages(desk.database, 2)
    await desk.see_through(rounds=1)
    assert {(order.state, order.attempts) for order in await desk.orders()} == {
        (OrderState.READY, 1)
    } or {order.state for order in await desk.orders()} == {OrderState.SENT}
    await desk.see_through(rounds=2)
    dead = await desk.room.dead()
    assert len(dead) == 2
    assert all(order.error for order in dead)
    assert (await charged(desk))[0] == 0


async def test_the_permanent_is_given_up_at_once(desk: Desk) -> None:
    """Asking again would change nothing; the stand-in stays."""
    desk.provider.answer = failing(ModelRequestError("bad"))
    await say_pages(desk.database, 2)
    await desk.see_through(rounds=2)
    assert len(await desk.room.dead()) == 2
    assert {page.summary_state for page in await desk.pages()} == {SummaryState.STANDIN}
    desk.provider.answer = good
    (order, _) = await desk.room.dead()
    assert await desk.room.retry(order.id) == 1
    await desk.see_through(rounds=1)
    assert len(await desk.room.dead()) == 1


async def test_billing_pauses_and_costs_no_attempt(desk: Desk) -> None:
    """What the provider does not do for want of credit is done when there is some."""
    desk.provider.answer = failing(ModelBillingError("no credit"))
    await say_pages(desk.database, 2)
    await desk.work()
    desk.provider.finish()
    await desk.work(120)
    assert len((await desk.room.status()).pauses) == 1
    assert {order.attempts for order in await desk.orders()} == {0}
    desk.provider.answer = good
    await desk.room.resume("anthropic")
    await desk.see_through(rounds=1)
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}


@pytest.mark.parametrize("stop", [StopReason.MAX_TOKENS, StopReason.REFUSAL])
async def test_a_bad_answer_is_charged_and_not_kept(desk: Desk, stop: StopReason) -> None:
    """Cut or refused, it was paid; what stands on the page stays."""

    def bad(custom_id: str, prompt: str) -> ItemResult:
        reply = Reply(model="anthropic:x", text="Label: x\n- y", stop_reason=stop, usage=USAGE)
        return ItemResult(custom_id=custom_id, outcome=ItemOutcome.SUCCEEDED, reply=reply)

    desk.provider.answer = bad
    await say_pages(desk.database, 1)
    await desk.work()
    desk.provider.finish()
    await desk.work(120)
    assert (await charged(desk))[0] == 1
    assert (await desk.pages())[0].summary_state is SummaryState.STANDIN


async def test_an_unknown_batch_is_waited_for(desk: Desk) -> None:
    """A provider may not know at once what it has made; it is lost only after its expiry."""
    await say_pages(desk.database, 1)
    await desk.work()
    desk.provider.hidden.add("remote_0")
    await desk.work(3_600)
    assert [batch.state for batch in await desk.batches()] == [BatchState.OPEN]
    desk.provider.hidden.clear()
    desk.provider.finish()
    await desk.work(1_200)
    assert [batch.state for batch in await desk.batches()] == [BatchState.APPLIED]


async def test_a_batch_can_be_lost(desk: Desk) -> None:
    """Then its orders are sent again; with another key nothing is called lost."""
    await say_pages(desk.database, 1)
    await desk.work()
    desk.provider.hidden.add("remote_0")
    desk.provider.key = "key-2"
    for _ in range(4):
        await desk.work(40_000)
    assert [batch.state for batch in await desk.batches()] == [BatchState.OPEN]
    assert "another key" in (await desk.batches())[0].error
    desk.provider.key = "key-1"
    for _ in range(4):
        await desk.work(2_000)
    assert [b.state for b in await desk.batches()] == [BatchState.LOST, BatchState.OPEN]


async def test_a_batch_that_has_ended_is_asked_for_once(desk: Desk) -> None:
    """The answer that says so also says where its results are."""
    await say_pages(desk.database, 3)
    await desk.work()
    desk.provider.finish()
    before = desk.provider.retrieved
    await desk.work(3_600)
    assert {batch.state for batch in await desk.batches()} == {BatchState.APPLIED}
    assert (desk.provider.retrieved, desk.provider.downloads) == (before + 1, 1)


async def test_errors_on_the_way_are_waited_out(desk: Desk) -> None:
    """A provider that cannot be asked is asked again."""
    await say_pages(desk.database, 1)
    await desk.work()
    retrieve = desk.provider.retrieve

    async def down(batch: str) -> object:
        raise ModelError("down")

    desk.provider.retrieve = down  # type: ignore[method-assign, assignment]
    await desk.work(3_600)
    assert (await desk.batches())[0].error == "down"
    desk.provider.retrieve = retrieve  # type: ignore[method-assign]
    await desk.see_through(rounds=4)
    assert {order.state for order in await desk.orders()} == {OrderState.DONE}
