"""What the garbage collector goes through while the engine runs, and how often.

A hundred thousand objects of modules and classes live as long as the process. The collector would
look at each of them again and again, and everything stands still as long as it does: the screen,
the queue. And what is painted or read lives for a moment: looked at too early, it passes for
something that stays.
"""

from __future__ import annotations

import gc
from functools import cache
from typing import Final

_YOUNG: Final = 2_000
"""Objects that are made before the youngest are looked at; Python's own number is 700."""


@cache
def set_start_apart() -> None:
    """Spare the collector what is here now; once in a process, as what is spared never ends."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
