"""What every implementation of a protocol promises, whichever it is."""

from __future__ import annotations
