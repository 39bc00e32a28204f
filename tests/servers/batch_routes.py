"""From a path to what is asked for, and what an answer is before it travels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from servers.batch_values import Endpoint
from servers.wire import Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, before anything spoils it."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    batch: str = ""
    """Whose results they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is asked for."""

    endpoint: Endpoint
    protocol: str = ""
    id: str = ""
    is_file: bool = False


DIRECT = Route(endpoint=Endpoint.DIRECT)


def route_of(received: Received) -> Route:
    """Return what a request is for."""
    parts = tuple(part for part in received.path.split("/") if part)
    match parts:
        case ("v1", "messages", "batches", *rest):
            return _batch(received.method, "anthropic", tuple(rest))
        case ("v1", "batches", *rest):
            return _batch(received.method, "openai", tuple(rest))
        case ("v1", "files", *rest):
            return _file(received.method, tuple(rest))
    return DIRECT


def _batch(method: str, protocol: str, rest: tuple[str, ...]) -> Route:
    endpoint, id_ = Endpoint.DIRECT, rest[0] if rest else ""
    match method, rest:
        case "POST", ():
            endpoint = Endpoint.CREATE
        case "GET", ():
            endpoint = Endpoint.LIST
        case "GET", (_,):
            endpoint = Endpoint.RETRIEVE
        case "POST", (_, "cancel"):
            endpoint = Endpoint.CANCEL
        case "GET", (_, "results") if protocol == "anthropic":
            endpoint = Endpoint.RESULTS
        case "DELETE", (_,) if protocol == "anthropic":
            endpoint = Endpoint.DELETE
    return Route(endpoint=endpoint, protocol=protocol, id=id_)


def _file(method: str, rest: tuple[str, ...]) -> Route:
    endpoint, id_ = Endpoint.DIRECT, rest[0] if rest else ""
    match method, rest:
        case "POST", ():
            endpoint = Endpoint.UPLOAD
        case "GET", ():
            endpoint = Endpoint.FILES
        case "GET", (_, "content"):
            endpoint = Endpoint.RESULTS
        case "DELETE", (_,):
            endpoint = Endpoint.DELETE
    return Route(endpoint=endpoint, protocol="openai", id=id_, is_file=True)
