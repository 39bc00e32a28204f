"""The workbench in the terminal: a thin front end that shows what the engine does."""

from __future__ import annotations
