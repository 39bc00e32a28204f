"""Conversations that are held here: a person speaks, a model answers, both are in the record."""

from __future__ import annotations
