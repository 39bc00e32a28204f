"""The screens: the workbench itself, and those that are opened over it and imported only then."""

from __future__ import annotations
