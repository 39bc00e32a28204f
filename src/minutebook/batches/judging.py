"""What an answer, or a failure, means for the order it is about.

That a request succeeded says nothing of its answer: it may be cut, refused, empty, or written by a
model that stood in for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from minutebook.batches.planning import OFFLINE
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelError,
    ModelRequestError,
    ModelUnavailableError,
    ModelUnreachableError,
    PromptTooLongError,
)
from minutebook.llm.batching import ItemOutcome
from minutebook.llm.protocol import Reply
from minutebook.llm.summaries import FormError, PageSummary, RefusedError, read


class Meaning(StrEnum):
    """What is to be done about an order."""

    GOOD = "good"
    AGAIN = "again"
    """Ask once more: an attempt is used."""
    BACK = "back"
    """Ask once more, later: it was no fault of the order."""
    SPLIT = "split"
    """Summarise it in parts."""
    GIVE_UP = "give_up"
    HOLD = "hold"
    """A person ended it: it waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer means."""

    meaning: Meaning
    reason: str = ""
    summary: PageSummary | None = None
    """When it is good."""
    by: str = ""
    """The model that wrote it."""
    pauses: bool = False
    """Whether nothing more is to be sent to the provider for now."""
    is_unanswered: bool = False
    """Whether no model has had a word with the request: nothing was paid, and nothing speaks
    against asking in another way."""
    is_lasting: bool = False
    """Whether the answer was whole, paid for, and of no use: it is bought once more at most."""


_PERMANENT = (ModelRequestError, ModelUnavailableError, ModelAccessError, RefusedError)


def of_reply(reply: Reply) -> Verdict:
    """Judge an answer."""
    if reply.model == OFFLINE:
        reason = "The model was out of reach, and another stood in for it."
        return Verdict(meaning=Meaning.AGAIN, reason=reason)
    try:
        summary = read(reply)
    except ModelError as error:
        return of_error(error)
    return Verdict(meaning=Meaning.GOOD, summary=summary, by=reply.model)


def of_error(error: ModelError) -> Verdict:
    """Judge a failure of one request."""
    reason = str(error)
    if isinstance(error, PromptTooLongError):
        return Verdict(meaning=Meaning.SPLIT, reason=error.message)
    if isinstance(error, ModelBillingError):
        return Verdict(meaning=Meaning.BACK, reason=reason, pauses=True)
    if isinstance(error, _PERMANENT):
        return Verdict(meaning=Meaning.GIVE_UP, reason=reason)
    is_unanswered = isinstance(error, ModelBusyError | ModelUnreachableError)
    return Verdict(
        meaning=Meaning.AGAIN,
        reason=reason,
        is_unanswered=is_unanswered,
        is_lasting=isinstance(error, FormError),
    )


def of_outcome(outcome: ItemOutcome, *, by_person: bool) -> Verdict:
    """Judge a request that was not answered."""
    if outcome is ItemOutcome.CANCELED and by_person:
        return Verdict(meaning=Meaning.HOLD, reason="Its batch was cancelled.")
    words = "expired" if outcome is ItemOutcome.EXPIRED else "was cancelled"
    return of_silence(f"The request {words} before it was answered.")


def of_silence(reason: str) -> Verdict:
    """Judge a request that no model has answered."""
    return Verdict(meaning=Meaning.AGAIN, reason=reason, is_unanswered=True)


MISSING = of_silence("The request is not in the results of its batch.")
