"""Models that speak Anthropic's Messages API, at Anthropic or anywhere else.

payload     a request as the API takes it, with the places where its prompt is cached
reading     events of the stream
failures    what the SDK raises
model       one model
batches     its batches
results     the lines of their results
provider    one server, its models and their list
"""

from __future__ import annotations
