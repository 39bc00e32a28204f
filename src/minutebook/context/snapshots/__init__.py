"""What stood in a prompt at moments that are past, by reference alone.

snapshotting  taking one, and the prompt that it names
returning     going on from one, in place or beside it
summoning     a side conversation with the model as it was
witnesses     what the offline model quotes from then
verbs         the verbs
"""

from __future__ import annotations
