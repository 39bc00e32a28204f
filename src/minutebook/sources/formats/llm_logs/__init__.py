"""The log of the command `llm`: the database `logs.db`."""

from __future__ import annotations

from minutebook.sources.formats.llm_logs.format import LlmLogs

__all__ = ["LlmLogs"]
