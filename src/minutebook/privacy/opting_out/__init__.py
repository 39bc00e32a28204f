"""Somebody opts out: what was made of their words is found, taken back, and proven to be gone."""
