"""The fixed parts of prompts: system prompts as Markdown and tool schemas as JSON, in files.

They are read once and never filled in: a prompt that begins with the same bytes on every call is
one that providers can cache. What differs from call to call goes into the messages.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from minutebook.domain.identity import digest
from minutebook.llm.protocol import Task, Tool

UPDATE_DOCUMENT = "update_document"
"""The tool with which a scribe answers."""

RECALL_PAGE = "recall_page"
"""The tool with which a model brings back pages of the record."""


@cache
def system(task: Task) -> str:
    """Return the system prompt for a task."""
    return _read(f"{task.value}.md")


@cache
def merge_summaries() -> str:
    """Return the system prompt for making one summary of those of the parts of a page."""
    return _read("summarise_merge.md")


@cache
def summary_version() -> str:
    """Return a short name for how summaries are asked for; it changes with the prompts."""
    return digest(system(Task.SUMMARISE), merge_summaries())[:8]


@cache
def condense() -> str:
    """Return the system prompt for shortening a document."""
    return _read("scribe_condense.md")


@cache
def branch() -> str:
    """Return what asks to revise a document when a branch of its conversation was left."""
    return _read("scribe_branch.md")


@cache
def tool_in_text() -> str:
    """Return what asks for the arguments of a tool where no tool can be called."""
    return _read("tool_in_text.md")


@cache
def update_document() -> Tool:
    """Return the tool with which a scribe changes its document."""
    return Tool(
        name=UPDATE_DOCUMENT,
        description=(
            "Change the document by section operations. They are applied in order, all or none;"
            " sections that no operation names stay as they are."
        ),
        schema=_read(f"{UPDATE_DOCUMENT}.json"),
    )


@cache
def recall_page() -> Tool:
    """Return the tool with which a model brings back pages of the record."""
    return Tool(
        name=RECALL_PAGE,
        description=(
            "Bring back pages of this conversation or of the person's record, word for word: by"
            " their ids, or by words to look for. They stand between <pages> and </pages> in front"
            " of the person's last message from then on. Use it when a summary leaves out what"
            " the answer needs."
        ),
        schema=_read(f"{RECALL_PAGE}.json"),
    )


def _read(name: str) -> str:
    return (files(__name__) / name).read_text("utf-8").strip()
