"""From what a server says to what it means for us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

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
from minutebook.llm.remote.failures import Place, Symptom, diagnose, retry_after, symptom_of
from minutebook.llm.remote.server import Server

PLACE = Place(
    model="local:m", server=Server(provider="local", base_url="http://h:1/v1"), secret="hush-hush-1"
)


@pytest.mark.parametrize(
    ("message", "tokens", "limit"),
    [
        ("prompt is too long: 215000 tokens > 200000 maximum", 215_000, 200_000),
        (
            (
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000,"
                " decrease input length or `max_tokens` and try again"
            ),
            190_000,
            200_000,
        ),
        (
            (
                "This model's maximum context length is 8192 tokens. However, your messages"
                " resulted in 9001 tokens. Please reduce the length of the messages."
            ),
            9_001,
            8_192,
        ),
        (
            (
                "This model's maximum context length is 4,096 tokens. However, you requested 5,000"
                " tokens (4,500 in the messages, 500 in the completion)."
            ),
            4_500,
            4_096,
        ),
        (
            (
                "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum"
                " context length is 4096 tokens and your request has 3000 input tokens."
            ),
            3_000,
            4_096,
        ),
        (
            (
                "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted"
                " in 300000 tokens. Please reduce the length of the messages."
            ),
            300_000,
            272_000,
        ),
        (
            (
                "request (5000 tokens) exceeds the available context size (4096 tokens), try"
                " increasing it"
            ),
            5_000,
            4_096,
        ),
        (
            "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
            5_000,
            4_096,
        ),
        (
            "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
            40_000,
            32_768,
        ),
        (
            (
                "The input token count (1200000) exceeds the maximum number of tokens allowed"
                " (1048576)."
            ),
            1_200_000,
            1_048_576,
        ),
        (
            (
                "Request too large for gpt-x in organization o on tokens per min (TPM):"
                " Limit 10000, Requested 12000."
            ),
            12_000,
            10_000,
        ),
        (
            (
                "You passed 5001 input tokens and requested 1 output tokens. However, the"
                " model's context length is only 4096 tokens."
            ),
            5001,
            4096,
        ),
        (
            (
                "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens"
                " and 1024"
            ),
            4000,
            4096,
        ),
        ("`inputs` must have less than 4096 tokens. Given: 5000", 5000, 4096),
        (
            (
                "maximum context length is 32768 tokens. However, you requested about 40000"
                " tokens (39000 of text input, 1000 in the output)."
            ),
            39000,
            32768,
        ),
        (
            (
                "exceeds the model's maximum context length of 4096 tokens. You requested a"
                " total of 5000 tokens: 4500 tokens from the input messages."
            ),
            4500,
            4096,
        ),
        (
            "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
            5000,
            4096,
        ),
        (
            (
                "Trying to keep the first 5000 tokens when context the overflows. However, the"
                " model is loaded with context length of only 4096 tokens."
            ),
            5000,
            4096,
        ),
        (
            (
                "This model's maximum prompt length is 131072 but the request contains 140000"
                " tokens."
            ),
            140000,
            131072,
        ),
        (
            "total number of tokens in the prompt cannot exceed 128000 - received 130000.",
            130000,
            128000,
        ),
        ("prompt token count of 70000 exceeds the limit of 64000", 70000, 64000),
        ("Your request exceeded model token limit: 8192 (requested: 9000)", 9000, 8192),
        ("The prompt is too long: 9000, model maximum context length: 8191", 9000, 8191),
        (
            (
                "Please reduce the length of the messages or completion. Current length is 9000"
                " while limit is 8192"
            ),
            9000,
            8192,
        ),
        ("Input is too long for requested model.", None, None),
        ("the input length exceeds the context length", None, None),
        ("Your input exceeds the context window of this model.", None, None),
    ],
)
def test_long_prompts_are_known_by_any_wording(
    message: str, tokens: int | None, limit: int | None
) -> None:
    """However a server says it, a prompt that is too long is that, with its numbers."""
    for status in (400, 429, 200):
        error = diagnose(Symptom(status=status, message=message), PLACE)
        assert isinstance(error, PromptTooLongError)
        assert (error.tokens, error.limit) == (tokens, limit)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"error": {"message": "Rate limit reached. Please try again in 1m2.5s. Thanks."}}, 62.5),
        ({"error": {"message": "Please try again in 250ms."}}, 0.25),
        ({"error": {"message": "Please try again in 2h3m."}}, 7_380),
        ({"error": {"message": "Please try again in a while."}}, None),
        ([{"error": {"message": "Quota.", "details": [7, {"retryDelay": "39s"}]}}], 39),
        ([{"error": {"message": "Quota.", "details": [{"retryDelay": 39}]}}], None),
    ],
)
def test_waits_may_be_told_in_words(body: object, seconds: float | None) -> None:
    """Some servers say in the text alone how long to wait; a header of theirs counts for more."""
    error = diagnose(symptom_of(429, body, "", {}), PLACE)
    assert isinstance(error, ModelBusyError)
    assert error.retry_after == seconds
    told = diagnose(symptom_of(429, body, "", {"retry-after": "7"}), PLACE)
    assert isinstance(told, ModelBusyError)
    assert told.retry_after == 7


def test_an_absurd_wait_is_no_advice() -> None:
    """Nobody is told to come back in eleven billion days."""
    error = diagnose(symptom_of(429, None, "", {"retry-after": "999999999999999"}), PLACE)
    assert "days" not in error.hint


def test_what_is_wrong_with_fields_is_told() -> None:
    """Servers on FastAPI list what is wrong, field by field."""
    wrong = {"loc": ["body", "max_tokens"], "msg": "not an integer", "type": "int"}
    error = diagnose(symptom_of(422, {"detail": [wrong, {"msg": "no"}, 7]}, "", {}), PLACE)
    assert "body.max_tokens: not an integer; no" in str(error)


def test_numbers_may_stand_beside_the_message() -> None:
    """llama.cpp says the numbers in fields of their own."""
    body = {
        "error": {
            "code": 400,
            "type": "exceed_context_size_error",
            "message": "the request exceeds the available context size, try increasing it",
            "n_prompt_tokens": 5_000,
            "n_ctx": 4_096,
        }
    }
    error = diagnose(symptom_of(400, body, "", {}), PLACE)
    assert isinstance(error, PromptTooLongError)
    assert (error.tokens, error.limit) == (5_000, 4_096)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"error": {"type": "billing_error", "message": "No."}}, ModelBillingError),
        (400, {"error": {"message": "Your credit balance is too low"}}, ModelBillingError),
        (429, {"error": {"code": "insufficient_quota"}}, ModelBillingError),
        (402, "Insufficient credits", ModelBillingError),
        (400, {"error": {"code": "invalid_api_key", "message": "No."}}, ModelAccessError),
        (407, None, ModelAccessError),
        (404, {"error": "model 'm' not found, try pulling it first"}, ModelUnavailableError),
        (400, {"error": {"code": "model_not_found", "message": "m"}}, ModelUnavailableError),
        (404, {"detail": "Not Found"}, ModelUnavailableError),
        (405, None, ModelUnavailableError),
        (500, {"error": {"type": "overloaded_error", "message": "x"}}, ModelBusyError),
        (429, {"error": {"message": "The model was not found in time"}}, ModelBusyError),
        (200, {"error": {"code": 502, "message": "upstream"}}, ModelUnreachableError),
        (501, None, ModelRequestError),
        (400, [1, 2], ModelRequestError),
        (418, {"error": {"message": {"a": 1}, "type": ["x"]}}, ModelRequestError),
    ],
)
def test_bodies_of_all_kinds(status: int, body: object, kind: type[ModelError]) -> None:
    """What a body says outweighs the status where it knows better."""
    assert type(diagnose(symptom_of(status, body, "", {}), PLACE)) is kind


@examples(max_examples=150, deadline=None)
@given(
    st.integers(100, 599),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=30),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["error", "message", "type", "code"]), inner, max_size=3
            )
        ),
        max_leaves=6,
    ),
    st.text(max_size=40),
)
def test_any_failure_is_a_model_error(status: int, body: object, message: str) -> None:
    """Whatever comes is told on one harmless line, without the key, and with what to do next."""
    error = diagnose(symptom_of(status, body, f"{message}hush-hush-1", {}), PLACE)
    assert isinstance(error, ModelError)
    assert error.hint
    assert "hush-hush" not in str(error)
    assert str(error).isprintable()
    assert "local:m" in error.message


def test_the_date_in_retry_after() -> None:
    """A date is counted from now; one that is over means no wait."""
    now = datetime(2026, 3, 4, 7, 30, tzinfo=UTC)
    assert retry_after({"retry-after": "Wed, 04 Mar 2026 07:31:30 GMT"}, now) == 90
    assert retry_after({"retry-after": "Wed, 04 Mar 2026 07:00:00 GMT"}, now) == 0


def test_long_waits_are_said_in_words() -> None:
    """A wait of a day is said in hours, not in seconds."""
    error = diagnose(Symptom(status=429, retry_after=86_400.0), PLACE)
    assert "24 hours" in error.hint
