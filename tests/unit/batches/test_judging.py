"""What an answer, or a failure, means for an order."""

from __future__ import annotations

import pytest

from minutebook.batches import judging
from minutebook.batches.judging import Meaning
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelError,
    ModelReplyError,
    ModelRequestError,
    ModelUnavailableError,
    ModelUnreachableError,
    PromptTooLongError,
)
from minutebook.llm.batching import ItemOutcome
from minutebook.llm.protocol import Reply, StopReason

GOOD = "Label: The ferry\n- Ann: On the 4th."


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (PromptTooLongError("long"), Meaning.SPLIT),
        (ModelBillingError("credit"), Meaning.BACK),
        (ModelRequestError("bad"), Meaning.GIVE_UP),
        (ModelUnavailableError("no model"), Meaning.GIVE_UP),
        (ModelAccessError("no"), Meaning.GIVE_UP),
        (ModelBusyError("busy"), Meaning.AGAIN),
        (ModelUnreachableError("down"), Meaning.AGAIN),
        (ModelReplyError("odd"), Meaning.AGAIN),
        (ModelError("something"), Meaning.AGAIN),
    ],
)
def test_failures_are_told_apart(error: ModelError, meaning: Meaning) -> None:
    """What asking again does not mend is given up; what is too long is split; bills pause."""
    verdict = judging.of_error(error)
    assert verdict.meaning is meaning
    assert verdict.pauses is isinstance(error, ModelBillingError)
    assert str(error) in verdict.reason


@pytest.mark.parametrize(
    ("text", "stop", "meaning"),
    [
        (GOOD, StopReason.END, Meaning.GOOD),
        ("", StopReason.END, Meaning.AGAIN),
        ("They talked about the ferry.", StopReason.END, Meaning.GOOD),
        ("I cannot do that.", StopReason.END, Meaning.GIVE_UP),
        (GOOD, StopReason.MAX_TOKENS, Meaning.AGAIN),
        (GOOD, StopReason.CUT, Meaning.AGAIN),
        (GOOD, StopReason.TOOL_USE, Meaning.AGAIN),
        (GOOD, StopReason.REFUSAL, Meaning.GIVE_UP),
        (GOOD, StopReason.CONTEXT_FULL, Meaning.SPLIT),
    ],
)
def test_success_is_not_enough(text: str, stop: StopReason, meaning: Meaning) -> None:
    """An answer that succeeded may still be of no use."""
    assert judging.of_reply(Reply(model="m", text=text, stop_reason=stop)).meaning is meaning


def test_a_stand_in_is_no_answer() -> None:
    """What `offline` wrote in place of the model does not count as the model's."""
    reply = Reply(model="offline", text=GOOD, stop_reason=StopReason.END)
    assert judging.of_reply(reply).meaning is Meaning.AGAIN


@pytest.mark.parametrize(
    ("outcome", "by_person", "meaning"),
    [
        (ItemOutcome.EXPIRED, False, Meaning.AGAIN),
        (ItemOutcome.EXPIRED, True, Meaning.AGAIN),
        (ItemOutcome.CANCELED, False, Meaning.AGAIN),
        (ItemOutcome.CANCELED, True, Meaning.HOLD),
    ],
)
def test_what_was_not_answered(outcome: ItemOutcome, by_person: bool, meaning: Meaning) -> None:
    """It is tried again, unless a person has ended it."""
    assert judging.of_outcome(outcome, by_person=by_person).meaning is meaning
