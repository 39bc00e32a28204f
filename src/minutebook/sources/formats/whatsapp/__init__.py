"""WhatsApp's "Export chat", from iOS and Android, in any language and date order."""

from __future__ import annotations

from minutebook.sources.formats.whatsapp.format import WhatsApp

__all__ = ["WhatsApp"]
