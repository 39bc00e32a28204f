"""Claude.ai exports: `conversations.json`, in the export's zips, or single conversations."""

from __future__ import annotations

from minutebook.sources.formats.claude_ai.format import ClaudeAI

__all__ = ["ClaudeAI"]
