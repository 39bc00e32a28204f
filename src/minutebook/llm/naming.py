"""Names of models."""

from __future__ import annotations

import re

_VERSION = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})$")


def unversioned(model: str) -> str:
    """Return a name without the date that a provider puts behind it to tell versions apart."""
    return _VERSION.sub("", model)
