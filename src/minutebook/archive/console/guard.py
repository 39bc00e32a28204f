"""What a query may be: exactly one statement that reads our own tables.

Nothing is executed to find out. DuckDB's own parser says how many statements there are and of which
type, and writes the syntax tree, in which every table, function and kind of reference is looked up
in a list of what is allowed; then the plan is made, and each of its steps has to be one that reads.
No pattern is ever searched in the text, so quotes, comments and look-alike letters mean here what
they mean to DuckDB.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from minutebook.archive.console.failures import Failure, explained
from minutebook.archive.console.statements import statement

if TYPE_CHECKING:
    import duckdb

Node = dict[str, Any]
_NO_PLACE = 2**63
_EXPLAIN = "EXPLAIN (FORMAT json) "
_ONE = "Only one query can be run at a time. Run them one after the other."
_READS = "The console only reads: SELECT, FROM, WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES."
_TABLES = "There are: history, turns, pages. DESCRIBE history lists the columns of one."
_FILES = "Files cannot be read from here. There are: history, turns, pages."


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What `allowed.toml` lists."""

    tables: frozenset[str]
    catalog: frozenset[str]
    table_functions: frozenset[str]
    refused_functions: frozenset[str]
    references: frozenset[str]
    operators: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that may be run."""

    sql: str
    tables: frozenset[str]
    """Of ours, that it names."""


@cache
def allowed() -> Allowed:
    """Return what a query may use."""
    text = (files("minutebook.archive.console") / "allowed.toml").read_text("utf-8")
    return Allowed(**{name: frozenset(names) for name, names in tomllib.loads(text).items()})


def read(connection: duckdb.DuckDBPyConnection, sql: str) -> Query:
    """Look at a text without running it. Raises Failure, and duckdb.Error when it is no SQL."""
    import duckdb

    if "\0" in sql:
        raise Failure.refused("There is a NUL in the query.", "Take it out.", sql.index("\0"))
    statements = connection.extract_statements(sql)
    if not statements:
        raise Failure.refused("There is no query.", "Write one, such as: FROM history LIMIT 10")
    if len(statements) > 1:
        if not statements[0].query:  # DuckDB makes two of one PIVOT, and gives them no text
            raise _other("MULTI")
        raise Failure.refused(f"There are {len(statements)} statements here.", _ONE)
    kind = statements[0].type
    if kind != duckdb.StatementType.SELECT:
        raise _other(kind.name)
    tree = json.loads(connection.execute(statement("tree"), [sql]).fetchall()[0][0])
    if tree.get("error") and statements[0].query not in sql:
        raise _other("PRAGMA")  # DuckDB writes a SELECT of its own for some of them
    if tree.get("error") or len(tree.get("statements", ())) != 1:
        raise Failure.refused(f"This is no query: {tree.get('error_message', 'empty')}", _READS)
    nodes = list(_nodes(tree))
    named = {name.lower() for node in nodes for name in _named(node)}
    tables = frozenset(found for node in nodes if (found := _check(node, named)))
    return Query(sql=sql, tables=tables & allowed().tables)


def check_plan(connection: duckdb.DuckDBPyConnection, query: Query) -> None:
    """Have the plan made, and look at each of its steps. Raises Failure and duckdb.Error."""
    import duckdb

    try:
        rows = connection.execute(f"{_EXPLAIN}{query.sql}").fetchall()
    except duckdb.Error as error:
        raise explained(error, before=len(_EXPLAIN)) from error
    plan = json.loads(rows[-1][1])
    may = allowed()
    names = may.operators | {name.upper() for name in may.table_functions}
    for node in _nodes(plan):
        step = str(node.get("name", "")).strip()
        if step and "children" in node and step not in names:
            raise Failure.refused(f"The plan has a step {step!r}, which is not allowed.", _READS)


def _other(kind: str) -> Failure:
    what = {
        "EXPLAIN": "Write the query alone and ask for its plan: sql --explain, or the plan key.",
        "MULTI": "Name the values of a PIVOT: PIVOT … ON column IN (a, b).",
    }
    said = "A PIVOT without IN" if kind == "MULTI" else kind
    return Failure.refused(f"{said} is not allowed here.", what.get(kind, _READS))


def _nodes(tree: Any) -> Iterator[Node]:
    """Yield every object in a tree of JSON; deep trees are no harm."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _named(node: Node) -> Iterator[str]:
    """Yield the names that a query gives to parts of itself."""
    parts = node.get("cte_map")
    for part in parts.get("map", ()) if isinstance(parts, dict) else ():
        yield str(part["key"])


def _check(node: Node, named: set[str]) -> str:
    """Look at one node. Returns the table it names, if it does. Raises Failure."""
    if "sample" in node and "class" not in node and "query_location" in node:
        kind = str(node.get("type"))
        if kind not in allowed().references:
            raise Failure.refused(f"A reference {kind!r} is not allowed.", _TABLES, _place(node))
        if kind == "BASE_TABLE":
            return _table(node, named)
        if kind == "TABLE_FUNCTION":
            _table_function(node["function"], _place(node))
    elif node.get("class") == "FUNCTION":
        _function(node)
    return ""


def _table(node: Node, named: set[str]) -> str:
    name, schema = str(node["table_name"]).lower(), str(node["schema_name"]).lower()
    catalog = str(node["catalog_name"]).lower()
    may = allowed()
    if (catalog, schema) == ("", "information_schema") and name in may.catalog:
        return ""
    is_ours = catalog in {"", "memory"} and schema in {"", "main"}
    is_file = any(sign in name for sign in "/\\.:*?[")
    if is_ours and not is_file and (name in may.tables or name in named):
        return name
    hint = _FILES if is_file else _TABLES
    full = ".".join(part for part in (catalog, schema, name) if part)
    raise Failure.refused(f"There is no table {full!r} here.", hint, _place(node))


def _table_function(function: Node, place: int) -> None:
    name = str(function.get("function_name", "")).lower()
    if name not in allowed().table_functions or function.get("catalog") or function.get("schema"):
        raise Failure.refused(f"{name}() cannot be read from here.", _FILES, place)


def _function(node: Node) -> None:
    name = str(node.get("function_name", "")).lower()
    if name in allowed().refused_functions or name.startswith("__"):
        raise Failure.refused(f"{name}() is not allowed here.", "Leave it out.", _place(node))


def _place(node: Node) -> int:
    """Return where in the text, in bytes, a node stands; -1 when the parser does not say."""
    place = int(node.get("query_location", _NO_PLACE))
    return place if place < _NO_PLACE else -1
