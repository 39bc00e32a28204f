"""Where a server of models is, what it is called, and how patient we are with it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from minutebook.domain.display import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a call may take, and how much may come of it. Times are in seconds."""

    connect: float = 10.0
    first_byte: float = 600.0
    """Until an answer begins: a local model may have to be loaded first."""
    silence: float = 120.0
    """Between two pieces of an answer, signs of life included."""
    characters: int = 4_000_000
    """Of text, thinking and tool calls of one reply; longer ones are cut there."""

    @property
    def bytes(self) -> int:
        """Bytes of one answer as they travel: every character may stand in an event of its own."""
        return self.characters * 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers for one provider."""

    provider: str
    """The part of a model's name before the colon."""
    base_url: str
    key_variables: tuple[str, ...] = ()
    """Variables of the environment that may hold the key; the first that is set counts."""
    needs_key: bool = False
    is_own: bool = False
    """Whether it is the maker's own service, with all that its protocol offers."""
    has_batches: bool = False
    """Whether many requests can be handed to it at once."""
    context_window: int = 0
    """Tokens, when the user said it; 0 when nobody did."""
    patience: Patience = field(default_factory=Patience)

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine."""
        try:
            host = urlsplit(self.base_url).hostname or ""
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def place(self) -> str:
        """Where it is, for people: scheme, host and port only."""
        try:
            parts = urlsplit(self.base_url)
        except ValueError:
            return one_line(self.base_url)
        host = parts.netloc.rpartition("@")[2]
        return one_line(f"{parts.scheme}://{host}" if host else self.base_url)


_BULK = 4_000_000
"""Characters by which the body of an answer is measured when it holds the answers of a batch."""


def for_bulk(server: Server) -> Server:
    """Return a server from which the answers of a whole batch are taken at once."""
    patience = server.patience
    roomy = replace(patience, characters=max(patience.characters, _BULK))
    return replace(server, patience=roomy)
