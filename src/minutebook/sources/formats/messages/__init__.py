"""Lists of messages as the model providers take them, OpenAI's style and Anthropic's."""

from __future__ import annotations

from minutebook.sources.formats.messages.anthropic import AnthropicMessages
from minutebook.sources.formats.messages.openai import OpenAIMessages

__all__ = ["AnthropicMessages", "OpenAIMessages"]
