"""How much a query may take, and where it runs: known to the parent and to the child."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleLimits:
    """What one query may take at most."""

    memory_mb: int = 1024
    threads: int = 2
    temp_mb: int = 4096
    """Of files that DuckDB writes when memory is short."""
    seconds: float = 60.0
    """Of work; time in which nobody asks for rows does not count."""
    grace_seconds: float = 2.0
    """For how long an interrupted query may go on before its process is killed."""
    rows: int = 10_000
    """Of a result, unless the caller says otherwise."""
    value_mb: int = 16
    """Of the texts in one row."""
    idle_seconds: float = 120.0
    """For how long the process is kept when nobody asks."""
    sql_characters: int = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What holds the process of the console, beside DuckDB's own settings and the guard."""

    landlock: int = 0
    """The version of Landlock that keeps it from files and ports; 0 where the kernel has none."""
    seccomp: bool = False
    """Whether the kernel refuses it sockets and other programs."""
    no_new_privileges: bool = False
    resources: bool = False
    """Whether memory, file sizes and core dumps are bounded by the system."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What this system does not offer."""
        held = {
            "Landlock": self.landlock > 0,
            "seccomp": self.seccomp,
            "no_new_privs": self.no_new_privileges,
            "resource limits": self.resources,
        }
        return tuple(name for name, is_held in held.items() if not is_held)
