"""Settings: what they are, where they came from, and what is wrong with them.

The dataclasses in `settings` are the only list of keys. Reading, checking, showing and the
commented file are derived from their fields, types, rules and docstrings, so that a new setting
is one field. The values are cheap to import, as every room needs them; what loads and shows them
is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minutebook.config.settings import (
    Batches,
    BatchMode,
    Calls,
    CompactionMode,
    Context,
    Costs,
    DateOrder,
    Models,
    Origin,
    Pages,
    Privacy,
    Protocol,
    Provider,
    Pseudonyms,
    Scribe,
    Settings,
    Sources,
    Ui,
    Workers,
)

if TYPE_CHECKING:
    from minutebook.config.loading import load, validate
    from minutebook.config.problems import Problem
    from minutebook.config.rendering import Entry, entries, render_default, write_default
    from minutebook.config.zone import resolve_zone

__all__ = [
    "BatchMode",
    "Batches",
    "Calls",
    "CompactionMode",
    "Context",
    "Costs",
    "DateOrder",
    "Entry",
    "Models",
    "Origin",
    "Pages",
    "Privacy",
    "Problem",
    "Protocol",
    "Provider",
    "Pseudonyms",
    "Scribe",
    "Settings",
    "Sources",
    "Ui",
    "Workers",
    "entries",
    "load",
    "render_default",
    "resolve_zone",
    "validate",
    "write_default",
]

_LATER = {
    "Entry": "rendering",
    "Problem": "problems",
    "entries": "rendering",
    "load": "loading",
    "render_default": "rendering",
    "resolve_zone": "zone",
    "validate": "loading",
    "write_default": "rendering",
}


def __getattr__(name: str) -> Any:
    """Import what loads and shows settings when it is first asked for (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
