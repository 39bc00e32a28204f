"""The desk of the server of batches over HTTP: `/_test/NAME`, and its counterpart for tests."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Protocol

from servers.batch_desk import Desk
from servers.batch_values import (
    BatchSeen,
    Ending,
    Fate,
    Fault,
    Ledger,
    Told,
    charge_of,
    ending_of,
    fate_of,
    fault_of,
    listed,
    number,
    seen_of,
    text,
)

PREFIX = "/_test/"


class AnyDesk(Protocol):
    """What tests tell and ask the server of batches, wherever it runs."""

    def reset(self) -> None: ...
    def ending(self, ending: Ending) -> None: ...
    def finish(self, batch: str = "") -> None: ...
    def forward(self, seconds: float) -> None: ...
    def fault(self, *faults: Fault) -> None: ...
    def fate(self, *fates: Fate) -> None: ...
    def ledger(self) -> Ledger: ...
    def batches(self) -> list[BatchSeen]: ...
    def log(self) -> dict[str, int]: ...
    def refused(self) -> list[str]: ...


def commanded(desk: Desk, name: str, told: Told) -> object:
    """Do what a test says from afar; return what it asked for. Raises KeyError."""
    commands: Mapping[str, Callable[[], object]] = {
        "reset": desk.reset,
        "ending": lambda: desk.ending(ending_of(told)),
        "finish": lambda: desk.finish(text(told, "batch")),
        "forward": lambda: desk.forward(number(told, "seconds") or 0.0),
        "fault": lambda: desk.fault(*(fault_of(f) for f in _objects(told, "faults"))),
        "fate": lambda: desk.fate(*(fate_of(f) for f in _objects(told, "fates"))),
        "ledger": lambda: {"charges": [asdict(charge) for charge in desk.ledger().charges]},
        "batches": lambda: {"batches": [asdict(batch) for batch in desk.batches()]},
        "log": desk.log,
        "refused": lambda: {"refused": desk.refused()},
    }
    return commands[name]()


class FarDesk:
    """The desk of a server in another process."""

    def __init__(self, root: str) -> None:
        self._root = root

    def reset(self) -> None:
        """Forget everything."""
        self._tell("reset")

    def ending(self, ending: Ending) -> None:
        """Say when batches end by themselves."""
        self._tell("ending", **asdict(ending))

    def finish(self, batch: str = "") -> None:
        """End all open batches, or one."""
        self._tell("finish", batch=batch)

    def forward(self, seconds: float) -> None:
        """Move the clock."""
        self._tell("forward", seconds=seconds)

    def fault(self, *faults: Fault) -> None:
        """Spoil answers to come."""
        self._tell("fault", faults=[asdict(fault) for fault in faults])

    def fate(self, *fates: Fate) -> None:
        """Decide what becomes of requests that are sent from now on."""
        self._tell("fate", fates=[asdict(fate) for fate in fates])

    def ledger(self) -> Ledger:
        """Return every charge so far."""
        charges = _objects(self._tell("ledger"), "charges")
        return Ledger(charges=tuple(charge_of(charge) for charge in charges))

    def batches(self) -> list[BatchSeen]:
        """Return every batch, the oldest first."""
        return [seen_of(batch) for batch in _objects(self._tell("batches"), "batches")]

    def log(self) -> dict[str, int]:
        """Return how often each endpoint was asked."""
        told = self._tell("log")
        return {name: count for name, count in told.items() if isinstance(count, int)}

    def refused(self) -> list[str]:
        """Return what was wrong with requests."""
        return [str(reason) for reason in listed(self._tell("refused"), "refused")]

    def _tell(self, name: str, **told: object) -> Told:
        body = json.dumps(told).encode()
        asked = urllib.request.Request(f"{self._root}{PREFIX}{name}", body, method="POST")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            value = json.loads(answer.read())
        return value if isinstance(value, dict) else {}


def _objects(told: Told, name: str) -> list[Told]:
    return [value for value in listed(told, name) if isinstance(value, dict)]
