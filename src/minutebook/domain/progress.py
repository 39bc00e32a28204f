"""How far reading has come, as it is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far reading has come at one moment."""

    files: int = 0
    """All that are known of, read or not."""
    files_done: int = 0
    bytes: int = 0
    bytes_done: int = 0
    turns_new: int = 0
    place: str = ""
    """What is being read; empty when nothing is."""
    bytes_per_second: float | None = None
    """The pace of the last half minute; None when it is not known yet."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to be read."""
        return self.files_done == self.files

    @property
    def percent(self) -> int:
        """Of the bytes, whole per cents that are done; 100 when nothing is left."""
        if self.is_idle:
            return 100
        return min(99, 100 * self.bytes_done // max(1, self.bytes))

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this pace; None when that is not known."""
        if not self.bytes_per_second:
            return None
        return (self.bytes - self.bytes_done) / self.bytes_per_second
