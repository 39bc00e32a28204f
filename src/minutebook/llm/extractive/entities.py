"""Names, addresses, paths, versions and dates, found by rules.

Patterns run on cleaned text outside code fences, since that is where addresses still have all their
characters. A name is two or more capitalised words in a row, or one that is capitalised in the
middle of sentences and never written small; in a language that capitalises its nouns, only the
former. Every pattern has bounded repeats, so that no text makes it slow.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache

from minutebook.llm.extractive.lexicon import function_words, language_of, lexicon
from minutebook.llm.extractive.plain import blocks, clean, prose_lines
from minutebook.llm.extractive.reading import MAX_TOTAL, share_out
from minutebook.llm.extractive.sentences import split_text
from minutebook.llm.extractive.values import Entity, EntityKind, Passage
from minutebook.llm.extractive.words import tokens

LONGEST_NAME = 5
"""Words in a name."""

_EXTENSIONS = (
    "c|cc|cfg|conf|cpp|cs|css|csv|db|docx?|env|go|h|hpp|html?|ini|ipynb|java|jpe?g|js|json|jsonl|jsx|kt|lock"
    "|log|lua|md|mdx|mp3|mp4|parquet|pdf|php|png|proto|py|rb|rs|rst|sh|sql|sqlite|svg|swift|toml|ts|tsx"
    "|txt|vue|xlsx?|xml|ya?ml|zig|zip"
)
_PATH = (
    r"(?<![\w/.~\\@:-])(?:"
    r"(?:~|\.{1,2}|[A-Za-z]:|@?[\w.-]{1,60})?(?:[/\\][\w.@+-]{1,80}){1,20}/?"
    rf"|[\w-]{{1,60}}(?:\.[\w-]{{1,30}})?\.(?:{_EXTENSIONS})(?![\w.]))"
)
_VERSION = r"(?<![\w.])(?:v\d+(?:\.\d+){0,3}|\d+\.\d+\.\d+)(?:-[a-z]+[\w.]{0,20})?(?![\w]|\.\d)"
_FOUND_BY_SHAPE = "|".join(
    [
        r"(?P<url>https?://[^\s<>\"'`|\\^{}\[\]]{1,500})",
        r"(?P<email>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})",
        r"(?P<mention>(?<![\w@./])@[\w][\w-]{0,38}(?:\.[\w-]{1,38})?(?![\w/]))",
        r"(?P<channel>(?<![\w&#/@])#[^\W\d_][\w-]{1,60})",
        rf"(?P<path>{_PATH})",
        rf"(?P<version>{_VERSION})",
    ]
)
_NUMERIC_DATES = (
    r"(?<![\w/.-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}\.\d{1,2}\.\d{2,4})"
    r"(?![\w/-])|(?:\d{4}年)?\d{1,2}月\d{1,2}日"
)
_LOOKS_LIKE_PATH = re.compile(
    rf"(?:[~./]|[A-Za-z]:)|.*\.(?:{_EXTENSIONS})\Z|(?:[^/\\]+[/\\]){{2,}}"
)
_TRAILING = ".,;:!?'\")]}>*_"


def entities(passages: Sequence[Passage]) -> list[Entity]:
    """Return what has a name of its own, in order of first appearance, each once."""
    sources: dict[tuple[EntityKind, str], dict[Hashable, None]] = {}
    written: dict[tuple[EntityKind, str], str] = {}
    shared = share_out(passages, MAX_TOTAL)
    names = _Names(shared)
    for number, passage in enumerate(shared):
        for kind, text in [*_by_shape(passage.text), *names.of(number)]:
            key = kind, text.casefold()
            written.setdefault(key, text)
            sources.setdefault(key, {})[passage.source] = None
    return [
        Entity(kind=key[0], text=written[key], sources=tuple(seen)) for key, seen in sources.items()
    ]


def _by_shape(text: str) -> Iterator[tuple[EntityKind, str]]:
    for line in prose_lines(clean(text)):
        for match in _shapes().finditer(line):
            kind = EntityKind(match.lastgroup or "")
            found = match[0] if kind is EntityKind.DATE else match[0].rstrip(_TRAILING)
            if kind is not EntityKind.PATH or _LOOKS_LIKE_PATH.match(found):
                yield kind, found


@lru_cache(maxsize=1)
def _shapes() -> re.Pattern[str]:
    months = "|".join(sorted(lexicon().months, key=len, reverse=True))
    day_first = (
        rf"(?<!\w)\d{{1,2}}(?:st|nd|rd|th|\.|º)?\ (?:de\ |of\ )?(?:{months})\b"
        r"(?:,?\ (?:de\ )?\d{4}\b)?"
    )
    month_first = rf"\b(?:{months})\ \d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\ \d{{4}}\b)?"
    return re.compile(
        rf"{_FOUND_BY_SHAPE}|(?P<date>{_NUMERIC_DATES}|(?i:{day_first}|{month_first}))"
    )


class _Names:
    """The capitalised names of some passages, found by looking at all of them together."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._sentences = [_tokens_of(passage) for passage in passages]
        sentences = [words for passage in self._sentences for words in passage]
        inside = [word for words in sentences for word in words[1:]]
        counts = Counter(word.casefold() for words in sentences for word in words)
        self._nouns_are_capital = language_of(counts).nouns_are_capital
        self._small = {word for word in inside if word.islower()}
        self._alone = {word for word in inside if word[0].isupper() and self._is_alone(word)}
        self._whole = {tuple(run) for words in sentences for run in _runs(words[1:])}

    def of(self, number: int) -> Iterator[tuple[EntityKind, str]]:
        """Yield the names in one passage, in order."""
        for words in self._sentences[number]:
            for at, run in enumerate(_runs(words)):
                name = self._without_first_word(run) if at == 0 and run[0] == words[0] else run
                if len(name) > 1 or name[0] in self._alone:
                    yield EntityKind.NAME, " ".join(name)

    def _without_first_word(self, run: list[str]) -> list[str]:
        """Take off what is capitalised only because a sentence starts with it: "Ask Ana Lopez"."""
        if len(run) > 1 and (run[0].casefold() in self._small or tuple(run[1:]) in self._whole):
            return run[1:]
        return run

    def _is_alone(self, word: str) -> bool:
        if self._nouns_are_capital or len(word) < 3 or not word.isalpha():
            return False
        folded = word.casefold()
        return not (folded in self._small or folded in function_words() | lexicon().months)


def _tokens_of(passage: Passage) -> list[list[str]]:
    """Return the words of each sentence, with a mark in place of what has a shape."""
    lines = [_shapes().sub("·", block.text) for block in blocks(clean(passage.text))]
    return [tokens(text) for line in lines for text in split_text(line)]


def _runs(words: Iterable[str]) -> Iterator[list[str]]:
    """Yield runs of capitalised words, with small connecting words inside, without stop words."""
    run: list[str] = []
    pending: list[str] = []
    for word in [*words, "."]:
        folded = word.casefold()
        if word[0].isupper() and folded not in function_words() and len(run) < LONGEST_NAME:
            run += [*pending, word]
            pending = []
        elif run and len(pending) < 2 and word in lexicon().particles:
            pending.append(word)
        elif run:
            yield run
            run, pending = [], []
