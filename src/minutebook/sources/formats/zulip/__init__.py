"""Zulip: the export of an organisation, archives of its topics, and what its interface returns."""

from __future__ import annotations

from minutebook.sources.formats.zulip.format import Zulip

__all__ = ["Zulip"]
