"""What front ends may ask of privacy."""

from __future__ import annotations

from minutebook.privacy.keys import new_key, store_key
from minutebook.privacy.reporting import PrivacyStatus, status_of

__all__ = ["PrivacyStatus", "new_key", "status_of", "store_key"]
