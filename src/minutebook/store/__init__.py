"""The hot store: every noun of the record, in one database.

`Database` runs units of work; a module per noun holds the verbs, as functions over a `Transaction`.
Statements and migrations are `.sql` files in a folder per dialect, so that nothing above this room
knows which database it is.
"""

from __future__ import annotations
