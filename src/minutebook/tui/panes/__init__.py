"""The three panes of the workbench: conversations, chat, document."""

from __future__ import annotations
