"""ChatGPT exports: `conversations*.json`, by themselves or in the export's zip."""

from __future__ import annotations

from minutebook.sources.formats.chatgpt.format import ChatGPT

__all__ = ["ChatGPT"]
