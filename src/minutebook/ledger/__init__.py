"""What models have cost, and how much they may.

    ledger      every call, priced and written down; sums of them
    caps        what a day and a job may cost
    charging    what one call costs, as it goes on
    metering    a model whose calls are checked against the caps and written down

A room of its own, since it stands between the models, which know no store, and all who ask them.
"""

from __future__ import annotations
