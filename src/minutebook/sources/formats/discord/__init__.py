"""Discord: channels as DiscordChatExporter saves them, and the package one's own data comes in."""

from __future__ import annotations

from minutebook.sources.formats.discord.exporter import Discord
from minutebook.sources.formats.discord.package import DiscordPackage
from minutebook.sources.formats.discord.text_file import DiscordText

__all__ = ["Discord", "DiscordPackage", "DiscordText"]
