"""Chat logs of every format, of any size, made from talks that never were."""

from __future__ import annotations

from generating.forms import FORMS, Form, Growth, Kept, form_named
from generating.talks import Message, Talk, invented
from generating.writing import File, put, put_zipped

__all__ = [
    "FORMS",
    "File",
    "Form",
    "Growth",
    "Kept",
    "Message",
    "Talk",
    "form_named",
    "invented",
    "put",
    "put_zipped",
]
