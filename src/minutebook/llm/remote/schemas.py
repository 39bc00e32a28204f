"""Schemas of tools, from the text that a request has to the object that providers want."""

from __future__ import annotations

import json

from minutebook.errors import ModelRequestError
from minutebook.llm.protocol import Tool


def schema_of(tool: Tool) -> dict[str, object]:
    """Return the schema of a tool. Raises ModelRequestError when it is no JSON object."""
    try:
        schema = json.loads(tool.schema)
    except (ValueError, RecursionError) as error:
        raise _refused(tool, "is not JSON") from error
    if not isinstance(schema, dict):
        raise _refused(tool, "is no JSON object")
    return schema


def _refused(tool: Tool, what: str) -> ModelRequestError:
    return ModelRequestError(
        f"The schema of the tool {tool.name!r} {what}.", hint="Write it as JSON Schema."
    )
