"""What formats in lines of text share: decoding, dates, detection by what lines look like."""

from __future__ import annotations
