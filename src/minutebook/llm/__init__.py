"""Language models behind one protocol."""

from __future__ import annotations
