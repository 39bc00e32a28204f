"""Find things again: full-text search over the record."""

from __future__ import annotations
