"""Discord: channels as DiscordChatExporter saves them, and the package one's own data comes in."""

from __future__ import annotations

from minutebook.sources.formats.discord.exporter import Discord
from minutebook.sources.formats.discord.package import DiscordPackage

__all__ = ["Discord", "DiscordPackage"]
