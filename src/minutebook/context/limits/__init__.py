"""How much a prompt may have.

budget      the tokens for a model, from the settings and from what it takes
windows     what models take: asked of their servers, kept in the store
relieving   what a refused prompt teaches
refusing    why a prompt is not sent, and what to do about it
"""

from __future__ import annotations
