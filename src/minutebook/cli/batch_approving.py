"""`batches plan`, `approve` and `refuse`: what work would cost, and whether it may."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from decimal import Decimal

import click

from minutebook.cli import batch_shapes as shapes
from minutebook.cli.columns import key, number, wrapped
from minutebook.cli.exits import Exit
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option
from minutebook.cli.output import money, print_json, print_table
from minutebook.cli.shapes import Shape
from minutebook.domain.batches import Approval, ApprovalKind, ApprovalState, Estimate, OrderState
from minutebook.domain.measures import Measures
from minutebook.domain.pages import SummaryState
from minutebook.engine import Engine
from minutebook.errors import NotFoundError, UsageError
from minutebook.wording import plural

_CENT = Decimal("0.01")
_TO_REFUSE = frozenset({ApprovalState.NEEDED})
_TO_APPROVE = _TO_REFUSE | {ApprovalState.REFUSED}
_UNDER_WAY = (OrderState.WAITING, OrderState.READY, OrderState.SENT, OrderState.SPLIT)


@click.command("plan", epilog="Example: minutebook batches plan --set models.summary=openai:gpt-5")
@json_option
@engine_command
async def plan(engine: Engine, as_json: bool) -> None:
    """Say what it would cost to have the backlog summarised, and what waits for a yes.

    The backlog is the pages whose summary is not by the model of the settings, or was asked for in
    other words. Nothing is sent or changed.
    """
    found = await engine.batches.preflight()
    waiting = [
        each
        for each in await engine.batches.approvals()
        if found.pages or each.kind is not ApprovalKind.BACKLOG
    ]
    model = engine.settings.models.summary
    above = Decimal(str(engine.settings.costs.confirm_above_usd))
    if as_json:
        print_json(_shape(found, waiting, model, above))
        return
    if not found.pages:
        told = _no_backlog(await engine.queue.measures())
        say(f"{told}{await _refused(engine)}")
    else:
        print_table((key("what"), wrapped("how much")), _rows(found, model, above))
    _print_waiting(waiting)


def _no_backlog(measures: Measures) -> str:
    """Return why there is nothing to say yes to: not every page need have its summary."""
    orders = measures.orders
    told = [
        (sum(orders[state] for state in _UNDER_WAY), "under way"),
        (orders[OrderState.HELD], "held until there is a yes"),
        (orders[OrderState.REFUSED], "refused by you"),
        (orders[OrderState.DEAD], "given up (`minutebook batches dead` says why)"),
    ]
    parts = [f"{plural(n, 'summary', 'summaries')} {how}" for n, how in told if n]
    if missing := measures.summaries[SummaryState.MISSING]:
        parts.insert(0, f"{plural(missing, 'page')} without a first summary, which a worker makes")
    if not parts:
        return "There is no backlog: every page has the summary that the settings ask for."
    return f"There is no further backlog: {', '.join(parts)}."


class _Number(click.IntRange):
    """The number of a question."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return it as a number; whatever else says what it is and where it stands."""
        text = str(value)
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:20]) <= MOST:
            self.fail(
                f"{text!r} is no approval: that is a number, and `minutebook batches plan`"
                " lists what waits.",
                param,
                ctx,
            )
        return int(text)


@click.command("approve", epilog="Example: minutebook batches approve 3 --yes")
@click.argument("approval", type=_Number(1, MOST), required=False)
@click.option("--yes", is_flag=True, help="Do not ask once more.")
@engine_command
async def approve(engine: Engine, approval: int | None, yes: bool) -> Exit:
    """Say yes to what waits: to one APPROVAL, or to all, or else to the backlog.

    APPROVAL is a number of `batches plan`; that of a no takes the no back.
    The numbers are shown first. A worker does what was approved: the workbench, minutebook
    --no-ui, or minutebook batches work.
    """
    await engine.batches.refresh_approvals()
    chosen = await _chosen(engine, approval, _TO_APPROVE)
    if approval is None and not chosen:
        asked = await engine.batches.ask_about_backlog()
        chosen = [asked] if asked is not None else []
    if not chosen:
        say(f"Nothing waits for a yes.{await _refused(engine)}")
        return Exit.DONE
    _print_waiting(chosen)
    if not yes and not _confirmed():
        say("Nothing was approved.")
        return Exit.FAILED
    for each in chosen:
        await engine.batches.approve(each.id)
    say(f"Approved: {_told(chosen)}.")
    return Exit.DONE


@click.command("refuse", epilog="Example: minutebook batches refuse 3")
@click.argument("approval", type=_Number(1, MOST), required=False)
@engine_command
async def refuse(engine: Engine, approval: int | None) -> None:
    """Say no to what waits: to one APPROVAL, or to all. Pages keep the summaries they have.

    APPROVAL is a number of `batches plan`. `batches approve` takes a no back.
    """
    chosen = await _chosen(engine, approval, _TO_REFUSE)
    for each in chosen:
        await engine.batches.refuse(each.id)
    if not chosen:
        say("Nothing waits for an answer.")
        return
    say(f"Refused: {_told(chosen)}. {_taken_back(chosen)}")


async def _refused(engine: Engine) -> str:
    """Return how to take back a no, if one was said that held summaries back."""
    model = engine.settings.models.summary
    every = await engine.batches.approvals(state=ApprovalState.REFUSED)
    found = [each for each in every if each.model == model]
    return f" {_taken_back(found[:1])}" if found else ""


def _taken_back(refused: Sequence[Approval]) -> str:
    """Return how to take back what was refused."""
    commands = " or ".join(f"`minutebook batches approve {each.id}`" for each in refused[:3])
    return f"{commands} takes a no back."


async def _chosen(
    engine: Engine, approval: int | None, answerable: Collection[ApprovalState]
) -> list[Approval]:
    """Return what waits, or the one of it that is meant. Raises NotFoundError, UsageError."""
    if approval is None:
        return await engine.batches.approvals()
    every = await engine.batches.approvals(state=None, limit=MOST)
    found = next((each for each in every if each.id == approval), None)
    if found is None:
        hint = "`minutebook batches plan` lists what waits."
        raise NotFoundError("approval", str(approval), hint=hint)
    if found.state not in answerable:
        hint = "`minutebook batches plan` says what waits now."
        raise UsageError(f"Approval {approval} is {found.state.value}.", hint=hint)
    return [found]


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to say yes.", hint="Add --yes.")
    return click.confirm("Go ahead?", err=True)


def _told(chosen: Sequence[Approval]) -> str:
    return plural(sum(each.estimate.pages for each in chosen), "page")


def _shape(found: Estimate, waiting: Sequence[Approval], model: str, above: Decimal) -> Shape:
    return {
        "model": model,
        **shapes.estimate(found),
        "confirm_above_usd": float(above),
        "above_confirm_usd": shapes.dollars(_excess(found, above)),
        "needs_yes": found.pages > 0,
        "waiting": [shapes.approval(each) for each in waiting],
    }


def _excess(found: Estimate, above: Decimal) -> Decimal | None:
    """Return by how much it is more than is spent unasked; None without a price."""
    return None if found.cost is None else max(Decimal(0), found.cost - above)


def _rows(found: Estimate, model: str, above: Decimal) -> list[tuple[str, str]]:
    rows = [
        ("pages", f"{found.pages:,}"),
        ("model", model),
        ("tokens", f"about {found.input_tokens:,} in, {found.output_tokens:,} out"),
        ("price", _about(found.cost)),
    ]
    if found.direct_cost is not None and found.direct_cost != found.cost:
        rows.append(("without batches", _about(found.direct_cost)))
    if excess := _excess(found, above):
        rows.append(("above what needs a yes", f"{_about(excess)} above ${above}"))
    rows.append(("to have it done", "minutebook batches approve"))
    return rows


def _about(cost: Decimal | None) -> str:
    """Write an estimate: in cents, where there is one."""
    if cost is None:
        return "unpriced"
    return f"about ${cost:,.2f}" if cost == 0 or cost >= _CENT else f"about {money(cost)}"


def _print_waiting(waiting: Sequence[Approval]) -> None:
    print_table(
        (
            number("approval"),
            key("why", leaves=2),
            number("pages", leaves=3),
            number("price"),
            number("without batches", leaves=1),
            wrapped("what"),
        ),
        [
            (
                each.id,
                each.kind.value,
                f"{each.estimate.pages:,}",
                _about(each.estimate.cost),
                _about(each.estimate.direct_cost),
                each.reason,
            )
            for each in waiting
        ],
    )
