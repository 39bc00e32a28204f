"""What the rows of the batches are for: a yes or a no, another try, an early end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from minutebook.tui.guard import run_guarded
from minutebook.tui.screens.approval import ApprovalScreen
from minutebook.tui.screens.question import QuestionScreen
from minutebook.tui.screens.reading import FailedJobScreen, ReadingScreen
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from minutebook.domain.batches import Batch
    from minutebook.engine import Engine
    from minutebook.tui.screens.main import MainScreen

_MANY = 10_000


async def do(main: MainScreen, engine: Engine, row_id: str) -> None:
    """Do what the chosen row is for."""
    kind, _, name = row_id.partition(" ")
    match kind:
        case "approval":
            await _ask(main, engine, int(name))
        case "batch":
            batch = (await engine.batches.show(name)).batch
            main.app.push_screen(ReadingScreen("A batch", _told(batch)))
        case "order":
            await _show_dead(main, engine, int(name))
        case _:
            await retry(main, engine, row_id)


async def retry(main: MainScreen, engine: Engine, row_id: str) -> None:
    """Give what was given up another try; send to a provider again that is paused."""
    kind, _, name = row_id.partition(" ")
    if kind == "order":
        again = await engine.batches.retry(int(name))
        main.bar.say("It is wanted again." if again else "It is under way again already.")
    elif kind == "pause":
        await engine.batches.resume(name)
        main.bar.say(f"What waits for {name} is sent again.")
    else:
        main.bar.say("Only what was given up, or is paused, can be tried again.")


async def cancel(main: MainScreen, engine: Engine, row_id: str) -> None:
    """Ask whether a batch is to end early."""
    kind, _, name = row_id.partition(" ")
    if kind != "batch":
        main.bar.say("Only a batch can be cancelled.")
        return
    batch = (await engine.batches.show(name)).batch
    question = f"End this batch of {plural(batch.requests, 'request')} now?"
    answers = (
        ("y", "yes", "what is done by then is kept and paid"),
        ("n", "no", "it goes on"),
    )

    async def end() -> None:
        await engine.batches.cancel(batch.id)
        main.bar.say("The batch is to end; the rest waits for a yes.")

    def answered(key: str | None) -> None:
        if key == "y":
            run_guarded(main, end, "cancel a batch")

    main.app.push_screen(QuestionScreen(question, answers), answered)


async def _ask(main: MainScreen, engine: Engine, number: int) -> None:
    waiting = await engine.batches.approvals(limit=_MANY)
    approval = next((each for each in waiting if each.id == number), None)
    if approval is None:
        main.bar.say("It has its answer already.")
        return

    async def answer(is_yes: bool) -> None:
        if is_yes:
            await engine.batches.approve(number)
        else:
            await engine.batches.refuse(number)
        pages = plural(approval.estimate.pages, "page")
        main.bar.say(f"{pages} approved." if is_yes else f"{pages} keep what they have.")

    def answered(is_yes: bool | None) -> None:
        if is_yes is not None:
            run_guarded(main, partial(answer, is_yes), "answer")

    above = engine.settings.costs.confirm_above_usd
    main.app.push_screen(ApprovalScreen(approval, above), answered)


async def _show_dead(main: MainScreen, engine: Engine, number: int) -> None:
    found = await engine.batches.dead(limit=_MANY)
    order = next((each for each in found if each.id == number), None)
    if order is None:
        main.bar.say("It is under way again already.")
        return
    tries = plural(order.attempts, "attempt")
    text = f"summary of {order.page} by {order.model}\n{tries}\n\n{order.error}"
    again = partial(retry, main, engine, f"order {number}")
    text += "\n\nIt was given up. Press r to try it again."
    main.app.push_screen(FailedJobScreen("A summary that was given up", text, again))


def _told(batch: Batch) -> str:
    """Return all there is to know of a batch."""
    counts = batch.counts
    times = (
        ("made", batch.created_at),
        ("sent", batch.sent_at),
        ("expires", batch.expires_at),
        ("ended", batch.ended_at),
        ("applied", batch.applied_at),
    )
    lines = [
        f"{batch.state.value}: {plural(batch.requests, 'request')} for {batch.model}",
        f"{batch.id}  {batch.provider_id}",
        "",
        *(f"{word} {at.astimezone():%Y-%m-%d %H:%M:%S}" for word, at in times if at),
        "",
        f"{counts.succeeded:,} succeeded, {counts.errored:,} errored, {counts.missing:,} missing",
        f"{counts.canceled:,} canceled, {counts.expired:,} expired",
        f"{batch.input_tokens:,} tokens in, {batch.output_tokens:,} out",
    ]
    if batch.cost is not None:
        lines.append(f"${batch.cost:.6f}, without a batch ${batch.direct_cost or batch.cost:.6f}")
    if batch.error:
        lines += ["", batch.error]
    return "\n".join(lines)
