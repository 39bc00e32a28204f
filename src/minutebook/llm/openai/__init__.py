"""Models that speak OpenAI's Chat Completions, at OpenAI or anywhere else.

Chat Completions and not the Responses API, because Ollama, vLLM, llama.cpp and the gateways speak
it too.

    payload     a request as the API takes it, in the manner of its server
    reading     chunks of the stream
    failures    what the SDK raises
    model       one model
    batches     its batches
    results     the lines of their results
    provider    one server, its models and their list
"""

from __future__ import annotations
