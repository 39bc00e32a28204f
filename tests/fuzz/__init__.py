"""Damaged logs of every format, by the thousand: none may break a reading, hang it, or vanish."""

from __future__ import annotations
