"""Chat logs become turns: find out the format, read it, record what is new."""

from __future__ import annotations
