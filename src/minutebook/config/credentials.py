"""API keys do not belong into settings: recognised by their look, refused, never shown."""

from __future__ import annotations

import re

PRIVACY_KEY_VARIABLE = "MINUTEBOOK_PRIVACY_KEY"
"""Environment variable with the user's own key for pseudonyms; no setting, and never kept."""
REFUSAL = (
    "This looks like an API key, which minutebook does not keep in a file or a setting."
    " Put it into the environment (such as ANTHROPIC_API_KEY or OPENAI_API_KEY)"
    " or into the system keyring, and take it out here."
)

_NAME = (
    r"(?i)api[-_]?key|(access|auth|private|secret)[-_]?(key|token)|secret|passw(or)?d|credential"
    r"|^(key|token|bearer)$|_(key|token)$"
)
_VALUE = (
    r"\b(sk-[\w-]{12,}|gsk_\w{16,}|hf_\w{16,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|AIza[\w-]{20,}"
    r"|xox[a-z]-[\w-]{10,}|AKIA[0-9A-Z]{12,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
)


def is_secret(name: str, value: object) -> bool:
    """Tell whether an unknown key, such as `api_key`, or what it holds is likely a secret.

    Numbers never are: `token = 4000` is a misspelt setting.
    """
    is_text = isinstance(value, str) and not value.strip().isdigit()
    return has_secret(value) or (is_text and bool(re.search(_NAME, name)))


def has_secret(value: object) -> bool:
    """Tell whether a text, or a text in a list, has the look of a known kind of key."""
    if isinstance(value, list | tuple):
        return any(has_secret(item) for item in value)
    return isinstance(value, str) and bool(re.search(_VALUE, value))


def redacted(text: str) -> str:
    """Return a text with everything in it that has the look of a key taken out."""
    return re.sub(_VALUE, "[key]", text)
