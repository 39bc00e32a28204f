"""What stands around the parts of a prompt, in files.

Each frame is filled in once with texts that were made harmless before; see `prompt.framing`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


@cache
def frame(name: str) -> Template:
    """Return a frame by its name."""
    return Template((files(__name__) / f"{name}.md").read_text("utf-8").rstrip("\n"))
