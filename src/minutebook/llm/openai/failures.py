"""What the OpenAI SDK raises, as errors of ours. Imported with the SDK."""

from __future__ import annotations

import openai

from minutebook.errors import ModelAccessError, ModelError
from minutebook.llm.remote.failures import Place, diagnose, symptom_of
from minutebook.llm.remote.transport import of_raw


def of_sdk(error: BaseException, place: Place) -> ModelError:
    """Return the error that anything is that comes out of the SDK."""
    match error:
        case ModelError():
            return error
        case openai.APIStatusError():
            response = error.response
            return diagnose(
                symptom_of(response.status_code, error.body, error.message, response.headers),
                place,
            )
        case openai.APIConnectionError() | openai.APIResponseValidationError():
            return of_raw(error, place)
        case openai.APIError():  # told inside a stream
            return diagnose(symptom_of(200, error.body, error.message, {}), place)
        case openai.OpenAIError():
            return ModelAccessError(
                place.name(str(error), "cannot be asked"),
                hint="Set OPENAI_API_KEY in the environment.",
            )
    return of_raw(error, place)
