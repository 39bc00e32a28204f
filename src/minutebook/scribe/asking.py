"""What the scribe asks a model for a slice, and what it takes for an answer.

Anything but whole, valid operations is an error: a fragment or small talk never becomes part of a
document.
"""

from __future__ import annotations

from minutebook.domain.documents import Document
from minutebook.errors import ModelError
from minutebook.llm import prompting, prompts
from minutebook.llm.protocol import (
    Material,
    Passage,
    Reply,
    Request,
    SectionView,
    StopReason,
    Task,
)
from minutebook.scribe.operations import Operation, read_reply
from minutebook.scribe.outline import TOP, Outline

_MAX_TOKENS = 4_096
_WHY_UNUSABLE = {
    StopReason.MAX_TOKENS: "it did not fit into the tokens it was given",
    StopReason.REFUSAL: "the model refused",
    StopReason.CUT: "it broke off",
}


def request_for(
    told: tuple[Passage, ...], outline: Outline, document: Document, budget: int
) -> Request:
    """Return the request to tell some turns in a document of at most `budget` characters."""
    material = Material(
        passages=told, sections=_views(outline), title=document.title, budget=budget
    )
    return Request(
        task=Task.SCRIBE,
        system=prompts.system(Task.SCRIBE),
        messages=prompting.scribe_messages(material),
        tools=(prompts.update_document(),),
        material=material,
        max_tokens=_MAX_TOKENS,
    )


def answer(reply: Reply, document: Document) -> tuple[Operation, ...]:
    """Return what a model wants done. Raises ModelError and PatchError."""
    if reply.stop_reason in _WHY_UNUSABLE:
        raise _unusable(reply, document, _WHY_UNUSABLE[reply.stop_reason])
    calls = [call for call in reply.tool_calls if call.name == prompts.UPDATE_DOCUMENT]
    if not calls:
        raise _unusable(reply, document, f"it does not call {prompts.UPDATE_DOCUMENT!r}")
    return tuple(operation for call in calls for operation in read_reply(call.arguments))


def _views(outline: Outline) -> tuple[SectionView, ...]:
    """Return the document as a model is shown it: the opening, then the sections."""
    opening = SectionView(anchor=TOP, heading="", body=outline.preamble.strip("\n"))
    sections = (
        SectionView(anchor=s.anchor, heading=s.heading, body=s.body.strip("\n"))
        for s in outline.sections
    )
    return (opening, *sections)


def _unusable(reply: Reply, document: Document, reason: str) -> ModelError:
    return ModelError(
        f"The update of {document.slug!r} by {reply.model!r} cannot be used: {reason}.",
        hint="It is tried again; set another model for `scribe` under [models] if that goes on.",
    )
