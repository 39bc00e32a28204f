"""What the Anthropic SDK raises, as errors of ours. Imported with the SDK."""

from __future__ import annotations

import anthropic

from minutebook.errors import ModelAccessError, ModelError
from minutebook.llm.remote.failures import Place, diagnose, symptom_of
from minutebook.llm.remote.transport import of_raw


def of_sdk(error: BaseException, place: Place) -> ModelError:
    """Return the error that anything is that comes out of the SDK."""
    match error:
        case ModelError():
            return error
        case anthropic.APIStatusError():
            response = error.response
            return diagnose(
                symptom_of(response.status_code, error.body, error.message, response.headers),
                place,
            )
        case anthropic.APIError() | anthropic.RetryableError():
            return of_raw(error, place)
        case anthropic.AnthropicError():
            return ModelAccessError(
                place.name(str(error), "cannot be asked"),
                hint="Set ANTHROPIC_API_KEY in the environment.",
            )
    return of_raw(error, place)
