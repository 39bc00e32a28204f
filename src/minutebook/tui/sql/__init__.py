"""The SQL console as a person sees it: editor, completion, results, chart, export."""

from __future__ import annotations
