"""What formats in JSON share: reading any size of it piece by piece, broken pieces included."""

from __future__ import annotations
