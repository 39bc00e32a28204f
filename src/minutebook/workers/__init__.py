"""The loops: claim jobs and run their handlers, keep house, and pass on what has changed.

What a job does is none of this room's business: handlers come from `engine`, by kind.
"""

from __future__ import annotations
