"""Claude Code sessions: JSON Lines, with sub-agents as conversations of their own."""

from __future__ import annotations

from minutebook.sources.formats.claude_code.format import ClaudeCode

__all__ = ["ClaudeCode"]
