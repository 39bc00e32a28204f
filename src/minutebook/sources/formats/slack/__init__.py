"""Slack: the export of a workspace, and channels saved by slackdump."""

from __future__ import annotations

from minutebook.sources.formats.slack.format import Slack

__all__ = ["Slack"]
