"""Keys, tokens and passwords in a text.

Known kinds of keys are found by how they begin. What is only named (`password: …`, `API_KEY=…`) is
found by its name, and then judged: a type, a call or an ordinary word behind the name is no secret.
Where in doubt a value is hidden, since a model can do without it and it stands in the answer again.

Patterns are tried only where the letters that they begin with occur, and nothing in them repeats
what repeats: the time they take grows with the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from minutebook.privacy.finding.folding import MASK

Span = tuple[int, int]

_KEYS = tuple(
    (needle, re.compile(pattern))
    for needle, pattern in (
        ("sk-", r"sk-[\w-]{16,}"),
        ("k_live_", r"[sprw]k_live_\w{10,}"),
        ("k_test_", r"[sprw]k_test_\w{10,}"),
        ("whsec_", r"whsec_[\w+/=]{16,}"),
        ("AKIA", r"AKIA[0-9A-Z]{16}"),
        ("ASIA", r"ASIA[0-9A-Z]{16}"),
        ("gh", r"gh[pousr]_\w{20,}"),
        ("github_pat_", r"github_pat_\w{20,}"),
        ("glpat-", r"glpat-[\w-]{16,}"),
        ("xox", r"xox[a-z]-[\w-]{10,}"),
        ("xapp-", r"xapp-[\w-]{16,}"),
        ("AIza", r"AIza[\w-]{30,}"),
        ("ya29.", r"ya29\.[\w.-]{20,}"),
        ("GOCSPX-", r"GOCSPX-[\w-]{16,}"),
        ("hf_", r"\bhf_\w{20,}"),
        ("gsk_", r"gsk_\w{20,}"),
        ("npm_", r"npm_\w{30,}"),
        ("pypi-", r"pypi-[\w-]{32,}"),
        ("dop_v1_", r"dop_v1_\w{32,}"),
        ("shp", r"shp(?:at|ca|pa|ss)_\w{20,}"),
        ("SG.", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
        ("key-", r"\bkey-[0-9a-f]{32}\b"),
        ("AGE-SECRET-KEY-", r"AGE-SECRET-KEY-\w{40,}"),
        (":AA", r"\b\d{8,10}:AA[\w-]{30,}"),
        ("hooks.slack.com", r"(?<=hooks\.slack\.com/)(?:services|workflows)/[\w/-]{20,}"),
        ("/webhooks/", r"(?<=/webhooks/)\d{15,20}/[\w-]{40,}"),
        ("eyJ", r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"),
    )
)
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,50}-----")
_PEM_LINE = re.compile(r"(?:\s|\\[nrt]){1,8}[A-Za-z0-9+/=]{8,}")
_LONGEST_PEM = 20_000
_IN_URL = re.compile(r"://(?P<value>[^\s/:@\"'<>]{0,200}:[^\s/\"'<>]{1,200})@")
_TOKEN_IN_URL = re.compile(r"://(?P<value>[^\s/:@\"'<>]{20,200})@")
_QUERY = re.compile(
    r"[?&](?:sig|signature|x-amz-(?:signature|credential|security-token)|key|code|auth|access_token"
    r"|id_token|refresh_token|sas|hmac)=(?P<value>[^&\s\"'<>#]{8,})",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?:bearer|basic)[ \t]{1,4}(?P<value>[\w.~+/=-]{16,})", re.IGNORECASE)
_SCHEMES = ("bearer", "basic")
_STRONG = re.compile(
    r"(?:pass(?:words?|wd|phrase|wort|code)|(?<=[_-])pass|(?<![a-z])pass(?= ?=)|kennwort"
    r"|mot de passe|contraseña|senha|(?<![a-z])pwd)\d{0,3}"
)
_WEAK = re.compile(r"(?:key(?:[ _-]?id)?|secret|token|credentials?)\d{0,3}")
_KINDS_OF_KEYS = (
    *("api", "access", "secret", "private", "account", "auth", "signing", "encryption"),
    *("master", "shared", "app", "service", "license"),
)
"""What stands in front of `key` where that is none of a map or of a table."""
_STRONG_WORDS = ("pass", "kennwort", "mot de passe", "contraseña", "senha", "pwd")
_WEAK_WORDS = ("key", "secret", "token", "credential")
_IS = re.compile(
    r"[\"'`*\\\])]{0,4}[ \t]{0,3}(?P<sign>[:=]{1,3}>?)[ \t]{0,3}"
    r"|[ \t]{1,3}(?P<word>is|ist|lautet|est|es|was|war)[ \t]{0,2}:?[ \t]{1,3}",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?P<quote>\\{0,3}[\"'`]{1,3})(?P<value>[^\n]{1,300}?)(?P=quote)")
_BARE = re.compile(r"[^\s\"'`<>]{3,300}")
_NO_VALUES = frozenset(
    "str string text bytes int bool boolean none null nil undefined true false optional required"
    " any object self the your his her our their this that not and for with from been wrong correct"
    " invalid incorrect missing empty unknown expired protected reset changed change forgotten"
    " needed here there what which when where please only always never must should would could"
    " can will has have der die das dein mein falsch richtig nicht geändert abgelaufen".split()
)
_CODE = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_]\w*)*[(\[].*|[a-z_]+(?:\.[a-z_]+)+")
_VARIABLE = re.compile(r"[$%{<*x.•_-]+|\$\{?\w+\}?|%\w|\{\{?.*\}?\}|<.*>|\[.*\]")
_SHORTEST_WEAK = 8
_LONG = 20


def find_secrets(text: str) -> Iterator[Span]:
    """Yield where secrets stand in a folded text, in no order; some overlap."""
    yield from _private_keys(text)
    for needle, pattern in _KEYS:
        if needle in text:
            yield from (found.span() for found in pattern.finditer(text))
    if "://" in text:
        yield from _values(_IN_URL, text)
        yield from (span for span in _values(_TOKEN_IN_URL, text) if _is_mixed(text, span))
    if "=" in text:
        yield from _values(_QUERY, text)
    lowered = _lowered(text)
    for scheme in _SCHEMES:
        for at in _places(lowered, scheme):
            found = _BEARER.match(text, at)
            if found is not None and _is_mixed(text, found.span("value")):
                yield found.span("value")
    yield from _named(text, lowered)


def _lowered(text: str) -> str:
    """Return a text in small letters, each at the place where it stood."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join([low if len(low := each.lower()) == 1 else each for each in text])


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _values(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (found.span("value") for found in pattern.finditer(text))


def _is_mixed(text: str, span: Span) -> bool:
    value = text[slice(*span)]
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _private_keys(text: str) -> Iterator[Span]:
    """Yield blocks of private keys; of those that are cut, as much as there is."""
    if "-----BEGIN" not in text:
        return
    at = 0
    while begin := _PEM.search(text, at):
        end = _PEM_END.search(text, begin.end(), begin.end() + _LONGEST_PEM)
        at = begin.end() if end is None else end.end()
        while end is None and (line := _PEM_LINE.match(text, at)):
            at = line.end()
        yield begin.start(), at


def _named(text: str, lowered: str) -> Iterator[Span]:
    """Yield the values behind names. A name is looked for by a word in it, which is fastest."""
    for pattern, words in ((_STRONG, _STRONG_WORDS), (_WEAK, _WEAK_WORDS)):
        for word in words:
            for at in _places(lowered, word):
                name = pattern.match(lowered, at)
                if name is None or (word == "key" and not _is_of_a_door(lowered, at)):
                    continue
                sign = _IS.match(text, name.end())
                if sign is not None:
                    yield from _behind(text, sign, is_strong=pattern is _STRONG)


def _is_of_a_door(lowered: str, at: int) -> bool:
    """Say whether the word `key` at a place has a word in front that makes it one of a door."""
    before = lowered[max(0, at - 12) : at]
    return (before[:-1] if before[-1:] in {" ", "_", "-"} else before).endswith(_KINDS_OF_KEYS)


def _behind(text: str, sign: re.Match[str], *, is_strong: bool) -> Iterator[Span]:
    """Yield the value behind a name and its sign, if that is one."""
    quoted = _QUOTED.match(text, sign.end())
    if quoted is not None:
        span = quoted.span("value")
        is_one = _is_quoted_secret(text[slice(*span)], is_strong=is_strong)
    else:
        span = _bare(text, sign.end())
        is_one = _is_bare_secret(text[slice(*span)], sign, is_strong=is_strong)
    if is_one:
        yield span


def _bare(text: str, start: int) -> Span:
    """Return where a value without quotes stands; nothing there is an empty place."""
    found = _BARE.match(text, start)
    if found is None:
        return start, start
    value = found[0]
    if "&" in value and "=" in value.partition("&")[2]:
        value = value.partition("&")[0]
    return start, start + len(value.rstrip(",;.:!?)]}"))


def _is_quoted_secret(value: str, *, is_strong: bool) -> bool:
    if _is_none(value):
        return False
    if is_strong:
        return len(value) >= 3 and (" " not in value or _has_signs(value))
    return " " not in value and len(value) >= _SHORTEST_WEAK and _looks_random(value)


def _is_bare_secret(value: str, sign: re.Match[str], *, is_strong: bool) -> bool:
    if len(value) < 3 or _is_none(value) or _CODE.fullmatch(value):
        return False
    if sign["word"] is not None:
        return is_strong and _has_signs(value)
    if is_strong:
        return True
    return len(value) >= _SHORTEST_WEAK and _looks_random(value)


def _is_none(value: str) -> bool:
    """Say whether what stands behind a name is a word, a type, or a place for a value."""
    bare = value.strip(".,;:!?|").lower()
    return bare in _NO_VALUES or not value.strip(MASK) or bool(_VARIABLE.fullmatch(value))


def _has_signs(value: str) -> bool:
    return any(not (character.isalpha() or character == " ") for character in value.strip(".,;!?"))


def _looks_random(value: str) -> bool:
    has_letters = any(map(str.isalpha, value))
    if any(map(str.isdigit, value)):
        return has_letters or len(value) >= _LONG
    has_both = value != value.lower() and value != value.upper()
    return len(value) >= _LONG and has_both
