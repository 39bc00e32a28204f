"""Pages that come back into a prompt, for as long as they are of use.

usefulness  which pages leave first
excerpts    a page within the room there is
bringing    pages come and go, in the transaction of whoever asks
heeding     markers in a reply are done
recall_tool models that call tools bring pages back
recalling   a search brings back what the last exchange calls for
verbs       the verbs
"""

from __future__ import annotations
