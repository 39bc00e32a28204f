"""Which room may import which: the static import graph, held against the plan of the house."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pytest
from grimp import ImportGraph, build_graph

ROOT = "minutebook"
FOUNDATION = frozenset(
    {"domain", "config", "paths", "clock", "errors", "events", "wording", "heap"}
)
ROOMS = frozenset(
    "sources context scribe batches glossary journal archive"
    " recall dream chat checkup ledger privacy".split()
)
FRONT_ENDS = frozenset({"cli", "tui"})
ALLOWED = {
    **dict.fromkeys(FOUNDATION, FOUNDATION),
    "store": FOUNDATION,
    "llm": FOUNDATION,
    "record": FOUNDATION | {"store"},
    **dict.fromkeys(ROOMS, FOUNDATION | {"store", "llm", "record"}),
    "workers": FOUNDATION | {"store"},
    "building": FOUNDATION | ROOMS | {"store", "llm", "record"},
    "engine": FOUNDATION | ROOMS | {"store", "llm", "record", "workers", "building"},
    "tui": FOUNDATION | {"engine"},
    "cli": FOUNDATION | {"engine", "tui"},
    "__main__": {"cli"},
}
"""What each room may import besides itself."""

RESERVED = {"textual": {"tui"}, "rich": FRONT_ENDS, "sqlite3": {"store"}, "click": {"cli"}}
"""Packages of others that only some rooms import."""


def room(module: str) -> str:
    """Return the room a module of ours lies in; empty for the package itself."""
    return [*module.split("."), ""][1]


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    """Read every import there is, also those inside functions and those for types alone."""
    return build_graph(ROOT, include_external_packages=True, cache_dir=None)


def ours(graph: ImportGraph) -> list[str]:
    return sorted(module for module in graph.modules if module.split(".")[0] == ROOT)


def imports(graph: ImportGraph) -> list[tuple[str, str]]:
    """Return every pair of a module of ours and a module it imports."""
    return [
        (module, imported)
        for module in ours(graph)
        for imported in sorted(graph.find_modules_directly_imported_by(module))
    ]


def test_every_room_is_on_the_plan(graph: ImportGraph) -> None:
    """A new package at the top level has to be given its place first."""
    assert {room(module) for module in ours(graph)} - {""} <= ALLOWED.keys()


def test_rooms_import_only_what_the_plan_allows(graph: ImportGraph) -> None:
    """No import points against an arrow, wherever in a module it stands."""
    against = [
        f"{module} imports {imported}"
        for module, imported in imports(graph)
        if imported.startswith(f"{ROOT}.")
        and room(module) != room(imported)
        and room(imported) not in ALLOWED.get(room(module), ())
    ]
    assert not against


@pytest.mark.parametrize("package", sorted(RESERVED))
def test_packages_stay_in_their_rooms(graph: ImportGraph, package: str) -> None:
    """Widgets, styled output, SQL and options are each known to the rooms they belong to only."""
    strangers = [
        module
        for module, imported in imports(graph)
        if imported == package and room(module) not in RESERVED[package]
    ]
    assert not strangers


def test_modules_import_each_other_in_one_direction() -> None:
    """There is no circle of imports, not even through functions."""
    graph = build_graph(ROOT, exclude_type_checking_imports=True, cache_dir=None)
    sorter = TopologicalSorter(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_models_behind_a_network_are_reached_through_the_gate_alone(graph: ImportGraph) -> None:
    """Adapters are made in one place, and only the engine's builder and the doctor, who sends
    nothing, reach it; whatever else wants a model gets it from the registry behind the gate."""
    adapters = {"minutebook.llm.anthropic", "minutebook.llm.openai", "minutebook.llm.remote"}
    makers = {"minutebook.llm.providers", "minutebook.llm.models"}
    inside = {module for module in ours(graph) if room(module) == "llm"}
    reaching = {
        module
        for module, imported in imports(graph)
        if module not in inside
        and (".".join(imported.split(".")[:3]) in adapters or imported in makers)
    }
    types_and_keys = {
        "minutebook.batches.means",
        "minutebook.privacy.gate",
        "minutebook.privacy.keys",
    }
    assert reaching - types_and_keys <= {
        "minutebook.building",
        "minutebook.checkup",
        "minutebook.engine",
    }
