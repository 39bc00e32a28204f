"""What has happened, in words: the same on stderr and in the log of the workbench.

One event is one line; finished jobs also have a line for many of them, because a first import ends
a thousand. Names in a line come from logs and models: whoever shows it makes it harmless.
"""

from __future__ import annotations

from datetime import datetime

from minutebook.config import CompactionMode
from minutebook.domain.batches import Approval
from minutebook.domain.context import PromptSizes
from minutebook.domain.jobs import JobKind
from minutebook.events import (
    ApprovalNeeded,
    BatchApplied,
    BatchFailed,
    BatchSent,
    Event,
    JobFailed,
    JobFinished,
    LoopFailed,
    ReplyDelayed,
    SendingPaused,
    SourceFailed,
    SourceImported,
    SpendingPaused,
    WatchStarted,
    WatchStopped,
)


def plural(number: int, one: str, many: str = "") -> str:
    """Return `1 turn`, `2 turns`, `1,200 turns`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def delayed(event: ReplyDelayed) -> str:
    """Return why an answer takes longer, and when who is asked."""
    if event.seconds > 0:
        return f"{event.reason} {event.model!r} is asked again in {event.seconds:.0f} s."
    return f"{event.reason} {event.model!r} is asked in its place."


def foretold(sizes: PromptSizes, mode: CompactionMode) -> str:
    """Return what becomes of a prompt beyond its budget with the next message; else nothing."""
    if sizes.is_assumed:
        return ""
    excess = sizes.used - sizes.budget.tokens
    if excess <= 0:
        return ""
    if mode is CompactionMode.AUTO:
        return f"That is {excess:,} more than fit: the next message makes room first."
    return f"That is {excess:,} more than fit: the next message fails before room is made."


def unasked(sizes: PromptSizes) -> str:
    """Return that nobody knows yet how much a model takes; nothing where somebody does."""
    if not sizes.is_assumed:
        return ""
    return (
        f"How much {sizes.model} takes is not known yet: its server is asked before the next"
        f" answer. {sizes.budget.tokens:,} tokens are assumed."
    )


def narrated(event: Event) -> str:
    """Return a line about an event; empty when nobody wants to hear of it."""
    match event:
        case (
            SourceImported(new=0, revised=0, quarantined=0)
            | JobFinished(kind=JobKind.DISPATCH | JobKind.BATCH)
        ):
            return ""
        case SourceImported():
            return f"read {event.place}: {_came_in(event)} ({event.format})"
        case WatchStarted(path=path):
            return f"watching {path}"
        case WatchStopped(path=path):
            return f"no longer watching {path}"
        case SourceFailed(place=place, reason=reason):
            return f"not read {place}: {reason}"
        case JobFinished(kind=kind, subject=subject):
            return f"{kind.value} {subject}"
        case JobFailed(kind=kind, subject=subject, reason=reason, retry_at=retry_at):
            then = "given up" if retry_at is None else f"again at {retry_at.astimezone():%H:%M:%S}"
            return f"{kind.value} {subject} failed: {reason} ({then})"
        case SpendingPaused(reason=reason):
            return f"paused: {reason}"
        case LoopFailed(loop=loop, reason=reason):
            return f"{loop}: {reason}"
        case _:
            return _of_batches(event)


def _of_batches(event: Event) -> str:
    match event:
        case ApprovalNeeded(approval=approval, reason=reason):
            return f"waits for a yes ({approval}): {reason}"
        case BatchSent(batch=batch, requests=requests):
            return f"batch {batch} sent: {plural(requests, 'request')}"
        case BatchApplied(batch=batch, succeeded=succeeded, requests=requests, usable=usable):
            asked = plural(requests, "request")
            said = f"batch {batch} applied: {succeeded:,} of {asked} succeeded"
            return said if usable == succeeded else f"{said}, {usable:,} with a summary to use"
        case BatchFailed(batch=batch, reason=reason):
            return f"batch {batch} came to nothing: {reason}"
        case SendingPaused(provider=provider, reason=reason, until=until):
            return f"paused {provider} {paused_until(provider, until)}: {reason}"
        case _:
            return ""


def waits_for_yes(approval: Approval) -> str:
    """Return what waits for a yes, and how to say it."""
    reason = approval.reason.rstrip(".")
    if not reason[:1].isdigit():
        reason = f"{plural(approval.estimate.pages, 'page')} for {approval.model}: {reason}"
    return f"Waits for a yes: {reason}. `minutebook batches approve {approval.id}` says it."


def paused_until(provider: str, until: datetime) -> str:
    """Return for how long nothing is sent to a provider, and how to end that."""
    moment = f"{until.astimezone():%H:%M}"
    return f"until {moment}, or `minutebook batches resume {provider}`"


def in_doubt(calls: int) -> str:
    """Return what is to be done about direct calls of which nobody knows what came of them."""
    said = plural(calls, "direct call")
    return (
        f"In doubt: {said} may have been paid without an answer; `minutebook batches doubts` lists"
        f" {'it' if calls == 1 else 'them'}."
    )


def is_failure(event: Event) -> bool:
    """Tell whether an event says that something did not work."""
    return isinstance(event, SourceFailed | JobFailed | LoopFailed | BatchFailed)


def finished(kind: JobKind, jobs: int, subjects: int) -> str:
    """Return a line about jobs of one kind that have finished, about so many different things."""
    match kind:
        case JobKind.SUMMARISE:
            return f"{plural(subjects, 'page')} summarised"
        case JobKind.ASK:
            return f"{plural(subjects, 'page')} put to their model directly"
        case JobKind.SCRIBE:
            times = f", {jobs:,} revisions" if jobs > subjects else ""
            return f"{plural(subjects, 'document')} brought up to date{times}"
        case _:
            return f"{kind.value}: {plural(jobs, 'job')} done"


def _came_in(event: SourceImported) -> str:
    parts = [f"{event.new} new", f"{event.known} known"]
    if event.revised:
        parts.append(f"{event.revised} revised")
    if event.quarantined:
        parts.append(f"{event.quarantined} in quarantine")
    return ", ".join(parts)
