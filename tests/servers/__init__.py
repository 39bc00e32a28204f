"""A server of models for tests, over real sockets: it speaks both protocols, checks what it is sent
as the real ones do, and fails on demand in all the ways they can.

    wire        HTTP as far as it is needed
    saying      what a model says, and how an answer to a request goes wrong
    messages    Anthropic's Messages API
    completions OpenAI's Chat Completions
    models      the server, with its routes, its plan and its memory
"""

from __future__ import annotations
