"""The nouns: frozen values and enums. Nothing here reads or writes anything."""

from __future__ import annotations
