"""What jobs and pages are about, by the titles that people know; ids are for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.domain.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minutebook.domain.jobs import Job
    from minutebook.domain.pages import Page
    from minutebook.engine import Engine

_AT_MOST = 1_000
"""Conversations and pages whose titles are read, the newest; others are shown by their id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """The titles of what there is."""

    conversations: Mapping[str, str]
    """Titles by id."""
    documents: Mapping[str, str]
    """The title of its conversation, by the id of a document."""
    pages: Mapping[str, Page]

    def of_job(self, job: Job) -> str:
        """Return what a job is about; empty when no title is at hand."""
        if job.kind is JobKind.SUMMARISE and (page := self.pages.get(job.payload)) is not None:
            return self.of_page(page)
        title = self.documents.get(job.payload, "")
        return f"document of {title}" if title else ""

    def of_page(self, page: Page) -> str:
        """Return the conversation of a page and its label, as far as there are any."""
        title = self.conversations.get(page.conversation, "")
        return " · ".join(part for part in (title, page.label) if part)


async def read(engine: Engine) -> Subjects:
    """Read the titles of the newest conversations and pages."""
    conversations = await engine.library.conversations(limit=_AT_MOST)
    pages = await engine.library.pages(limit=_AT_MOST)
    return Subjects(
        conversations={each.id: each.title for each in conversations},
        documents={each.document: each.title for each in conversations if each.document},
        pages={page.id: page for page in pages},
    )
