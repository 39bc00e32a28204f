"""What jobs are about, by the titles that people know; ids are for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minutebook.domain.jobs import Job
    from minutebook.engine import Engine

Titles = dict[str, str]


async def read(engine: Engine, jobs: Sequence[Job]) -> Titles:
    """Read the titles of the documents and pages that these jobs are about, by their ids."""
    wanted = {job.payload for job in jobs if job.kind in {JobKind.SCRIBE, JobKind.SUMMARISE}}
    return await engine.library.titles(wanted)


def of_job(job: Job, titles: Mapping[str, str]) -> str:
    """Return what a job is about; empty when no title is at hand."""
    title = titles.get(job.payload, "")
    return f"document of {title}" if title and job.kind is JobKind.SCRIBE else title
