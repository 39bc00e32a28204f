"""One module for each format of chat log; `registry` lists them."""

from __future__ import annotations
