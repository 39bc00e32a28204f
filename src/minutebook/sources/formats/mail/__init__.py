"""Mail: mailboxes in the mbox format, and single messages (EML, Maildir)."""

from __future__ import annotations

from minutebook.sources.formats.mail.format import Mail

__all__ = ["Mail"]
