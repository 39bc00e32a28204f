"""Telegram: what Telegram Desktop exports as `result.json`, one chat or a whole account."""

from __future__ import annotations

from minutebook.sources.formats.telegram.format import Telegram

__all__ = ["Telegram"]
