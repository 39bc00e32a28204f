"""The cap of a day, for batches: what is under way is spoken for.

A batch is on the ledger hours after it was sent. A cap that only looked there would let a whole
backlog pass, one batch behind the other; so what was sent and is not on the ledger yet counts with
our estimate. It is looked at in the transaction that begins to send, so that of two workers one
sees what the other has sent. As with calls, the last batch below a cap may go above it.
"""

from __future__ import annotations

from decimal import Decimal

from minutebook.batches.estimating import Estimating
from minutebook.batches.means import Means
from minutebook.errors import SpendingCapError
from minutebook.store import orders
from minutebook.store.transaction import Transaction


class Capping:
    """Lets batches pass while the day has room beside those that are under way."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._estimating = Estimating(means.prices, means.counter)

    def check(self, tx: Transaction, left: Decimal | None) -> None:
        """Let a batch be sent; `left` is what the day may still cost, in US dollars, by the ledger;
        None without a cap. Raises SpendingCapError, which ends as soon as they are applied.
        """
        if left is None or (promised := self._promised(tx)) < left:
            return
        raise SpendingCapError(
            f"Batches under way come to about ${promised:,.4f}, and costs.per_day_usd leaves"
            f" ${left:,.4f} of today.",
            hint="It is sent when they are applied and there is room, or when you raise it.",
            resumes_at=self._means.clock() + self._means.settings.poll,
        )

    def _promised(self, tx: Transaction) -> Decimal:
        now = self._means.clock()
        flying = [
            self._estimating.of(model, pages, tokens, now, batch=True)
            for model, (pages, tokens) in orders.flying(tx).items()
        ]
        return sum((each.cost for each in flying if each.cost is not None), Decimal(0))


def unchecked(tx: Transaction) -> None:
    """Let a batch pass."""
