"""How many tokens models take: one row for each model that was asked, and where it was."""

from __future__ import annotations

from minutebook.clock import from_micros, to_micros
from minutebook.domain.capacities import LearnedLimit, ListedModel
from minutebook.store.transaction import Row, Transaction, storable


def listed(tx: Transaction) -> list[ListedModel]:
    """Return what lists said of models."""
    return [_listed(row) for row in tx.all("capacities.listed")]


def learned(tx: Transaction) -> list[LearnedLimit]:
    """Return what was learned from requests that were too long."""
    return [_learned(row) for row in tx.all("capacities.learned")]


def put_listed(tx: Transaction, told: ListedModel) -> None:
    """Keep what a list says of a model now."""
    tx.run(
        "capacities.put_listed",
        model=storable(told.model),
        place=storable(told.place),
        context_window=told.context_window,
        max_output_tokens=told.max_output_tokens,
        takes_tools=told.takes_tools,
        listed_at=to_micros(told.at),
    )


def put_learned(tx: Transaction, limit: LearnedLimit) -> None:
    """Keep what was learned of a model last."""
    tx.run(
        "capacities.put_learned",
        model=storable(limit.model),
        place=storable(limit.place),
        assumed=limit.assumed,
        tokens=limit.tokens,
        is_guess=limit.is_guess,
        learned_at=to_micros(limit.at),
    )


def _listed(row: Row) -> ListedModel:
    return ListedModel(
        model=row["model"],
        place=row["place"],
        at=from_micros(row["listed_at"]),
        context_window=row["context_window"],
        max_output_tokens=row["max_output_tokens"],
        takes_tools=bool(row["takes_tools"]),
    )


def _learned(row: Row) -> LearnedLimit:
    return LearnedLimit(
        model=row["model"],
        place=row["place"],
        at=from_micros(row["learned_at"]),
        assumed=row["assumed"],
        tokens=row["tokens"],
        is_guess=bool(row["is_guess"]),
    )
