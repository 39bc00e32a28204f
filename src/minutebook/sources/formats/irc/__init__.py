"""IRC logs, as the clients, bouncers and bots write them."""

from __future__ import annotations

from minutebook.sources.formats.irc.format import IRC

__all__ = ["IRC"]
