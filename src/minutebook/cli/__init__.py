"""The command line: one module for each family of commands.

stdout is data and belongs to `output`; stderr is narration and belongs to `narration`. Commands ask
the engine and show what it says; nothing is decided here.
"""

from __future__ import annotations
