"""The spine: turns become durable, pages close, and work becomes pending, in one transaction.

Chats held here and logs that are read both record through this room, so that what holds for one
holds for the other.
"""

from __future__ import annotations
