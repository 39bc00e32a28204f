"""When each step of the maintenance is due, and which process runs it, in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from minutebook.clock import from_micros, to_micros
from minutebook.domain.archive import Step, StepState
from minutebook.store.transaction import Row, Transaction, storable


def know(tx: Transaction, names: Sequence[str], now: datetime) -> None:
    """Know of steps; those that are new are due at once."""
    for name in names:
        tx.run("maintenance.know", step=name, now=to_micros(now))


def steps(tx: Transaction) -> list[Step]:
    """Return every step, by name."""
    return [_step(row) for row in tx.all("maintenance.steps")]


def step(tx: Transaction, name: str) -> Step | None:
    """Return a step, if it is known."""
    row = tx.one("maintenance.step", step=name)
    return None if row is None else _step(row)


def begin(tx: Transaction, name: str, now: datetime) -> None:
    """Note that a step runs."""
    tx.run("maintenance.begin", step=name, now=to_micros(now))


def reach(tx: Transaction, name: str, place: str) -> None:
    """Note how far a step has come, for a run that goes on after this one was interrupted."""
    tx.run("maintenance.reach", step=name, place=storable(place))


def finish(tx: Transaction, name: str, detail: str, due: datetime, now: datetime) -> None:
    """Note that a step is done, and when it is due again."""
    tx.run(
        "maintenance.finish",
        step=name,
        detail=storable(detail),
        due=to_micros(due),
        now=to_micros(now),
    )


def fail(tx: Transaction, name: str, error: str, due: datetime, now: datetime) -> None:
    """Note that the step that runs has failed, and when it is tried again."""
    tx.run(
        "maintenance.fail",
        step=name,
        error=storable(error),
        due=to_micros(due),
        now=to_micros(now),
    )


def interrupt(tx: Transaction, now: datetime) -> None:
    """Note that the step that runs was interrupted: it is due as it was, and goes on."""
    tx.run("maintenance.interrupt", now=to_micros(now))


def hasten(tx: Transaction, now: datetime) -> None:
    """Have every step due now."""
    tx.run("maintenance.hasten", now=to_micros(now))


def take(
    tx: Transaction, owner: str, is_gone: Callable[[str], bool], silence: timedelta, now: datetime
) -> str:
    """Become the one that keeps the archive, unless another does; return who it is now.

    One that is gone, or has been silent for too long, is the one no more.
    """
    row = tx.one("maintenance.runner")
    if row is not None and row["owner"] != owner:
        is_silent = from_micros(row["beat_at"]) + silence < now
        if not is_silent and not is_gone(row["owner"]):
            return str(row["owner"])
    tx.run("maintenance.take", owner=owner, now=to_micros(now))
    return owner


def beat(tx: Transaction, owner: str, now: datetime) -> bool:
    """Show that the one that keeps the archive is at work; say whether it still is the one."""
    return tx.run("maintenance.beat", owner=owner, now=to_micros(now)) > 0


def leave(tx: Transaction, owner: str) -> None:
    """Let another one keep the archive."""
    tx.run("maintenance.leave", owner=owner)


def _step(row: Row) -> Step:
    begun, ended = row["begun_at"], row["ended_at"]
    return Step(
        name=row["step"],
        due_at=from_micros(row["due_at"]),
        state=StepState(row["state"]),
        begun_at=None if begun is None else from_micros(begun),
        ended_at=None if ended is None else from_micros(ended),
        error=row["error"],
        detail=row["detail"],
        place=row["place"],
    )
