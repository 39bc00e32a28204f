"""Sessions of the Codex CLI: rollouts as JSON Lines, and the JSON documents of its first days."""

from __future__ import annotations

from minutebook.sources.formats.codex.format import Codex

__all__ = ["Codex"]
