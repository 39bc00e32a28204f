"""The smaller widgets of the workbench."""

from __future__ import annotations
