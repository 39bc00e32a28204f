"""What front ends may ask of privacy."""

from __future__ import annotations

from minutebook.privacy.checking import Spotted, count, spot, spot_in
from minutebook.privacy.keys import new_key, store_key
from minutebook.privacy.opting_out.reporting import PrivacyStatus, status_of

__all__ = [
    "PrivacyStatus",
    "Spotted",
    "count",
    "new_key",
    "spot",
    "spot_in",
    "status_of",
    "store_key",
]
